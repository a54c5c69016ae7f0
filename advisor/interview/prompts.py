"""The interview in a terminal; the only module that knows questionary and how questions look."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import questionary
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import ScrollOffsets
from rich.console import Console

from advisor.interview.flow import Interview
from advisor.interview.layout import fits, terminal_width, wrap
from advisor.interview.planning import Outlook
from advisor.interview.purpose import purpose_lines
from advisor.interview.session import Move, Place
from advisor.interview.wording import (
    HELP,
    NUMBER,
    PRIORITIES_QUESTION,
    REVIEW_QUESTION,
    WHY,
    Option,
    answer_line,
    priority_lines,
    progress_line,
    question_options,
    read_order,
    review_options,
    sample_number,
    short_name,
    standing_lines,
    tidy,
    why_no_more,
)
from advisor.knowledge.levels import level_of_number
from advisor.schema.answers import Project
from advisor.schema.rule import Criterion, RuleBase

_POINTER = ">"
_INDENT = 3
"""Columns that questionary puts before a choice: the pointer and a space on either side."""

_TABLE_COLUMNS = 60
"""From this width on the review is a table."""

_STYLE = questionary.Style(
    [
        ("qmark", "noinherit"),
        ("question", "bold"),
        ("pointer", "bold"),
        ("highlighted", "bold"),
        ("selected", "bold noreverse"),
    ]
)


class TerminalQuestioner:
    """Asks with arrow keys, number keys and single letters.

    A question is wiped once it is answered; what remains on the screen is a line per answer.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def ask_project(self, known: Project) -> Project:
        """Ask for a name and a description; both may be left empty."""
        is_named = known.name != Project().name
        name = self._text("What is the project called?", known.name if is_named else "")
        description = self._text(
            "One sentence about it, or a few (may be empty):", known.description
        )
        return Project(name=name or known.name, description=description)

    def ask(self, criterion: Criterion, place: Place) -> str | Move:
        """Ask one question until it is answered or left; `?` and `w` open and close."""
        shown = ""
        while True:
            reply = self._select(
                _heading(criterion, place),
                _message(criterion, place, shown),
                choices=_choices(criterion, place, is_helping=shown == HELP),
                current=place.current,
            )
            if reply == NUMBER:
                reply = self._number(criterion) or ""
            elif reply in (HELP, WHY):
                shown = "" if shown == reply else reply
                continue
            if reply:
                break
        if reply in set(Move):
            return Move(reply)
        if reply != place.current or place.note:
            self._note(answer_line(criterion, reply), is_changed=_is_change(reply, place))
        return reply

    def review(self, rule_base: RuleBase, interview: Interview, outlook: Outlook) -> str | Move:
        """Show every answer as a table; returns the criterion to change or a move."""
        heading = "\n".join((why_no_more(interview, outlook), *standing_lines(outlook)))
        options = review_options(rule_base.criteria, interview, outlook)
        width = max((len(asked) for asked in interview.asked), default=0)
        choices = [(row, _title(row, with_example=False)) for row in _table(options, width)]
        reply = self._select(heading, REVIEW_QUESTION, choices=choices)
        return Move(reply) if reply in set(Move) else reply

    def ask_priorities(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """Ask what matters most; empty for no order."""
        self._console.print("\n".join(priority_lines()), markup=False, highlight=False)
        while (order := read_order(self._text(PRIORITIES_QUESTION, " ".join(known)))) is None:
            self.tell("Expected numbers from the list, each at most once.")
        return order

    def ask_path(self, message: str) -> str:
        """Ask for a file or folder, with completion; empty if none is given."""
        return str(questionary.path(message, qmark="", style=_STYLE).unsafe_ask()).strip()

    def tell(self, text: str) -> None:
        """Say something that needs no answer."""
        self._console.print(_indented(text), markup=False, highlight=False)

    def _number(self, criterion: Criterion) -> str | None:
        """Ask for a number; None if it is none that the question takes."""
        sample = sample_number(criterion)
        typed = self._text(f"Number, such as {sample}:", "")
        level = level_of_number(criterion, typed)
        if typed and level is None:
            self.tell(f"{typed!r:.40} is no number such as {sample}.")
        return level

    def _text(self, message: str, default: str) -> str:
        question = questionary.text(message, default=default, qmark="", style=_STYLE)
        return tidy(str(question.unsafe_ask()))

    def _select(
        self,
        heading: str,
        message: str,
        *,
        choices: Sequence[tuple[Option, str]],
        current: str | None = None,
    ) -> str:
        values = [option.value for option, _ in choices]
        entries = [questionary.Choice(title, option.value) for option, title in choices]
        question = questionary.select(
            wrap(message, indent=1).replace("\n", "\n "),
            choices=entries,
            qmark=_indented(heading) + "\n",
            pointer=_POINTER,
            default=entries[values.index(current)] if current in values else None,
            instruction=" ",
            use_jk_keys=False,
            style=_STYLE,
            erase_when_done=True,
        )
        _bind(question, [option for option, _ in choices])
        _keep_whole_choices_in_sight(question)
        return str(question.unsafe_ask())

    def _note(self, line: str, *, is_changed: bool) -> None:
        line += " (changed)" if is_changed else ""
        self._console.print(_indented(line), style="dim", markup=False, highlight=False)


def _is_change(reply: str, place: Place) -> bool:
    return place.current is not None and reply != place.current


def _heading(criterion: Criterion, place: Place) -> str:
    lines = ["", progress_line(criterion, place), *standing_lines(place.outlook)]
    return "\n".join([*lines, place.note] if place.note else lines)


def _message(criterion: Criterion, place: Place, shown: str) -> str:
    if shown == HELP:
        return f"{criterion.question}\n\n{criterion.help}"
    if shown == WHY and place.why is not None:
        return "\n".join((criterion.question, "", *purpose_lines(criterion, place.why())))
    return criterion.question


def _choices(criterion: Criterion, place: Place, *, is_helping: bool) -> list[tuple[Option, str]]:
    options = question_options(criterion, place)
    return [(option, _title(option, with_example=is_helping)) for option in options]


def _table(options: Sequence[Option], name_width: int) -> list[Option]:
    """Lay answers out in columns where there is room; only the first nine have a key."""
    is_table = terminal_width() >= _TABLE_COLUMNS
    rows = []
    for option in options:
        name = short_name(option.value)
        label = f"{name:<{name_width}}  {option.label}" if is_table else f"{name}: {option.label}"
        key = option.key if len(option.key) == 1 else ""
        is_move = option.value in set(Move)
        rows.append(option if is_move else Option(key, label, option.value))
    return rows


def _bind(question: questionary.Question, options: Sequence[Option]) -> None:
    """Let single keys answer at once; questionary itself only moves the pointer."""
    bindings = question.application.key_bindings
    assert isinstance(bindings, KeyBindings)
    for option in options:
        if option.key:
            bindings.add(option.key, eager=True)(_leave_with(option.value))
    # Otherwise Escape waits for a digit and makes an argument of it instead of an answer.
    bindings.add(Keys.Escape, eager=True)(lambda event: None)


def _keep_whole_choices_in_sight(question: questionary.Question) -> None:
    """Scroll early enough to show a choice of several lines in full."""
    for window in question.application.layout.find_all_windows():
        window.scroll_offsets = ScrollOffsets(top=1, bottom=2)


def _leave_with(value: str) -> Callable[[KeyPressEvent], None]:
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(result=value)

    return leave


def _title(option: Option, *, with_example: bool) -> str:
    """Put an option into one line, with its example where that fits or is asked for."""
    key = f"{option.key or ' '} "
    title = f"{key}{option.label}: {option.example}" if option.example else f"{key}{option.label}"
    if not with_example and not fits(title, indent=_INDENT):
        title = f"{key}{option.label}"
    return wrap(title, indent=_INDENT, hanging=" " * (_INDENT + len(key)))


def _indented(text: str) -> str:
    """Lay a heading out so that it starts in the column where questionary puts the question."""
    return "\n".join(f" {line}".rstrip() for line in wrap(text, indent=1).splitlines())
