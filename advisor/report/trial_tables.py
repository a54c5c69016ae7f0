"""The tables of a trial: arms, paired differences, what each arm takes, what was not run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from advisor.report.verdicts import samples_word
from advisor.report.wording import (
    as_sentence,
    count_of,
    decimals,
    identifier,
    is_share,
    measured,
    megabytes,
    milliseconds,
    p_value,
    plain_text,
    points,
    seconds,
)
from advisor.schema.report import Column, Table

if TYPE_CHECKING:
    from prototypes.results import ArmResult, Comparison, Interval, NotRun, TrialResult

NONE = "–"
AT_95 = "(95\u00a0%)"
_METRIC_NAMES = {"macro_f1": "Macro F1", "token_f1": "Token F1", "span_f1": "Span F1", "mrr": "MRR"}
_METRIC_NAMES |= {"chrf": "chrF", "bleu": "BLEU", "bleu_lowercased": "BLEU, lower case"}
_METRIC_NAMES |= {"valid_json": "Valid JSON", "correct": "Correct answers"}


def metric_name(metric: str) -> str:
    """The name of a metric as papers print it: "recall_at_5" becomes "Recall@5"."""
    words = identifier(metric).replace(" at ", "@")
    return _METRIC_NAMES.get(metric, f"{words[:1].upper()}{words[1:]}")


def arm_name(name: str) -> str:
    """An arm's name, fit for a cell."""
    return plain_text(name, limit=40)


def metric_cells(values: Sequence[Interval]) -> list[str]:
    """Say the values of one metric with the same number of decimals."""
    digits, in_percent = decimals(values), is_share(values)
    return [measured(value, digits=digits, in_percent=in_percent) for value in values]


def arms_table(trial: TrialResult, arms: Sequence[ArmResult]) -> Table:
    """One row per arm: quality, latency, and the limits if the user set any."""
    has_limits = any(trial.protocol.limits.values())
    quality = metric_cells([arm.metrics[trial.primary_metric] for arm in arms])
    limits = (Column(title="Limits"),) if has_limits else ()
    return Table(
        caption=f"Arms on the same {count_of(trial.n_test, samples_word(trial.task))}",
        columns=(
            *_columns("Arm", f"{metric_name(trial.primary_metric)} {AT_95}", "p50", "p95"),
            *limits,
        ),
        rows=tuple(
            (
                _label(trial, arm),
                cell,
                milliseconds(arm.latency_ms.p50),
                milliseconds(arm.latency_ms.p95),
                *((_limits_cell(arm),) if has_limits else ()),
            )
            for arm, cell in zip(arms, quality, strict=True)
        ),
    )


def effort_table(arms: Sequence[ArmResult]) -> Table:
    """One row per arm: what it takes to make and to run it."""
    has_tokens = any(arm.input_tokens is not None for arm in arms)
    tokens = ("Tokens read / written",) if has_tokens else ()
    return Table(
        caption="What each arm takes",
        columns=_columns("Arm", "Fitted in", "On disk", "Trained parameters", "Answers/s", *tokens),
        rows=tuple(
            (
                arm_name(arm.name),
                seconds(arm.fit_seconds),
                megabytes(arm.size_mb),
                f"{arm.n_trained_parameters:,}",
                f"{arm.throughput_per_second:,.0f}",
                *((_tokens_cell(arm),) if has_tokens else ()),
            )
            for arm in arms
        ),
    )


def _tokens_cell(arm: ArmResult) -> str:
    if arm.input_tokens is None or arm.output_tokens is None:
        return "none"
    return f"{arm.input_tokens:,.0f} / {arm.output_tokens:,.0f} per answer"


def metrics_table(trial: TrialResult, arms: Sequence[ArmResult]) -> Table:
    """Every metric but the primary one; no rows if there is no other.

    Whatever there is more of, arms or metrics, has the rows, so that the table stays narrow.
    """
    names = list(dict.fromkeys(name for arm in arms for name in arm.metrics))
    further = [name for name in names if name != trial.primary_metric]
    cells = [_cells_of(name, arms) for name in further]
    caption = "Further metrics, with 95 % intervals"
    titles = [metric_name(name) for name in further]
    if len(further) > len(arms):
        return Table(
            caption=caption,
            columns=_columns("Metric", *(arm_name(arm.name) for arm in arms)),
            rows=tuple((title, *row) for title, row in zip(titles, cells, strict=True)),
        )
    return Table(
        caption=caption,
        columns=_columns("Arm", *titles),
        rows=tuple(
            (arm_name(arm.name), *row) for arm, *row in zip(arms, *cells, strict=True) if further
        ),
    )


def comparisons_table(trial: TrialResult) -> Table:
    """One row per pair of arms that was compared."""
    is_counted = any(one.n_only_arm_right is not None for one in trial.comparisons)
    with_counts = ", with the samples only one arm got right" if is_counted else ""
    columns = ("First against second", f"Difference {AT_95}", "p", "Only first", "Only second")
    n_columns = len(columns) if is_counted else 3
    return Table(
        caption=f"Paired differences in percentage points{with_counts}",
        columns=_columns(*columns[:n_columns]),
        rows=tuple(_comparison_row(trial, one)[:n_columns] for one in trial.comparisons),
    )


def not_run_table(not_run: Sequence[NotRun]) -> Table:
    """One row per arm that was not run, with the flag or file that would run it."""
    return Table(
        caption="Arms that were not run",
        columns=tuple(Column(title=title) for title in ("Arm", "Why", "What would run it")),
        rows=tuple(
            (
                arm_name(arm.name),
                f"{as_sentence(plain_text(arm.title))} {as_sentence(plain_text(arm.reason))}",
                plain_text(arm.enable),
            )
            for arm in not_run
        ),
    )


def _columns(first: str, *others: str) -> tuple[Column, ...]:
    return (Column(title=first), *(Column(title=title, is_numeric=True) for title in others))


def _label(trial: TrialResult, arm: ArmResult) -> str:
    stands_for_advice = trial.verdict is not None and trial.verdict.arm == arm.name
    return f"{arm_name(arm.name)}{' (recommended)' if stands_for_advice else ''}"


def _limits_cell(arm: ArmResult) -> str:
    if arm.feasible:
        return "met"
    return f"broken: {plain_text('; '.join(arm.infeasible_because)) or 'reason not recorded'}"


def _cells_of(metric: str, arms: Sequence[ArmResult]) -> list[str]:
    having = [arm for arm in arms if metric in arm.metrics]
    said = metric_cells([arm.metrics[metric] for arm in having])
    cells = {arm.name: cell for arm, cell in zip(having, said, strict=True)}
    return [cells.get(arm.name, NONE) for arm in arms]


def _comparison_row(trial: TrialResult, one: Comparison) -> tuple[str, ...]:
    metric = "" if one.metric == trial.primary_metric else f", {metric_name(one.metric)}"
    return (
        f"{arm_name(one.arm)} against {arm_name(one.against)}{metric}",
        f"{points(one.difference)} ({points(one.low)} to {points(one.high)})",
        p_value(one.p_value),
        _count(one.n_only_arm_right),
        _count(one.n_only_against_right),
    )


def _count(count: int | None) -> str:
    return NONE if count is None else f"{count:,}"
