"""What the arms answered to the test samples, side by side."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from advisor.report.trial_tables import arm_name, metric_name
from advisor.report.wording import count_of, plain_text
from advisor.schema.samples import (
    GivenAnswer,
    Kind,
    Mark,
    SampleEntry,
    SampleFilter,
    SampleSection,
)

if TYPE_CHECKING:
    from prototypes.results import SampleResult, TrialResult

MAX_BYTES = 450_000
"""What the samples may weigh in an HTML file that is to stay under 1 MB."""

MAX_INPUT, MAX_ANSWER, MAX_EXPECTED, MAX_SOURCES = 600, 400, 200, 3
_ENTRY_BYTES, _ANSWER_BYTES = 200, 120
"""Mark-up around a sample and around one answer."""

_RIGHT = 0.5
"""Score of the primary metric from which on an answer counts as right."""

_LABELS: Mapping[Kind, str] = {
    "disagree": "Arms disagree",
    "all-wrong": "All wrong",
    "chosen-wrong": "Recommended arm wrong",
}
_BASELINE = "baseline"
_CHOSEN = "◆\u00a0"


def build_sample_section(
    trial: TrialResult, answered: Mapping[str, Sequence[SampleResult]]
) -> SampleSection | None:
    """Set the answers of all arms side by side; None if no answers were kept.

    Args:
        trial: Which arms there are, which one is recommended, and the metric that judges.
        answered: Per arm, its answers.
    """
    by_id: dict[str, dict[str, SampleResult]] = {}
    for arm in trial.arms:
        for sample in answered.get(arm.name, ()):
            by_id.setdefault(sample.id, {})[arm.name] = sample
    if not by_id:
        return None
    entries = sorted((_entry(trial, each) for each in by_id.values()), key=_telling)
    shown = tuple(_within_size(entries))
    is_graded = any(0 < _score(trial, one) < 1 for each in by_id.values() for one in each.values())
    return SampleSection(
        remarks=tuple(_remarks(trial, n_left_out=len(entries) - len(shown), is_graded=is_graded)),
        filters=tuple(_filters(trial, shown, entries)),
        entries=shown,
        n_in_all=len(entries),
    )


def _entry(trial: TrialResult, given: Mapping[str, SampleResult]) -> SampleEntry:
    first = next(iter(given.values()))
    targets = " / ".join(plain_text(one, limit=MAX_EXPECTED) for one in first.targets[:3])
    return SampleEntry(
        id=plain_text(first.id, limit=80),
        input=plain_text(first.input, limit=MAX_INPUT),
        expected="no answer: it cannot be answered" if first.unanswerable else targets,
        kinds=tuple(_kinds(trial, given)),
        answers=tuple(_answers(trial, given)),
    )


def _kinds(trial: TrialResult, given: Mapping[str, SampleResult]) -> Iterator[Kind]:
    """Say what stands out; a baseline, which is often wrong, has no say unless it is alone."""
    names = {arm.name for arm in trial.arms if arm.approach.value != _BASELINE}
    marks = {name: _mark(trial, sample) for name, sample in given.items()}
    judged = {mark for name, mark in marks.items() if name in names} or set(marks.values())
    if {"right", "wrong"} <= judged:
        yield "disagree"
    if judged == {"wrong"}:
        yield "all-wrong"
    chosen = trial.verdict.arm if trial.verdict else None
    if chosen and marks.get(chosen) == "wrong":
        yield "chosen-wrong"


def _answers(trial: TrialResult, given: Mapping[str, SampleResult]) -> Iterator[GivenAnswer]:
    """List each different answer once, with the arms that gave it."""

    def order(item: tuple[str, SampleResult]) -> tuple[float, str]:
        return -_score(trial, item[1]), item[1].output or ""

    chosen = trial.verdict.arm if trial.verdict else None
    for _, group in groupby(sorted(given.items(), key=order), key=order):
        same = dict(group)
        sample = next(iter(same.values()))
        yield GivenAnswer(
            text=_said(sample),
            mark=_mark(trial, sample),
            mark_text=_mark_text(trial, sample),
            arms=", ".join(f"{_CHOSEN if name == chosen else ''}{arm_name(name)}" for name in same),
            is_recommended=chosen in same,
            sources=_sources(same.values()),
        )


def _said(sample: SampleResult) -> str:
    if sample.fault:
        return f"failed: {plain_text(sample.fault, limit=MAX_ANSWER)}"
    return "no answer" if sample.output is None else plain_text(sample.output, limit=MAX_ANSWER)


def _score(trial: TrialResult, sample: SampleResult) -> float:
    return sample.scores.get(trial.primary_metric, -1.0)


def _mark(trial: TrialResult, sample: SampleResult) -> Mark:
    score = _score(trial, sample)
    return "unmarked" if score < 0 else "right" if score >= _RIGHT else "wrong"


def _mark_text(trial: TrialResult, sample: SampleResult) -> str:
    score = _score(trial, sample)
    words = {"right": "Right", "wrong": "Wrong", "unmarked": "Not scored"}[_mark(trial, sample)]
    return f"{words}, {score:.2f}" if 0 < score < 1 else words


def _sources(samples: Iterable[SampleResult]) -> str:
    cited = list(dict.fromkeys(source for sample in samples for source in sample.citations))
    listed = ", ".join(plain_text(source, limit=80) for source in cited[:MAX_SOURCES])
    more = len(cited) - MAX_SOURCES
    return f"{listed} and {more} more" if more > 0 else listed


def _telling(entry: SampleEntry) -> int:
    """Order samples: where arms differ first, then what none can do, then what all can."""
    if "disagree" in entry.kinds:
        return 0 if "chosen-wrong" in entry.kinds else 1
    return 2 if "all-wrong" in entry.kinds else 3


def _within_size(entries: Sequence[SampleEntry]) -> Iterator[SampleEntry]:
    """Take samples until the file would become too large to be sent about."""
    total = 0
    for entry in entries:
        total += _size(entry)
        if total > MAX_BYTES:
            return
        yield entry


def _size(entry: SampleEntry) -> int:
    texts = [entry.id, entry.input, entry.expected]
    for answer in entry.answers:
        texts += [answer.text, answer.arms, answer.sources]
    written = sum(len(html.escape(text).encode()) for text in texts)
    return written + _ENTRY_BYTES + _ANSWER_BYTES * len(entry.answers)


def _filters(
    trial: TrialResult, shown: Sequence[SampleEntry], entries: Sequence[SampleEntry]
) -> Iterator[SampleFilter]:
    has_chosen = trial.verdict is not None and trial.verdict.arm is not None
    for kind, label in _LABELS.items():
        if kind != "chosen-wrong" or has_chosen:
            yield SampleFilter(
                kind=kind,
                label=label,
                n_shown=sum(kind in entry.kinds for entry in shown),
                n_in_all=sum(kind in entry.kinds for entry in entries),
            )


def _remarks(trial: TrialResult, *, n_left_out: int, is_graded: bool) -> Iterator[str]:
    if n_left_out:
        left_out = count_of(n_left_out, "further sample")
        yield (
            f"{left_out} would make this file too large; all are in the run folder, in "
            "samples/, one file per arm."
        )
    graded = f"An answer counts as right from {_RIGHT:g} {metric_name(trial.primary_metric)} on. "
    yield (
        f"{graded if is_graded else ''}◆ marks the recommended arm. Baselines are shown, but have "
        "no say in whether arms disagree or all are wrong."
    )
    yield (
        "These are texts of your own data; `advisor report RUN --no-samples` leaves them out of a "
        "report that is to be forwarded."
    )
