"""A race whose parts are run elsewhere ends as one that is run here."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from prototypes import TrialSettings, registry, run_trial
from prototypes.cluster.contest import Contest
from prototypes.contracts import Approach, ArmSpec, Claim, Dataset, Progress
from prototypes.measurement import Conditions
from prototypes.racing import Race
from prototypes.results import DroppedArm, TrialResult
from prototypes.run_folder import MeasuredArm, RunFolder
from prototypes.spreading import Here

SLOW = ("guess", "votes")


class Elsewhere(Here):
    """Runs each part of a race on its own, with nothing but what was sent, as workers do."""

    def __init__(self) -> None:
        self.begun: list[dict[str, bool]] = []
        self.jobs: list[str] = []

    def begin(
        self, entries: Mapping[ArmSpec, Race | None], conditions: Conditions, *, folder: RunFolder
    ) -> None:
        """Note who begins, and whether in a race."""
        self.begun.append({spec.name: race is not None for spec, race in entries.items()})

    def measure(
        self,
        spec: ArmSpec,
        conditions: Conditions,
        *,
        race: Race | None,
        folder: RunFolder,
        progress: Progress,
    ) -> MeasuredArm | DroppedArm:
        """Race in parts."""
        if race is None:
            return super().measure(spec, conditions, race=race, folder=folder, progress=progress)
        contest = Contest(spec, conditions, race=race, folder=folder, put=lambda value: value)
        while (job := contest.next_job()) is not None:
            progress(contest.progress)
            self.jobs.append(f"{job.function.__name__} {spec.name}")
            contest.take(job.function(conditions, *job.arguments))
        assert contest.outcome is not None
        return contest.outcome


@pytest.fixture(autouse=True)
def _slow_arms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a rival that always says the same, and take it and the votes for slow."""
    majority = next(arm for arm in registry.ARMS if arm.name == "majority")
    guess = replace(majority, name="guess", approach=Approach.PROMPTING, cost_rank=3)
    monkeypatch.setattr("prototypes.registry.ARMS", (*registry.ARMS, guess))
    monkeypatch.setattr("prototypes.racing.answers_slowly", lambda spec: spec.name in SLOW)
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(get=lambda value: value))


@pytest.fixture
def halved(dataset: Dataset) -> Dataset:
    """Half of the texts as a given test split: enough for one look."""
    return replace(dataset, samples=dataset.samples[::2], given_test=dataset.samples[1::2])


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """Have the next trials run there."""
    crew = Elsewhere()

    @contextmanager
    def scaled(_: TrialSettings) -> Iterator[Elsewhere]:
        yield crew

    monkeypatch.setattr("prototypes.harness.scaled", scaled)
    return crew


def settings(out: Path | None = None) -> TrialSettings:
    """Claim retrieval, race, and draw few resamples."""
    return TrialSettings(
        n_bootstrap=200, claim=Claim(Approach.RAG), race=True, out=out, resume=True
    )


def figures(trial: TrialResult) -> list[object]:
    """What a trial found, but for what a clock says."""
    dropped = [(arm.name, arm.n_answered, arm.metrics, arm.difference) for arm in trial.dropped]
    return [{arm.name: arm.metrics for arm in trial.arms}, dropped, trial.comparisons]


def test_outcome_is_that_of_a_race_here(halved: Dataset, request: pytest.FixtureRequest) -> None:
    """One rival is dropped after the same answers, the other answers everything."""
    here = run_trial(halved, settings=settings())
    elsewhere = request.getfixturevalue("elsewhere")

    there = run_trial(halved, settings=settings())

    assert [arm.name for arm in there.dropped] == ["guess"]
    assert figures(there) == figures(here)
    assert elsewhere.jobs == [
        "fit_away votes",
        *["answer_away votes"] * 2,
        "fit_away guess",
        "answer_away guess",
    ]


def test_rivals_wait_for_the_arm_that_they_are_raced_against(
    halved: Dataset, elsewhere: Elsewhere
) -> None:
    """What is not raced begins at once; the rest when it is known against whom."""
    run_trial(halved, settings=settings())

    assert elsewhere.begun == [
        {"majority": False, "nearest": False},
        {"votes": True, "guess": True},
    ]


def test_part_that_is_there_is_not_sent_again(
    halved: Dataset, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    """Neither the fitting nor the first answers of a race that was broken off."""
    whole = run_trial(halved, settings=settings(tmp_path / "run"))
    (tmp_path / "run" / "arms" / "votes.json").unlink()
    (tmp_path / "run" / "race" / "votes" / "answers-45.json").unlink()
    elsewhere.jobs.clear()

    resumed = run_trial(halved, settings=settings(tmp_path / "run"))

    assert elsewhere.jobs == ["answer_away votes"]
    assert figures(resumed) == figures(whole)
