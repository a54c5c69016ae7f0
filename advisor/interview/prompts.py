"""The interview in a terminal; the only module that knows questionary and how questions look."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import questionary
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from advisor.interview.flow import Interview
from advisor.interview.session import Move, Place
from advisor.schema.answers import Project
from advisor.schema.rule import Criterion, RuleBase
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN

_HELP = "help"
_KEYS = {
    "?": _HELP,
    "d": UNKNOWN,
    "n": NOT_APPLICABLE,
    "b": Move.BACK,
    "r": Move.REVIEW,
}


class TerminalQuestioner:
    """Asks with arrow keys, number keys and single letters; prints around the questions."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def ask_project(self, known: Project) -> Project:
        """Ask for a name and a one-line description; both may be left empty."""
        name = self._text("What is the project called?", known.name)
        description = self._text("One sentence about it (may be empty):", known.description)
        return Project(name=name.strip() or known.name, description=description.strip())

    def ask(self, criterion: Criterion, place: Place) -> str | Move:
        """Ask one question until it is answered or left; `?` shows its help first."""
        self._console.print(f"\n[dim]{_progress(criterion, place)}[/dim]")
        while True:
            reply = self._select(
                criterion.question, _level_choices(criterion, place), place.current
            )
            if reply != _HELP:
                return _as_move(reply)
            self._show_help(criterion)

    def review(self, rule_base: RuleBase, interview: Interview) -> str | Move:
        """Show every answer; returns the criterion to change, or FINISH, REVIEW (go on), BACK."""
        self._console.print(_answers_table(rule_base, interview))
        open_ = [c.id for c in rule_base.criteria if c.id not in interview.asked]
        choices = [questionary.Choice("Finish", Move.FINISH)]
        if open_:
            title = f"Go on asking ({len(open_)} open)"
            choices.append(questionary.Choice(title, Move.REVIEW))
        choices += [
            questionary.Choice(f"Change {_label(rule_base, c, interview)}", c)
            for c in interview.asked
        ]
        reply = self._select("Is this right?", choices, None, keys={"b": Move.BACK})
        return _as_move(reply)

    def ask_path(self, message: str) -> str:
        """Ask for a file or folder, with completion; empty if none is given."""
        return str(questionary.path(message).unsafe_ask()).strip()

    def _text(self, message: str, default: str) -> str:
        return str(questionary.text(message, default=default).unsafe_ask())

    def _select(
        self,
        message: str,
        choices: list[questionary.Choice],
        current: str | None,
        *,
        keys: Mapping[str, str] | None = None,
    ) -> str:
        values = [str(choice.value) for choice in choices]
        question = questionary.select(
            _wrapped(message),
            choices=choices,
            default=choices[values.index(current)] if current in values else None,
            instruction="\n",
            use_jk_keys=False,
        )
        _bind(question, dict(_KEYS if keys is None else keys))
        _bind(question, {str(i): v for i, v in enumerate(values[:9], start=1)})
        return str(question.unsafe_ask())

    def _show_help(self, criterion: Criterion) -> None:
        self._console.print(f"\n[bold]{escape(criterion.question)}[/bold]")
        self._console.print(escape(criterion.help))
        for level in criterion.levels:
            self._console.print(f"  [bold]{escape(level.label)}[/bold]: {escape(level.example)}")
        self._console.print()


def _bind(question: questionary.Question, keys: Mapping[str, str]) -> None:
    """Let single keys answer at once; questionary itself only moves the pointer."""
    bindings = question.application.key_bindings
    assert isinstance(bindings, KeyBindings)
    for key, value in keys.items():
        bindings.add(key, eager=True)(_leave_with(value))


def _leave_with(value: str) -> Callable[[KeyPressEvent], None]:
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(result=value)

    return leave


def _level_choices(criterion: Criterion, place: Place) -> list[questionary.Choice]:
    choices = [
        questionary.Choice(f"{number} {level.label}", level.id)
        for number, level in enumerate(criterion.levels, start=1)
    ]
    choices.append(questionary.Choice("d I don't know", UNKNOWN))
    choices.append(questionary.Choice("n The question doesn't apply", NOT_APPLICABLE))
    if place.n_answered:
        choices.append(questionary.Choice("b Back", Move.BACK))
        choices.append(questionary.Choice("r Review the answers, finish", Move.REVIEW))
    choices.append(questionary.Choice("? Help and examples", _HELP))
    return choices


def _progress(criterion: Criterion, place: Place) -> str:
    if place.current is not None:
        return f"{criterion.topic} · answered before"
    n_all = place.n_answered + place.n_open
    return f"Question {place.n_answered + 1} of at most {n_all} · {criterion.topic}"


def _wrapped(message: str) -> str:
    width = max(20, min(shutil.get_terminal_size().columns, 100) - 3)
    return "\n  ".join(textwrap.wrap(message, width))


def _as_move(reply: str) -> str | Move:
    return Move(reply) if reply in set(Move) else reply


def _answers_table(rule_base: RuleBase, interview: Interview) -> Table:
    table = Table(title="Your answers", box=None, title_justify="left", padding=(0, 1))
    table.add_column("Criterion", overflow="fold")
    table.add_column("Answer", overflow="fold")
    for criterion_id in interview.asked:
        table.add_row(criterion_id, escape(_level_label(rule_base, criterion_id, interview)))
    return table


def _label(rule_base: RuleBase, criterion_id: str, interview: Interview) -> str:
    return f"{criterion_id}: {_level_label(rule_base, criterion_id, interview)}"


def _level_label(rule_base: RuleBase, criterion_id: str, interview: Interview) -> str:
    level_id = interview.answers.level(criterion_id)
    words: dict[str, Any] = {UNKNOWN: "I don't know", NOT_APPLICABLE: "doesn't apply"}
    labels = {level.id: level.label for level in rule_base.criterion(criterion_id).levels}
    return str(words.get(level_id) or labels[level_id])
