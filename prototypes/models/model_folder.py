"""Folders with a model in them: where they lie, and what in them is refused unread."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prototypes.errors import ModelUnavailableError

_WANTED = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja")
_PICKLED = frozenset({".bin", ".pt", ".pth", ".pkl"})


def find_model_folder(name: str, *, kind: str, instead: str) -> Path:
    """Return the folder of a model; what is not a path but a hub id is fetched from the hub.

    Args:
        name: A local folder or a hub id.
        kind: What the model is, for the messages: "encoder" or "generator".
        instead: What else the user may do where there is no such model.

    Raises:
        ModelUnavailableError: If there is no such folder and no such model on the hub.
    """
    folder = Path(name).expanduser()
    if folder.exists():
        return folder
    if not _looks_like_hub_id(name):
        raise ModelUnavailableError(
            f"There is no folder '{name}', and it is not a hub id (expected 'owner/model'); "
            f"give the path of a model folder, or {instead}."
        )
    return _download(name, kind=kind)


def count_on_hub(name: str) -> int | None:
    """Ask the hub how many parameters a model has, before any of it is fetched.

    Returns:
        None if it is no hub id, the hub cannot be reached, or does not say.
    """
    if not _looks_like_hub_id(name):
        return None
    from prototypes.runtime import prepare_transformers

    prepare_transformers(allow_download=True)
    import huggingface_hub

    try:
        told = huggingface_hub.HfApi().model_info(name, expand=["safetensors"], timeout=10)
    except Exception:  # the clients below the hub's differ by version, and so do their errors
        return None
    return int(told.safetensors.total) if told.safetensors else None


def _looks_like_hub_id(name: str) -> bool:
    return not name.startswith((".", "/", "~")) and name.count("/") == 1


def require_safetensors(folder: Path) -> tuple[Path, ...]:
    """Return the files with the parameters: one, or several that an index names.

    Raises:
        ModelUnavailableError: If there are none, or only pickled ones.
    """
    if not folder.is_dir():
        raise ModelUnavailableError(f"{folder} is not a folder; expected one with a model in it.")
    names = _listed_parts(folder) or ["model.safetensors"]
    paths = tuple(folder / name for name in names)
    missing = [path.name for path in paths if not path.is_file()]
    if not missing:
        return paths
    pickled = sorted(path.name for path in folder.iterdir() if path.suffix in _PICKLED)
    found = f"only {', '.join(pickled)}, which can run code when loaded" if pickled else "none"
    raise ModelUnavailableError(
        f"{folder} holds no {missing[0]} ({found}); convert the model with "
        "'AutoModel.from_pretrained(...).save_pretrained(folder, safe_serialization=True)'."
    )


def read_configuration(folder: Path) -> dict[str, Any]:
    """Read the configuration of a model that needs no code of its own.

    Raises:
        ModelUnavailableError: If it cannot be read, or asks to run code.
    """
    path = folder / "config.json"
    try:
        configuration = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailableError(
            f"{path} cannot be read ({error}); expected the configuration of a transformers model."
        ) from error
    if not isinstance(configuration, dict):
        raise ModelUnavailableError(f"{path} holds no JSON object; expected a configuration.")
    if "auto_map" in configuration:
        raise ModelUnavailableError(
            f"{path} asks to run code that comes with the model (auto_map); such models are "
            "refused. Choose one whose architecture is part of transformers."
        )
    return configuration


def hash_file(path: Path) -> str:
    """Compute the sha256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_files(paths: Sequence[Path]) -> str:
    """Compute one sha256 over several files: that of a single one is its own."""
    hashes = [hash_file(path) for path in paths]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def _listed_parts(folder: Path) -> list[str]:
    """List the files that the index of a divided model names; none if there is no index."""
    path = folder / "model.safetensors.index.json"
    if not path.is_file():
        return []
    try:
        names = sorted(set(json.loads(path.read_text(encoding="utf-8"))["weight_map"].values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailableError(
            f"{path} is damaged; expected an index of safetensors files. Fetch the model again."
        ) from error
    strange = [name for name in names if Path(name).name != name or not _is_safe(name)]
    if strange:
        raise ModelUnavailableError(
            f"{path} names '{strange[0]}', which is not a safetensors file beside it; refused."
        )
    return names


def _is_safe(name: str) -> bool:
    return name.endswith(".safetensors")


def _download(name: str, *, kind: str) -> Path:
    from prototypes.runtime import prepare_transformers

    prepare_transformers(allow_download=True)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=list(_WANTED)))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise ModelUnavailableError(
            f"The {kind} '{name}' is neither a local folder nor could it be fetched from the hub "
            f"({type(error).__name__}); check the name and the connection, or give a folder."
        ) from error
