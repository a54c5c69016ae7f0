"""The arms of a finished trial, loaded to be asked."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from prototypes.access import open_corpus, require_open
from prototypes.assembly import reassemble_bench
from prototypes.contracts import Arm
from prototypes.errors import RunFolderError
from prototypes.forgetting.removal import require_settled
from prototypes.registry import arms_for, load_arm_class
from prototypes.run_folder import RunFolder, load_lock


def load_fitted_arm(path: Path, name: str, *, groups: Collection[str] = ()) -> Arm:
    """Load an arm of a finished trial, ready to answer.

    Args:
        path: The run folder.
        name: The arm's name.
        groups: The groups of whoever asks, beside `everyone`; they only count where the run says
            who may read which document.

    Raises:
        RunFolderError: If the folder holds no trial, no such arm, or a damaged one, or if the arm
            cannot keep to the groups.
    """
    require_settled(path)
    lock, folder = load_lock(path), RunFolder(path)
    specs = {spec.name: spec for spec in arms_for(lock.task)}
    if name not in specs or not folder.arm_folder(name).is_dir():
        fitted = ", ".join(arm for arm in lock.arms if folder.arm_folder(arm).is_dir())
        raise RunFolderError(
            f"{path} holds no fitted arm '{name}'; there is {fitted or 'none'}. Name one of them."
        )
    spec, corpus = specs[name], open_corpus(folder, groups)
    require_open(spec, corpus, run=path)
    bench = reassemble_bench(lock, spec, corpus.documents, cache_dir=folder.cache)
    bench.rows = corpus.rows
    return load_arm_class(spec).load(folder.intact_arm(name), bench)
