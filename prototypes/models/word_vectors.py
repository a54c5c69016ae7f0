"""One vector per word of a text, from an encoder that was made for whole texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from prototypes.models.eight_bits import count_megabytes, hold_in_eight_bits
from prototypes.models.transformer import batch_by_length, load_trainable, read_max_tokens
from prototypes.runtime import precision


@dataclass(frozen=True, slots=True)
class Pieces:
    """As much of a text that was given as words as the model reads at once.

    Attributes:
        text: The position of the text.
        ids: Token numbers, with the special ones at both ends.
        words: The positions of the words whose first token is here, in order.
        first_pieces: The position of the first token of each of them.
    """

    text: int
    ids: list[int]
    words: list[int]
    first_pieces: list[int]


def tokenize_words(
    tokenizer: Any,  # noqa: ANN401 # a tokenizer of transformers, which ships no types
    texts: Sequence[Sequence[str]],
    *,
    max_tokens: int,
) -> list[Pieces]:
    """Tokenise texts given as words; one longer than the model's limit is cut into several."""
    if not texts:
        return []
    encoded = tokenizer(
        [list(words) for words in texts],
        is_split_into_words=True,
        truncation=True,
        max_length=max_tokens,
        return_overflowing_tokens=True,
    )
    read: list[set[int]] = [set() for _ in texts]
    numbers = encoded["overflow_to_sample_mapping"]
    return [
        _find_first(encoded, row, text=text, read=read[text]) for row, text in enumerate(numbers)
    ]


def _find_first(
    encoded: Any,  # noqa: ANN401 # as above
    row: int,
    *,
    text: int,
    read: set[int],
) -> Pieces:
    """Find the first token of each word; a word cut in two was read with its beginning."""
    first: dict[int, int] = {}
    for position, word in enumerate(encoded.word_ids(row)):
        if word is not None and word not in read:
            first.setdefault(word, position)
    read.update(first)
    return Pieces(text, encoded["input_ids"][row], list(first), list(first.values()))


class WordEncoder:
    """Reads a text once and gives the last layer's vector of each word's first token."""

    def __init__(self, folder: Path) -> None:
        """Load the encoder of a folder.

        Raises:
            ModelUnavailableError: If transformers cannot read it.
        """
        self._max_tokens = read_max_tokens(folder)
        self._tokenizer, self._model = load_trainable(folder)
        # Held in the type it computes in: casting at every call takes longer than a short text.
        self._model.eval().to(torch.bfloat16 if precision() == "bfloat16" else torch.float32)
        self.dimension = int(self._model.config.hidden_size)

    @property
    def size_mb(self) -> float:
        """Megabytes of all parameters, as they are published."""
        return count_megabytes(self._model)

    def hold_in_eight_bits(self) -> None:
        """Hold the linear layers in eight bits from now on.

        Raises:
            ModelUnavailableError: If this torch has no kernels for it.
        """
        self._model = hold_in_eight_bits(self._model)

    def encode(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Return one row per word of all texts in order, shape (n_words, dimension).

        The row of a word without a token, such as a lone sign of control, is zero.
        """
        pieces = tokenize_words(self._tokenizer, texts, max_tokens=self._max_tokens)
        starts = np.cumsum([0, *(len(words) for words in texts)])
        vectors = np.zeros((int(starts[-1]), self.dimension), dtype=np.float32)
        with torch.inference_mode():
            for rows in batch_by_length([len(each.ids) for each in pieces]):
                hidden = self._read([pieces[row].ids for row in rows])
                for at, row in enumerate(rows):
                    found = starts[pieces[row].text] + np.array(pieces[row].words, dtype=np.int64)
                    vectors[found] = hidden[at, pieces[row].first_pieces]
        return vectors

    def _read(self, ids: list[list[int]]) -> NDArray[np.float32]:
        batch = self._tokenizer.pad({"input_ids": ids}, return_tensors="pt").to(self._model.device)
        hidden = self._model(**batch).last_hidden_state
        array: NDArray[np.float32] = hidden.float().cpu().numpy()
        return array
