"""Which examples a language model is shown: those nearest to the text in meaning."""

import json
from collections.abc import Sequence

import faiss
from safetensors.numpy import load_file

from service.encoder import Encoder
from service.examples import MODEL, Labelled, read_examples

N_SHOWN = 8


class Context:
    """An exact index over the vectors of the examples."""

    def __init__(self) -> None:
        settings = json.loads((MODEL / "settings.json").read_text(encoding="utf-8"))
        self._encoder = Encoder(MODEL / "encoder", **settings["encoder"])
        self._examples = read_examples()
        vectors = load_file(MODEL / "index.safetensors")["inputs"]
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def find(self, texts: Sequence[str]) -> list[list[Labelled]]:
        """Return the examples for each text, the nearest one first."""
        k = min(N_SHOWN, len(self._examples))
        _, nearest = self._index.search(self._encoder.encode(texts), k)
        return [[self._examples[n] for n in row] for row in nearest]
