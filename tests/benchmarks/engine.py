"""Evaluations per second beside zen-engine, CLIPS and rule-engine, on one random problem.

Twenty criteria, twenty rules of one criterion each, four approaches, answers without unknowns (the
others cannot say "unknown"). Every engine has to find the same scores before it is timed. The
others are no dependencies of this project; those that are missing are skipped:

    pip install zen-engine clipspy rule-engine

Run: OPENBLAS_NUM_THREADS=1 python tests/benchmarks/engine.py
"""

from __future__ import annotations

import json
import platform
import random
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from time import perf_counter

import numpy as np

from advisor.inference.asking import plan_questions
from advisor.inference.batch import weigh_batch
from advisor.inference.compiled import MILLI, CompiledRules, compile_rules
from advisor.inference.curiosity import explain_question
from advisor.inference.evidence import weigh
from advisor.inference.ranking import rank_approaches
from advisor.inference.unknowns import look_ahead
from advisor.knowledge.loader import load_rules
from advisor.schema.rule import ApproachInfo, Criterion, Level, Rule, RuleBase
from advisor.vocabulary import Approach

N_CRITERIA = N_RULES = 20
SECONDS, N_REPEATS = 0.1, 15
"""Every engine is timed so long, so many times; the best counts, as what else runs only slows."""

Answers = dict[str, int]
Engine = Callable[[Answers], Sequence[float]]
"""From levels (0, 1, …) by criterion to the decibans of the approaches."""


def build_problem(seed: int = 0) -> RuleBase:
    """Draw twenty criteria of three to five levels and a rule on each."""
    draw = random.Random(seed)
    criteria = [_criterion(i, draw.randint(3, 5)) for i in range(N_CRITERIA)]
    return RuleBase(
        approaches=tuple(
            ApproachInfo(id=a, title=a, summary="", strengths=(), costs=()) for a in Approach
        ),
        criteria=tuple(criteria),
        sources=(),
        groups=(),
        claims=(),
        rules=tuple(_rule(i, criterion, draw) for i, criterion in enumerate(criteria)),
        vetoes=(),
        companions=(),
        variants=(),
        version="random",
    )


def _criterion(i: int, n_levels: int) -> Criterion:
    levels = tuple(Level(id=f"{k}", label="", example="") for k in range(n_levels))
    return Criterion(id=f"c{i}", topic="t", ordered=True, question="?", help="", levels=levels)


def _rule(i: int, criterion: Criterion, draw: random.Random) -> Rule:
    level = criterion.level_ids[draw.randrange(1, len(criterion.levels) - 1)]
    operator = draw.choice(["at_least", "at_most", "is"])
    weights = {approach: draw.randint(-4, 4) for approach in Approach}
    return Rule.model_validate(
        {
            "id": f"R{i:03}",
            "name": "finding",
            "title": "",
            "rationale": "",
            "grade": "B",
            "sources": ["s"],
            "when": {"criterion": criterion.id, operator: level},
            "weights": weights,
        }
    )


def ours(compiled: CompiledRules) -> Engine:
    """Evaluate with the ledger, from answers by name."""

    def evaluate(answers: Answers) -> Sequence[float]:
        codes = compiled.encode({name: str(level) for name, level in answers.items()})
        return [score / MILLI for score in weigh(compiled, codes).scores]

    return evaluate


def _comparison(rule: Rule) -> tuple[str, str, int]:
    leaf = rule.when
    symbol = {"at_least": ">=", "at_most": "<=", "is": "=="}[leaf.operator]  # type: ignore[union-attr]
    return leaf.criterion, symbol, int(leaf.operand[0])  # type: ignore[union-attr]


def zen_engine(compiled: CompiledRules) -> Engine:
    """Evaluate a decision table with the hit policy "collect"."""
    import zen

    inputs = [{"id": c.id, "name": c.id, "field": c.id} for c in compiled.criteria]
    rows = []
    for r, rule in enumerate(compiled.rules):
        name, symbol, level = _comparison(rule)
        cell = f"{level}" if symbol == "==" else f"{symbol} {level}"
        rows.append(
            {"_id": rule.id, **{c.id: "" for c in compiled.criteria}, name: cell, "o": f"{r}"}
        )
    table = {
        "hitPolicy": "collect",
        "inputs": inputs,
        "outputs": [{"id": "o", "name": "rule", "field": "rule"}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {
            "id": "t",
            "name": "t",
            "type": "decisionTableNode",
            "content": table,
            "position": {"x": 1, "y": 0},
        },
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 2, "y": 0}},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "t", "type": "edge"},
        {"id": "2", "sourceId": "t", "targetId": "out", "type": "edge"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def evaluate(answers: Answers) -> Sequence[float]:
        hits = decision.evaluate(answers)["result"]
        return _total(compiled, [int(hit["rule"]) for hit in hits])

    return evaluate


def clips(compiled: CompiledRules) -> Engine:
    """Assert one fact per answer and run the agenda."""
    import clips

    environment = clips.Environment()
    environment.build("(deftemplate answer (slot name) (slot level))")
    environment.build("(deftemplate fired (slot rule))")
    for r, rule in enumerate(compiled.rules):
        name, symbol, level = _comparison(rule)
        test = f"(test ({'=' if symbol == '==' else symbol} ?l {level}))"
        environment.build(
            f"(defrule r{r} (answer (name {name}) (level ?l)) {test}"
            f" => (assert (fired (rule {r}))))"
        )
    template = environment.find_template("answer")

    def evaluate(answers: Answers) -> Sequence[float]:
        environment.reset()
        for name, level in answers.items():
            template.assert_fact(name=clips.Symbol(name), level=level)
        environment.run()
        hits = [fact["rule"] for fact in environment.facts() if fact.template.name == "fired"]
        return _total(compiled, hits)

    return evaluate


def rule_engine(compiled: CompiledRules) -> Engine:
    """Match one expression after the other."""
    import rule_engine

    rules = [rule_engine.Rule("{} {} {}".format(*_comparison(rule))) for rule in compiled.rules]

    def evaluate(answers: Answers) -> Sequence[float]:
        return _total(compiled, [r for r, rule in enumerate(rules) if rule.matches(answers)])

    return evaluate


def _total(compiled: CompiledRules, fired: Sequence[int]) -> Sequence[float]:
    columns = zip(compiled.base, *(compiled.weights[rule] for rule in fired), strict=True)
    return [sum(column) / MILLI for column in columns]


PEERS = {
    "zen-engine": ("zen", zen_engine),
    "clipspy": ("clips", clips),
    "rule-engine": ("rule_engine", rule_engine),
}


def rate(evaluate: Callable[[], object], n_evaluations: int) -> float:
    """Time something that makes so many evaluations; returns evaluations per second."""
    best = 0.0
    for _ in range(N_REPEATS):
        n_rounds, start = 0, perf_counter()
        while (elapsed := perf_counter() - start) < SECONDS:
            evaluate()
            n_rounds += 1
        best = max(best, n_rounds * n_evaluations / elapsed)
    return best


def _answers(compiled: CompiledRules, n: int, seed: int = 1) -> list[Answers]:
    draw = random.Random(seed)
    return [{c.id: draw.randrange(len(c.levels)) for c in compiled.criteria} for _ in range(n)]


def time_engines() -> None:
    """Compare engines on the random problem."""
    compiled = compile_rules(build_problem())
    answers = _answers(compiled, 200)
    expected = [ours(compiled)(one) for one in answers]
    codes = [list(one.values()) for one in answers]
    single = rate(lambda: [weigh(compiled, row) for row in codes], len(codes))
    print(f"{'Advisor, one by one with ledger':42}{single:>12,.0f} /s")
    named = rate(lambda: [*map(ours(compiled), answers)], len(answers))
    print(f"{'Advisor, the same from answers by name':42}{named:>12,.0f} /s")
    many = np.array([list(one.values()) for one in _answers(compiled, 2_000)], dtype=np.int8)
    many = np.tile(many, (100, 1))[np.random.default_rng(0).permutation(200_000)]
    batch = rate(lambda: weigh_batch(compiled, many), len(many))
    print(f"{'Advisor, as a batch':42}{batch:>12,.0f} /s")
    for name, (module, build) in PEERS.items():
        if find_spec(module) is None:
            print(f"{name}: not installed; pip install {name}")
            continue
        evaluate = build(compiled)
        found = [evaluate(one) for one in answers]
        assert np.allclose(found, expected), f"{name} finds other scores"
        speed = rate(lambda run=evaluate: [run(one) for one in answers[:50]], 50)  # type: ignore[misc]
        print(f"{f'{name} {version(name)}':42}{speed:>12,.0f} /s")


def time_steps() -> None:
    """Time the steps of an interview on the shipped rules, from no answer to all but one."""
    compiled = compile_rules(load_rules())
    slowest = {"plan": 0.0, "why": 0.0}
    draw = random.Random(0)
    for _ in range(3):
        answers: dict[str, str] = {}
        for criterion in draw.sample(compiled.criteria, len(compiled.criteria) - 1):
            codes = compiled.encode(answers)
            start = perf_counter()
            evidence = weigh(compiled, codes)
            prospect = look_ahead(compiled, codes, seed=0)
            ranking = rank_approaches(compiled, evidence)
            plan_questions(compiled, evidence, ranking=ranking, prospect=prospect)
            slowest["plan"] = max(slowest["plan"], perf_counter() - start)
            start = perf_counter()
            explain_question(compiled, codes, criterion=criterion.id, prospect=prospect)
            slowest["why"] = max(slowest["why"], perf_counter() - start)
            answers[criterion.id] = draw.choice(criterion.level_ids)
    rows = np.random.default_rng(0).integers(0, 3, (100_000, len(compiled.criteria)))
    codes_of = rows.astype(np.int8) % [len(c.levels) for c in compiled.criteria]
    speed = rate(lambda: weigh_batch(compiled, codes_of.astype(np.int8)), len(rows))
    print(
        f"shipped rules: slowest interview step {1000 * slowest['plan']:.0f} ms, "
        f'slowest "why this question" {1000 * slowest["why"]:.0f} ms, batch {speed:,.0f} /s'
    )


def main() -> None:
    """Print everything."""
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}")
    time_engines()
    time_steps()


if __name__ == "__main__":
    main()
