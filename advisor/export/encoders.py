"""The encoder of an arm: where it lies and what its folder does not say itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

from advisor.errors import ExportError
from advisor.export.project import FittedArm

ENCODER_PACKAGES = ("numpy", "safetensors", "tokenizers", "torch", "transformers")
TUNED = "encoder"


def find_encoder(arm: FittedArm) -> Path:
    """Return the folder of the encoder that the arm was measured with.

    Raises:
        ExportError: If the encoder is no transformer.
        LaboratoryError: If it is gone or was changed.
    """
    tuned = arm.folder / TUNED
    if tuned.is_dir():
        return tuned
    return find_shared_encoder(arm)


def find_shared_encoder(arm: FittedArm) -> Path:
    """Return the folder of the encoder that the arms of the run share, as `find_encoder`."""
    arm.bench.require_encoder(arm.folder)
    folder = arm.bench.encoder.folder
    if folder is None:
        raise ExportError(
            f"arm '{arm.spec.name}' was measured with '{arm.bench.encoder.name}', which cannot be "
            "exported; expected an encoder with a folder of its own. Measure again with one: "
            "`advisor prototype … --encoder FOLDER`."
        )
    return folder


def describe_encoder(folder: Path, arm: FittedArm) -> dict[str, object]:
    """Say how the encoder in a folder was used."""
    from prototypes.models.transformer import pools_first_token, read_max_tokens

    return {
        "precision": arm.lock.precision,
        "max_tokens": read_max_tokens(folder),
        "first_token": pools_first_token(folder),
    }


def merge_encoder(arm: FittedArm) -> Path:
    """Fold an arm's low-rank updates into its encoder and return the folder of the result.

    Raises:
        ExportError: If the encoder is no transformer.
        LaboratoryError: If it is gone or was changed.
    """
    source, adapter = find_shared_encoder(arm), arm.folder / "adapter"

    def build(folder: Path) -> None:
        from prototypes.models.adapters import merge_adapter, read_adapter
        from prototypes.models.retriever_training import write_encoder
        from prototypes.models.transformer import load_trainable

        _, model = load_trainable(source)
        merged = merge_adapter(read_adapter(model, adapter))
        write_encoder(merged.state_dict(), source=source, target=folder)

    return arm.bench.part(arm.bench.fingerprint("merged-encoder", _hash(adapter)), build)


def _hash(folder: Path) -> str:
    content = (folder / "adapter_model.safetensors").read_bytes()
    return hashlib.sha256(content).hexdigest()
