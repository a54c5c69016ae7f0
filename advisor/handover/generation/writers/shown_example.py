"""A tuned model that is shown, beside the input, what was written for the nearest example."""

import json
from collections.abc import Sequence
from pathlib import Path

import faiss
from safetensors.numpy import load_file

from service.encoder import Encoder
from service.model import Seq2Seq
from service.texts import MODEL, Written, read_examples


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
        _, found = self._index.search(self._encoder.encode(inputs), 1)
        nearest = [self._examples[row[0]] for row in found]
        shown = [f"{text} [SEP] {each.output}" for text, each in zip(inputs, nearest, strict=True)]
        rows = zip(self._model.write(shown), inputs, nearest, strict=True)
        return [
            Written(text=self._model.spell(pieces, source), confidence=confidence, example=example)
            for (pieces, confidence), source, example in rows
        ]
