"""What lies in a run folder of a rival that is raced, so that nothing is answered twice.

- `race/<arm>/fitted.json`: what was measured of it before it answered a test sample.
- `race/<arm>/answers-<n>.json`: its answers, from the look before up to the n-th sample.
- `race/<arm>/dropped.json`: that it was dropped, and why.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from prototypes.checksums import find_damage
from prototypes.contracts import FitReport, Prediction
from prototypes.results import DroppedArm, FrozenSchema, Latency, SampleResult
from prototypes.run_folder import RunFolder
from prototypes.storage import read_schema, write_lines, write_schema


class Fitted(FrozenSchema):
    """The content of `fitted.json`."""

    report: FitReport
    fit_seconds: float
    latency: Latency
    size_mb: float


class Answers(FrozenSchema):
    """The content of `answers-<n>.json`, in the order in which they were given."""

    sample_ids: list[str]
    predictions: list[Prediction]
    seconds: float


def was_dropped(name: str, folder: RunFolder) -> bool:
    """Tell whether an arm was dropped before, whatever stood for the claim then."""
    return (folder.races / name / "dropped.json").exists()


class RaceFolder:
    """Reads and writes what is kept of one raced arm, each file whole or not at all."""

    def __init__(self, folder: RunFolder, name: str) -> None:
        """Name the arm; nothing is read or written."""
        self._folder, self._name = folder, name
        self._root = folder.races / name

    def read_fitted(self) -> Fitted | None:
        """Read what was measured before it answered; None if it has to be fitted.

        An arm whose files are damaged is fitted again, and its answers go with it.
        """
        path, arm = self._root / "fitted.json", self._folder.arm_folder(self._name)
        is_intact = arm.is_dir() and not find_damage(arm, self._folder.checksums_path(self._name))
        if path.exists() and is_intact:
            return read_schema(Fitted, path)
        shutil.rmtree(self._root, ignore_errors=True)
        return None

    def keep_fitted(self, fitted: Fitted) -> None:
        """Write what was measured before it answers."""
        write_schema(self._root / "fitted.json", fitted)

    def read_answers(self, n_answered: int, sample_ids: Sequence[str]) -> Answers | None:
        """Read the answers up to a look; None if they have to be given."""
        path = self._root / f"answers-{n_answered}.json"
        if not path.exists():
            return None
        kept = read_schema(Answers, path)
        return kept if kept.sample_ids == list(sample_ids) else None

    def keep_answers(self, n_answered: int, answers: Answers) -> None:
        """Write the answers up to a look."""
        write_schema(self._root / f"answers-{n_answered}.json", answers)

    def read_dropped(self) -> DroppedArm | None:
        """Read how it was dropped; None if it was not."""
        path = self._root / "dropped.json"
        return read_schema(DroppedArm, path) if path.exists() else None

    def keep_dropped(self, dropped: DroppedArm, samples: Sequence[SampleResult]) -> None:
        """Write its answers, scored, then that it was dropped."""
        write_lines(self._folder.samples_path(self._name), samples)
        write_schema(self._root / "dropped.json", dropped)
