"""A tuned model that is shown, beside the input, what was written for the nearest example."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import faiss
from safetensors.numpy import load_file

from service.encoder import Encoder
from service.model import Seq2Seq
from service.texts import MODEL, Example, Written, read_examples


class Writer:
    """Looks up the nearest example, then writes the likeliest text piece by piece."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._encoder = Encoder(folder / "encoder", **settings["encoder"])
        self._examples = read_examples(folder)
        vectors = load_file(folder / "index.safetensors")["inputs"]
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)
        self._model = Seq2Seq(folder / "writer", precision=settings["precision"])

    def predict(self, inputs: Sequence[str]) -> list[Written]:
        """Write for each input; the confidence is the mean of the pieces'."""
        nearest, shown = self._show(inputs)
        rows = zip(self._model.write(shown), inputs, nearest, strict=True)
        return [
            Written(text=self._model.spell(pieces, source), confidence=confidence, example=example)
            for (pieces, confidence), source, example in rows
        ]

    def stream(self, source: str) -> Iterator[Written]:
        """Yield the text as far as it is written, after every piece, and at last the whole."""
        (example,), (shown,) = self._show([source])
        for pieces, confidence in self._model.stream(shown):
            text = self._model.spell(pieces, source)
            yield Written(text=text, confidence=confidence, example=example)

    def _show(self, inputs: Sequence[str]) -> tuple[list[Example], list[str]]:
        """Return the nearest example of each input, and what the model reads."""
        _, found = self._index.search(self._encoder.encode(inputs), 1)
        nearest = [self._examples[row[0]] for row in found]
        pairs = zip(inputs, nearest, strict=True)
        return nearest, [f"{text} [SEP] {each.output}" for text, each in pairs]
