"""What people say of the answers of a finished trial, so that a judge can be held against them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from prototypes.errors import LaboratoryError
from prototypes.experiments.judge_summary import summarise_judgement
from prototypes.experiments.material import Material
from prototypes.experiments.rulings import (
    HumanLabel,
    collect_answers,
    keep_labels,
    read_judgement,
    read_labels,
)
from prototypes.measure.significance import Resampling
from prototypes.models.impartiality import JUDGED_TASKS
from prototypes.results import ExperimentResult, SampleResult
from prototypes.run_folder import Run, RunFolder, load_run, open_run_folder


class Labelling:
    """The answers of a run that nobody has spoken about yet, and the labels given so far.

    Attributes:
        labels: Those given, skipped answers among them.
    """

    def __init__(self, run: Run, folder: RunFolder) -> None:
        """Read the labels that are there."""
        self._run, self._folder = run, folder
        self._samples = {arm.result.name: arm.samples for arm in run.arms}
        self.labels = read_labels(folder)

    @property
    def n_given(self) -> int:
        """How many answers were called right or wrong."""
        return sum(label.said != "skipped" for label in self.labels)

    def list_open(self) -> list[SampleResult]:
        """List the answers without a label, in an order that tells nothing of their arms."""
        labelled = {label.key for label in self.labels}
        answers = collect_answers(self._samples)
        keys = sorted(answers.keys() - labelled, key=self._shuffle)
        return [answers[key] for key in keys]

    def keep(self, answer: SampleResult, said: Literal["right", "wrong", "skipped"]) -> None:
        """Write what was said of an answer, at once.

        Raises:
            RunFolderError: If it cannot be written.
        """
        label = HumanLabel(sample=answer.id, output=answer.output or "", said=said)
        self.labels.append(label)
        keep_labels(self._folder, self.labels)

    def conclude(self) -> ExperimentResult | None:
        """Hold the judge of the trial against the labels; None if no model has judged yet."""
        judgement = read_judgement(self._folder)
        if judgement is None:
            return None
        lock, trial = self._run.lock, self._run.trial
        material = Material(
            lock.primary_metric,
            [arm.result for arm in self._run.arms],
            self._samples,
            Resampling(lock.n_bootstrap, lock.seed),
        )
        result = summarise_judgement(judgement, self.labels, material)
        others = [each for each in trial.experiments if each.experiment != result.experiment]
        self._folder.keep_experiment(result)
        self._folder.keep_trial(trial.model_copy(update={"experiments": [*others, result]}))
        return result

    def _shuffle(self, key: tuple[str, str]) -> str:
        return hashlib.sha256(json.dumps([self._run.lock.seed, *key]).encode()).hexdigest()


@contextmanager
def open_labelling(path: Path) -> Iterator[Labelling]:
    """Hold a run folder while its answers are labelled.

    Raises:
        RunFolderError: If the folder holds no trial, or another process holds it.
        LaboratoryError: If its answers are no free text.
    """
    run = load_run(path)
    if run.lock.task not in JUDGED_TASKS:
        raise LaboratoryError(
            f"{path} is a trial of {run.lock.task.value}, where an answer is either the expected "
            "one or not; only free text needs a judge, and people to check it."
        )
    with open_run_folder(path, resume=True) as folder:
        yield Labelling(run, folder)
