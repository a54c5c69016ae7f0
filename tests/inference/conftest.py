"""A rule base of six criteria that is small enough to try every answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from math import prod

import pytest

from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.completions import prior_of
from advisor.inference.conditions import criteria_of, evaluate_condition
from advisor.schema.rule import (
    ApproachInfo,
    Criterion,
    Group,
    Level,
    Rule,
    RuleBase,
    Source,
    Veto,
)
from advisor.vocabulary import UNKNOWN, Approach, Truth

LEVELS = {"a": 3, "b": 3, "c": 2, "d": 3, "e": 2, "f": 3}
WEIGHTS = ("prompting", "rag", "fine_tune", "hybrid")


def _criterion(name: str, n_levels: int) -> Criterion:
    prior = 0.5 if name == "a" else None
    return Criterion(
        id=name,
        topic="test",
        ordered=name != "c",
        question=f"{name}?",
        help="",
        levels=tuple(
            Level(id=f"{name}{i}", label="", example="", prior=None if i else prior)
            for i in range(n_levels)
        ),
        actionable=name == "e",
        prior_source="test",
    )


def _statement(statement_id: str, when: object, **rest: object) -> dict[str, object]:
    return {
        "id": statement_id,
        "name": f"finding-{statement_id.lower()}",
        "title": f"Finding {statement_id}",
        "rationale": "test",
        "when": when,
        "sources": ["s1"],
        "grade": "B",
        **rest,
    }


def _rule(rule_id: str, when: object, weights: tuple[float, ...], **rest: object) -> Rule:
    named = dict(zip(WEIGHTS, weights, strict=True))
    return Rule.model_validate(_statement(rule_id, when, weights=named, **rest))


def _is(level: str) -> dict[str, str]:
    return {"criterion": level[0], "is": level}


RULES = (
    _rule("TT001", {"criterion": "a", "at_least": "a1"}, (-2, 6, -3, 1), group="g"),
    _rule("TT002", {"criterion": "a", "at_least": "a2"}, (0, 5, -4, 2), grade="D"),
    _rule("TT003", {"criterion": "b", "at_most": "b0"}, (4, 0, -3, -1), sources=["s2"], group="g"),
    _rule("TT004", {"all": [_is("b2"), _is("c1")]}, (-3, -1, 7, 1), sources=["s2", "s3"]),
    _rule("TT005", {"any": [_is("d0"), _is("e1")]}, (3, -2, 1, 0), opposed_by=["s3"], grade="C"),
    _rule("TT006", {"criterion": "d", "one_of": ["d1", "d2"]}, (-1, 2, 0, 3), group="h"),
    _rule("TT007", {"criterion": "e", "none_of": ["e0"]}, (1, 1, -4, 2), group="h"),
    _rule("TT008", {"criterion": "f", "is": "f2"}, (0, -2, 9, -1), group="h", grade="A"),
    _rule("TT009", {"all": [_is("a0"), {"any": [_is("f0"), _is("c0")]}]}, (6, -5, 0, -1)),
    _rule("TT010", {"criterion": "a", "is": "a2"}, (0, 12, -3, 0)),
)

VETOES = (
    Veto.model_validate(_statement("TT901", _is("c0"), excludes=["fine_tune"])),
    Veto.model_validate(
        _statement("TT902", {"all": [_is("d2"), _is("e1")]}, excludes=["prompting", "hybrid"])
    ),
    Veto.model_validate(_statement("TT903", {"all": [_is("a0"), _is("d2")]}, excludes=["rag"])),
)


def build_rule_base(rules: tuple[Rule, ...] = RULES, vetoes: tuple[Veto, ...] = VETOES) -> RuleBase:
    """Put rules and vetoes over the six criteria into a rule base."""
    return RuleBase(
        approaches=tuple(
            ApproachInfo(id=a, title=a, summary="", strengths=(), costs=(), base_db=base)
            for a, base in zip(Approach, (1.0, 0.0, 0.0, 0.5), strict=True)
        ),
        criteria=tuple(_criterion(name, n) for name, n in LEVELS.items()),
        sources=tuple(
            Source(id=s, authors="", year=2024, title="", where="arXiv:0000", kind="paper")
            for s in ("s1", "s2", "s3")
        ),
        groups=(Group(id="g", title="", rho=0.5), Group(id="h", title="", rho=1.0)),
        claims=(),
        rules=rules,
        vetoes=vetoes,
        companions=(),
        variants=(),
        version="0123456789",
    )


@pytest.fixture(scope="session")
def make_rule_base() -> Callable[..., RuleBase]:
    """Build rule bases over the six criteria."""
    return build_rule_base


@pytest.fixture(scope="session")
def make_rule() -> Callable[..., Rule]:
    """Build a rule from id, condition and four weights."""
    return _rule


@pytest.fixture(scope="session")
def rule_base() -> RuleBase:
    """The small rule base."""
    return build_rule_base()


@pytest.fixture(scope="session")
def compiled(rule_base: RuleBase) -> CompiledRules:
    """The small rule base, compiled."""
    return compile_rules(rule_base)


@pytest.fixture(scope="session")
def every_answer(rule_base: RuleBase) -> list[dict[str, str]]:
    """All answers to the six questions, each level or unknown: 2,304 of them."""
    choices = [(*criterion.level_ids, UNKNOWN) for criterion in rule_base.criteria]
    return [dict(zip(LEVELS, answer, strict=True)) for answer in product(*choices)]


@pytest.fixture(scope="session")
def some_answers(every_answer: list[dict[str, str]]) -> list[dict[str, str]]:
    """A fixed sample of them, for what is slow to check by brute force."""
    return random.Random(7).sample(every_answer, 150)


class Reference:
    """The decision model once more, as slowly and plainly as it is written down."""

    def __init__(self, rule_base: RuleBase) -> None:
        self.rule_base = rule_base
        self.criteria = {criterion.id: criterion for criterion in rule_base.criteria}
        self.rho = {group.id: group.rho for group in rule_base.groups}

    def scores(self, answers: Mapping[str, str]) -> dict[Approach, int]:
        """Sum base and damped, capped weights in millidecibans."""
        base = self._centre({info.id: info.base_db for info in self.rule_base.approaches})
        fired = [r for r in self.rule_base.rules if self._truth(r.when, answers) is Truth.TRUE]
        totals = dict(base)
        for primary in {criteria_of(rule.when)[0] for rule in fired}:
            same = [rule for rule in fired if criteria_of(rule.when)[0] == primary]
            for worth in self._capped(same, fired):
                totals = {a: totals[a] + worth[a] for a in Approach}
        return totals

    def _capped(self, same: list[Rule], fired: list[Rule]) -> Iterator[dict[Approach, int]]:
        gammas = []
        for rule in same:
            m = sum(other.group == rule.group for other in fired)
            gammas.append(1 / (1 + (m - 1) * self.rho[rule.group]) if rule.group else 1.0)
        weights = [self._centre(rule.weights) for rule in same]
        sums = [
            abs(sum(round(g * w[a]) for g, w in zip(gammas, weights, strict=True)))
            for a in Approach
        ]
        scale = 10_000 / max(sums) if max(sums) > 10_000 else 1.0
        for g, w in zip(gammas, weights, strict=True):
            yield {a: round(g * scale * w[a]) for a in Approach}

    def _centre(self, weights: Mapping[Approach, float]) -> dict[Approach, int]:
        mean = sum(weights.get(a, 0.0) for a in Approach) / len(Approach)
        return {a: round(1000 * (weights.get(a, 0.0) - mean)) for a in Approach}

    def _truth(self, condition: object, answers: Mapping[str, str]) -> Truth:
        return evaluate_condition(condition, answers, self.criteria).truth  # type: ignore[arg-type]

    def excluded(self, answers: Mapping[str, str]) -> set[Approach]:
        """Name the approaches that a true veto excludes."""
        hits = [v for v in self.rule_base.vetoes if self._truth(v.when, answers) is Truth.TRUE]
        return {approach for veto in hits for approach in veto.excludes}

    def winners(self, answers: Mapping[str, str]) -> set[Approach]:
        """Name the best feasible approaches; more than one if they tie."""
        scores, excluded = self.scores(answers), self.excluded(answers)
        best = max((s for a, s in scores.items() if a not in excluded), default=None)
        return {a for a, s in scores.items() if a not in excluded and s == best}

    def completions(self, answers: Mapping[str, str]) -> Iterator[tuple[dict[str, str], float]]:
        """Yield every completion of the unknown answers with its probability."""
        unknown = [c for c in self.rule_base.criteria if answers.get(c.id, UNKNOWN) == UNKNOWN]
        options = [list(zip(c.level_ids, prior_of(c), strict=True)) for c in unknown]
        for choice in product(*options):
            levels = {c.id: level for c, (level, _) in zip(unknown, choice, strict=True)}
            yield {**answers, **levels}, prod(share for _, share in choice)

    def winner_distribution(self, answers: Mapping[str, str]) -> dict[Approach, float]:
        """Add up the probability with which each approach wins."""
        wins = dict.fromkeys(Approach, 0.0)
        for completed, share in self.completions(answers):
            winners = self.winners(completed)
            for approach in winners:
                wins[approach] += share / len(winners)
        return wins


@pytest.fixture(scope="session")
def reference(rule_base: RuleBase) -> Reference:
    """The plain evaluator of the small rule base."""
    return Reference(rule_base)


@pytest.fixture(scope="session")
def make_reference() -> type[Reference]:
    """Build the plain evaluator of another rule base."""
    return Reference
