"""What was written for the example whose input is nearest in meaning."""

import json
from collections.abc import Sequence
from pathlib import Path

import faiss
from safetensors.numpy import load_file

from service.encoder import Encoder
from service.texts import MODEL, Example, Written, read_examples

N_FOUND = 5


class Writer:
    """Searches the inputs of the examples by their vectors."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._encoder = Encoder(folder / "encoder", **settings["encoder"])
        self._examples = read_examples(folder)
        vectors = load_file(folder / "index.safetensors")["inputs"]
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def predict(self, inputs: Sequence[str]) -> list[Written]:
        """Copy an output for each input; the confidence is the cosine."""
        k = min(N_FOUND, len(self._examples))
        cosines, nearest = self._index.search(self._encoder.encode(inputs), k)
        return [
            copy(self._examples[row[0]], confidence=float(own[0]))
            for row, own in zip(nearest, cosines, strict=True)
        ]


def copy(example: Example, *, confidence: float) -> Written:
    """Answer with the output of an example."""
    return Written(text=example.output, confidence=confidence, example=example)
