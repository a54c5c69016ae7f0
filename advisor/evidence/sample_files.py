"""Reads back what each arm answered to each test sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from prototypes.results import SampleResult, TrialResult

Answered: TypeAlias = "dict[str, tuple[SampleResult, ...]]"
"""Per arm, its answers in the order of the test samples."""


def load_samples(run: Path, trial: TrialResult | None) -> Answered:
    """Read the answers of every arm; an arm whose file is gone is left out.

    Args:
        run: The run folder.
        trial: Which arms were measured; None if the run holds advice alone.

    Raises:
        prototypes.errors.RunFolderError: If a file is not what the laboratory wrote.
    """
    if trial is None:
        return {}
    from prototypes.results import SampleResult
    from prototypes.run_folder import RunFolder
    from prototypes.storage import read_lines

    folder = RunFolder(run)
    paths = {arm.name: folder.samples_path(arm.name) for arm in trial.arms}
    return {
        name: tuple(read_lines(SampleResult, path)) for name, path in paths.items() if path.exists()
    }
