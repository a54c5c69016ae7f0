"""A tuned model that reads the input and writes the output."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from service.model import Seq2Seq
from service.texts import MODEL, Written


class Writer:
    """Writes the likeliest text piece by piece; the confidence is the mean of the pieces'."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._model = Seq2Seq(folder / "writer", precision=settings["precision"])

    def predict(self, inputs: Sequence[str]) -> list[Written]:
        """Write for each input."""
        rows = zip(self._model.write(inputs), inputs, strict=True)
        return [
            Written(text=self._model.spell(pieces, source), confidence=confidence)
            for (pieces, confidence), source in rows
        ]

    def stream(self, source: str) -> Iterator[Written]:
        """Yield the text as far as it is written, after every piece, and at last the whole."""
        for pieces, confidence in self._model.stream(source):
            yield Written(text=self._model.spell(pieces, source), confidence=confidence)
