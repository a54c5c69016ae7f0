"""Render a report in the terminal, from 40 columns up, with or without colour.

Texts are `rich.text.Text` and never markup, so that brackets in them stay brackets. A table that
would not fit is printed as one short list per row. Nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table as RichTable
from rich.text import Text

from advisor.schema.exhibits import CostSection, RuleCheckSection
from advisor.schema.report import (
    AdviceSection,
    ApproachEntry,
    Evidence,
    Fact,
    Heed,
    Precedent,
    Report,
    Suggestion,
    Table,
    TrialSection,
)

MAX_REASONS = 5
MAX_CHANGES = 4
MAX_WIDTH = 96
_NARROW_TEXT_COLUMN = 14
_LONGEST_NAME = 28
_ENDLESS = 10_000
_TONES = {"good": "green", "bad": "red", "open": "yellow"}


def print_report(report: Report, console: Console) -> None:
    """Print a report; what it leaves out is in the Markdown and HTML renderings."""
    width = min(console.width, MAX_WIDTH)
    for part in render_terminal(report, console):
        console.print(part, width=width, highlight=False, crop=False)


def render_plain_text(report: Report, *, width: int = 80) -> str:
    """Render what the terminal shows as text without colour, for a file."""
    stream = StringIO()
    print_report(report, Console(file=stream, width=width, no_color=True, force_terminal=False))
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def render_terminal(report: Report, console: Console) -> Iterator[RenderableType]:
    """Lay a report out for a console, part by part."""
    yield _headline(report)
    yield from _advice(report.advice, console)
    if report.trial:
        yield from _trial(report.trial, console)
    yield from _part("What this does not tell you", _bullets(report.limits))
    yield from _part("Sources", _sources(report))
    yield from _part("Reproduce", map(_command, report.reproduce))


def _headline(report: Report) -> RenderableType:
    body = Text(report.headline, style="bold")
    title = Text(f" {report.badge} · {report.project} ")
    return Panel(body, title=title, title_align="left", border_style=_TONES[report.tone])


def _advice(advice: AdviceSection, console: Console) -> Iterator[RenderableType]:
    leader, *others = advice.ranking
    yield from _part("Before anything else", [_heed(one) for one in advice.notices])
    yield from _part("Recommendation", [*_paragraph(advice.summary), *_bullets(advice.confidence)])
    yield from _table(advice.ranking_table, console)
    yield from _part(f"Why {leader.label}", _evidence(leader.reasons))
    yield from _part(f"What speaks against {leader.label}", _evidence(leader.against))
    yield from _part("Constraints", _bullets(one.text for one in leader.constraints))
    yield from _part("Why not the others", [_rival(entry) for entry in others])
    yield from _part("Which form of it", [_suggestion(one) for one in advice.variants])
    yield from _part("Worth having beside it", [_suggestion(one) for one in advice.companions])
    yield from _part("Similar published cases", _precedents(advice))
    yield from _changes(advice)
    yield from _part("Open questions most worth answering", _bullets(advice.next_questions))
    yield from _part("Where the sources disagree", _bullets(d.statement for d in advice.disputed))


def _changes(advice: AdviceSection) -> Iterator[RenderableType]:
    changes = [*advice.flips[:MAX_CHANGES], *([advice.flips_note] if advice.flips_note else [])]
    yield from _part("What would change it", _bullets((*changes, *advice.grounds)))
    firmness = (*advice.robustness, *advice.beliefs[:1])
    yield from _part("How robust it is", _bullets(firmness))


def _trial(trial: TrialSection, console: Console) -> Iterator[RenderableType]:
    yield from _part("Measurement", [Text(trial.verdict), *_bullets(trial.remarks)])
    for table in (trial.arms, trial.comparisons, trial.dropped, trial.not_run):
        yield from _table(table, console)
    yield from _costs(trial.costs, console)
    yield from _rule_checks(trial.rule_checks, console)
    if curve := trial.learning_curve:
        yield from _part("Learning curve", _bullets(curve.remarks))
        yield from _table(curve.table, console)
    for section in trial.experiments:
        yield from _part(section.title, _bullets(section.remarks))
        yield from _table(section.table, console)
    yield from _part("Data and protocol", [_facts((*trial.data, *trial.protocol))])


def _costs(costs: CostSection | None, console: Console) -> Iterator[RenderableType]:
    """What each arm costs and where two break even; the documents have all tables."""
    if costs is None:
        return
    yield from _part("What it costs", [*_bullets(costs.remarks), _facts(costs.prices)])
    for table in dict.fromkeys((costs.tables[0], costs.tables[-1])):
        yield from _table(table, console)


def _rule_checks(section: RuleCheckSection | None, console: Console) -> Iterator[RenderableType]:
    if section is None:
        return
    yield from _part("What your data says about the rules used", _bullets(section.remarks))
    yield from _table(section.checks, console)
    yield from _table(section.support, console)


def _part(title: str, lines: Iterable[RenderableType]) -> Iterator[RenderableType]:
    """A titled block; nothing at all if it would be empty."""
    if body := list(lines):
        yield Group(Text(), Text(title, style="bold underline"), *body)


def _paragraph(text: str) -> list[RenderableType]:
    return [Text(text)] if text else []


def _hanging(mark: str, text: Text) -> RenderableType:
    """A list item whose further lines are indented under the first."""
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=len(mark))
    grid.add_column(overflow="fold")
    grid.add_row(Text(mark), text)
    return grid


def _bullets(lines: Iterable[str]) -> list[RenderableType]:
    return [_hanging("-", Text(line)) for line in lines]


def _evidence(evidence: tuple[Evidence, ...]) -> Iterator[RenderableType]:
    for one in evidence[:MAX_REASONS]:
        text = Text(one.text)
        text.append(f" {one.weight}", style="bold")
        text.append(f" {_cite(one)}", style="dim")
        yield _hanging("-", text)
    if len(evidence) > MAX_REASONS:
        yield Text(f"  and {len(evidence) - MAX_REASONS} lesser ones", style="dim")


def _cite(one: Evidence | Heed) -> str:
    sources = f" [{', '.join(map(str, one.sources))}]" if one.sources else ""
    opposed = f", against [{', '.join(map(str, one.opposed_by))}]" if one.opposed_by else ""
    return f"{one.rule}{sources}{opposed}"


def _rival(entry: ApproachEntry) -> RenderableType:
    text = Text(f"{entry.heading}. {entry.why_not}")
    if entry.silent:
        text.append(f"\n{entry.silent[0]}", style="dim")
    return _hanging("-", text)


def _heed(one: Heed) -> RenderableType:
    text = Text(f"{one.title}. ", style="bold")
    text.append(one.text, style="not bold")
    text.append(f" {_cite(one)}", style="dim not bold")
    return _hanging("!", text)


def _precedents(advice: AdviceSection) -> list[RenderableType]:
    return [*_paragraph(advice.precedents_note), *map(_precedent, advice.precedents)]


def _precedent(one: Precedent) -> RenderableType:
    return _hanging("-", Text(f"{one.title} ({one.likeness}). {one.outcome}"))


def _suggestion(one: Suggestion) -> RenderableType:
    text = Text(f"{one.subject}. ", style="bold")
    text.append(one.because, style="not bold")
    return _hanging("-", text)


def _facts(facts: Iterable[Fact]) -> RenderableType:
    return Text(" · ".join(f"{fact.name}: {fact.value}" for fact in facts))


def _command(command: str) -> RenderableType:
    """A line that stays one line, however narrow the terminal, so that it can be copied."""
    return Text(command, no_wrap=True, overflow="ignore")


def _sources(report: Report) -> Iterator[RenderableType]:
    """The sources whose numbers have been printed; the documents list all."""
    leader = report.advice.ranking[0]
    shown: tuple[Evidence | Heed, ...] = (
        *report.advice.notices,
        *leader.reasons[:MAX_REASONS],
        *leader.against[:MAX_REASONS],
    )
    cited = {number for one in shown for number in (*one.sources, *one.opposed_by)}
    cited.update(report.advice.decisive_sources)
    margin = len(f"[{max(cited, default=0)}]")
    for source in report.sources:
        if source.number in cited:
            text = Text(f"{source.text} {source.url}".rstrip())
            yield _hanging(f"[{source.number}]".rjust(margin), text)
    if len(report.sources) > len(cited):
        n_left = len(report.sources) - len(cited)
        yield Text(f"{n_left} {'more ' if cited else ''}in the HTML and Markdown report.")


def _table(table: Table, console: Console) -> Iterator[RenderableType]:
    if not table.rows:
        return
    yield Text()
    yield Text(table.caption, style="italic")
    wide = _wide_table(table)
    anything = console.options.update(width=_ENDLESS)
    needed = Measurement.get(console, anything, wide).minimum
    yield wide if needed <= min(console.width, MAX_WIDTH) else _stacked_table(table)


def _wide_table(table: Table) -> RichTable:
    rich_table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(table.columns):
        texts = [column.title, *(row[number] for row in table.rows)]
        longest = max(map(len, texts))
        rich_table.add_column(
            Text(column.title),
            justify="right" if column.is_numeric else "left",
            no_wrap=column.is_numeric,
            min_width=longest if column.is_numeric else _least_width(texts, longest),
            overflow="fold",
        )
    for row in table.rows:
        rich_table.add_row(*(Text(cell) for cell in row))
    return rich_table


def _least_width(texts: Sequence[str], longest: int) -> int:
    """How narrow a column of text may become: no name in it is broken within a word."""
    word = max((len(word) for text in texts for word in text.split()), default=0)
    return max(min(longest, _NARROW_TEXT_COLUMN), min(word, _LONGEST_NAME))


def _stacked_table(table: Table) -> RenderableType:
    """One short list per row, for a terminal too narrow for columns."""
    lines: list[RenderableType] = []
    for first, *cells in table.rows:
        lines.append(Text(first, style="bold"))
        named = zip(table.columns[1:], cells, strict=True)
        lines += [Padding(Text(f"{head.title}: {cell}"), (0, 0, 0, 2)) for head, cell in named]
    return Group(Text(), *lines)
