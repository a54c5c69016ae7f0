"""Compares two runs: answers, advice, and the arms that both of them measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from advisor.evidence.drift import find_answer_drift, find_rule_drift
from advisor.evidence.run_files import StoredRun
from advisor.schema.comparison import ArmDifference, RunComparison, Standing
from advisor.vocabulary import Approach
from prototypes.results import Interval, SampleResult, TrialResult


@dataclass(frozen=True, slots=True)
class NamedRun:
    """A run and the folder it lies in."""

    folder: Path
    stored: StoredRun


def compare_runs(first: NamedRun, second: NamedRun) -> RunComparison:
    """Put two runs side by side.

    Arms are compared pairwise per sample where both runs were measured on the same test samples,
    else only by their intervals.

    Raises:
        RunFolderError: If the answers to the test samples are missing or damaged.
    """
    before, now = first.stored, second.stored
    trials = (before.trial, now.trial)
    warnings = _warnings(*trials)
    is_comparable = _is_comparable(*trials)
    is_paired = is_comparable and not warnings
    pair = (before.recommendation.leading, _rival(before, now))
    names = [{arm.name for arm in trial.arms} if trial else set() for trial in trials]
    return RunComparison(
        first=_standing(first),
        second=_standing(second),
        answers=find_answer_drift(before.recommendation, before.answers, now.answers),
        rival=pair[1],
        rules=find_rule_drift(before.recommendation, now.recommendation, pair=pair),
        metric=trials[0].primary_metric if trials[0] and is_comparable else None,
        is_paired=is_paired,
        arms=_differences(first, second, is_paired=is_paired) if is_comparable else [],
        only_first=sorted(names[0] - names[1]),
        only_second=sorted(names[1] - names[0]),
        warnings=warnings,
    )


def _standing(run: NamedRun) -> Standing:
    advice, trial = run.stored.recommendation, run.stored.trial
    return Standing(
        run=str(run.folder),
        recommended=advice.recommended,
        leading=advice.leading,
        rules_version=advice.rules_version,
        verdict=trial.verdict.outcome.value if trial and trial.verdict else None,
    )


def _rival(before: StoredRun, now: StoredRun) -> Approach | None:
    leading = before.recommendation.leading
    ranked = (*now.recommendation.ranking[:1], *before.recommendation.ranking)
    return next((one.approach for one in ranked if one.approach != leading), None)


def _is_comparable(first: TrialResult | None, second: TrialResult | None) -> bool:
    return (
        first is not None
        and second is not None
        and (first.task, first.primary_metric) == (second.task, second.primary_metric)
    )


def _warnings(first: TrialResult | None, second: TrialResult | None) -> list[str]:
    """Say what keeps the arms from being compared sample by sample."""
    if first is None or second is None:
        return ["Nothing was measured in at least one of the runs, so no arm is compared."]
    if not _is_comparable(first, second):
        figures = " and ".join(
            f"{one.task.value} by {one.primary_metric}" for one in (first, second)
        )
        return [f"The runs measure {figures}; these figures cannot be compared."]
    if first.protocol.test_sha256 == second.protocol.test_sha256:
        return []
    return [
        "The runs were not measured on the same test samples: the differences are unpaired, their "
        "intervals are wider, and part of a difference may be the samples'."
    ]


def _differences(first: NamedRun, second: NamedRun, *, is_paired: bool) -> list[ArmDifference]:
    trials = first.stored.trial, second.stored.trial
    if trials[0] is None or trials[1] is None:
        return []
    metric = trials[0].primary_metric
    later = {arm.name: arm for arm in trials[1].arms}
    found = []
    for arm in trials[0].arms:
        if arm.name not in later:
            continue
        values = arm.metrics[metric], later[arm.name].metrics[metric]
        interval, p_value = (
            _paired(first, second, arm=arm.name, metric=metric)
            if is_paired
            else (_unpaired(*values), None)
        )
        found.append(
            ArmDifference(
                arm=arm.name,
                first=values[0].value,
                second=values[1].value,
                difference=interval.value,
                low=interval.low,
                high=interval.high,
                p_value=p_value,
            )
        )
    return found


def _paired(first: NamedRun, second: NamedRun, *, arm: str, metric: str) -> tuple[Interval, float]:
    """Compare an arm with itself on the same samples."""
    from prototypes.measure.comparisons import compare_answers
    from prototypes.measure.significance import Resampling

    before, now = _samples(first, arm), _samples(second, arm)
    _require_same(before, now, arm=arm, folder=second.folder)
    ordered = [now[name] for name in before]
    found = compare_answers(ordered, list(before.values()), metric, resampling=Resampling())
    return found.interval, found.p_value


def _samples(run: NamedRun, arm: str) -> dict[str, SampleResult]:
    from prototypes.run_folder import RunFolder
    from prototypes.storage import read_lines

    lines = read_lines(SampleResult, RunFolder(run.folder).samples_path(arm))
    return {sample.id: sample for sample in lines}


def _require_same(
    before: dict[str, SampleResult], now: dict[str, SampleResult], *, arm: str, folder: Path
) -> None:
    from advisor.errors import RunFolderError

    if before.keys() != now.keys():
        raise RunFolderError(
            f"{folder}/samples/{arm}.jsonl: holds {len(now)} samples, not the {len(before)} of the "
            "other run, although both name the same test split; measure one of them again."
        )


def _unpaired(first: Interval, second: Interval) -> Interval:
    """Subtract two independent values; interval by square-and-add (Zou and Donner 2008)."""
    difference = second.value - first.value
    return Interval(
        value=difference,
        low=difference - math.hypot(second.value - second.low, first.high - first.value),
        high=difference + math.hypot(second.high - second.value, first.value - first.low),
    )
