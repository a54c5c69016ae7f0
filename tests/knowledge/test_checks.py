"""The lint: each check finds its fault, and a waiver silences what it may."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.knowledge.checks import check_rules
from advisor.knowledge.loader import read_rules
from advisor.knowledge.problem import Problem

WriteRules = Callable[..., Path]

THREE = (
    "{any: [{criterion: data_volatility, is: daily}, {criterion: labeled_examples, is: none}, "
    "{criterion: latency_budget, is: batch}]}"
)
WEEKLY = "{criterion: data_volatility, at_least: weekly}"


def _check(folder: Path) -> list[Problem]:
    rule_base, problems = read_rules(folder)
    assert (rule_base is not None, problems) == (True, [])
    return check_rules(rule_base)  # type: ignore[arg-type]


def test_sound_rule_base_has_no_problems(write_rules: WriteRules) -> None:
    """The small rule base passes every check."""
    assert _check(write_rules()) == []


def test_shipped_rule_base_has_no_problems_and_is_checked_at_once() -> None:
    """The rules that Advisor ships pass without a warning, in well under a second."""
    start = time.process_time()
    rule_base, _ = read_rules()
    problems = [] if rule_base is None else check_rules(rule_base)
    seconds = time.process_time() - start

    assert rule_base is not None
    assert problems == []
    assert seconds < 1.0


@pytest.mark.parametrize(
    ("old", "new", "check", "severity"),
    [
        (
            WEEKLY,
            f"{{all: [{WEEKLY}, {{criterion: data_volatility, is: static}}]}}",
            "dead-rule",
            0,
        ),
        (WEEKLY, "{criterion: data_volatility, none_of: [static, weekly, daily]}", "dead-rule", 0),
        (WEEKLY, THREE, "many-criteria", 0),
        ("{rag: 6, hybrid: 3, prompting: 0, fine_tune: -5}", "{}", "moves-nothing", 0),
        (
            "{rag: 6, hybrid: 3, prompting: 0, fine_tune: -5}",
            "{rag: 2, hybrid: 2, prompting: 2, fine_tune: 2}",
            "moves-nothing",
            0,
        ),
        ("prompting: 3, fine_tune: -3", "prompting: 6, fine_tune: -6", "loud-judgement", 0),
        ("sources: [D0]\n    claims", "sources: []\n    claims", "uncited", 0),
        ("name: few-labels-and", "name: Few_labels-and", "name", 0),
        ("name: few-labels-and-little-time", "name: knowledge-changes-weekly", "name", 1),
        ('"arXiv:2312.05934"', "a blog", "no-locator", 1),
        ("    claims: [C03]\n", "", "homeless-claim", 0),
        ("criterion: latency_budget, none_of: [batch]", WEEKLY[1:-1], "unread-criterion", 1),
        ("{hybrid: 4, rag: -4}", "{hybrid: -4, rag: 4}", "unreachable-approach", 0),
        ("breaks: [100, 500]", "breaks: [500, 100]", "criterion", 0),
        ("breaks: [100, 500]", "breaks: [100]", "criterion", 0),
        ("example: News.}", "example: News., prior: 1.5}", "criterion", 0),
        ("    group: pace\n  - id: KN002", "  - id: KN002", "small-group", 1),
    ],
)
def test_fault_is_found(
    write_rules: WriteRules, old: str, new: str, check: str, severity: int
) -> None:
    """Each kind of fault is reported under its name, as error or warning."""
    found = {(p.check, p.severity) for p in _check(write_rules({old: new}))}

    assert (check, ("error", "warning")[severity]) in found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (WEEKLY, THREE),
        ("prompting: 3, fine_tune: -3", "prompting: 6, fine_tune: -6"),
    ],
)
def test_waiver_silences(write_rules: WriteRules, old: str, new: str) -> None:
    """A reason given is a check answered."""
    replaced = {
        old: new,
        "grade: B": "grade: B\n    waiver: w",
        "grade: D": "grade: D\n    waiver: w",
    }

    assert _check(write_rules(replaced)) == []


RULE = """  - id: {id}
    name: name-of-{low}
    title: T
    rationale: R
    when: {when}
    {effect}
    grade: D
    sources: [D0]
"""


def _added(when: str, effect: str, *, rule_id: str = "KN009", more: str = "") -> str:
    text = RULE.format(id=rule_id, low=rule_id.lower(), when=when, effect=effect)
    return f"{text}{more}"


MANY = "{criterion: labeled_examples, is: many}"
MANY_AND_SLOW = f"{{all: [{MANY}, {{criterion: latency_budget, is: batch}}]}}"
LOUD = "weights: {fine_tune: 4, prompting: -4}"
OPPOSITE = "weights: {fine_tune: -4, prompting: 4}"
OTHER = "weights: {rag: 2, hybrid: -2}"


EXPECTS_ELSEWHERE = (
    "    experiment: freshness\n"
    "    expects: {quantity: latency, approach: rag, better_than: [fine_tune]}\n"
)


@pytest.mark.parametrize(
    ("added", "check", "severity"),
    [
        (_added(MANY, LOUD), "duplicate-rule", "error"),
        (_added("{criterion: labeled_examples, at_least: many}", LOUD), "duplicate-rule", "error"),
        (_added(MANY, OTHER), "duplicate-rule", "warning"),
        (_added(MANY, OPPOSITE), "contradicting-rule", "error"),
        (_added(MANY_AND_SLOW, LOUD), "subsumed-rule", "warning"),
        (
            _added("{criterion: labeled_examples, is: under_50}", "weights: {rag: 3}"),
            "not-monotone",
            "warning",
        ),
        (
            _added(WEEKLY, OTHER, more="    experiment: freshnes\n"),
            "unknown-experiment",
            "error",
        ),
        (_added(WEEKLY, OTHER, more=EXPECTS_ELSEWHERE), "unmeasured-expectation", "error"),
        (_added(WEEKLY, OTHER, more="    opposed_by: [D0]\n"), "both-sides", "warning"),
        (
            "vetoes:\n" + _added(MANY, "excludes: [fine_tune, prompting]", rule_id="KN901"),
            "moves-nothing",
            "warning",
        ),
    ],
)
def test_statement_too_many_is_found(
    write_rules: WriteRules, added: str, check: str, severity: str
) -> None:
    """Each fault that one more rule or veto brings in is reported under its name."""
    found = {(p.check, p.severity) for p in _check(write_rules({"vetoes: []\n": added}))}

    assert (check, severity) in found


@pytest.mark.parametrize(
    "added",
    [
        _added(MANY_AND_SLOW, OPPOSITE),
        _added(MANY_AND_SLOW, LOUD, more="    waiver: w\n"),
        _added(MANY_AND_SLOW, OTHER, more="    experiment: freshness\n"),
        _added("{criterion: labeled_examples, is: under_50}", "weights: {rag: 1}"),
        "vetoes:\n" + _added(MANY, "excludes: [rag, hybrid]", rule_id="KN901"),
    ],
)
def test_sound_statement_is_let_pass(write_rules: WriteRules, added: str) -> None:
    """Exceptions, waivers, small setbacks and vetoes of other approaches are no faults."""
    assert _check(write_rules({"vetoes: []\n": added})) == []


def test_grade_without_its_sum_is_found(write_rules: WriteRules) -> None:
    """A published number must say how it became decibans."""
    problems = _check(write_rules({"    derivation: Six of ten.\n": ""}))

    assert [(p.check, p.severity) for p in problems] == [("no-derivation", "warning")]


def test_variant_that_always_comes_too_late_is_found(write_rules: WriteRules) -> None:
    """The first match wins, so a narrower one behind it is never chosen."""
    narrow = _added("{criterion: data_volatility, is: daily}", "choice: b\n    slot: rag")
    wide = _added(WEEKLY, "choice: a\n    slot: rag", rule_id="VA001")

    late = _check(write_rules(variants=f"variants:\n{wide}{narrow}"))
    early = _check(write_rules(variants=f"variants:\n{narrow}{wide}"))

    assert ([p.check for p in late], early) == (["shadowed-variant"], [])


def test_question_that_changes_no_winner_is_found(write_rules: WriteRules) -> None:
    """If every level says the same, there is nothing to ask."""
    loud = "weights: {rag: 60, fine_tune: -60}"
    replaced = {"weights: {rag: 6, hybrid: 3, prompting: 0, fine_tune: -5}": loud}
    always = "one_of: [static, weekly, daily]"

    problems = _check(write_rules({**replaced, "at_least: weekly": always}))

    assert [p.message.split()[1] for p in problems if p.check == "idle-criterion"] == [
        "data_volatility"
    ]


def test_order_is_read_together_with_another_answer(write_rules: WriteRules) -> None:
    """A setback that shows only beside one other answer is found, and that answer is named."""
    slow = "{criterion: latency_budget, is: batch}"
    both = f"{{all: [{{criterion: labeled_examples, is: under_50}}, {slow}]}}"
    problems = _check(write_rules({"vetoes: []\n": _added(both, "weights: {rag: 4}")}))

    assert [p.check for p in problems] == ["not-monotone"]
    assert "when latency_budget is batch" in problems[0].message


def test_references_are_checked_before_meaning(write_rules: WriteRules) -> None:
    """A rule base with a broken reference reports that and nothing else."""
    rule_base, problems = read_rules(
        write_rules({"sources: [D0]\n    group": "sources: [X]\n    group"})
    )

    assert rule_base is not None
    assert [p.check for p in problems] == ["unknown-source"]
    assert check_rules(rule_base) == problems
