"""The course of an interview as a pure value: what was asked, what comes next, how to go back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from advisor.schema.answers import Answers

Planner = Callable[[Answers], Sequence[str]]
"""Names the criteria still worth asking, best first; an empty answer ends the interview."""


@dataclass(frozen=True, slots=True)
class Interview:
    """Where an interview stands.

    Attributes:
        answers: Everything said so far.
        asked: The criteria in the order in which they were answered; "I don't know" counts.
        position: The question now on the table: an index into `asked` after stepping back,
            otherwise `len(asked)`, which stands for the next new question.
    """

    answers: Answers
    asked: tuple[str, ...] = ()
    position: int = 0

    @classmethod
    def resume(cls, answers: Answers) -> Interview:
        """Go on from saved answers; what is in the file counts as asked."""
        asked = tuple(answers.answers)
        return cls(answers=answers, asked=asked, position=len(asked))

    def current(self, planner: Planner) -> str | None:
        """Name the criterion on the table, or None if nothing is left to ask."""
        if self.position < len(self.asked):
            return self.asked[self.position]
        return next((c for c in planner(self.answers) if c not in self.asked), None)

    def n_open(self, planner: Planner) -> int:
        """Count the criteria that would still be asked."""
        return sum(criterion not in self.asked for criterion in planner(self.answers))

    def with_answer(self, criterion: str, level: str) -> Interview:
        """Record an answer and move on; answering again replaces the first answer."""
        answers = self.answers.model_copy(
            update={"answers": {**self.answers.answers, criterion: level}}
        )
        asked = self.asked if criterion in self.asked else (*self.asked, criterion)
        return Interview(answers, asked, min(self.position + 1, len(asked)))

    def step_back(self) -> Interview:
        """Put the question before on the table again; no answer is lost."""
        return replace(self, position=max(0, self.position - 1))


def in_file_order(criteria: Sequence[str]) -> Planner:
    """Plan to ask every criterion, in the order of the rule base."""

    def plan(answers: Answers) -> Sequence[str]:
        return criteria

    return plan
