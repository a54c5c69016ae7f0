"""What a language model said of free-text answers, and how far it can be believed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from advisor.report.found import look_up, share_cell
from advisor.report.trial_tables import arm_name, metric_cells, metric_name
from advisor.report.wording import as_sentence, count_of, plain_text, points
from advisor.schema.exhibits import Column, Table

if TYPE_CHECKING:
    from prototypes.results import ArmResult, Comparison, ExperimentResult, TrialResult

_JUDGE = "judge"


def build_judge_section(
    trial: TrialResult, result: ExperimentResult
) -> tuple[tuple[str, ...], Table]:
    """Word what was judged; one row per arm, the metric that decides beside it."""
    found, metric = look_up(result), trial.primary_metric
    arms = [arm for arm in trial.arms if (arm.name, "judged_right") in found]
    kind = "Secondary: " if result.conclusion == "secondary" else ""
    titles = ("Judged right", metric_name(metric), "Unparsable verdict")
    table = Table(
        caption=f"{kind}answers that the judge called right, with 95 % intervals",
        columns=(
            Column(title="Arm"),
            *(Column(title=title, is_numeric=True) for title in titles),
        ),
        rows=tuple(
            (
                arm_name(arm.name),
                share_cell(found, arm.name, "judged_right"),
                _metric_cell(arm, metric),
                share_cell(found, arm.name, "unparsable"),
            )
            for arm in arms
        ),
    )
    return tuple(_remarks(trial, result)), table


def state_agreement(result: ExperimentResult) -> Iterator[str]:
    """Say how far the judge agrees with people, and why that is not enough if it is not."""
    yield from _state_kappa(result)
    # The first note names the judge, the others are reservations.
    yield from (as_sentence(plain_text(note)) for note in result.notes[1:])


def _state_kappa(result: ExperimentResult) -> Iterator[str]:
    kappa = look_up(result).get((_JUDGE, "kappa"))
    if kappa is not None:
        yield (
            f"On {count_of(kappa.n, 'answer')} labelled by people the judge agrees with them by a "
            f"Cohen's kappa of {kappa.value:.2f}, 95 % interval {kappa.low:.2f} to {kappa.high:.2f}"
            " (0 is chance, 1 is perfect)."
        )


def _remarks(trial: TrialResult, result: ExperimentResult) -> Iterator[str]:
    yield (
        "A language model that is none of the arms judged every answer; the metric that needs no "
        f"judge ({metric_name(trial.primary_metric)}) decides all the same."
    )
    yield from _state_noise(result)
    yield from _state_kappa(result)
    yield from map(_state_difference, result.differences)


def _state_noise(result: ExperimentResult) -> Iterator[str]:
    changed = look_up(result).get((_JUDGE, "changed_verdict"))
    if changed is not None:
        yield (
            f"Asked twice about {count_of(changed.n, 'distinct answer')}, with the references "
            f"before and behind them, it contradicted itself on {round(changed.value * changed.n)} "
            f"({changed.value:.0%}, 95 % interval {changed.low:.0%} to {changed.high:.0%}). Such "
            "an answer counts by half; an unparsable verdict counts as not right."
        )


def _state_difference(one: Comparison) -> str:
    return (
        f"{arm_name(one.arm)} against {arm_name(one.against)}: {points(one.difference)} points of "
        f"answers judged right ({points(one.low)} to {points(one.high)})."
    )


def _metric_cell(arm: ArmResult, metric: str) -> str:
    (cell,) = metric_cells([arm.metrics[metric]])
    return cell
