"""What an experiment that builds or answers anew has to work with."""

from __future__ import annotations

from dataclasses import dataclass

from prototypes.contracts import LearningData, Progress, Sample
from prototypes.experiments.material import Material
from prototypes.measure.groups import Groups, number_groups
from prototypes.measure.significance import Resampling
from prototypes.measurement import Conditions
from prototypes.run_folder import RunFolder
from prototypes.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The trial so far, its data and its parts.

    Attributes:
        conditions: The split, the bench and the settings.
        material: What the arms answered.
        folder: Where the fitted arms and the cached parts lie.
        progress: Told how far the experiment has come, from 0 to 1.
    """

    conditions: Conditions
    material: Material
    folder: RunFolder
    progress: Progress

    @property
    def bench(self) -> Workbench:
        """The parts that the arms share."""
        return self.conditions.bench

    @property
    def learning(self) -> LearningData:
        """What may be learnt from."""
        return self.conditions.split.learning

    @property
    def test(self) -> tuple[Sample, ...]:
        """The held-out samples."""
        return self.conditions.split.test

    @property
    def groups(self) -> Groups | None:
        """Which of the test samples belong together; None if each stands for itself."""
        return number_groups(self.test)

    @property
    def seed(self) -> int:
        """Decides whatever is drawn."""
        return self.conditions.settings.seed

    @property
    def resampling(self) -> Resampling:
        """How intervals are drawn."""
        return self.conditions.resampling
