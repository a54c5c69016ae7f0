"""Unknown answers, against brute force over every completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.inference import completions, settling
from advisor.inference.compiled import CompiledRules
from advisor.inference.evidence import weigh
from advisor.inference.ranking import rank_approaches
from advisor.inference.settling import is_settled
from advisor.inference.unknowns import (
    Prospect,
    entropy_bits,
    information,
    look_ahead,
    next_questions,
)
from advisor.vocabulary import Approach

if TYPE_CHECKING:
    from conftest import Reference


def _settled(compiled: CompiledRules, answers: dict[str, str]) -> bool:
    codes = compiled.encode(answers)
    evidence = weigh(compiled, codes)
    ranking = rank_approaches(compiled, evidence)
    prospect = look_ahead(compiled, codes, seed=0)
    return is_settled(compiled, ranking=ranking, prospect=prospect)


def _prospect(compiled: CompiledRules, answers: dict[str, str]) -> Prospect:
    return look_ahead(compiled, compiled.encode(answers), seed=0)


def _draw_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completions, "ENUMERATION_LIMIT", 0)


def test_winner_distribution_equals_brute_force(
    compiled: CompiledRules, reference: Reference, some_answers: list[dict[str, str]]
) -> None:
    """Merging levels that no open rule tells apart changes no probability by 1e-9."""
    for answers in some_answers:
        expected = reference.winner_distribution(answers)
        found = dict(zip(compiled.approaches, _prospect(compiled, answers).wins, strict=True))

        assert found == pytest.approx(expected, abs=1e-9)


def test_drawn_winner_distribution_is_near_the_exact_one(
    compiled: CompiledRules, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10,000 draws come within three standard errors of the truth."""
    exact = list(reference.winner_distribution({}).values())
    _draw_only(monkeypatch)

    prospect = _prospect(compiled, {})

    assert prospect.completions.method == "10,000 seeded draws"
    assert list(prospect.wins) == pytest.approx(exact, abs=0.015)


def test_same_seed_draws_the_same(compiled: CompiledRules, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the seed decides what is drawn."""
    _draw_only(monkeypatch)

    assert _prospect(compiled, {}).wins == _prospect(compiled, {}).wins


def test_settled_is_what_brute_force_says(
    compiled: CompiledRules, reference: Reference, some_answers: list[dict[str, str]]
) -> None:
    """Settled means: in every completion the present leader wins alone."""
    for answers in some_answers:
        leader = compiled.approaches[
            rank_approaches(compiled, weigh(compiled, compiled.encode(answers))).leader
        ]
        expected = all(
            reference.winners(done) == {leader} for done, _ in reference.completions(answers)
        )

        assert _settled(compiled, answers) is expected


@pytest.mark.parametrize(("part_limit", "least_share"), [(0, 0.02), (20_000, 0.9)])
def test_settled_bound_never_says_yes_wrongly(
    compiled: CompiledRules,
    every_answer: list[dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    part_limit: int,
    least_share: float,
) -> None:
    """Where the bound decides, by parts or by rules, the exact test agrees with each yes."""
    sample = every_answer[::9]
    exact = {n for n, answers in enumerate(sample) if _settled(compiled, answers)}
    _draw_only(monkeypatch)
    monkeypatch.setattr(settling, "ENUMERATION_LIMIT", part_limit)

    bounded = {n for n, answers in enumerate(sample) if _settled(compiled, answers)}

    assert bounded <= exact
    assert len(bounded) >= least_share * len(exact)


def test_worst_margins_by_parts_are_exact(
    compiled: CompiledRules, reference: Reference, some_answers: list[dict[str, str]]
) -> None:
    """Without vetoes, the smallest lead over each rival is the one brute force finds."""
    for answers in some_answers[:60]:
        codes = compiled.encode(answers)
        found = settling.worst_margins(compiled, codes, leader=0)
        scores = [reference.scores(done) for done, _ in reference.completions(answers)]
        expected = [min(s[Approach.PROMPTING] - s[rival] for s in scores) for rival in Approach]

        assert found == expected


def test_information_is_the_expected_drop_of_entropy(
    compiled: CompiledRules, reference: Reference, some_answers: list[dict[str, str]]
) -> None:
    """Each open question's worth equals the one computed by answering it in every way."""
    for answers in some_answers[:40]:
        prospect = _prospect(compiled, answers)
        for question in prospect.questions:
            criterion = compiled.criteria[question.position]

            assert information(prospect, question) == pytest.approx(
                _expected_drop(reference, answers, criterion.id), abs=1e-9
            )


def _expected_drop(reference: Reference, answers: dict[str, str], criterion: str) -> float:
    import numpy as np

    def entropy(given: dict[str, str]) -> float:
        return entropy_bits(np.array(list(reference.winner_distribution(given).values())))

    asked = reference.criteria[criterion]
    remaining = sum(
        share * entropy({**answers, criterion: level})
        for level, share in zip(asked.level_ids, completions.prior_of(asked), strict=True)
    )
    return entropy(answers) - remaining


def test_question_that_feeds_an_open_veto_comes_first(compiled: CompiledRules) -> None:
    """Whether an approach is possible at all is asked before how good it is."""
    codes = compiled.encode({"a": "a1", "b": "b2", "f": "f2"})
    evidence = weigh(compiled, codes)

    asked = next_questions(compiled, evidence, look_ahead(compiled, codes, seed=0))

    assert asked[0] == "c"


def test_question_that_changes_nothing_is_not_asked(compiled: CompiledRules) -> None:
    """With everything answered but a question no open rule reads, nothing is left to ask."""
    answers = {"a": "a1", "b": "b1", "c": "c1", "d": "d1", "e": "e0", "f": "unknown"}

    positions = [question.position for question in _prospect(compiled, answers).questions]

    assert positions == [compiled.position["f"]]
    assert len(_prospect(compiled, answers).completions.codes) == 2


def test_prior_of_some_levels_leaves_the_rest_to_the_others(compiled: CompiledRules) -> None:
    """A cited prior is kept; what remains is shared equally."""
    assert completions.prior_of(compiled.by_id["a"]) == pytest.approx((0.5, 0.25, 0.25))
    assert completions.prior_of(compiled.by_id["c"]) == pytest.approx((0.5, 0.5))
