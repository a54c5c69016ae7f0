"""A profile on the terminal: contradictions first, then what was measured and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from advisor.report.wording import plain_text
from advisor.schema.profile import (
    DocumentsProfile,
    ExamplesProfile,
    FactChanges,
    HistoryProfile,
    Profile,
    QuestionsProfile,
)

Line = tuple[str, str]

_SKIPPED_SHOWN = 20
_FLAGS_SHOWN = 5
_TITLES = {
    "labels": "Labelled examples",
    "outputs": "Inputs and outputs",
    "spans": "Texts with spans",
}
_COUNTED = {"labels": "labels", "outputs": "different outputs", "spans": "different sets of spans"}


def print_profile(profile: Profile, console: Console, *, is_brief: bool = False) -> None:
    """Print everything a reader needs; without the remarks and skipped files if brief."""
    for one in profile.contradictions:
        console.print(Text(plain_text(one.sentence), style="bold red"))
    _print_answers(profile, console)
    if is_brief:
        return
    for heading, lines in _sections(profile):
        _print_lines(heading, lines, console)
    for remark in profile.remarks:
        console.print(Text(f"• {plain_text(remark)}"))
    _print_skipped(profile, console)


def _print_answers(profile: Profile, console: Console) -> None:
    if not profile.measured:
        console.print("The data decide none of the questions.")
        return
    table = Table(box=None, pad_edge=False, title_justify="left", title="Answers measured")
    for title in ("Question", "Answer", "Found", "How"):
        table.add_column(title, overflow="fold")
    for criterion, one in profile.measured.items():
        cells = (criterion, one.level, one.finding, one.how)
        table.add_row(*(Text(plain_text(cell)) for cell in cells))
    console.print(table)


def _print_lines(heading: str, lines: Iterable[Line], console: Console) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in lines:
        table.add_row(name, Text(plain_text(value)))
    console.print()
    console.print(Text(heading, style="bold"))
    console.print(table)


def _print_skipped(profile: Profile, console: Console) -> None:
    if not profile.skipped:
        return
    lines = [(plain_text(one.name, limit=60), one.reason) for one in profile.skipped]
    shown = lines[:_SKIPPED_SHOWN]
    if len(lines) > len(shown):
        shown.append(("…", f"{len(lines) - len(shown):,} more; --format json lists them all"))
    _print_lines("Not read", shown, console)


def _sections(profile: Profile) -> Iterator[tuple[str, Iterable[Line]]]:
    if profile.documents is not None:
        yield "Documents", _documents(profile.documents)
    if profile.changes is not None:
        yield "Changes since the earlier state", _changes(profile.changes)
    if profile.history is not None:
        yield "Git history", _history(profile.history)
    for one in profile.examples:
        yield _TITLES[one.kind], _examples(one)
    if profile.questions is not None:
        yield "Questions", _questions(profile.questions)


def _documents(one: DocumentsProfile) -> Iterator[Line]:
    yield "count", f"{one.n_documents:,} ({_counts(one.formats)})"
    yield "size", f"{one.n_characters:,} characters, about {one.n_tokens:,} tokens"
    languages = f"{_counts(one.languages.counts)} among {one.languages.n_sampled:,} sampled"
    yield "languages", languages if one.languages.counts else "not told: too little text"
    yield (
        "duplicates",
        f"{one.n_duplicates:,} equal, {one.n_near_duplicates:,} nearly equal among "
        f"{one.n_compared:,}",
    )
    if one.oldest:
        yield "file dates", f"{one.oldest} to {one.newest} (copying changes them)"


def _changes(one: FactChanges) -> Iterator[Line]:
    yield (
        "documents",
        f"{one.n_changed:,} changed, {one.n_unchanged:,} unchanged, {one.n_added:,} added, "
        f"{one.n_removed:,} removed",
    )
    yield (
        "sentences",
        f"{one.n_sentences_gone:,} of {one.n_sentences:,} no longer hold ({one.share_gone:.0%})",
    )
    yield (
        "facts",
        f"{one.n_numbers:,} with another number, {one.n_versions:,} with another version, "
        f"{one.n_settings:,} with another named value",
    )
    yield "flags added", _names(one.flags_added)
    yield "flags removed", _names(one.flags_removed)


def _history(one: HistoryProfile) -> Iterator[Line]:
    yield "commits", f"{one.n_commits:,} that touch documents, {one.first} to {one.last}"
    yield (
        "changes",
        f"on {one.n_days:,} of the last {one.span_days:,} days, every "
        f"{one.interval_days:,.1f} days on average",
    )


def _examples(one: ExamplesProfile) -> Iterator[Line]:
    yield "rows", f"{one.n_rows:,} in {_names(one.files)}"
    yield (
        "left",
        f"{one.n_distinct:,} after {one.n_duplicates:,} duplicates and {one.n_incomplete:,} "
        f"incomplete; {one.n_near_duplicates:,} near duplicates among {one.n_compared:,}",
    )
    yield (
        _COUNTED[one.kind],
        f"{one.n_outputs:,}, {one.smallest_class:,} rows to {one.largest_share:.1%} of all",
    )
    yield "conflicts", f"{one.n_conflicts:,} inputs with more than one output"
    yield (
        "length",
        f"median {one.median_characters:,}, 95 % up to {one.p95_characters:,} characters",
    )
    if one.noise is not None:
        yield (
            "label noise",
            f"about {one.noise.share:.1%}; {one.noise.n_disagreeing / one.noise.n_sampled:.1%} of "
            f"{one.noise.n_sampled:,} held-out predictions differ",
        )
    else:
        yield (
            "label noise",
            "not estimated: too few rows per label"
            if one.kind == "labels"
            else ("not estimated: outputs are no labels"),
        )
    same = max(one.output_format.n_same_shape, one.output_format.n_same_keys)
    yield "format", f"{same:,} of {one.output_format.n_sampled:,} outputs have the same form"


def _questions(one: QuestionsProfile) -> Iterator[Line]:
    yield "rows", f"{one.n_rows:,} in {_names(one.files)}, {one.n_duplicates:,} duplicates"
    yield "kinds", f"{_counts(one.kinds)} (told by cue words, English)"
    if one.n_marked:
        yield "unanswerable", f"{one.n_unanswerable:,} of {one.n_marked:,} marked"
    if one.overlap is not None:
        yield (
            "overlap",
            f"the best document holds {one.overlap.median:.0%} of a question's words (median of "
            f"{one.overlap.n_sampled:,}); {one.overlap.n_covered:,} are covered to 80 %",
        )


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items()) or "none"


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_FLAGS_SHOWN]) or "none"
    more = len(names) - _FLAGS_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
