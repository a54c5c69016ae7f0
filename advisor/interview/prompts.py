"""The interview in a terminal; the only module that knows questionary and how questions look."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Sequence

import questionary
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import ScrollOffsets
from rich.console import Console

from advisor.interview.flow import Interview
from advisor.interview.planning import Outlook
from advisor.interview.session import Move, Place
from advisor.interview.wording import (
    HELP,
    NO_BREAK,
    REVIEW_QUESTION,
    Option,
    answer_line,
    progress_line,
    question_options,
    review_options,
    standing_line,
    tidy,
    why_no_more,
)
from advisor.schema.answers import Project
from advisor.schema.rule import Criterion, RuleBase

MAX_WIDTH = 100
_POINTER = ">"
_INDENT = 3
"""Columns that questionary puts before a choice: the pointer and a space on either side."""

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
        """Ask for a name and a one-line description; both may be left empty."""
        is_named = known.name != Project().name
        name = self._text("What is the project called?", known.name if is_named else "")
        description = self._text("One sentence about it (may be empty):", known.description)
        return Project(name=name or known.name, description=description)

    def ask(self, criterion: Criterion, place: Place) -> str | Move:
        """Ask one question until it is answered or left; `?` opens and closes its help."""
        options = question_options(criterion, place)
        is_helping = False
        while True:
            reply = self._select(
                _heading(criterion, place),
                f"{criterion.question}\n\n{criterion.help}" if is_helping else criterion.question,
                options=options,
                current=place.current,
                with_examples=is_helping,
            )
            if reply != HELP:
                break
            is_helping = not is_helping
        if reply in set(Move):
            return Move(reply)
        if reply != place.current:
            self._note(answer_line(criterion, reply), is_changed=place.current is not None)
        return reply

    def review(self, rule_base: RuleBase, interview: Interview, outlook: Outlook) -> str | Move:
        """Show every answer; returns the criterion to change, BACK, GO_ON or FINISH."""
        heading = "\n".join((why_no_more(interview, outlook), standing_line(outlook.standings)))
        options = review_options(rule_base.criteria, interview, outlook)
        reply = self._select(heading, REVIEW_QUESTION, options=options)
        return Move(reply) if reply in set(Move) else reply

    def ask_path(self, message: str) -> str:
        """Ask for a file or folder, with completion; empty if none is given."""
        return str(questionary.path(message, qmark="", style=_STYLE).unsafe_ask()).strip()

    def _text(self, message: str, default: str) -> str:
        question = questionary.text(message, default=default, qmark="", style=_STYLE)
        return tidy(str(question.unsafe_ask()))

    def _select(
        self,
        heading: str,
        message: str,
        *,
        options: Sequence[Option],
        current: str | None = None,
        with_examples: bool = False,
    ) -> str:
        choices = [
            questionary.Choice(_title(option, with_example=with_examples), option.value)
            for option in options
        ]
        values = [option.value for option in options]
        question = questionary.select(
            _wrap(message, indent=1).replace("\n", "\n "),
            choices=choices,
            qmark=_indented(heading) + "\n",
            pointer=_POINTER,
            default=choices[values.index(current)] if current in values else None,
            instruction=" ",
            use_jk_keys=False,
            style=_STYLE,
            erase_when_done=True,
        )
        _bind(question, options)
        _keep_whole_choices_in_sight(question)
        return str(question.unsafe_ask())

    def _note(self, line: str, *, is_changed: bool) -> None:
        line += " (changed)" if is_changed else ""
        self._console.print(_indented(line), style="dim", markup=False, highlight=False)


def _heading(criterion: Criterion, place: Place) -> str:
    lines = ("", progress_line(criterion, place), standing_line(place.standings))
    return "\n".join(lines)


def _bind(question: questionary.Question, options: Sequence[Option]) -> None:
    """Let single keys answer at once; questionary itself only moves the pointer."""
    bindings = question.application.key_bindings
    assert isinstance(bindings, KeyBindings)
    for option in options:
        if option.key:
            bindings.add(option.key, eager=True)(_leave_with(option.value))


def _keep_whole_choices_in_sight(question: questionary.Question) -> None:
    """Scroll early enough to show a choice of several lines in full."""
    for window in question.application.layout.find_all_windows():
        window.scroll_offsets = ScrollOffsets(top=1, bottom=2)


def _leave_with(value: str) -> Callable[[KeyPressEvent], None]:
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(result=value)

    return leave


def _title(option: Option, *, with_example: bool) -> str:
    key = f"{option.key or ' '} "
    example = f": {option.example}" if with_example and option.example else ""
    hanging = " " * (_INDENT + len(key))
    return _wrap(f"{key}{option.label}{example}", indent=_INDENT, hanging=hanging)


def _indented(text: str) -> str:
    """Lay a heading out so that it starts in the column where questionary puts the question."""
    return "\n".join(f" {line}".rstrip() for line in _wrap(text, indent=1).splitlines())


def _wrap(text: str, *, indent: int, hanging: str = "") -> str:
    """Break lines at words; what is drawn `indent` columns in, and keeps its own line breaks."""
    width = max(20, min(shutil.get_terminal_size().columns, MAX_WIDTH) - indent - 1)
    lines = [
        textwrap.fill(line, width, subsequent_indent=hanging, break_on_hyphens=False)
        for line in text.splitlines()
    ]
    return "\n".join(lines).replace(NO_BREAK, " ")
