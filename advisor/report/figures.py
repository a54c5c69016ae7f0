"""The figures of a trial: quality with its intervals, latency with its budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from advisor.report.trial_tables import AT_95, arm_name, metric_cells, metric_name
from advisor.report.wording import count_of, is_share, milliseconds
from advisor.schema.report import Column, Figure, Mark, ReferenceLine, Table

if TYPE_CHECKING:
    from prototypes.results import ArmResult


def quality_figure(arms: Sequence[ArmResult], metric: str, *, recommended: str | None) -> Figure:
    """Show the primary metric of each arm with its interval.

    Args:
        arms: At least one arm, best first.
        metric: Name of the primary metric.
        recommended: Name of the arm that stands for the recommendation.
    """
    values = [arm.metrics[metric] for arm in arms]
    cells, name = metric_cells(values), metric_name(metric)
    marks = tuple(
        Mark(
            label=arm_name(arm.name),
            low=value.low,
            value=value.value,
            high=value.high,
            text=cell,
            is_recommended=arm.name == recommended,
        )
        for arm, value, cell in zip(arms, values, cells, strict=True)
    )
    return Figure(
        id="quality",
        title=f"Quality: {name}",
        description=f"{name} of {count_of(len(arms), 'arm')}; bars are 95 % intervals. "
        f"{marks[0].label} is highest at {marks[0].text}.",
        legend=_legend(marks),
        unit="percent" if is_share(values) else "number",
        scale="linear",
        marks=marks,
        table=_as_table(name, (f"Value {AT_95}",), [(mark.label, mark.text) for mark in marks]),
    )


def latency_figure(
    arms: Sequence[ArmResult], *, recommended: str | None, budget_ms: float | None
) -> Figure:
    """Show the p50 and p95 of each arm in milliseconds, with the user's budget if there is one."""
    marks = tuple(
        Mark(
            label=arm_name(arm.name),
            low=arm.latency_ms.p50,
            value=arm.latency_ms.p50,
            high=arm.latency_ms.p95,
            text=f"{milliseconds(arm.latency_ms.p50)} to {milliseconds(arm.latency_ms.p95)}",
            is_recommended=arm.name == recommended,
        )
        for arm in arms
    )
    rows = [
        (arm_name(arm.name), milliseconds(arm.latency_ms.p50), milliseconds(arm.latency_ms.p95))
        for arm in arms
    ]
    return Figure(
        id="latency",
        title="Latency of one query",
        description=f"From p50 (dot) to p95 (end of the bar) of {count_of(len(arms), 'arm')}, "
        f"one query at a time after warm-up; logarithmic axis. {tell_budget(arms, budget_ms)}",
        legend=_legend(marks),
        unit="milliseconds",
        scale="log",
        marks=marks,
        line=_budget_line(budget_ms),
        table=_as_table("Latency of one query", ("p50", "p95"), rows),
    )


def _legend(marks: Sequence[Mark]) -> str:
    chosen = [mark.label for mark in marks if mark.is_recommended]
    return f"◆ marks the recommended arm, {chosen[0]}." if chosen else ""


def _budget_line(budget_ms: float | None) -> ReferenceLine | None:
    if budget_ms is None:
        return None
    return ReferenceLine(value=budget_ms, text=f"budget {milliseconds(budget_ms)}")


def tell_budget(arms: Sequence[ArmResult], budget_ms: float | None) -> str:
    """Name the arms whose p95 is over the budget."""
    if budget_ms is None:
        return "No latency budget was set."
    over = [arm_name(arm.name) for arm in arms if arm.latency_ms.p95 > budget_ms]
    budget = f"the budget of {milliseconds(budget_ms)}"
    return f"Over {budget}: {', '.join(over)}." if over else f"All arms are within {budget}."


def _as_table(caption: str, titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    heads = (Column(title=title, is_numeric=True) for title in titles)
    return Table(caption=caption, columns=(Column(title="Arm"), *heads), rows=tuple(rows))
