"""Load an arm of a finished trial, ready to answer."""

from __future__ import annotations

from pathlib import Path

from prototypes.assembly import reassemble_bench
from prototypes.contracts import Arm
from prototypes.errors import RunFolderError
from prototypes.registry import arms_for, load_arm_class
from prototypes.run_folder import RunFolder, load_lock


def load_fitted_arm(path: Path, name: str) -> Arm:
    """Load an arm of a finished trial, ready to answer.

    Args:
        path: The run folder.
        name: The arm's name.

    Raises:
        RunFolderError: If the folder holds no trial, no such arm, or a damaged one.
    """
    lock, folder = load_lock(path), RunFolder(path)
    specs = {spec.name: spec for spec in arms_for(lock.task)}
    if name not in specs or not folder.arm_folder(name).is_dir():
        fitted = ", ".join(arm for arm in lock.arms if folder.arm_folder(arm).is_dir())
        raise RunFolderError(
            f"{path} holds no fitted arm '{name}'; there is {fitted or 'none'}. Name one of them."
        )
    documents, spec = folder.read_documents(), specs[name]
    bench = reassemble_bench(lock, spec, documents, cache_dir=folder.cache)
    return load_arm_class(spec).load(folder.intact_arm(name), bench)
