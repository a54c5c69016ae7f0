"""A tuned model that reads the input and writes the output."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Queue
from threading import Thread

import torch
from transformers.generation.streamers import BaseStreamer

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
        told, row, whole = Queue[int | None](), list[int](), list[tuple[list[int], float]]()

        def write() -> None:
            try:
                whole.extend(self._model.write_batch([source], Teller(told)))
            finally:
                told.put(None)

        writer = Thread(target=write)
        writer.start()
        try:
            while (piece := told.get()) is not None:
                row.append(piece)
                yield Written(text=self._model.spell(row, source), confidence=0.0)
        finally:
            writer.join()
        for pieces, confidence in whole:
            yield Written(text=self._model.spell(pieces, source), confidence=confidence)


class Teller(BaseStreamer):
    """Hands on each piece as it is written."""

    def __init__(self, told: Queue[int | None]) -> None:
        self._told = told

    def put(self, value: torch.Tensor) -> None:
        """Take the next piece; what has two dimensions is the start, not a piece."""
        if value.dim() == 1:
            self._told.put(int(value))

    def end(self) -> None:
        """Do nothing: the whole text follows."""
