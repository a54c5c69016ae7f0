"""Texts to vectors: the transformer whose folder lies in `model/`."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import normalize
from transformers import AutoModel, AutoTokenizer

from service.batches import batch_by_length

Vectors = NDArray[np.float32]
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


class Encoder:
    """One unit-length vector per text: the mean (or the first) of its tokens' vectors."""

    def __init__(self, folder: Path, *, precision: str, max_tokens: int, first_token: bool) -> None:
        self._max_tokens, self._first_token = max_tokens, first_token
        self._lock = Lock()  # a tokenizer serves one thread, and the model takes all cores
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        self._model = model.eval().to(DEVICE, getattr(torch, precision))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text; what is longer than the encoder's limit is cut off."""
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        vectors = np.zeros((len(rows), self._model.config.hidden_size), np.float32)
        with self._lock, torch.inference_mode():
            read = self._tokenizer(list(rows), truncation=True, max_length=self._max_tokens)
            for batch in batch_by_length([len(each) for each in read["input_ids"]]):
                vectors[batch] = self._encode_batch([read["input_ids"][row] for row in batch])
        return vectors[[rows[text] for text in texts]]

    def _encode_batch(self, ids: list[list[int]]) -> Vectors:
        batch = self._tokenizer.pad({"input_ids": ids}, return_tensors="pt").to(DEVICE)
        hidden = self._model(**batch).last_hidden_state.float()
        mask = batch["attention_mask"].unsqueeze(-1).float()
        means = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        vectors: Vectors = normalize(hidden[:, 0] if self._first_token else means).cpu().numpy()
        return vectors
