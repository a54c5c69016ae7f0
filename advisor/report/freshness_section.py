"""Freshness over time: what was right before the corpus changed, after it, and once updated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from advisor.report.found import Found, look_up, share_cell
from advisor.report.freshness_figure import draw_freshness
from advisor.report.trial_tables import arm_name
from advisor.report.wording import as_sentence, count_of, seconds, tiny_dollars
from advisor.schema.exhibits import Column, LineFigure, Table

if TYPE_CHECKING:
    from prototypes.results import ExperimentResult, Measured, TrialResult

_TIMES = {
    "before": "before the change",
    "not_updated": "after it, not updated",
    "updated": "after it, {}",
}
_UPDATES = {"rag": "indexed anew", "fine_tune": "trained anew"}
_SYSTEMS = {"rag": "Retrieval", "fine_tune": "Closed-book model"}
_SECONDS_PER_HOUR = 3600


def build_freshness_section(
    trial: TrialResult, result: ExperimentResult
) -> tuple[tuple[str, ...], Table]:
    """Word what became of the answers; one row per system and time."""
    found = look_up(result)
    arms = list(dict.fromkeys(one.arm for one in result.measured))
    n_changed = _count(found, "right_on_changed_updated")
    n_unchanged = _count(found, "right_on_unchanged_updated")
    titles = (
        f"Right on the {n_changed} changed",
        "Stale",
        f"Right on the {n_unchanged} unchanged" if n_unchanged else "Right on unchanged",
    )
    table = Table(
        caption="Freshness over time, with 95 % intervals: the same test questions at three times",
        columns=(
            Column(title="System and time"),
            *(Column(title=title, is_numeric=True) for title in titles),
        ),
        rows=tuple(_row(found, arm, time) for arm in arms for time in _TIMES),
    )
    return tuple(_remarks(trial, found, arms, n_changed=n_changed)), table


def build_freshness_figure(trial: TrialResult, result: ExperimentResult) -> LineFigure | None:
    """Draw the course of both systems."""
    arms = dict.fromkeys(one.arm for one in result.measured)
    chosen = trial.verdict.arm if trial.verdict else None
    return draw_freshness(result, {arm: _system(arm) for arm in arms}, recommended=chosen)


def _count(found: Found, quantity: str) -> int:
    return next((one.n for (_, name), one in found.items() if name == quantity), 0)


def _row(found: Found, arm: str, time: str) -> tuple[str, ...]:
    words = _TIMES[time].format(_UPDATES.get(arm, "updated"))
    cells = (
        share_cell(found, arm, f"{what}_{time}")
        for what in ("right_on_changed", "stale", "right_on_unchanged")
    )
    return (f"{_system(arm)}, {words}", *cells)


def _system(arm: str) -> str:
    return _SYSTEMS.get(arm, arm_name(arm))


def _remarks(trial: TrialResult, found: Found, arms: list[str], *, n_changed: int) -> Iterator[str]:
    yield as_sentence(
        f"The documents changed, and with them the right answers to "
        f"{count_of(n_changed, 'test question')}; an answer is stale if it was right before and "
        "is no longer"
    )
    for arm in arms:
        yield _story(found, arm)
    if "fine_tune" in arms:
        yield (
            "The closed-book model was taught every question with its answer, those of the test "
            "among them: what is measured is whether what it has learnt stays right, not whether "
            "it generalises."
        )
    yield from (_update(trial, found, arm) for arm in arms)
    if ("rag", "texts_encoded_for_update") in found:
        encoded = found["rag", "texts_encoded_for_update"]
        yield (
            f"Of {encoded.n:,} passages and sentences, the {encoded.value:,.0f} with a new text "
            "were encoded; the search indexes were built over all of them."
        )


def _story(found: Found, arm: str) -> str:
    """Say in a sentence what an update is good for."""
    without, after = (found[arm, f"right_on_changed_{time}"] for time in ("not_updated", "updated"))
    stale = found.get((arm, "stale_not_updated"))
    ending = f" and {_of(stale)} stale" if stale else ""
    return as_sentence(
        f"{_system(arm)}: without an update {_of(without)} of the changed answers are right"
        f"{ending}; {_UPDATES.get(arm, 'updated')}, {_of(after)} are right"
    )


def _of(one: Measured) -> str:
    return f"{round(one.value * one.n)} of {one.n}"


def _update(trial: TrialResult, found: Found, arm: str) -> str:
    taken = found[arm, "update_seconds"].value
    price = trial.protocol.machine_hour_usd
    cost = "" if price is None else f", {tiny_dollars(taken * price / _SECONDS_PER_HOUR)}"
    return as_sentence(
        f"{_system(arm)} is {_UPDATES.get(arm, 'updated')} in {seconds(taken)}{cost} (timed once)"
    )
