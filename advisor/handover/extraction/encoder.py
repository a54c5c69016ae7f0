"""Words to vectors: the transformer whose folder lies in `model/` reads them in their text."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer

from service.batches import batch_by_length
from service.spans import Words

Vectors = NDArray[np.floating]
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


class WordEncoder:
    """One vector per word: that of its first token in the last layer."""

    def __init__(self, folder: Path, *, precision: str, max_tokens: int) -> None:
        self._max_tokens = max_tokens
        self._lock = Lock()  # a tokenizer serves one thread, and the model takes all cores
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        self._model = model.eval().to(DEVICE, getattr(torch, precision))

    def encode(self, texts: Sequence[Words]) -> Vectors:
        """Return one row per word of all texts; a word without a token has zeros."""
        with self._lock, torch.inference_mode():
            parts = self._tokenizer(
                [[word.group() for word in words] for words in texts],
                is_split_into_words=True,
                truncation=True,
                max_length=self._max_tokens,
                return_overflowing_tokens=True,  # a text that is too long is read in parts
            )
            hidden = self._read(parts["input_ids"])
        first: dict[int, tuple[int, int]] = {}
        starts = np.cumsum([0, *map(len, texts)]).tolist()
        for part, text in enumerate(parts["overflow_to_sample_mapping"]):
            for position, word in enumerate(parts.word_ids(part)):
                if word is not None:
                    first.setdefault(starts[text] + word, (part, position))
        vectors = np.zeros((starts[-1], self._model.config.hidden_size), np.float32)
        for row, (part, position) in first.items():
            vectors[row] = hidden[part][position]
        return vectors

    def _read(self, ids: list[list[int]]) -> dict[int, Vectors]:
        """Return the vectors of all tokens of each part."""
        hidden: dict[int, Vectors] = {}
        for rows in batch_by_length([len(each) for each in ids]):
            batch = self._tokenizer.pad({"input_ids": [ids[i] for i in rows]}, return_tensors="pt")
            states = self._model(**batch.to(DEVICE)).last_hidden_state.float().cpu().numpy()
            hidden.update(zip(rows, states, strict=True))
        return hidden
