"""The interview line by line, for terminals that cannot move the cursor and for screen readers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from advisor.interview.flow import Interview
from advisor.interview.layout import wrap
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
    answer_label,
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


class PlainQuestioner:
    """Asks with one line out and one line in.

    Args:
        say: Shows a line.
        hear: Shows what is asked for and returns the line that was typed.
    """

    def __init__(self, say: Callable[[str], None], hear: Callable[[str], str]) -> None:
        self._say, self._hear = say, hear

    def ask_project(self, known: Project) -> Project:
        """Ask for a name and a description; both may be left empty."""
        name = tidy(self._hear("What is the project called? "))
        description = tidy(self._hear("One sentence about it, or a few (may be empty): "))
        return Project(name=name or known.name, description=description or known.description)

    def ask(self, criterion: Criterion, place: Place) -> str | Move:
        """Ask one question until it is answered or left; help comes before the next try."""
        self.tell(f"\n{progress_line(criterion, place)}")
        for line in standing_lines(place.outlook):
            self.tell(line)
        if place.note:
            self.tell(place.note)
        options = question_options(criterion, place)
        self._list(criterion.question, options)
        while True:
            reply = self._choose(options, criterion=criterion, current=place.current)
            if reply not in (HELP, WHY, NUMBER):
                return Move(reply) if reply in set(Move) else reply
            self._explain(reply, criterion, place)

    def review(self, rule_base: RuleBase, interview: Interview, outlook: Outlook) -> str | Move:
        """Show every answer; returns the criterion to change or a move."""
        self.tell(f"\n{why_no_more(interview, outlook)}")
        for line in standing_lines(outlook):
            self.tell(line)
        options = [*map(_row, review_options(rule_base.criteria, interview, outlook))]
        self._list(REVIEW_QUESTION, options)
        reply = self._choose(options)
        return Move(reply) if reply in set(Move) else reply

    def ask_priorities(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """Ask what matters most; empty for no order."""
        self._say("\n".join(priority_lines()))
        while (order := read_order(self._hear(f"{PRIORITIES_QUESTION} "))) is None:
            self.tell("Expected numbers from the list, each at most once.")
        return order

    def ask_path(self, message: str) -> str:
        """Ask for a file or folder; empty if none is given."""
        return self._hear(f"{message} ").strip()

    def tell(self, text: str) -> None:
        """Say something, broken at words."""
        self._say(("\n" if text.startswith("\n") else "") + wrap(text.lstrip("\n")))

    def _explain(self, wish: str, criterion: Criterion, place: Place) -> None:
        if wish == WHY and place.why is not None:
            for line in purpose_lines(criterion, place.why()):
                self.tell(line)
        elif wish == NUMBER:
            self.tell(f"Type the number itself, such as {sample_number(criterion)}.")
        else:
            self.tell(f"\n{criterion.help}")
            for level in criterion.levels:
                self.tell(f"  {level.label}: {level.example}")

    def _list(self, question: str, options: Sequence[Option]) -> None:
        self.tell(question)
        for option in options:
            example = f" ({option.example.rstrip('.')})" if option.example else ""
            self._say(wrap(f"  {option.key} {option.label}{example}", hanging="    "))

    def _choose(
        self,
        options: Sequence[Option],
        *,
        criterion: Criterion | None = None,
        current: str | None = None,
    ) -> str:
        """Hear a line until it is a choice, or a number that the question takes."""
        values = {option.key: option.value for option in options}
        kept = "" if criterion is None or current is None else answer_label(criterion, current)
        offer = f"; Enter: {kept}" if kept else ""
        while True:
            typed = self._hear(f"Your choice ({', '.join(values)}{offer}): ").strip().lower()
            if typed in values:
                return values[typed]
            if not typed and current is not None:
                return current
            level = None if criterion is None else level_of_number(criterion, typed.lstrip("#"))
            if criterion is not None and level is not None:
                self.tell(f"{short_name(criterion.id)}: {answer_label(criterion, level)}")
                return level
            self.tell(f"{typed!r:.40} is none of these.")


def _row(option: Option) -> Option:
    """Name what an answer in the review answers."""
    if option.value in set(Move):
        return option
    return Option(option.key, f"{short_name(option.value)}: {option.label}", option.value)
