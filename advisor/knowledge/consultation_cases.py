"""Whole projects as test cases: the approach that must lead, by how much, and for which reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import Traversable
from typing import Final

from advisor.errors import RuleBaseError
from advisor.inference.compiled import CompiledRules
from advisor.inference.evidence import weigh
from advisor.inference.explanation import choose_variants
from advisor.inference.ranking import rank_approaches
from advisor.knowledge.levels import resolve_answers
from advisor.knowledge.rule_cases import shipped_tests
from advisor.knowledge.yaml_text import LocatedMapping, YamlError, read_yaml
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach, Status

MIN_MARGIN_DB: Final = 2.0
"""A project with a clear outcome must not hang on less."""


@dataclass(frozen=True, slots=True)
class ConsultationCase:
    """A project and what must come out."""

    name: str
    answers: dict[str, str]
    leading: tuple[str, ...]
    """The approach that won in the source, and those that it finds as good."""
    excluded: tuple[str, ...]
    fires: tuple[str, ...]
    variants: dict[str, str]


def shipped_consultations() -> Traversable:
    """Find the whole projects that the shipped rules are tested with."""
    return shipped_tests() / "consultations"


def load_consultations(folder: Traversable, rule_base: RuleBase) -> tuple[ConsultationCase, ...]:
    """Read all consultations of a folder; none if there is no such folder.

    Raises:
        RuleBaseError: If one cannot be used.
        AnswersError: If an answer does not exist.
    """
    if not folder.is_dir():
        return ()
    found = sorted((e.name, e) for e in folder.iterdir() if e.name.endswith(".yaml"))
    return tuple(_load(entry, rule_base) for _, entry in found)


def _load(file: Traversable, rule_base: RuleBase) -> ConsultationCase:
    try:
        content = read_yaml(file.read_text(encoding="utf-8"))
    except (YamlError, OSError, UnicodeDecodeError) as error:
        raise RuleBaseError(f"{file.name}, {error}") from error
    expect = content.get("expect") if isinstance(content, LocatedMapping) else None
    if not isinstance(content, LocatedMapping) or not isinstance(expect, LocatedMapping):
        raise RuleBaseError(f"{file.name}: expected a mapping with answers and expect.")
    answers = content.get("answers")
    if not isinstance(answers, LocatedMapping) or "leading" not in expect:
        raise RuleBaseError(f"{file.name}: expected answers, and expect with leading.")
    variants = expect.get("variants")
    return ConsultationCase(
        name=file.name,
        answers=resolve_answers(
            {str(name): level for name, level in answers.items()}, rule_base, where=file.name
        ),
        leading=(str(expect["leading"]), *_words(expect, "also_ok")),
        excluded=_words(expect, "excluded"),
        fires=_words(expect, "fires"),
        variants={str(k): str(v) for k, v in variants.items()}
        if isinstance(variants, LocatedMapping)
        else {},
    )


def _words(expect: LocatedMapping, key: str) -> tuple[str, ...]:
    found = expect.get(key)
    return tuple(map(str, found)) if isinstance(found, list) else ()


def check_consultation(compiled: CompiledRules, case: ConsultationCase) -> Iterator[str]:
    """Say what came out otherwise, if anything did."""
    evidence = weigh(compiled, compiled.encode(case.answers))
    ranking = rank_approaches(compiled, evidence)
    leader = compiled.approaches[ranking.leader]
    if leader not in case.leading:
        yield f"expected {' or '.join(case.leading)} to lead, found {leader}."
    elif ranking.margin_db < MIN_MARGIN_DB:
        yield f"{leader} leads by only {ranking.margin_db:.1f} db."
    excluded = _excluded(compiled.approaches, ranking.status)
    if excluded != set(case.excluded):
        yield f"expected to exclude {set(case.excluded) or 'nothing'}, excluded {excluded}."
    silent = [s for s in case.fires if not evidence.fired & compiled.bit.get(s, 0)]
    if silent:
        yield f"expected {', '.join(silent)} to fire."
    chosen = choose_variants(compiled, evidence)
    for slot, choice in case.variants.items():
        if slot not in chosen or chosen[slot].choice != choice:
            yield f"expected the variant {choice} for {slot}."


def _excluded(approaches: Sequence[Approach], status: Sequence[Status]) -> set[str]:
    pairs = zip(approaches, status, strict=True)
    return {approach.value for approach, s in pairs if s is Status.EXCLUDED}
