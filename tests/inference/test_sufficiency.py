"""Sufficient reasons, against brute force over all subsets of the answers."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from advisor.inference import sufficiency
from advisor.inference.compiled import CompiledRules
from advisor.inference.evidence import weigh
from advisor.inference.ranking import rank_approaches
from advisor.inference.sufficiency import find_sufficient_reason
from advisor.schema.explanation import SufficientReason
from advisor.vocabulary import UNKNOWN, Approach

if TYPE_CHECKING:
    from conftest import Reference


def _leader(compiled: CompiledRules, answers: dict[str, str]) -> int:
    return rank_approaches(compiled, weigh(compiled, compiled.encode(answers))).leader


def _find(compiled: CompiledRules, answers: dict[str, str]) -> SufficientReason:
    codes = compiled.encode(answers)
    return find_sufficient_reason(
        compiled,
        weigh(compiled, codes),
        codes=codes,
        leader=_leader(compiled, answers),
        seed=0,
    )


def _fixes(reference: Reference, kept: dict[str, str], leader: Approach) -> bool:
    return all(reference.winners(done) == {leader} for done, _ in reference.completions(kept))


def _complete(some_answers: list[dict[str, str]]) -> list[dict[str, str]]:
    """The sample with every unknown answer replaced by the first level."""
    return [
        {name: f"{name}0" if level == UNKNOWN else level for name, level in answers.items()}
        for answers in some_answers
    ]


def test_smallest_reason_is_what_brute_force_finds(
    compiled: CompiledRules, reference: Reference, some_answers: list[dict[str, str]]
) -> None:
    """The set fixes the winner, and no smaller set does."""
    for answers in _complete(some_answers)[:25]:
        leader = compiled.approaches[_leader(compiled, answers)]
        found = _find(compiled, answers)
        sizes = (
            size
            for size in range(len(answers) + 1)
            for names in combinations(answers, size)
            if _fixes(reference, {name: answers[name] for name in names}, leader)
        )

        expected = next(sizes, None)

        assert (None if found.method == "none" else len(found.answers)) == expected
        assert expected is None or _fixes(reference, found.answers, leader)


def test_reason_by_bounds_is_sufficient(
    compiled: CompiledRules,
    reference: Reference,
    some_answers: list[dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where not every combination can be tried, what is told still fixes the winner."""
    monkeypatch.setattr(sufficiency, "GRID_LIMIT", 0)
    n_found = 0
    for answers in _complete(some_answers):
        found = _find(compiled, answers)
        n_found += found.method != "none"

        assert found.method in ("none", "minimal", "sufficient")
        assert found.method == "none" or _fixes(
            reference, found.answers, compiled.approaches[_leader(compiled, answers)]
        )
    assert n_found > len(some_answers) / 2


def test_reason_called_minimal_can_spare_nothing(
    compiled: CompiledRules,
    reference: Reference,
    some_answers: list[dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each answer of it is needed: without it another winner is possible."""
    monkeypatch.setattr(sufficiency, "GRID_LIMIT", 0)
    for answers in _complete(some_answers)[:60]:
        found = _find(compiled, answers)
        leader = compiled.approaches[_leader(compiled, answers)]
        if found.method == "minimal":
            for spared in found.answers:
                rest = {name: level for name, level in found.answers.items() if name != spared}

                assert not _fixes(reference, rest, leader)


def test_open_questions_that_matter_stay_open(compiled: CompiledRules) -> None:
    """If they could still change the winner, only the given answers are varied."""
    found = _find(compiled, {"a": "a2", "f": "f2"})

    assert found.scope == "given"
    assert set(found.answers) <= {"a", "f"}


def test_no_reason_where_everything_is_excluded(compiled: CompiledRules) -> None:
    """Nothing fixes a winner that does not exist."""
    assert _find(compiled, {"a": "a0", "c": "c0", "d": "d2", "e": "e1"}).method == "none"
