"""Flips, against brute force over all changed answers."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

from advisor.inference.compiled import CompiledRules
from advisor.inference.evidence import weigh
from advisor.inference.flips import Change, minimal_flips, report_flips
from advisor.inference.ranking import rank_approaches
from advisor.vocabulary import UNKNOWN, Approach

if TYPE_CHECKING:
    from conftest import Reference


def _found(compiled: CompiledRules, answers: dict[str, str]) -> list[tuple[Change, int]]:
    codes = compiled.encode(answers)
    ranking = rank_approaches(compiled, weigh(compiled, codes))
    return minimal_flips(compiled, codes, ranking)


def _brute_force(
    reference: Reference, answers: dict[str, str], leader: Approach
) -> dict[frozenset[tuple[str, str]], set[Approach]]:
    """All changes of up to three known answers that beat the leader, if no part of them does."""
    known = [name for name, level in answers.items() if level != UNKNOWN]
    found: dict[frozenset[tuple[str, str]], set[Approach]] = {}
    for names in (names for size in (1, 2, 3) for names in combinations(known, size)):
        others = [
            [level for level in reference.criteria[name].level_ids if level != answers[name]]
            for name in names
        ]
        for levels in product(*others):
            change = frozenset(zip(names, levels, strict=True))
            if any(part < change for part in found):
                continue
            winners = reference.winners({**answers, **dict(change)})
            if winners and leader not in winners:
                found[change] = winners
    return found


def test_flips_are_all_and_only_those_of_brute_force(
    compiled: CompiledRules, reference: Reference, some_answers: list[dict[str, str]]
) -> None:
    """Every change of one, two or three answers of which no part is enough."""
    for answers in some_answers[:60]:
        if not reference.winners(answers):
            continue
        ranking = rank_approaches(compiled, weigh(compiled, compiled.encode(answers)))
        leader = compiled.approaches[ranking.leader]
        expected = _brute_force(reference, answers, leader)
        found = {
            frozenset(
                (compiled.criteria[i].id, compiled.criteria[i].level_ids[code])
                for i, code in change
            ): compiled.approaches[winner]
            for change, winner in _found(compiled, answers)
        }

        assert found.keys() == expected.keys()
        assert all(winner in expected[change] for change, winner in found.items())


def test_only_the_nearest_level_of_an_ordered_criterion_is_told(compiled: CompiledRules) -> None:
    """From a2 both a1 and a0 might flip the winner; the smaller step is enough to know."""
    codes = compiled.encode({"a": "a2", "c": "c1"})
    flips = [(((0, 0),), 0), (((0, 1),), 0)]

    told = report_flips(compiled, codes, flips)

    assert [flip.change for flip in told] == [{"a": "a1"}]


def test_actionable_changes_are_told_first(compiled: CompiledRules) -> None:
    """What the user can do something about comes before what is merely so."""
    codes = compiled.encode({"a": "a1", "e": "e0"})
    flips = [(((0, 0),), 1), (((4, 1),), 1)]

    told = report_flips(compiled, codes, flips)

    assert [flip.change for flip in told] == [{"e": "e1"}, {"a": "a0"}]


def test_at_most_twelve_flips_are_told(compiled: CompiledRules) -> None:
    """A long list helps nobody."""
    codes = compiled.encode({"a": "a0", "b": "b0", "d": "d0", "f": "f0"})
    flips = [(((i, 1), (j, 1)), w) for i, j in combinations((0, 1, 3, 5), 2) for w in (0, 1, 2)]

    assert len(report_flips(compiled, codes, flips)) == 12


def test_what_cannot_be_changed_is_told_too(compiled: CompiledRules) -> None:
    """Actionable changes fill at most half of the list, if there are others."""
    codes = compiled.encode({"a": "a0", "b": "b0", "d": "d0", "e": "e0"})
    actionable = [(((4, 1),), winner) for winner in (0, 1, 2, 3)] * 3
    others = [(((i, code),), w) for i in (0, 1, 3) for code in (1, 2) for w in (1, 2, 3)]

    told = report_flips(compiled, codes, [*actionable, *others])

    assert [flip.change for flip in told[:4]] == [{"e": "e1"}] * 4
    assert len(told) == 12


def test_no_flip_without_a_feasible_leader(compiled: CompiledRules) -> None:
    """If everything is excluded there is no winner to change."""
    assert _found(compiled, {"a": "a0", "c": "c0", "d": "d2", "e": "e1"}) == []
