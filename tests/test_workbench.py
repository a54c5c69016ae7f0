"""What arms share, and what they are charged for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes.contracts import Document
from prototypes.errors import ModelUnavailableError
from prototypes.models.encoder import Encoder
from prototypes.models.lexical import LexicalEncoder
from prototypes.workbench import Workbench

TEXTS = ("a raven", "a lantern", "a shore")
DOCUMENTS = (
    Document(id="birds.md", title="Birds", text="# Raven\n\nThe raven is black."),
    Document(id="lamps.md", title="Lamps", text="# Lantern\n\nThe lantern is lit."),
)


class SlowEncoder:
    """Wraps an encoder and takes a known time."""

    def __init__(self, inner: Encoder, *, seconds: float) -> None:
        self.name, self.dimension, self.sha256 = "slow", inner.dimension, inner.sha256
        self.folder = None
        self._inner, self._seconds = inner, seconds

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Wait, then encode."""
        time.sleep(self._seconds)
        return self._inner.encode(texts)


def test_texts_are_encoded_once(hashing_encoder: Encoder, tmp_path: Path) -> None:
    """A second bench on the same cache must read the vectors instead of making them."""
    first = Workbench(hashing_encoder, cache_dir=tmp_path).embed(TEXTS)

    second = Workbench(hashing_encoder, cache_dir=tmp_path).embed(TEXTS)

    assert hashing_encoder.n_encoded == len(TEXTS)
    assert (first == second).all()


def test_a_single_text_is_always_encoded(hashing_encoder: Encoder) -> None:
    """Its latency is what gets measured, so it must never come from the cache."""
    bench = Workbench(hashing_encoder)

    bench.embed(["a raven"])
    bench.embed(["a raven"])

    assert hashing_encoder.n_encoded == 2
    assert bench.charged_seconds == 0.0


def test_damaged_vectors_are_made_anew(hashing_encoder: Encoder, tmp_path: Path) -> None:
    """A damaged file in the cache must never reach an arm."""
    expected = Workbench(hashing_encoder, cache_dir=tmp_path).embed(TEXTS)
    (file,) = tmp_path.rglob("*.npy")
    file.write_bytes(file.read_bytes()[:-8] + b"\0" * 8)

    found = Workbench(hashing_encoder, cache_dir=tmp_path).embed(TEXTS)

    assert (expected == found).all()


def test_another_encoder_has_its_own_vectors(hashing_encoder: Encoder, tmp_path: Path) -> None:
    """The identity of the encoder must be part of the fingerprint."""
    bench = Workbench(hashing_encoder, cache_dir=tmp_path)
    before = bench.fingerprint("embeddings", *TEXTS)

    hashing_encoder.sha256 = "another"

    assert bench.fingerprint("embeddings", *TEXTS) != before


def test_a_part_found_ready_is_charged_again(hashing_encoder: Encoder, tmp_path: Path) -> None:
    """Two arms that use the same vectors must be charged alike, whoever came first."""
    encoder = SlowEncoder(hashing_encoder, seconds=0.05)
    first = Workbench(encoder, cache_dir=tmp_path)
    first.embed(TEXTS)
    second = Workbench(encoder, cache_dir=tmp_path)

    second.embed(TEXTS)

    assert first.charged_seconds >= 0.05
    assert second.charged_seconds == pytest.approx(first.charged_seconds)
    assert second.spent_seconds == 0.0


def test_a_part_within_a_part_is_charged_once(hashing_encoder: Encoder) -> None:
    """The index is charged with its vectors, not beside them."""
    bench = Workbench(SlowEncoder(hashing_encoder, seconds=0.4), documents=DOCUMENTS)

    bench.dense()

    assert 0.4 <= bench.charged_seconds < 0.8
    bench.dense()
    assert bench.charged_seconds == pytest.approx(2 * bench.spent_seconds)


def test_indexes_cover_titles_and_texts(hashing_encoder: Encoder) -> None:
    """Both searches must find the passage of a document by its words."""
    bench = Workbench(hashing_encoder, documents=DOCUMENTS)

    (lexical,) = bench.lexical().search(["lantern"], 1)
    (dense,) = bench.dense().search(bench.embed(["lantern lit"]), 1)

    assert bench.passages[lexical[0].index].document_id == "lamps.md"
    assert bench.passages[dense[0].index].document_id == "lamps.md"


def test_an_arm_of_another_encoder_is_refused(hashing_encoder: Encoder, tmp_path: Path) -> None:
    """Parameters fitted on other vectors must not be used."""
    Workbench(hashing_encoder).save_encoder(tmp_path)
    hashing_encoder.sha256 = "another"

    with pytest.raises(ModelUnavailableError, match="fitted with the encoder 'hashing'"):
        Workbench(hashing_encoder).require_encoder(tmp_path)


def test_the_fallback_encoder_is_fitted_on_the_corpus_and_kept(tmp_path: Path) -> None:
    """An arm's folder must hold all that the fallback needs to encode a question alike."""
    documents = tuple(Document(str(n), "t", f"text {n} about item {n}") for n in range(5))
    bench = Workbench(LexicalEncoder(), documents=documents)
    expected = bench.embed(["item 3"])
    bench.save_encoder(tmp_path)

    other = Workbench(LexicalEncoder())
    other.require_encoder(tmp_path)

    assert (expected == other.embed(["item 3"])).all()


def test_the_fallback_encoder_is_the_same_whatever_is_embedded_first() -> None:
    """A trial that is resumed after its first arm goes on with the encoder that arm had."""
    texts = [f"text {n} about item {n}" for n in range(8)]
    benches = [Workbench(LexicalEncoder(), words=texts) for _ in range(2)]
    benches[0].embed(["some names", "of labels", "come first"])

    first, second = (bench.embed(texts) for bench in benches)

    assert first.shape[1] > 3
    assert (first == second).all()


def test_words_that_hold_no_word_leave_the_fallback_encoder_to_the_arms() -> None:
    """The trial goes on; whoever embeds something says what is wrong."""
    bench = Workbench(LexicalEncoder(), words=["!", "?", "…"])

    assert bench.encoder.sha256 is None
