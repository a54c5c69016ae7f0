"""What the user said about the project: the content of `answers.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from advisor.schema.base import Frozen
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN


class Project(Frozen):
    """Which project this is about."""

    name: str = "Unnamed project"
    description: str = ""


class MeasuredAnswer(Frozen):
    """An answer that was measured on the project's data instead of stated by somebody."""

    level: str
    finding: str
    """What was found, in words that read well after a semicolon, without full stop."""
    how: str
    """How it was measured."""
    stated: str | None = None
    """What somebody had said, where that was another level."""


class Opinion(Frozen):
    """What one person of a team said."""

    answers: dict[str, str] = Field(default_factory=dict)
    priorities: tuple[str, ...] = ()


class Answers(Frozen):
    """One level per criterion, already checked against the rule base.

    A criterion that is left out is unknown. Numbers have been turned into levels. Where an answer
    was measured, `answers` holds the measured level and `measured` says how it came about.
    """

    schema_version: Literal[1] = 1
    project: Project = Project()
    answers: dict[str, str] = Field(default_factory=dict)
    priorities: tuple[str, ...] = ()
    measured: dict[str, MeasuredAnswer] = Field(default_factory=dict)
    people: dict[str, Opinion] = Field(default_factory=dict)
    """What each person of a team said; `answers` then holds what most of them say."""
    rules_version: str = ""
    """The rules with which an interview was last held; empty if none was."""

    def with_measured(self, measured: Mapping[str, MeasuredAnswer]) -> Answers:
        """Let measured answers take the place of stated ones, which stay noted beside them."""
        noted = {
            criterion: one.model_copy(update={"stated": self._stated(criterion, one)})
            for criterion, one in measured.items()
        }
        levels = {criterion: one.level for criterion, one in noted.items()}
        return self.model_copy(
            update={
                "answers": {**self.answers, **levels},
                "measured": {**self.measured, **noted},
            }
        )

    def _stated(self, criterion: str, measurement: MeasuredAnswer) -> str | None:
        before, said = self.measured.get(criterion), self.answers.get(criterion)
        if before is not None and said == before.level:
            said = before.stated
        if said in (None, UNKNOWN, measurement.level):
            said = measurement.stated
        return None if said in (UNKNOWN, measurement.level) else said

    def level(self, criterion: str) -> str:
        """The level given for a criterion; `unknown` if none was."""
        return self.answers.get(criterion, UNKNOWN)

    def is_known(self, criterion: str) -> bool:
        """True if a real level was given."""
        return self.level(criterion) not in (UNKNOWN, NOT_APPLICABLE)
