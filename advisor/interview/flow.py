"""The course of an interview as a pure value: what was asked, what comes next, how to go back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from advisor.interview.planning import Outlook
from advisor.schema.answers import Answers


@dataclass(frozen=True, slots=True)
class Interview:
    """Where an interview stands.

    Attributes:
        answers: Everything said so far.
        asked: The criteria in the order in which they were answered; "I don't know" counts.
        position: The question now on the table: an index into `asked` after stepping back,
            otherwise `len(asked)`, which stands for the next new question.
        ask_all: Ask every question in file order, also those that cannot change the result.
    """

    answers: Answers
    asked: tuple[str, ...] = ()
    position: int = 0
    ask_all: bool = False

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
        """List the criteria that are still to be asked, the next one first."""
        return outlook.open if self.ask_all else outlook.worth_asking

    def n_at_most(self, outlook: Outlook) -> int:
        """Count the questions that may still come."""
        return len(outlook.open) if self.ask_all else outlook.n_relevant

    def with_answer(self, criterion: str, level: str) -> Interview:
        """Record an answer and move on; answering again replaces the first answer."""
        answers = self.answers.model_copy(
            update={"answers": {**self.answers.answers, criterion: level}}
        )
        asked = self.asked if criterion in self.asked else (*self.asked, criterion)
        position = min(self.position + 1, len(asked))
        return replace(self, answers=answers, asked=asked, position=position)

    def step_back(self) -> Interview:
        """Put the question before on the table again; no answer is lost."""
        return replace(self, position=max(0, self.position - 1))

    def step_to_end(self) -> Interview:
        """Leave the answered questions behind and go on with the next new one."""
        return replace(self, position=len(self.asked))
