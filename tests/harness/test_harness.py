"""A trial measures what can be measured and says what cannot, whatever happens on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from prototypes import TrialSettings, run_trial
from prototypes.contracts import Approach, Claim, Dataset, LearningData, Limits
from prototypes.errors import DataError, UnknownArmError
from prototypes.events import (
    ArmFinished,
    ArmProgress,
    ArmSkipped,
    ArmStarted,
    Event,
    TrialFinished,
    TrialPlanned,
)
from prototypes.results import Outcome
from prototypes.run_folder import load_lock, load_run, load_trial

Hooks = dict[str, Callable[[LearningData], None]]

QUICK = TrialSettings(n_bootstrap=200)


def settings(**changes: object) -> TrialSettings:
    """Draw few resamples, since no figure matters here."""
    return TrialSettings(n_bootstrap=200, **changes)  # type: ignore[arg-type]


def raise_it(error: BaseException) -> Callable[[LearningData], None]:
    """Make an arm fail as it begins to learn."""

    def fail(_: LearningData) -> None:
        raise error

    return fail


def test_every_arm_is_measured_on_the_same_samples(dataset: Dataset) -> None:
    """Cheapest first, each with intervals, and every pair compared."""
    result = run_trial(dataset, settings=QUICK)

    assert [arm.name for arm in result.arms] == ["majority", "nearest", "votes"]
    assert [(each.arm, each.against) for each in result.comparisons] == [
        ("nearest", "majority"),
        ("votes", "majority"),
        ("votes", "nearest"),
    ]
    for arm in result.arms:
        assert arm.metrics["accuracy"].low <= arm.metrics["accuracy"].value
        assert set(arm.metrics) == {"accuracy", "macro_f1"}


def test_accuracy_is_the_share_of_right_answers_on_disk(dataset: Dataset, tmp_path: Path) -> None:
    """The figure in the result can be counted again from the samples."""
    run_trial(dataset, settings=settings(out=tmp_path / "run"))
    measured = load_run(tmp_path / "run").arms[2]

    right = [sample.output in sample.targets for sample in measured.samples]

    assert measured.result.metrics["accuracy"].value == pytest.approx(sum(right) / len(right))


def test_same_seed_gives_the_same_figures(dataset: Dataset) -> None:
    """Only what a clock says may differ between two runs."""
    first, again = (
        run_trial(dataset, settings=settings(claim=Claim(Approach.RAG), seed=3)) for _ in range(2)
    )

    assert [arm.metrics for arm in first.arms] == [arm.metrics for arm in again.arms]
    assert first.comparisons == again.comparisons
    assert first.protocol == again.protocol


def test_claim_is_judged_and_no_claim_is_not(dataset: Dataset) -> None:
    """A verdict speaks about the approach that was claimed."""
    judged = run_trial(dataset, settings=settings(claim=Claim(Approach.RAG))).verdict

    assert judged is not None and judged.approach is Approach.RAG
    assert run_trial(dataset, settings=QUICK).verdict is None


def test_arm_without_what_it_needs_is_listed_with_the_flag(dataset: Dataset) -> None:
    """An arm that needs a generator is never imitated."""
    (missing,) = run_trial(dataset, settings=QUICK).not_run

    assert (missing.name, missing.enable) == ("prompted", "--generator MODEL")
    assert missing.reason == "it needs a language model, and there is none"


def test_arm_that_cannot_be_built_keeps_its_sentence(dataset: Dataset, before_fit: Hooks) -> None:
    """What is wrong with one arm does not keep the others from being measured."""
    before_fit["NearestTextArm"] = raise_it(DataError("Two texts are needed, found one."))

    result = run_trial(dataset, settings=QUICK)

    assert [arm.name for arm in result.arms] == ["majority", "votes"]
    assert result.not_run[0].reason == "Two texts are needed, found one."


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried")]
)
def test_arm_that_is_too_large_for_the_machine_is_listed(
    dataset: Dataset, before_fit: Hooks, error: Exception
) -> None:
    """The others may well fit, and are measured."""
    before_fit["NearestTextArm"] = raise_it(error)

    result = run_trial(dataset, settings=QUICK)

    assert [arm.name for arm in result.arms] == ["majority", "votes"]
    assert not result.interrupted and result.not_run[0].name == "nearest"
    assert result.not_run[0].reason.startswith("the machine had no memory left for it")


def test_unexpected_fault_is_raised_after_saving(
    dataset: Dataset, before_fit: Hooks, tmp_path: Path
) -> None:
    """A defect is not hidden, and what was measured before it is not lost."""
    before_fit["NearestTextArm"] = raise_it(ZeroDivisionError("defect"))

    with pytest.raises(ZeroDivisionError, match="defect"):
        run_trial(dataset, settings=settings(out=tmp_path / "run"))

    assert [arm.name for arm in load_trial(tmp_path / "run").arms] == ["majority"]


def test_interruption_ends_with_what_is_known(
    dataset: Dataset, before_fit: Hooks, tmp_path: Path
) -> None:
    """Ctrl-C in the second arm leaves the first one, a verdict, and a way to go on."""
    before_fit["NearestTextArm"] = raise_it(KeyboardInterrupt())

    result = run_trial(
        dataset, settings=settings(out=tmp_path / "run", claim=Claim(Approach.FINE_TUNE))
    )

    assert result.interrupted
    assert [(arm.name, arm.enable) for arm in result.not_run][:2] == [
        ("nearest", "--resume"),
        ("votes", "--resume"),
    ]
    assert result.verdict is not None and result.verdict.outcome is Outcome.CANNOT_TELL
    assert load_trial(tmp_path / "run") == result


def test_no_arm_is_begun_that_the_budget_does_not_hold(dataset: Dataset) -> None:
    """With a second left nothing is started, and the flag that would run it is named."""
    result = run_trial(dataset, settings=settings(budget_seconds=1.0))

    assert not result.arms
    assert result.not_run[0].enable == "a larger --budget"


def test_exempt_arm_is_measured_beyond_the_budget(dataset: Dataset) -> None:
    """What a finding hangs on is measured however slow the machine is."""
    result = run_trial(dataset, settings=settings(budget_seconds=1.0, exempt=("nearest",)))

    assert [arm.name for arm in result.arms] == ["nearest"]


def test_budget_ends_an_arm_while_it_learns(
    dataset: Dataset, before_fit: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An arm that takes longer than was thought is stopped at its next sign of progress."""
    monkeypatch.setattr("prototypes.estimates.FIXED_SECONDS", 0.0)
    before_fit["WordVoteArm"] = lambda _: time.sleep(2.0)

    result = run_trial(dataset, settings=settings(budget_seconds=2.0))

    assert [arm.name for arm in result.arms] == ["majority", "nearest"]
    assert result.not_run[0].reason == "the budget of 2 s was spent before it was measured"


def test_events_tell_the_trial_from_plan_to_result(dataset: Dataset) -> None:
    """A listener hears what will be done, what is being done, and the end."""
    events: list[Event] = []

    result = run_trial(dataset, settings=settings(arms=("rag",)), on_event=events.append)

    one_arm = [ArmStarted, ArmProgress, ArmFinished]
    assert [type(event) for event in events] == [TrialPlanned, *one_arm, *one_arm, TrialFinished]
    assert isinstance(events[0], TrialPlanned) and events[0].seconds > 0
    assert events[-1] == TrialFinished(result)


def test_time_left_falls_with_every_arm(dataset: Dataset) -> None:
    """The estimate of what is still to do shrinks as arms end, and skipped arms have none."""
    events: list[Event] = []
    run_trial(dataset, settings=QUICK, on_event=events.append)

    left = [event.trial_seconds_left for event in events if isinstance(event, ArmStarted)]

    assert left == sorted(left, reverse=True) and len(set(left)) == 3
    assert [event.arm.name for event in events if isinstance(event, ArmSkipped)] == ["prompted"]


def test_baselines_run_though_only_others_were_named(dataset: Dataset) -> None:
    """Without a baseline no approach can be confirmed, so it is always measured."""
    result = run_trial(dataset, settings=settings(arms=("votes",)))

    assert [arm.name for arm in result.arms] == ["majority", "votes"]
    assert not result.not_run


def test_unknown_arm_is_refused_before_anything_runs(dataset: Dataset, fitted: list[str]) -> None:
    """A misspelt arm is named with the closest one."""
    with pytest.raises(UnknownArmError, match="Did you mean 'votes'"):
        run_trial(dataset, settings=settings(arms=("vote",)))

    assert fitted == []


def test_arms_never_see_the_test_samples(dataset: Dataset, before_fit: Hooks) -> None:
    """Nothing an arm learns from is measured on."""
    seen: set[str] = set()
    before_fit["WordVoteArm"] = lambda data: seen.update(
        sample.id for sample in (*data.train, *data.validation)
    )

    result = run_trial(dataset, settings=QUICK)

    assert len(seen) + result.n_test == len(dataset.samples)


def test_protocol_is_written_before_an_arm_learns(
    dataset: Dataset, before_fit: Hooks, tmp_path: Path
) -> None:
    """The claim and the hash of the test split are fixed before they can be known to fit."""
    found: list[Approach | None] = []
    out = tmp_path / "run"
    before_fit["MajorityArm"] = lambda _: found.append(load_lock(out).claim)

    result = run_trial(dataset, settings=settings(out=out, claim=Claim(Approach.RAG)))

    assert found == [Approach.RAG]
    assert result.protocol.test_sha256 == load_lock(out).test_sha256


def test_limit_that_is_not_kept_makes_an_arm_infeasible(dataset: Dataset) -> None:
    """Arms that do not cite are out when citing is a must; the one that does is in."""
    result = run_trial(dataset, settings=settings(limits=Limits(must_cite=True)))

    assert [arm.feasible for arm in result.arms] == [False, True, False]
    assert result.arms[0].infeasible_because == [
        f"{result.n_test} of its {result.n_test} answers name no source"
    ]


def test_latency_limit_is_held_against_the_measurement(dataset: Dataset) -> None:
    """No arm answers within a millionth of a millisecond."""
    result = run_trial(dataset, settings=settings(limits=Limits(latency_ms=1e-6)))

    assert not any(arm.feasible for arm in result.arms)
    assert "the limit is 1e-06 ms" in result.arms[0].infeasible_because[0]


def test_price_of_the_machine_gives_the_cost_of_answers(dataset: Dataset) -> None:
    """A thousand answers cost their seconds at the price per hour; without a price, nothing."""
    arm = run_trial(dataset, settings=settings(machine_hour_usd=3.6)).arms[1]

    assert arm.cost_per_1000 == pytest.approx(1.0 / arm.throughput_per_second)
    assert run_trial(dataset, settings=QUICK).arms[1].cost_per_1000 is None
