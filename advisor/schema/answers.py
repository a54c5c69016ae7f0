"""What the user said about the project: the content of `answers.yaml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.schema.base import Frozen
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN


class Project(Frozen):
    """Which project this is about."""

    name: str = "Unnamed project"
    description: str = ""


class Opinion(Frozen):
    """What one person of a team said."""

    answers: dict[str, str] = Field(default_factory=dict)
    priorities: tuple[str, ...] = ()


class Answers(Frozen):
    """One level per criterion, already checked against the rule base.

    A criterion that is left out is unknown. Numbers have been turned into levels.
    """

    schema_version: Literal[1] = 1
    project: Project = Project()
    answers: dict[str, str] = Field(default_factory=dict)
    priorities: tuple[str, ...] = ()
    people: dict[str, Opinion] = Field(default_factory=dict)
    """What each person of a team said; `answers` then holds what most of them say."""
    rules_version: str = ""
    """The rules with which an interview was last held; empty if none was."""

    def level(self, criterion: str) -> str:
        """The level given for a criterion; `unknown` if none was."""
        return self.answers.get(criterion, UNKNOWN)

    def is_known(self, criterion: str) -> bool:
        """True if a real level was given."""
        return self.level(criterion) not in (UNKNOWN, NOT_APPLICABLE)
