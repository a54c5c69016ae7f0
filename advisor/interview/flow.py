"""The course of an interview as a pure value: what was asked, what comes next, how to go back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from advisor.interview.planning import Outlook
from advisor.schema.answers import Answers


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that comes before all others, and the answer it starts from.

    Attributes:
        criterion: What is asked.
        level: The answer that is suggested; nothing is taken over unless somebody says so.
        note: Where the suggestion comes from, or why an old answer is in doubt.
    """

    criterion: str
    level: str
    note: str


@dataclass(frozen=True, slots=True)
class Interview:
    """Where an interview stands.

    Attributes:
        answers: Everything said so far.
        asked: The criteria in the order in which they were answered; "I don't know" counts.
        position: The question now on the table: an index into `asked` after stepping back,
            otherwise `len(asked)`, which stands for the next new question.
        ask_all: Ask every question in file order, also those that cannot change the result.
        suggestions: Questions to ask before any other.
        later: Questions put off; they are asked again when nothing else is left.
    """

    answers: Answers
    asked: tuple[str, ...] = ()
    position: int = 0
    ask_all: bool = False
    suggestions: tuple[Suggestion, ...] = ()
    later: tuple[str, ...] = ()

    @classmethod
    def resume(cls, answers: Answers, *, ask_all: bool = False) -> Interview:
        """Go on from saved answers; what is in the file counts as asked."""
        asked = tuple(answers.answers)
        return cls(answers=answers, asked=asked, position=len(asked), ask_all=ask_all)

    def current(self, outlook: Outlook) -> str | None:
        """Name the criterion on the table, or None if nothing is left to ask."""
        if self.position < len(self.asked):
            return self.asked[self.position]
        return next(iter(self.to_ask(outlook)), None)

    def to_ask(self, outlook: Outlook) -> tuple[str, ...]:
        """List the criteria that are still to be asked, the next one first.

        A suggestion that could not change the result is not worth confirming.
        """
        planned = outlook.open if self.ask_all else outlook.worth_asking
        counts = {*planned, *outlook.relevant, *self.answers.answers}
        suggested = [s.criterion for s in self.suggestions if s.criterion in counts]
        new = [criterion for criterion in planned if criterion not in self.later]
        return tuple(dict.fromkeys((*suggested, *new, *self.later)))

    def n_at_most(self, outlook: Outlook) -> int:
        """Count the questions that may still come."""
        planned = outlook.open if self.ask_all else outlook.relevant
        return len({*planned, *self.to_ask(outlook)})

    def suggestion(self, criterion: str) -> Suggestion | None:
        """Find what was suggested for a criterion."""
        return next((s for s in self.suggestions if s.criterion == criterion), None)

    def suggest(self, suggestions: tuple[Suggestion, ...]) -> Interview:
        """Put these questions before all others; a newer suggestion replaces an older one."""
        named = {suggestion.criterion for suggestion in suggestions}
        kept = (s for s in self.suggestions if s.criterion not in named)
        return replace(self, suggestions=(*suggestions, *kept))

    def with_answer(self, criterion: str, level: str) -> Interview:
        """Record an answer and go on with the next new question; all other answers stay."""
        answers = self.answers.model_copy(
            update={"answers": {**self.answers.answers, criterion: level}}
        )
        asked = self.asked if criterion in self.asked else (*self.asked, criterion)
        return replace(self._without(criterion), answers=answers, asked=asked, position=len(asked))

    def put_off(self, criterion: str) -> Interview:
        """Leave a question for the end."""
        rest = self._without(criterion)
        return replace(rest, later=(*rest.later, criterion), position=len(self.asked))

    def step_back(self) -> Interview:
        """Put the question before on the table again; no answer is lost."""
        return replace(self, position=max(0, self.position - 1))

    def step_to_end(self) -> Interview:
        """Leave the answered questions behind and go on with the next new one."""
        return replace(self, position=len(self.asked))

    def _without(self, criterion: str) -> Interview:
        """Take a question off the lists of those to come."""
        return replace(
            self,
            suggestions=tuple(s for s in self.suggestions if s.criterion != criterion),
            later=tuple(other for other in self.later if other != criterion),
        )
