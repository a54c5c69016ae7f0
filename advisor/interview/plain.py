"""The interview line by line, for terminals that cannot move the cursor and for screen readers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from advisor.interview.flow import Interview
from advisor.interview.planning import Outlook
from advisor.interview.session import Move, Place
from advisor.interview.wording import (
    HELP,
    NO_BREAK,
    REVIEW_QUESTION,
    Option,
    progress_line,
    question_options,
    review_options,
    standing_line,
    tidy,
    why_no_more,
)
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
        """Ask for a name and a one-line description; both may be left empty."""
        name = tidy(self._hear("What is the project called? "))
        description = tidy(self._hear("One sentence about it (may be empty): "))
        return Project(name=name or known.name, description=description or known.description)

    def ask(self, criterion: Criterion, place: Place) -> str | Move:
        """Ask one question until it is answered or left; `?` shows its help first."""
        self._say(f"\n{progress_line(criterion, place)}")
        if place.standings:
            self._say(standing_line(place.standings).replace(NO_BREAK, " "))
        options = question_options(criterion, place)
        while True:
            reply = self._choose(criterion.question, options)
            if reply != HELP:
                return Move(reply) if reply in set(Move) else reply
            self._say(f"\n{criterion.help}")
            for option in options:
                if option.example:
                    self._say(f"  {option.label}: {option.example}")

    def review(self, rule_base: RuleBase, interview: Interview, outlook: Outlook) -> str | Move:
        """Show every answer; returns the criterion to change, BACK, GO_ON or FINISH."""
        self._say(f"\n{why_no_more(interview, outlook)}")
        options = review_options(rule_base.criteria, interview, outlook)
        reply = self._choose(REVIEW_QUESTION, _numbered(options))
        return Move(reply) if reply in set(Move) else reply

    def ask_path(self, message: str) -> str:
        """Ask for a file or folder; empty if none is given."""
        return self._hear(f"{message} ").strip()

    def _choose(self, question: str, options: Sequence[Option]) -> str:
        self._say(question)
        for option in options:
            self._say(f"  {option.key} {option.label}")
        values = {option.key: option.value for option in options}
        while True:
            typed = self._hear(f"Your choice ({', '.join(values)}): ").strip().lower()
            if typed in values:
                return values[typed]
            self._say(f"{typed!r:.40} is none of these.")


def _numbered(options: Sequence[Option]) -> list[Option]:
    """Give the options without a key a number."""
    keyless = [option for option in options if not option.key]
    numbers = {option.value: str(n) for n, option in enumerate(keyless, start=1)}
    return [
        Option(option.key or numbers[option.value], option.label, option.value)
        for option in options
    ]
