"""What a small classifier keeps of the language model that taught it, and what it gains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from advisor.report.found import Found, look_up, share_cell
from advisor.report.trial_tables import NONE, metric_name
from advisor.report.wording import count_of, milliseconds, points, seconds, tiny_dollars
from advisor.schema.exhibits import Column, Table

if TYPE_CHECKING:
    from prototypes.results import ExperimentResult, TrialResult

_TEACHER, _STUDENT = "prompting_generator", "distilled_head"
_SYSTEMS = {
    _TEACHER: "Language model (the teacher)",
    _STUDENT: "Head taught by it",
    "distilled_chosen_quarter": "Head taught a quarter of its labels, chosen",
    "distilled_random_quarter": "Head taught a quarter of its labels, at random",
    "fine_tune_head": "Head taught by people",
}
_AGAINST = {_TEACHER: "its teacher", "fine_tune_head": "the same head taught by people"}
_CHOSEN = "distilled_chosen_quarter"


def build_distillation_section(
    trial: TrialResult, result: ExperimentResult
) -> tuple[tuple[str, ...], Table]:
    """Word what was kept and gained; one row per system."""
    found, metric = look_up(result), metric_name(trial.primary_metric)
    titles = (metric, "Mean of one query", "1,000 answers")
    table = Table(
        caption="A classifier that learnt from a language model, with 95 % intervals",
        columns=(
            Column(title="System"),
            *(Column(title=title, is_numeric=True) for title in titles),
        ),
        rows=tuple(
            (
                words,
                share_cell(found, arm, "quality"),
                _time_cell(found, arm),
                _price_cell(found, arm),
            )
            for arm, words in _SYSTEMS.items()
            if (arm, "quality") in found
        ),
    )
    return (*_state_labels(found), *_state_kept(result), *_state_gained(found)), table


def _state_labels(found: Found) -> Iterator[str]:
    """Say how good the teacher's labels are, and what they took."""
    missing, taken = found[_TEACHER, "unlabelled"], found[_TEACHER, "label_seconds"]
    right, price = found.get((_TEACHER, "labelled_rightly")), found.get((_TEACHER, "label_usd"))
    cost = f" and {tiny_dollars(price.value)}" if price else ""
    n_unread = round(missing.value * missing.n)
    unread = f"; no label could be read of {n_unread}" if n_unread else ""
    as_people = f"; {right.value:.0%} of its labels are those of people" if right else ""
    yield (
        f"The language model labelled {count_of(missing.n, 'text')} in {seconds(taken.value)}{cost}"
        f"{as_people}{unread}."
    )


def _state_kept(result: ExperimentResult) -> Iterator[str]:
    for one in result.differences:
        if one.metric == "quality" and one.arm == _CHOSEN:
            yield (
                "Taught only a quarter of these labels, asked for where the head so far was least "
                f"certain, it differs by {points(one.difference)} points from one taught a quarter "
                f"drawn at random ({points(one.low)} to {points(one.high)})."
            )
        elif one.metric == "quality":
            yield (
                f"The head that learnt from these labels alone differs by "
                f"{points(one.difference)} points from {_AGAINST[one.against]} "
                f"({points(one.low)} to {points(one.high)})."
            )


def _state_gained(found: Found) -> Iterator[str]:
    """Say how much faster and cheaper the student is, and when the labels have paid off."""
    slow, fast = (found.get((arm, "mean_ms")) for arm in (_TEACHER, _STUDENT))
    if slow and fast and fast.value:
        yield f"It answers {slow.value / fast.value:,.1f} times as fast as its teacher."
    dear, cheap = (found.get((arm, "usd_per_1000")) for arm in (_TEACHER, _STUDENT))
    price = found.get((_TEACHER, "label_usd"))
    if dear and cheap and price and dear.value > cheap.value:
        n_answers = 1000 * price.value / (dear.value - cheap.value)
        yield f"The labels have paid for themselves after about {n_answers:,.0f} answers."


def _time_cell(found: Found, arm: str) -> str:
    one = found.get((arm, "mean_ms"))
    if one is None:
        return NONE
    return f"{milliseconds(one.value)} ({milliseconds(one.low)} to {milliseconds(one.high)})"


def _price_cell(found: Found, arm: str) -> str:
    one = found.get((arm, "usd_per_1000"))
    return NONE if one is None else tiny_dollars(one.value)
