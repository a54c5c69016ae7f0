"""Render a report as GitHub-flavoured Markdown, fit for a pull request.

Every text of the report passes through `escape_markdown` where it is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from advisor.schema.exhibits import Brief, CostSection, CurveSection, RuleCheckSection
from advisor.schema.report import (
    AdviceSection,
    ApproachEntry,
    CitedSource,
    Constraint,
    Evidence,
    Fact,
    Heed,
    Precedent,
    Report,
    Suggestion,
    Table,
    TrialSection,
)
from advisor.schema.samples import SampleSection

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~$])")
_LINE_START = re.compile(r"^(#{1,6}|[-+]|[-=]+$)(?=\s|$)")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def render_markdown(report: Report) -> str:
    """Render a report with the verdict on top and tables instead of figures."""
    return "\n".join(_lines(report)) + "\n"


def escape_markdown(text: str) -> str:
    """Escape text so that it stays text in a paragraph, a list item and a table cell."""
    escaped = _SPECIAL.sub(r"\\\1", text.translate(_ENTITIES))
    return _NUMBERED.sub(r"\1\\\2", _LINE_START.sub(r"\\\1", escaped))


def _lines(report: Report) -> Iterator[str]:
    yield f"# {escape_markdown(report.project)}: {escape_markdown(report.badge)}"
    yield from ("", f"**{escape_markdown(report.headline)}**", "")
    if report.description:
        yield from (escape_markdown(report.description), "")
    yield from _facts(report.glance)
    yield from _brief(report.brief)
    yield from _advice(report.advice)
    if report.trial:
        yield from _trial(report.trial)
    yield from _section("What this does not tell you", _bullets(report.limits))
    yield from _section("Sources", (_source(source) for source in report.sources))
    yield from _section("Reproduce", ("```sh", *map(_command, report.reproduce), "```"))
    yield from ("", *_facts(report.versions))


def _brief(brief: Brief) -> Iterator[str]:
    yield from _section("In brief", (escape_markdown(" ".join(brief.decision)),))
    yield from _part("How sure this is", _bullets(brief.confidence))
    yield from _part("What it costs", _bullets(brief.costs))
    yield from _part("What would change it", _bullets(brief.changes))
    yield from _part("Risks", _bullets(brief.risks))


def _advice(advice: AdviceSection) -> Iterator[str]:
    leader, *others = advice.ranking
    summary = (escape_markdown(advice.summary), "") if advice.summary else ()
    if advice.notices:
        yield from _section("Before anything else", map(_heed, advice.notices))
    yield from _section("Recommendation", summary)
    yield from _bullets(advice.confidence)
    yield from _table(advice.ranking_table)
    yield from _part(f"Why {leader.label}", _evidence(leader.reasons))
    yield from _part(f"What speaks against {leader.label}", _evidence(leader.against))
    yield from _part("Constraints", map(_constraint, leader.constraints))
    yield from _part("Why not the others", _rivals(others))
    yield from _part("Which form of it", map(_suggestion, advice.variants))
    yield from _part("Worth having beside it", map(_suggestion, advice.companions))
    yield from _part("Similar published cases", _precedents(advice))
    yield from _changes(advice)
    yield from _part("Open questions most worth answering", _bullets(advice.next_questions))
    yield from _part(advice.unanswered_heading, _bullets(advice.unanswered))
    yield from _part("Where the sources disagree", _disputes(advice))


def _changes(advice: AdviceSection) -> Iterator[str]:
    yield from _section("What would change it", _bullets(advice.flips))
    if advice.flips_note:
        yield from ("", escape_markdown(advice.flips_note))
    yield from _part("What it rests on", _bullets(advice.grounds))
    yield from _part("How robust it is", _bullets((*advice.robustness, *advice.beliefs)))


def _trial(trial: TrialSection) -> Iterator[str]:
    yield from _section("Measurement", (escape_markdown(trial.verdict),))
    if trial.remarks:
        yield from ("", *(f"> - {escape_markdown(remark)}" for remark in trial.remarks))
    tables = (trial.arms, trial.comparisons, trial.dropped, trial.not_run, *trial.details)
    for table in tables:
        yield from _table(table)
    yield from _costs(trial.costs)
    yield from _rule_checks(trial.rule_checks)
    yield from _curve(trial.learning_curve)
    for section in trial.experiments:
        yield from _part(section.title, _bullets(section.remarks))
        yield from _table(section.table)
    yield from _part("What the arms are", _facts(trial.arm_notes))
    yield from _samples(trial.samples)
    yield from _part("Data", _facts(trial.data))
    yield from _part("Protocol", _facts(trial.protocol))


def _costs(costs: CostSection | None) -> Iterator[str]:
    if costs is None:
        return
    yield from _part("What it costs", _bullets(costs.remarks))
    for table in costs.tables:
        yield from _table(table)
    yield from ("", *_facts(costs.prices))


def _rule_checks(section: RuleCheckSection | None) -> Iterator[str]:
    if section is None:
        return
    yield from _part("What your data says about the rules used", _bullets(section.remarks))
    yield from _table(section.checks)
    yield from _table(section.support)


def _curve(curve: CurveSection | None) -> Iterator[str]:
    if curve is None:
        return
    yield from _part("Learning curve", _bullets(curve.remarks))
    yield from _table(curve.table)


def _samples(samples: SampleSection | None) -> Iterator[str]:
    """Count the samples by what the arms made of them; their texts are in the HTML form."""
    if samples is None:
        return
    counts = (f"- {one.label}: {one.n_in_all:,} of {samples.n_in_all:,}" for one in samples.filters)
    yield from _part("Answers side by side", counts)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"## {escape_markdown(title)}", "", *lines)


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A sub-section; nothing at all if it would be empty."""
    if body := list(lines):
        yield from ("", f"### {escape_markdown(title)}", "", *body)


def _bullets(lines: Iterable[str]) -> Iterator[str]:
    return (f"- {escape_markdown(line)}" for line in lines)


def _facts(facts: Iterable[Fact]) -> Iterator[str]:
    return (f"- {escape_markdown(one.name)}: {escape_markdown(one.value)}" for one in facts)


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        return
    yield from ("", f"**{escape_markdown(table.caption)}**", "")
    yield _row(column.title for column in table.columns)
    yield f"| {' | '.join('---:' if one.is_numeric else '---' for one in table.columns)} |"
    yield from (_row(row) for row in table.rows)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(escape_markdown(cell) for cell in cells)} |"


def _cite(numbers: Iterable[int]) -> str:
    listed = ", ".join(str(number) for number in numbers)
    return f" \\[{listed}\\]" if listed else ""


def _evidence(evidence: Iterable[Evidence]) -> Iterator[str]:
    for one in evidence:
        graded = f", {one.grade}" if one.grade else ""
        yield f"- {escape_markdown(one.text)} **{one.weight}**{_cite(one.sources)}"
        because = "".join(f"{escape_markdown(answer)}. " for answer in one.answers)
        opposed = f" Said otherwise by{_cite(one.opposed_by)}." if one.opposed_by else ""
        yield f"  <br>{because}Rule {escape_markdown(one.rule + graded)}.{opposed}"


def _constraint(constraint: Constraint) -> str:
    rule = escape_markdown(constraint.rule)
    return f"- {escape_markdown(constraint.text)}{_cite(constraint.sources)} Rule {rule}."


def _rivals(entries: Iterable[ApproachEntry]) -> Iterator[str]:
    for entry in entries:
        yield f"- {escape_markdown(entry.heading)}. {escape_markdown(entry.why_not)}"
        yield from (f"  - {escape_markdown(line)}" for line in entry.silent)


def _heed(one: Heed) -> str:
    opposed = f" Said otherwise by{_cite(one.opposed_by)}." if one.opposed_by else ""
    text = f"{escape_markdown(one.text)}{_cite(one.sources)} Rule {escape_markdown(one.rule)}."
    return f"- **{escape_markdown(one.title)}.** {text}{opposed}"


def _precedents(advice: AdviceSection) -> Iterator[str]:
    if advice.precedents_note:
        yield from (f"**{escape_markdown(advice.precedents_note)}**", "")
    yield from map(_precedent, advice.precedents)


def _precedent(one: Precedent) -> str:
    title, source = escape_markdown(one.title), escape_markdown(one.source)
    return f"- **{title}** ({one.likeness}). {escape_markdown(one.outcome)} {source}"


def _suggestion(one: Suggestion) -> str:
    because = escape_markdown(one.because)
    return f"- **{escape_markdown(one.subject)}.** {because}{_cite(one.sources)}".rstrip()


def _disputes(advice: AdviceSection) -> Iterator[str]:
    for point in advice.disputed:
        sides = f"For:{_cite(point.for_sources)}. Against:{_cite(point.against_sources)}."
        statement, rule = escape_markdown(point.statement), escape_markdown(point.rule)
        yield f"- {statement} {sides} Rule {rule}."


def _source(source: CitedSource) -> str:
    link = f" <{source.url}>" if source.url else ""
    return f"{source.number}. {escape_markdown(source.text)}{link}"


def _command(command: str) -> str:
    return command.replace("`", "'")
