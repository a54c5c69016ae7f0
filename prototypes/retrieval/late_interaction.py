"""Late interaction: order what was found by how well each word of the question is met.

One vector for a whole passage has to blur what its sentences say. Here every token of a passage
keeps its own, and a passage is worth the mean, over the tokens of the question, of the cosine with
the passage's nearest token (Khattab and Zaharia, "ColBERT", SIGIR 2020). The encoder needs no
training for it. Numbers are held in eight bits: 384 bytes a token, about 60 kB a passage, so only
small corpora afford it. Of twenty passages found it is the order that gains; a language model,
which reads several of them anyway, is given them as they were fused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import normalize

from prototypes.retrieval.fusion import Hit

MAX_PASSAGES = 5_000
"""A corpus above this would need more than 300 MB for its tokens; it is searched without."""
ALIKE_WEIGHT = 2.0
"""Of the tokens' likeness beside the fused score.

On 600 questions about 80 % of the articles of the SQuAD 1.1 development set 2 to 4 did best. The
questions that `tests/benchmarks/squad.py` measures on, about the other articles, were seen in the
same experiment: they are no unseen test of it.
"""
_PER_BLOCK = 256
_TOKENS_FILE, _ENDS_FILE = "tokens.npy", "token_ends.npy"

EncodeTokens = Callable[[Sequence[str]], list[NDArray[np.float32]]]


@runtime_checkable
class TokenEncoder(Protocol):
    """An encoder that also tells the vector of each token."""

    def encode_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Return for each text one unit-length row per token, shape (n_tokens, d)."""

    def encode_with_tokens(
        self, texts: Sequence[str]
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """Return also one row per text, shape (n, d)."""


def is_affordable(n_passages: int) -> bool:
    """Tell whether the tokens of that many passages are kept."""
    return 0 < n_passages <= MAX_PASSAGES


class TokenVectors:
    """The vectors of every token of many passages, in eight bits.

    Attributes:
        tokens: One row per token, to be brought to unit length, shape (n_tokens, d).
        ends: Where the tokens of each passage end, shape (n_passages,).
    """

    def __init__(
        self, tokens: NDArray[np.int8], starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> None:
        """Take the tokens of all passages, and where those of each begin and end."""
        self.tokens, self._starts, self.ends = tokens, starts, ends

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self._starts)

    def compare(
        self, question: NDArray[np.float32], passages: Sequence[int]
    ) -> NDArray[np.float64]:
        """Return how alike a question's tokens (n_tokens, d) and each of some passages are.

        This is torch's work, as encoding is: its threads and those of numpy would wait for each
        other at every question, which takes longer than the whole search.
        """
        rows = [self.tokens[self._starts[each] : self.ends[each]] for each in passages]
        if not rows or not len(question):
            return np.zeros(len(rows))
        tokens = normalize(torch.from_numpy(np.concatenate(rows)).float(), dim=-1)
        cosines = (tokens @ torch.from_numpy(question).T).numpy()
        parts = np.split(cosines, np.cumsum([len(each) for each in rows])[:-1])
        return np.array([float(each.max(axis=0).mean()) if len(each) else 0.0 for each in parts])

    def keep(self, passages: NDArray[np.int64]) -> TokenVectors:
        """Return the vectors of some passages alone, in the order given."""
        return TokenVectors(self.tokens, self._starts[passages], self.ends[passages])

    @classmethod
    def join(cls, vectors: Sequence[NDArray[np.int8]]) -> TokenVectors:
        """Put together the rounded vectors of each passage."""
        ends = np.cumsum([len(each) for each in vectors], dtype=np.int64)
        return cls(np.concatenate(vectors), *_places(ends))

    def save(self, folder: Path) -> None:
        """Write the vectors of a whole corpus into an existing folder as npy files."""
        np.save(folder / _TOKENS_FILE, self.tokens)
        np.save(folder / _ENDS_FILE, self.ends)

    @staticmethod
    def are_in(folder: Path) -> bool:
        """Tell whether `save` wrote into this folder."""
        return (folder / _TOKENS_FILE).is_file()

    @classmethod
    def load(cls, folder: Path) -> TokenVectors:
        """Open what `save` wrote; tokens are read from disk when they are looked at."""
        ends = np.load(folder / _ENDS_FILE, allow_pickle=False)
        tokens = np.load(folder / _TOKENS_FILE, mmap_mode="r", allow_pickle=False)
        return cls(tokens, *_places(ends))


def encode_passages(
    encoder: TokenEncoder, texts: Sequence[str]
) -> tuple[NDArray[np.float32], TokenVectors]:
    """Return the vectors of passages, shape (n, d), and of their tokens, reading each once."""
    vectors: list[NDArray[np.float32]] = []
    tokens: list[NDArray[np.int8]] = []
    for start in range(0, len(texts), _PER_BLOCK):
        whole, parts = encoder.encode_with_tokens(texts[start : start + _PER_BLOCK])
        vectors.append(whole)
        tokens += map(round_tokens, parts)
    return np.concatenate(vectors), TokenVectors.join(tokens)


class LateInteraction:
    """Puts found passages in a new order, by their fused score and the likeness of their tokens.

    Attributes:
        passages: The vectors of their tokens.
    """

    def __init__(self, passages: TokenVectors, encode: EncodeTokens) -> None:
        self.passages, self._encode = passages, encode

    @classmethod
    def open(
        cls, folder: Path, encode: EncodeTokens, *, rows: NDArray[np.int64] | None = None
    ) -> LateInteraction | None:
        """Open the tokens saved in a folder, None if there are none.

        Args:
            folder: Where they were saved.
            encode: Gives the tokens of questions, by the encoder that gave those of passages.
            rows: The passages to keep; all if None.
        """
        if not TokenVectors.are_in(folder):
            return None
        passages = TokenVectors.load(folder)
        return cls(passages if rows is None else passages.keep(rows), encode)

    def rerank(self, questions: Sequence[str], found: Sequence[Sequence[Hit]]) -> list[list[Hit]]:
        """Order the hits of each question anew; ties go to the passage with the smaller index."""
        return list(map(self._order, self._encode(questions), found))

    def _order(self, question: NDArray[np.float32], hits: Sequence[Hit]) -> list[Hit]:
        alike = self.passages.compare(question, [hit.index for hit in hits])
        ordered = [
            Hit(hit.index, hit.score + ALIKE_WEIGHT * float(each))
            for hit, each in zip(hits, alike, strict=True)
        ]
        return sorted(ordered, key=lambda hit: (-hit.score, hit.index))


def _places(ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the tokens of each passage begin and end, one passage after the other."""
    return np.concatenate([[0], ends[:-1]]).astype(np.int64), ends


def round_tokens(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Scale each vector so that its largest number fills eight bits; its direction stays."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0.0)
    rounded: NDArray[np.int8] = np.rint(vectors * (127 / np.maximum(largest, 1e-12))).astype(
        np.int8
    )
    return rounded
