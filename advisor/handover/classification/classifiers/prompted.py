"""A language model that is told the labels, and shown examples if there are any."""

import json
from collections.abc import Sequence

from service.context import Context
from service.examples import MODEL, Labelled
from service.generator import Generator
from service.labels import Label
from service.prompts import build_fitting, fill, quote
from service.reading import read_label

Asked = tuple[str | None, list[Labelled]]
SILENCE = Label(label=None, confidence=0.0)


class Classifier:
    """Asks for one label of the list; examples of the label that is named speak for it."""

    def __init__(self) -> None:
        self._settings = json.loads((MODEL / "settings.json").read_text(encoding="utf-8"))
        self._generator, self._context = Generator(**self._settings["generator"]), Context()
        self._n_tokens: int = self._settings["n_tokens"]

    def predict(self, texts: Sequence[str]) -> list[Label]:
        """Label each text; one that is too long for the model gets no label."""
        asked = list(map(self._build, texts, self._context.find(texts)))
        said = iter(self._generator.write([text for text, _ in asked if text], self._n_tokens))
        return [self._read(next(said), shown) if text else SILENCE for text, shown in asked]

    def _build(self, text: str, examples: list[Labelled]) -> Asked:
        def build(n: int) -> str:
            shown = (f"{quote('example', e.text)}\nLabel: {e.label}" for e in examples[:n])
            values = {"labels": self._settings["list"], "text": quote("text", text)}
            return fill(self._settings["template"], examples="\n\n".join(shown), **values)

        numbers = range(len(examples) + 1)
        prompt, n_shown = build_fitting(self._generator, build, numbers, self._n_tokens)
        return prompt, examples[:n_shown]

    def _read(self, said: str, shown: list[Labelled]) -> Label:
        label = read_label(said, self._settings["labels"])
        speaking = [each for each in shown if each.label == label]
        return Label(label=label, confidence=float(label is not None), examples=speaking)
