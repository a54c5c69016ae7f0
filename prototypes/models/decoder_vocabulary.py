"""The part of a tokenizer's vocabulary that a decoder can write."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from transformers import PreTrainedTokenizerBase

MAX_OUTPUT_PIECES = 48
ABSTENTION_PIECE = "[unused1]"


@dataclass(frozen=True, slots=True)
class DecoderVocabulary:
    """Turns outputs into decoder ids and back.

    It holds the pieces of the training outputs, every single character (with which any other word
    can still be spelt) and the special pieces; the rest would only cost time. The pieces of an
    uncased tokenizer have lost capitals and spacing, so an output made of exactly the pieces of a
    training output is written as it was there, and any other one in lower case.

    Attributes:
        pieces: The tokenizer's piece ids, ascending; a decoder id is a position in this list.
        spelling: Piece ids of a training output, joined by blanks → that output as it was written.
        max_pieces: The longest output, its end included; a longer one is cut.
    """

    pieces: list[int]
    spelling: dict[str, str]
    max_pieces: int = MAX_OUTPUT_PIECES

    @classmethod
    def of(
        cls,
        outputs: Iterable[str],
        tokenizer: PreTrainedTokenizerBase,
        *,
        max_pieces: int = MAX_OUTPUT_PIECES,
        further: Iterable[str] = (),
    ) -> Self:
        """Collect what is needed to write `outputs`, to spell other words, and to abstain.

        Args:
            outputs: The training outputs.
            tokenizer: Cuts them into pieces.
            max_pieces: The longest output that is taught and written.
            further: Texts whose pieces may be written, too, such as the inputs.
        """
        rows = {output: _piece_ids(output, tokenizer, max_pieces) for output in outputs}
        copied = {i for text in further for i in tokenizer(text).input_ids}
        vocabulary: dict[str, int] = tokenizer.get_vocab()
        spelt = {i for piece, i in vocabulary.items() if len(piece.removeprefix("##")) == 1}
        special = {*tokenizer.all_special_ids, vocabulary[ABSTENTION_PIECE]}
        return cls(
            pieces=sorted(spelt.union(special, copied, *rows.values())),
            spelling={_key(row): output for output, row in rows.items()},
            max_pieces=max_pieces,
        )

    def index(self, piece: int) -> int:
        """Return the decoder id of a piece that is in this vocabulary."""
        return bisect_left(self.pieces, piece)

    def encode(self, output: str | None, tokenizer: PreTrainedTokenizerBase) -> list[int]:
        """Turn an output into decoder ids with the end mark; None becomes the abstention piece."""
        row = [_abstention(tokenizer)]
        if output is not None:
            row = _piece_ids(output, tokenizer, self.max_pieces)
        return [self.index(piece) for piece in (*row, tokenizer.sep_token_id)]

    def decode(self, chosen: Sequence[int], tokenizer: PreTrainedTokenizerBase) -> str | None:
        """Turn decoder ids into text, or into None if they begin with the abstention piece."""
        row = [self.pieces[each] for each in chosen]
        if row[:1] == [_abstention(tokenizer)]:
            return None
        row = [piece for piece in row if piece not in tokenizer.all_special_ids]
        text: str = tokenizer.decode(row, clean_up_tokenization_spaces=True)
        return self.spelling.get(_key(row), text.strip())


def _piece_ids(text: str, tokenizer: PreTrainedTokenizerBase, max_pieces: int) -> list[int]:
    encoded = tokenizer(text, add_special_tokens=False, truncation=True, max_length=max_pieces - 1)
    ids: list[int] = encoded["input_ids"]
    return ids


def _abstention(tokenizer: PreTrainedTokenizerBase) -> int:
    return int(tokenizer.convert_tokens_to_ids(ABSTENTION_PIECE))


def _key(row: Sequence[int]) -> str:
    return " ".join(map(str, row))
