"""Order what was found by how well each word of the question is met in it."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import normalize

from service.batches import batch_by_length
from service.encoder import DEVICE, Encoder, Vectors

LIKENESS_WEIGHT = 2.0


class TokenEncoder(Encoder):
    """Also tells the vector of each token."""

    def encode_tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """Return one unit-length row per token but the two that mark where a text ends."""
        cut = {"truncation": True, "max_length": self._max_tokens}
        ids = self._tokenizer(list(texts), **cut)["input_ids"]
        vectors = [np.zeros((0, 1), np.float32)] * len(ids)
        for rows in batch_by_length([len(each) for each in ids]):
            padded = {"input_ids": [ids[row] for row in rows]}
            batch = self._tokenizer.pad(padded, return_tensors="pt").to(DEVICE)
            with torch.inference_mode():
                hidden = self._model(**batch).last_hidden_state.float()
            for row, unit in zip(rows, normalize(hidden, dim=-1).cpu().numpy(), strict=True):
                vectors[row] = unit[1 : len(ids[row]) - 1]
        return vectors


class Tokens:
    """The vectors of the tokens of all passages, in eight bits."""

    def __init__(self, tensors: Mapping[str, NDArray[np.generic]]) -> None:
        self._tokens, self._ends = tensors["tokens"], tensors["token_ends"]

    def compare(self, question: Vectors, passages: Sequence[int]) -> list[float]:
        """Return the mean cosine of its tokens with each passage's nearest (ColBERT, 2020)."""
        rows = [self._tokens[self._ends[p - 1] if p else 0 : self._ends[p]] for p in passages]
        if not rows or not len(question):
            return [0.0] * len(rows)
        tokens = normalize(torch.from_numpy(np.concatenate(rows)).float(), dim=-1)
        cosines = (tokens @ torch.from_numpy(question).T).numpy()
        parts = np.split(cosines, np.cumsum([len(each) for each in rows])[:-1])
        return [float(each.max(axis=0).mean()) if len(each) else 0.0 for each in parts]
