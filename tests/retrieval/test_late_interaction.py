"""Putting found passages in order by their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes.models.encoder import find_embedded_folder
from prototypes.models.transformer import TransformerEncoder
from prototypes.retrieval.fusion import Hit
from prototypes.retrieval.late_interaction import LateInteraction, TokenVectors, round_tokens

WORDS = {"cat": [1.0, 0.0], "dog": [0.0, 1.0], "pet": [0.8, 0.6]}
TEXTS = ("dog", "cat dog", "pet", "")


def encode(texts: Sequence[str]) -> list[NDArray[np.float32]]:
    """Return the planted vector of each word."""
    rows = ([WORDS[word] for word in text.split()] for text in texts)
    return [np.array(each, dtype=np.float32).reshape(-1, 2) for each in rows]


@pytest.fixture
def passages() -> TokenVectors:
    """The tokens of four passages."""
    return TokenVectors.join([round_tokens(each) for each in encode(TEXTS)])


def order(late: LateInteraction, question: str) -> list[int]:
    """Return the passages for a question, all found with the same fused score."""
    (hits,) = late.rerank([question], [[Hit(index, 0.5) for index in range(len(TEXTS))]])
    return [hit.index for hit in hits]


def test_passage_that_meets_every_word_comes_first(passages: TokenVectors) -> None:
    """A passage with both words beats one with either, and an empty one comes last."""
    expected = [1, 2, 0, 3]
    actual = order(LateInteraction(passages, encode), "cat dog")

    assert expected == actual


def test_score_is_the_fused_one_and_twice_the_likeness(passages: TokenVectors) -> None:
    """The cosines of cat with pet is .8, of dog .6: their mean is .7."""
    (hits,) = LateInteraction(passages, encode).rerank(["cat dog"], [[Hit(2, 0.5)]])

    assert hits[0].score == pytest.approx(0.5 + 2 * 0.7, abs=0.005)


def test_question_without_words_keeps_the_order(passages: TokenVectors) -> None:
    """Where nothing can be compared the fused scores decide."""
    found = [Hit(2, 0.9), Hit(0, 0.4)]

    assert LateInteraction(passages, encode).rerank([""], [found]) == [found]


def test_eight_bits_keep_the_direction(passages: TokenVectors) -> None:
    """The cosine of pet with itself is 1, and with cat .8."""
    for word, expected in (("pet", 1.0), ("cat", 0.8)):
        (actual,) = passages.compare(*encode([word]), [2])

        assert actual == pytest.approx(expected, abs=0.005)


def test_saved_tokens_are_the_same_when_opened(passages: TokenVectors, tmp_path: Path) -> None:
    """Every passage has the tokens it had."""
    passages.save(tmp_path)
    opened = TokenVectors.load(tmp_path)

    assert len(opened) == len(TEXTS)
    (question,) = encode(["cat pet"])
    both = (each.compare(question, range(len(TEXTS))) for each in (passages, opened))
    assert np.array_equal(*both)


def test_closed_passages_are_left_out(passages: TokenVectors, tmp_path: Path) -> None:
    """Where two of four passages are open, these are counted from 0."""
    passages.save(tmp_path)
    late = LateInteraction.open(tmp_path, encode, rows=np.array([1, 2]))

    assert late is not None
    assert len(late.passages) == 2
    (question,) = encode(["cat"])
    assert np.array_equal(
        passages.compare(question, [1, 2]), late.passages.compare(question, [0, 1])
    )


def test_folder_without_tokens_opens_as_none(tmp_path: Path) -> None:
    """What was made of a corpus too large for tokens is searched without."""
    assert LateInteraction.open(tmp_path, encode) is None


@pytest.mark.weights
def test_every_token_but_the_ends_has_a_unit_vector() -> None:
    """The same text has the same vectors alone and padded beside a longer one."""
    folder = find_embedded_folder()
    assert folder is not None
    encoder = TransformerEncoder(folder, name="any", sha256=None)
    alone, padded, _ = (
        *encoder.encode_tokens(["Two words"]),
        *encoder.encode_tokens(["Two words", "A text that is longer than that"]),
    )

    assert alone.shape == (2, encoder.dimension)
    assert np.linalg.norm(alone, axis=1) == pytest.approx([1.0, 1.0], abs=1e-3)
    assert np.sum(alone * padded, axis=1) == pytest.approx([1.0, 1.0], abs=1e-3)
