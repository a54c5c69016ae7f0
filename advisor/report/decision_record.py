"""Render a report as a decision record: MADR 4 (adr.github.io/madr), to be kept beside the code.

Its status is "proposed": Advisor advises, people decide and change that word.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from advisor.report.markdown import escape_markdown
from advisor.report.wording import inside_sentence
from advisor.schema.report import ApproachEntry, CitedSource, Evidence, Report
from advisor.vocabulary import Status

MAX_REASONS = 5
"""Reasons on each side of an option; the report has all."""

MAX_CONSEQUENCES = 3
"""The weightiest of them for and against the chosen option."""


def render_decision_record(report: Report, *, date: datetime.date) -> str:
    """Render a decision record with the sections of MADR 4, in their order.

    Args:
        report: What was recommended, and measured if anything was.
        date: When the record is written.
    """
    return "\n".join(_lines(report, date)) + "\n"


def _lines(report: Report, date: datetime.date) -> Iterator[str]:
    leader = report.advice.ranking[0]
    yield from ("---", "status: proposed", f"date: {date.isoformat()}", "---", "")
    yield f"# {escape_markdown(_title(report))}"
    yield from _section("Context and Problem Statement", _context(report))
    yield from _section("Decision Drivers", _drivers(leader))
    options = (f"* {_name(entry)}" for entry in report.advice.ranking)
    yield from _section("Considered Options", options)
    yield from _section("Decision Outcome", _outcome(report))
    yield from _part("Consequences", _pros_and_cons(leader, MAX_CONSEQUENCES))
    yield from _part("Confirmation", _confirmation(report))
    yield from ("", "## Pros and Cons of the Options")
    for entry in report.advice.ranking:
        yield from _part(_name(entry), (*_summary(entry), *_pros_and_cons(entry)))
    yield from _section("More Information", _more(report))


def _title(report: Report) -> str:
    verb = "Use" if report.advice.recommended else "Choose between approaches;"
    leads = "" if report.advice.recommended else " leads"
    return f"{verb} {report.advice.ranking[0].label}{leads} for {report.project}"


def _name(entry: ApproachEntry) -> str:
    return escape_markdown(f"{entry.label[:1].upper()}{entry.label[1:]}")


def _context(report: Report) -> Iterator[str]:
    if report.description:
        yield from (escape_markdown(report.description), "")
    yield (
        f"Should {escape_markdown(report.project)} prompt a language model, retrieve, fine-tune, "
        "or combine them?"
    )


def _drivers(leader: ApproachEntry) -> Iterator[str]:
    """List the answers that made the weightiest rules speak, each once."""
    seen = dict.fromkeys(
        answer
        for evidence in (*leader.reasons[:MAX_REASONS], *leader.against[:MAX_REASONS])
        for answer in evidence.answers
    )
    yield from (f"* {escape_markdown(answer)}" for answer in seen)
    if not seen:
        yield "* No question that decides was answered."


def _outcome(report: Report) -> Iterator[str]:
    advice, leader = report.advice, report.advice.ranking[0]
    said = advice.summary or report.headline
    if advice.recommended is None:
        yield f"No option is chosen yet; {_name(leader)} leads. {escape_markdown(said)}"
        return
    why = inside_sentence(said.partition(": ")[2] or said)
    yield f'Chosen option: "{_name(leader)}", because {escape_markdown(why)}.'


def _pros_and_cons(entry: ApproachEntry, limit: int = MAX_REASONS) -> Iterator[str]:
    yield from (f"* Good, because {_because(one)}" for one in entry.reasons[:limit])
    yield from (f"* Bad, because {_because(one)}" for one in entry.against[:limit])
    if entry.status is not Status.ALLOWED:
        yield from (
            f"* Bad, because {escape_markdown(inside_sentence(one.text))} "
            f"({escape_markdown(one.rule)}){_cite(one.sources)}"
            for one in entry.constraints
        )


def _because(one: Evidence) -> str:
    rule = escape_markdown(f"({one.rule}, {one.weight})")
    return f"{escape_markdown(inside_sentence(one.text))} {rule}{_cite(one.sources)}"


def _summary(entry: ApproachEntry) -> tuple[str, ...]:
    return (escape_markdown(entry.summary), "") if entry.summary else ()


def _confirmation(report: Report) -> Iterator[str]:
    if report.trial is None:
        yield "Nothing was measured yet; `advisor prototype` does that."
    else:
        yield f"**{escape_markdown(report.badge)}.** {escape_markdown(report.trial.verdict)}"
        if report.trial.remarks:
            yield from ("", *(f"* {escape_markdown(remark)}" for remark in report.trial.remarks))
    yield from ("", "`advisor recheck RUN` says later whether this decision still stands.")


def _more(report: Report) -> Iterator[str]:
    flips = [f"* {escape_markdown(flip)}" for flip in report.advice.flips]
    if flips:
        yield from ("This decision is to be taken again:", "", *flips, "")
    yield from _bullets("Confidence:", report.advice.confidence)
    versions = ", ".join(f"{fact.name} {fact.value}" for fact in report.versions[:2])
    yield f"Advised by {escape_markdown(versions)}."
    cited = _cited(report)
    sources = [_source(source) for source in report.sources if source.number in cited]
    if sources:
        yield from ("", "Sources, numbered as in the full report:", "", *sources)


def _cited(report: Report) -> set[int]:
    """Collect the sources that the record shows a number of."""
    shown: set[int] = set()
    for entry in report.advice.ranking:
        for evidence in (*entry.reasons[:MAX_REASONS], *entry.against[:MAX_REASONS]):
            shown.update(evidence.sources)
        for constraint in entry.constraints:
            shown.update(constraint.sources)
    return shown


def _bullets(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from (title, "", *(f"* {escape_markdown(line)}" for line in lines), "")


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "", *lines)


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"### {title}", "", *lines)


def _cite(numbers: Iterable[int]) -> str:
    listed = ", ".join(str(number) for number in numbers)
    return f" \\[{listed}\\]" if listed else ""


def _source(source: CitedSource) -> str:
    link = f" <{source.url}>" if source.url else ""
    return f"* \\[{source.number}\\] {escape_markdown(source.text)}{link}"
