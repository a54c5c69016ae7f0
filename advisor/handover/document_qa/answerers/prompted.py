"""A language model answers, from passages if it is given any, and names those it rests on."""

import json
from collections.abc import Iterator, Sequence

from service.answers import MODEL, Answer, Passage
from service.context import Context
from service.generator import Generator
from service.prompts import build_fitting, fill, quote
from service.reading import ABSTENTION, read_answer

SILENCE = Answer(answer=None, confidence=0.0)


class Answerer:
    """Puts a question and numbered passages into a prompt, as many as the model can read."""

    def __init__(self) -> None:
        self._settings = json.loads((MODEL / "settings.json").read_text(encoding="utf-8"))
        self._generator, self._context = Generator(**self._settings["generator"]), Context()
        self._n_tokens: int = self._settings["n_tokens"]

    def predict(self, questions: Sequence[str]) -> list[Answer]:
        """Answer each question; one that is too long for the model gets no answer."""
        asked = self._ask(questions)
        said = iter(self._generator.write([text for text, _ in asked if text], self._n_tokens))
        return [read(next(said), given) if text else SILENCE for text, given in asked]

    def stream(self, question: str) -> Iterator[Answer]:
        """Yield the answer as far as it is written, and at last the whole with its sources."""
        ((prompt, given),), said = self._ask([question]), ""
        for said in self._generator.stream(prompt, self._n_tokens) if prompt else ():
            yield Answer(answer=said, confidence=0.0)
        yield read(said, given)

    def _ask(self, questions: Sequence[str]) -> list[tuple[str | None, list[Passage]]]:
        return list(map(self._build, questions, self._context.find(questions)))

    def _build(self, question: str, found: list[Passage]) -> tuple[str | None, list[Passage]]:
        def build(n: int) -> str:
            texts = [quote("passage", f"{each.title}\n{each.text}") for each in found[:n]]
            numbered = "\n\n".join(f"[{i}]\n{text}" for i, text in enumerate(texts, start=1))
            values = {"question": quote("question", question), "abstention": ABSTENTION}
            return fill(self._settings["template"], passages=numbered, **values)

        most = min(self._settings["most"], len(found))
        numbers = range(min(self._settings["fewest"], most), most + 1)
        prompt, n_given = build_fitting(self._generator, build, numbers, self._n_tokens)
        return prompt, found[:n_given]


def read(said: str, given: list[Passage]) -> Answer:
    """Take apart what the model said."""
    text, cited = read_answer(said, len(given))
    sources = [given[number - 1] for number in cited]
    return Answer(answer=text, confidence=float(text is not None), sources=sources)
