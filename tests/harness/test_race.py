"""In a race a slow rival that is behind is dropped, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prototypes import TrialSettings, registry, run_trial
from prototypes.contracts import Approach, ArmSpec, Claim, Dataset, LearningData, Limits, Prediction
from prototypes.errors import RunFolderError
from prototypes.events import ArmDropped, Event, TrialPlanned
from prototypes.measure.racing import ERROR
from prototypes.registry import load_arm_class
from prototypes.results import Outcome, TrialResult
from prototypes.run_folder import load_trial

Hooks = dict[str, Callable[[LearningData], None]]
LOOK, N_TEST = 23, 45


@pytest.fixture(autouse=True)
def _slow_arms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a rival that always says the same, and take it and the votes for slow."""
    majority = next(arm for arm in registry.ARMS if arm.name == "majority")
    guess = replace(majority, name="guess", approach=Approach.PROMPTING, cost_rank=3)
    monkeypatch.setattr("prototypes.registry.ARMS", (*registry.ARMS, guess))
    monkeypatch.setattr("prototypes.racing.answers_slowly", _is_slow)


def _is_slow(spec: ArmSpec) -> bool:
    return spec.name in ("guess", "votes")


@pytest.fixture
def halved(dataset: Dataset) -> Dataset:
    """Half of the texts as a given test split: enough for one look."""
    return replace(dataset, samples=dataset.samples[::2], given_test=dataset.samples[1::2])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The inputs of each batch that the votes answer; single queries are timings."""
    batches: list[tuple[str, ...]] = []
    votes: Any = load_arm_class(next(arm for arm in registry.ARMS if arm.name == "votes"))
    answer = votes.predict

    def predict(self: object, inputs: Sequence[str]) -> list[Prediction]:
        if len(inputs) > 1:
            batches.append(tuple(inputs))
        return answer(self, inputs)  # type: ignore[no-any-return]

    monkeypatch.setattr(votes, "predict", predict)
    return batches


def settings(**changes: Any) -> TrialSettings:  # noqa: ANN401 # of settings
    """Claim retrieval, race, and draw few resamples."""
    return TrialSettings(
        **{"n_bootstrap": 200, "claim": Claim(Approach.RAG), "race": True} | changes
    )


def without_times(trial: TrialResult) -> dict[str, Any]:
    """Leave out what a clock says."""
    timed = {"latency_ms", "fit_seconds", "predict_seconds", "throughput_per_second"}
    kept = trial.model_dump(exclude={"arms": {"__all__": timed}, "dropped": {"__all__": timed}})
    kept["experiments"] = [one for one in kept["experiments"] if one["differences"] == []]
    kept["verdict"]["cheaper"] = None
    return kept


def test_rival_that_is_behind_is_dropped_with_its_figures(halved: Dataset) -> None:
    """It is no arm, no comparison and no missing arm, but a list of its own."""
    trial = run_trial(halved, settings=settings())
    (dropped,) = trial.dropped

    assert (dropped.name, dropped.n_answered, dropped.n_test) == ("guess", LOOK, N_TEST)
    assert dropped.difference.against == "nearest" and dropped.difference.high < 0
    assert dropped.metrics["accuracy"].value < 0.6 and dropped.corrected_p <= ERROR
    assert [arm.name for arm in trial.arms] == ["majority", "nearest", "votes"]
    assert not [one for one in trial.comparisons if "guess" in (one.arm, one.against)]
    assert [arm.name for arm in trial.not_run] == ["prompted"]


def test_verdict_and_other_arms_are_those_without_a_race(halved: Dataset) -> None:
    """What answers everything has the figures that it has when nobody is raced."""
    raced = run_trial(halved, settings=settings())
    whole = run_trial(halved, settings=settings(race=False))

    figures = {arm.name: arm.metrics for arm in whole.arms}
    assert {arm.name: arm.metrics for arm in raced.arms} == {
        name: each for name, each in figures.items() if name != "guess"
    }
    assert raced.verdict is not None and whole.verdict is not None
    assert raced.verdict.outcome is whole.verdict.outcome
    assert raced.verdict.because == whole.verdict.because


def test_trial_with_only_dropped_rivals_can_be_confirmed(halved: Dataset) -> None:
    """They were shown to be worse, which is more than to be not much better."""
    trial = run_trial(halved, settings=settings(arms=("nearest", "guess")))

    assert trial.verdict is not None and trial.verdict.outcome is Outcome.CONFIRMED
    assert "every rival was dropped as worse (guess after 23 samples)" in trial.verdict.because
    assert trial.first_shares[Approach.PROMPTING] == 0.0


def test_claimed_arm_comes_before_its_rivals(halved: Dataset) -> None:
    """Else there would be nobody to be raced against."""
    events: list[Event] = []
    claim = Claim(Approach.FINE_TUNE)
    trial = run_trial(halved, settings=settings(claim=claim), on_event=events.append)

    assert [arm.name for arm in trial.arms] == ["majority", "votes", "nearest"]
    planned = next(event for event in events if isinstance(event, TrialPlanned))
    assert planned.race is not None and planned.race.arms == ["guess"]
    assert [event.arm for event in events if isinstance(event, ArmDropped)] == trial.dropped


def test_nobody_is_dropped_for_an_arm_that_breaks_a_limit(halved: Dataset) -> None:
    """Then any rival that keeps the limits contradicts, however bad it is."""
    limited = settings(limits=Limits(latency_ms=1e-6))

    trial = run_trial(halved, settings=limited)

    assert not trial.dropped and len(trial.arms) == 4


def test_nobody_is_raced_on_few_samples(dataset: Dataset) -> None:
    """The first look would come too early; the protocol says so."""
    trial = run_trial(dataset, settings=settings())

    assert not trial.dropped and len(trial.arms) == 4
    assert trial.protocol.race is not None and trial.protocol.race.arms == []


def test_race_is_locked_with_the_protocol(halved: Dataset, tmp_path: Path) -> None:
    """A trial cannot be begun with a race and go on without, or the other way round."""
    out = tmp_path / "run"
    run_trial(halved, settings=settings(out=out))

    with pytest.raises(
        RunFolderError, match="race = votes, guess against rag, but now race = None"
    ):
        run_trial(halved, settings=settings(out=out, race=False, resume=True))


def test_resumed_race_asks_and_fits_nothing(
    halved: Dataset, tmp_path: Path, fitted: list[str], asked: list[tuple[str, ...]]
) -> None:
    """Who was dropped stays dropped; the result is the same."""
    out = tmp_path / "run"
    first = run_trial(halved, settings=settings(out=out))
    fitted.clear()
    asked.clear()

    again = run_trial(halved, settings=settings(out=out, resume=True))

    assert fitted == [] and asked == []
    assert again == first == load_trial(out)


def test_interrupted_race_goes_on_behind_its_last_answers(
    halved: Dataset,
    tmp_path: Path,
    fitted: list[str],
    asked: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C after the first part: no answer is asked for twice, and nothing is fitted again."""
    out = tmp_path / "run"
    whole = run_trial(halved, settings=settings())
    asked.clear()
    with monkeypatch.context() as patch:
        patch.setattr("prototypes.referee.worse_p", _interrupt)
        broken = run_trial(halved, settings=settings(out=out))
    n_before = len(asked)
    fitted.clear()

    resumed = run_trial(halved, settings=settings(out=out, resume=True))

    assert broken.interrupted and n_before == 1
    assert fitted == ["MajorityArm"]
    assert [len(batch) for batch in asked] == [LOOK, N_TEST - LOOK]
    assert len({text for batch in asked for text in batch}) == N_TEST
    assert without_times(resumed) == without_times(whole)


def _interrupt(*_: object) -> float:
    raise KeyboardInterrupt


def test_rival_is_raced_again_when_another_arm_stands_for_the_claim(
    halved: Dataset, tmp_path: Path
) -> None:
    """It was dropped for being behind another arm than the one that now counts."""
    out = tmp_path / "run"
    run_trial(halved, settings=settings(out=out))
    record = out / "race" / "guess" / "dropped.json"
    record.write_text(record.read_text().replace('"nearest"', '"another"'))

    resumed = run_trial(halved, settings=settings(out=out, resume=True))

    assert [arm.difference.against for arm in resumed.dropped] == ["nearest"]
