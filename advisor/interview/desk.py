"""Everything an interview may ask of the engine, and where it writes what it hears."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from advisor.errors import AnswersError
from advisor.inference.agreement import majority_answers
from advisor.interview.conflicts import Conflict
from advisor.interview.flow import Suggestion
from advisor.interview.planning import Planner
from advisor.knowledge.answers_file import load_answers, write_answers
from advisor.schema.answers import Answers, Opinion
from advisor.schema.explanation import WhyAsk
from advisor.schema.rule import RuleBase


@dataclass(frozen=True, slots=True)
class Desk:
    """What the interview looks things up in.

    Attributes:
        rule_base: The questions.
        plan: What is still worth asking, and how the approaches stand.
        explain: Why a question is asked, given the answers so far; None if nobody can say.
        read: What a description suggests; None if it is not to be read.
        conflicts: Pairs of answers that cannot both be right.
    """

    rule_base: RuleBase
    plan: Planner
    explain: Callable[[Answers, str], WhyAsk] | None = None
    read: Callable[[str], Sequence[Suggestion]] | None = None
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """The file in which an interview is kept.

    Attributes:
        path: Where it is.
        content: What it held before.
        rules_version: The rules with which this interview is held.
        person: Whose answers these are; None where nobody tells people apart.
    """

    path: Path
    content: Answers
    rules_version: str = ""
    person: str | None = None

    @property
    def start(self) -> Answers:
        """The answers to go on with."""
        if self.person is None:
            return self.content
        said = self.content.people.get(self.person, Opinion())
        return Answers(
            project=self.content.project, answers=said.answers, priorities=said.priorities
        )

    @property
    def has_other_rules(self) -> bool:
        """True if the answers were given under other rules than today's."""
        before = self.content.rules_version
        return bool(self.rules_version and before and before != self.rules_version)

    @property
    def resume_command(self) -> str:
        """What to type to go on."""
        person = "" if self.person is None else f" --as {shlex.quote(self.person)}"
        return f"advisor interview --resume {shlex.quote(str(self.path))}{person}"

    def described(self, description: str) -> Record:
        """Replace what the file says about the project."""
        project = self.content.project.model_copy(update={"description": description})
        return replace(self, content=self.content.model_copy(update={"project": project}))

    def save(self, answers: Answers) -> None:
        """Write the answers; nothing said is lost after that.

        Raises:
            OutputError: If they cannot be written.
        """
        write_answers(self.merge(answers), self.path)

    def merge(self, answers: Answers) -> Answers:
        """Put the answers of this interview into the content of the file.

        What was measured stays; where somebody now says otherwise, both are kept.
        """
        if self.person is None:
            changes = {"rules_version": self.rules_version, "measured": {}}
            return answers.model_copy(update=changes).with_measured(self.content.measured)
        said = Opinion(answers=answers.answers, priorities=answers.priorities)
        people = {**self.content.people, self.person: said}
        return self.content.model_copy(
            update={
                "project": answers.project,
                "answers": {**self.content.answers, **majority_answers(people)},
                "people": people,
                "rules_version": self.rules_version,
            }
        )


def open_record(
    path: Path, rule_base: RuleBase, *, is_resumed: bool, person: str | None = None
) -> Record:
    """Read the answers to go on with, or start empty.

    A second person of a team joins a file that exists without any further ado.

    Raises:
        AnswersError: If there is nothing to resume, or if starting anew would overwrite answers.
        OutputError: If answers could not be saved there; nothing has been asked yet.
    """
    if is_resumed or (person is not None and path.exists()):
        content = load_answers(path, rule_base)
        return Record(path, content, rules_version=rule_base.version, person=person)
    record = Record(path, Answers(), rules_version=rule_base.version, person=person)
    if path.is_dir():
        raise AnswersError(
            f"{path}: this is a folder; expected an answers file, such as {path / 'answers.yaml'}."
        )
    if path.exists():
        raise AnswersError(
            f"{path}: already holds answers. Go on with them: `{record.resume_command}`, "
            "or choose another file with -o."
        )
    record.save(Answers())
    return record
