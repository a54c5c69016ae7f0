"""Two rule bases side by side: what was changed, and which projects come out otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from advisor.inference.compiled import MILLI, CompiledRules, compile_rules
from advisor.inference.evidence import Evidence, weigh
from advisor.inference.ranking import Ranking, rank_approaches
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach

SECTIONS: Final = {
    "rules": "rule",
    "vetoes": "veto",
    "companions": "companion",
    "variants": "variant",
    "notices": "notice",
    "criteria": "criterion",
    "groups": "group",
    "sources": "source",
    "claims": "claim",
    "approaches": "approach",
}
_PLACE: Final = {"file", "line"}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is only in one of two rule bases, or not the same in both."""

    kind: str
    id: str
    what: str
    """"added", "removed", or the fields that differ with both values."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A rule or veto that speaks otherwise about the old winner and the new one."""

    statement: str
    before_db: float
    """Decibans for the new winner against the old one, under the first rule base."""
    after_db: float
    note: str = ""
    """What a veto does; empty for a rule."""


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """A project that has another winner, and why."""

    project: str
    before: Approach
    after: Approach
    shifts: tuple[Shift, ...]
    """The statements that made the difference, the strongest first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where one rule base puts one project."""

    compiled: CompiledRules
    evidence: Evidence
    ranking: Ranking

    @property
    def winner(self) -> Approach:
        """The approach in front."""
        return self.compiled.approaches[self.ranking.leader]


def compare_rule_bases(before: RuleBase, after: RuleBase) -> tuple[Change, ...]:
    """List what was added, removed and changed, section by section."""
    return tuple(
        change
        for section, kind in SECTIONS.items()
        for change in _changes(kind, getattr(before, section), getattr(after, section))
    )


def _changes(
    kind: str, before: Iterable[BaseModel], after: Iterable[BaseModel]
) -> Iterator[Change]:
    old, new = _by_id(before), _by_id(after)
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield Change(kind, name, "added")
        elif name not in new:
            yield Change(kind, name, "removed")
        elif old[name] != new[name]:
            yield Change(kind, name, _differences(old[name], new[name]))


def _by_id(values: Iterable[BaseModel]) -> dict[str, dict[str, object]]:
    dumped = (value.model_dump(mode="json", exclude=_PLACE, by_alias=True) for value in values)
    return {str(fields["id"]): fields for fields in dumped}


def _differences(old: Mapping[str, object], new: Mapping[str, object]) -> str:
    parts = [
        f"{field} {_short(old[field])} → {_short(new[field])}"
        for field in old
        if old[field] != new[field]
    ]
    return "; ".join(parts)


def _short(value: object) -> str:
    """Spell a value in one line, without what is empty in it."""
    if isinstance(value, dict):
        parts = (f"{key} {_short(part)}" for key, part in value.items() if part is not None)
        return f"({', '.join(parts)})"
    if isinstance(value, list):
        return f"[{', '.join(_short(part) for part in value)}]"
    text = f"{value:g}" if isinstance(value, float) else str(value) or "nothing"
    return text if len(text) <= 60 else f"{text[:57]}..."


def with_criteria_of(before: RuleBase, after: RuleBase) -> RuleBase:
    """Let the first rule base ask the questions of both; where they differ, the second's."""
    asked = {criterion.id: criterion for criterion in (*before.criteria, *after.criteria)}
    return before.model_copy(update={"criteria": tuple(asked.values())})


def compare_outcomes(
    before: RuleBase, after: RuleBase, projects: Sequence[tuple[str, Mapping[str, str]]]
) -> tuple[OutcomeChange, ...]:
    """Find the projects that have another winner, and the rules that made it so.

    Args:
        before: The first rule base.
        after: The second one.
        projects: Names and answers; an answer that a rule base does not know is ignored by it.
    """
    old, new = compile_rules(before), compile_rules(after)
    found = []
    for name, answers in projects:
        first, second = _outcome(old, answers), _outcome(new, answers)
        if first.winner is not second.winner:
            shifts = tuple(sorted(_shifts(first, second), key=_strength))
            found.append(OutcomeChange(name, first.winner, second.winner, shifts))
    return tuple(found)


def _outcome(compiled: CompiledRules, answers: Mapping[str, str]) -> Outcome:
    known = {
        name: level
        for (name, level) in answers.items()
        if name in compiled.position and level in compiled.codes_by_level[compiled.position[name]]
    }
    evidence = weigh(compiled, compiled.encode(known))
    return Outcome(compiled, evidence, rank_approaches(compiled, evidence))


def _strength(shift: Shift) -> tuple[bool, float]:
    return not shift.note, -abs(shift.after_db - shift.before_db)


def _shifts(first: Outcome, second: Outcome) -> Iterator[Shift]:
    """Compare every firing by what it says for the new winner against the old one."""
    pair = (second.winner, first.winner)
    before, after = _leads(first, *pair), _leads(second, *pair)
    for rule in sorted(before.keys() | after.keys()):
        old, new = before.get(rule, 0.0), after.get(rule, 0.0)
        if old != new:
            yield Shift(rule, old, new)
    for veto in sorted(_excluding(first, pair) ^ _excluding(second, pair)):
        is_lifted = veto in _excluding(first, pair)
        yield Shift(veto, 0.0, 0.0, "excludes no longer" if is_lifted else "excludes now")


def _leads(outcome: Outcome, winner: Approach, loser: Approach) -> dict[str, float]:
    approaches = outcome.compiled.approaches
    a, b = approaches.index(winner), approaches.index(loser)
    return {
        outcome.compiled.rules[firing.rule].id: (firing.worth[a] - firing.worth[b]) / MILLI
        for firing in outcome.evidence.firings
    }


def _excluding(outcome: Outcome, pair: Sequence[Approach]) -> set[str]:
    """Name the vetoes that hold and exclude one of the two."""
    compiled = outcome.compiled
    return {
        veto.id
        for veto in compiled.vetoes
        if outcome.evidence.fired & compiled.bit[veto.id] and set(pair) & set(veto.excludes)
    }
