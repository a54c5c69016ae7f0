"""Which encoder is loaded, and which is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from prototypes.errors import ModelUnavailableError
from prototypes.models import encoder as encoders
from prototypes.models.encoder import EMBEDDED_SHA256, find_embedded_folder, load_encoder
from prototypes.models.lexical import LexicalEncoder
from prototypes.models.model_folder import hash_file


def _model_folder(folder: Path, **configuration: object) -> Path:
    (folder / "config.json").write_text(json.dumps(configuration), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"not a model")
    return folder


def test_changed_parameters_of_the_embedded_encoder_are_refused(tmp_path: Path) -> None:
    """A file other than the published one must be named with both checksums and not loaded."""
    folder = _model_folder(tmp_path)

    with pytest.raises(ModelUnavailableError) as caught:
        encoders.load_embedded(folder)

    assert EMBEDDED_SHA256 in str(caught.value)
    assert hash_file(folder / "model.safetensors") in str(caught.value)


def test_without_the_package_words_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the embedded encoder is not installed the fallback must say what it is."""
    monkeypatch.setattr(encoders, "find_embedded_folder", lambda: None)

    encoder = load_encoder()

    assert isinstance(encoder, LexicalEncoder)
    assert "TF-IDF + SVD" in encoder.name


def test_a_folder_with_pickled_parameters_is_refused(tmp_path: Path) -> None:
    """A pickle can run code, so it must be named and never opened."""
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04N.")

    with pytest.raises(ModelUnavailableError, match=r"pytorch_model\.bin.*can run code"):
        load_encoder(str(tmp_path))


def test_a_model_that_brings_its_own_code_is_refused(tmp_path: Path) -> None:
    """Code that comes with a model must never be run."""
    folder = _model_folder(tmp_path, auto_map={"AutoModel": "modeling.Evil"})

    with pytest.raises(ModelUnavailableError, match="auto_map"):
        load_encoder(str(folder))


def test_a_broken_model_is_reported_in_one_sentence(tmp_path: Path) -> None:
    """What transformers cannot read must be named with its folder."""
    folder = _model_folder(tmp_path, model_type="no-such-architecture")

    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        load_encoder(str(folder))


@pytest.mark.parametrize("name", ["./missing", "/no/such/folder", "missing", "a/b/c"])
def test_a_missing_folder_is_not_looked_up_on_the_hub(name: str) -> None:
    """A mistyped path must not turn into a download."""
    with pytest.raises(ModelUnavailableError, match="no folder"):
        load_encoder(name)


@pytest.mark.weights
def test_embedded_vectors_are_those_of_sentence_transformers() -> None:
    """The faster encoding must agree with the reference implementation."""
    from sentence_transformers import SentenceTransformer

    texts = ["A raven on a bust.", "a", "", "Where is my card? " * 40, "A bird on a statue."]
    reference = SentenceTransformer(str(find_embedded_folder()), device="cpu").encode(texts)

    vectors = load_encoder().encode(texts)

    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-3)
    assert (vectors * reference).sum(axis=1).min() >= 0.999


@pytest.mark.weights
def test_the_order_of_texts_does_not_matter() -> None:
    """Batches are sorted by length inside; rows must still belong to their texts."""
    texts = ["short", "a text that is somewhat longer than the other one", "in between these"]
    encoder = load_encoder()

    forwards, backwards = encoder.encode(texts), encoder.encode(texts[::-1])

    assert np.abs(forwards - backwards[::-1]).max() < 0.01
    assert encoder.encode([]).shape == (0, encoder.dimension)
