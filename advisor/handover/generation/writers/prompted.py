"""A language model that is given the input, and shown examples if there are any."""

import json
from collections.abc import Iterator, Sequence

from service.context import Context
from service.generator import Generator
from service.prompts import build_fitting, fill, quote
from service.texts import MODEL, Example, Written


class Writer:
    """Puts the input and as many examples as the model can read into a prompt."""

    def __init__(self) -> None:
        self._settings = json.loads((MODEL / "settings.json").read_text(encoding="utf-8"))
        self._generator, self._context = Generator(**self._settings["generator"]), Context()
        self._n_tokens: int = self._settings["n_tokens"]

    def predict(self, inputs: Sequence[str]) -> list[Written]:
        """Write for each input; for one that is too long for the model nothing is written."""
        prompts = self._build_each(inputs)
        said = iter(self._generator.write([each for each in prompts if each], self._n_tokens))
        return [answer(next(said) if prompt else "") for prompt in prompts]

    def stream(self, source: str) -> Iterator[Written]:
        """Yield the text as far as it is written, and at last the whole."""
        (prompt,), said = self._build_each([source]), ""
        for said in self._generator.stream(prompt, self._n_tokens) if prompt else ():
            yield Written(text=said, confidence=0.0)
        yield answer(said)

    def _build_each(self, inputs: Sequence[str]) -> list[str | None]:
        return list(map(self._build, inputs, self._context.find(inputs)))

    def _build(self, source: str, examples: list[Example]) -> str | None:
        def build(n: int) -> str:
            shown = (
                f"{quote('example', each.input)}\nOutput:\n{quote('output', each.output)}"
                for each in examples[:n]
            )
            values = {"input": quote("input", source), "words": self._settings["words"]}
            return fill(self._settings["template"], examples="\n\n".join(shown), **values)

        numbers = range(len(examples) + 1)
        return build_fitting(self._generator, build, numbers, self._n_tokens)[0]


def answer(said: str) -> Written:
    """Answer with what the model said, if it said anything."""
    return Written(text=said or None, confidence=float(bool(said)))
