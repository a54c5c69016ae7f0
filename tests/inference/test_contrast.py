"""Why not another approach."""

from __future__ import annotations

from advisor.inference.compiled import CompiledRules
from advisor.inference.contrast import explain_why_not
from advisor.inference.evidence import weigh
from advisor.inference.ranking import rank_approaches
from advisor.schema.explanation import WhyNot
from advisor.vocabulary import Approach

FULL = {"a": "a2", "b": "b1", "c": "c1", "d": "d1", "e": "e1", "f": "f0"}


def _why_not(compiled: CompiledRules, answers: dict[str, str]) -> dict[Approach, WhyNot]:
    evidence = weigh(compiled, compiled.encode(answers))
    ranking = rank_approaches(compiled, evidence)
    found = explain_why_not(compiled, answers, evidence=evidence, ranking=ranking)
    return {one.approach: one for one in found}


def test_every_approach_but_the_leader_is_explained(compiled: CompiledRules) -> None:
    """In the order of the ranking."""
    evidence = weigh(compiled, compiled.encode(FULL))
    order = rank_approaches(compiled, evidence).order

    assert list(_why_not(compiled, FULL)) == [compiled.approaches[o] for o in order[1:]]


def test_all_contrary_evidence_adds_up_to_the_distance(compiled: CompiledRules) -> None:
    """Against minus for, with the base, is how far behind an approach is."""
    evidence = weigh(compiled, compiled.encode(FULL))
    leader = rank_approaches(compiled, evidence).leader
    for approach, one in _why_not(compiled, FULL).items():
        o = compiled.approaches.index(approach)
        leads = [f.worth[leader] - f.worth[o] for f in evidence.firings]
        told = [round(1000 * contrast.db) for contrast in one.against]

        assert told == sorted((lead for lead in leads if lead > 0), reverse=True)[:5]
        assert 1000 * one.behind_db == sum(leads) + compiled.base[leader] - compiled.base[o]


def test_silent_rule_names_failed_test_and_what_would_fire_it(compiled: CompiledRules) -> None:
    """TT008 wants f2 where f0 was answered."""
    silent = {one.finding.rule: one for one in _why_not(compiled, FULL)[Approach.FINE_TUNE].silent}

    [failed] = silent["TT008"].failed

    assert (failed.criterion, failed.found, failed.needed) == ("f", "f0", ["f2"])


def test_changing_the_failed_tests_makes_the_rule_fire(
    compiled: CompiledRules, some_answers: list[dict[str, str]]
) -> None:
    """What is told for a silent rule is enough."""
    for answers in some_answers:
        for one in _why_not(compiled, answers).values():
            for rule in one.silent:
                changed = answers | {test.criterion: test.needed[0] for test in rule.failed}
                fired = weigh(compiled, compiled.encode(changed)).fired

                assert fired & compiled.bit[rule.finding.rule]


def test_excluding_veto_is_named(compiled: CompiledRules) -> None:
    """A veto is a reason of its own, beside the evidence."""
    assert _why_not(compiled, {**FULL, "c": "c0"})[Approach.FINE_TUNE].vetoes == ["TT901"]
