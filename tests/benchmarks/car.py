"""UCI Car as a rule base: how many questions an adaptive interview needs for the exact class.

The data set is the complete truth table of an expert model (Bohanec and Rajkovic 1990): six
criteria, four classes, 1,728 rows. The classes take the places of the four approaches; vetoes say
when a car is unacceptable, and a linear program finds the sparsest weights of one- and
two-criterion rules that give every other row its class.

Run: python tests/benchmarks/car.py CAR_CSV
Prints rows reproduced, and the mean number of questions over all rows, with the exact stop.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from advisor.inference.batch import weigh_batch
from advisor.inference.compiled import UNKNOWN_CODE, CompiledRules, compile_rules
from advisor.inference.evidence import weigh
from advisor.inference.settling import certain_winner
from advisor.inference.unknowns import information, look_ahead, next_questions
from advisor.schema.rule import ApproachInfo, Criterion, Level, Rule, RuleBase, Veto
from advisor.vocabulary import Approach

CLASSES = ("unacc", "acc", "good", "vgood")
APPROACHES = tuple(Approach)
VETOES = {"safety": "low", "persons": "2"}
"""Whatever else holds, such a car is unacceptable."""

LOUDEST = 9.9
"""Decibans that the rules of one criterion may reach together; 10 would be capped."""

Row = dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """Read the truth table; the column `class` is the outcome."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def build_rule_base(rows: Sequence[Row]) -> RuleBase:
    """Express the truth table as vetoes and weighted rules of one or two criteria."""
    levels = {name: list(dict.fromkeys(row[name] for row in rows)) for name in list(rows[0])[:-1]}
    tests = list(_tests(levels))
    free = [row for row in rows if not any(row[c] == level for c, level in VETOES.items())]
    weights = _fit(free, tests)
    chosen = [(t, w) for t, w in zip(tests, weights, strict=True) if np.abs(w).max() > 1e-9]
    loudest = max(
        sum(np.abs(w).max() for test, w in chosen if next(iter(test)) == name) for name in levels
    )
    return RuleBase(
        approaches=tuple(
            ApproachInfo(id=a, title=c, summary="", strengths=(), costs=())
            for a, c in zip(APPROACHES, CLASSES, strict=True)
        ),
        criteria=tuple(_criterion(name, own) for name, own in levels.items()),
        sources=(),
        groups=(),
        claims=(),
        rules=tuple(
            _rule(f"CA{n:03}", test, w * (LOUDEST / loudest)) for n, (test, w) in enumerate(chosen)
        ),
        vetoes=tuple(_veto(n, {c: level}) for n, (c, level) in enumerate(VETOES.items())),
        companions=(),
        variants=(),
        version="car",
    )


def _tests(levels: dict[str, list[str]]) -> Iterator[Row]:
    """Yield every level and every pair of levels of two criteria."""
    yield from ({name: level} for name, own in levels.items() for level in own)
    for a, b in combinations(levels, 2):
        yield from ({a: x, b: y} for x in levels[a] for y in levels[b])


def _fit(rows: Sequence[Row], tests: Sequence[Row]) -> np.ndarray:
    """Find the smallest weights under which each row's class leads by at least 1."""
    n, k = len(tests), len(CLASSES)
    holds = np.array([[all(row[c] == v for c, v in t.items()) for t in tests] for row in rows])
    entries = []
    for line, (row, fired) in enumerate(zip(rows, holds, strict=True)):
        own = CLASSES.index(row["class"])
        for place, rival in enumerate(o for o in range(k) if o != own):
            for test in np.flatnonzero(fired):
                entries.append((line * (k - 1) + place, test * k + own, -1.0))
                entries.append((line * (k - 1) + place, test * k + rival, 1.0))
    lines, columns, values = map(np.array, zip(*entries, strict=True))
    shape = (len(rows) * (k - 1), n * k)
    lead = csr_matrix((values, (lines.astype(int), columns.astype(int))), shape=shape)
    split = csr_matrix(np.hstack([lead.toarray(), -lead.toarray()]))
    found = linprog(np.ones(2 * n * k), A_ub=split, b_ub=-np.ones(shape[0]), method="highs")
    return (found.x[: n * k] - found.x[n * k :]).reshape(n, k)


def _criterion(name: str, levels: Sequence[str]) -> Criterion:
    return Criterion(
        id=name,
        topic="car",
        ordered=True,
        question=name,
        help="",
        levels=tuple(Level(id=level, label=level, example="") for level in levels),
    )


def _statement(statement_id: str, test: Row) -> dict[str, object]:
    return {
        "id": statement_id,
        "name": "-".join(f"{c}-{v}" for c, v in test.items()),
        "title": "",
        "rationale": "",
        "grade": "A",
        "when": {"all": [{"criterion": c, "is": v} for c, v in test.items()]},
    }


def _rule(rule_id: str, test: Row, weights: np.ndarray) -> Rule:
    named = dict(zip(APPROACHES, weights.tolist(), strict=True))
    return Rule.model_validate(_statement(rule_id, test) | {"weights": named})


def _veto(n: int, test: Row) -> Veto:
    return Veto.model_validate(_statement(f"CA{900 + n}", test) | {"excludes": APPROACHES[1:]})


def predict(compiled: CompiledRules, rows: Sequence[Row]) -> list[str]:
    """Name the class that leads for each row."""
    codes = [compiled.encode(_answers(row)) for row in rows]
    winners = weigh_batch(compiled, np.asarray(codes, dtype=np.int8)).winners
    return [
        CLASSES[o] if share == 1.0 else "tie"
        for o, share in zip(winners.argmax(axis=0), winners.max(axis=0), strict=True)
    ]


def _answers(row: Row) -> Row:
    return {name: level for name, level in row.items() if name != "class"}


def interview_all(compiled: CompiledRules) -> dict[tuple[int, ...], tuple[int, str]]:
    """Interview every car: how many questions were asked, and the class that was then certain."""
    outcome: dict[tuple[int, ...], tuple[int, str]] = {}
    _ask(compiled, [UNKNOWN_CODE] * len(compiled.criteria), outcome=outcome)
    return outcome


def _ask(
    compiled: CompiledRules, codes: list[int], *, outcome: dict[tuple[int, ...], tuple[int, str]]
) -> None:
    """Ask the next question and follow each answer, until nothing left can change the class."""
    prospect = look_ahead(compiled, codes, seed=0)
    winner = certain_winner(prospect)
    if winner is not None:
        outcome[tuple(codes)] = (sum(code != UNKNOWN_CODE for code in codes), CLASSES[winner])
        return
    names = next_questions(compiled, weigh(compiled, codes), prospect)
    best = max(prospect.questions, key=lambda question: information(prospect, question)).position
    position = compiled.position[names[0]] if names else best
    for code in range(len(compiled.criteria[position].levels)):
        answered = list(codes)
        answered[position] = code
        _ask(compiled, answered, outcome=outcome)


def find_leaf(
    compiled: CompiledRules, row: Row, outcome: dict[tuple[int, ...], tuple[int, str]]
) -> tuple[int, str]:
    """Find where the interview about one car ended."""
    codes = compiled.encode(_answers(row))
    return next(
        end
        for leaf, end in outcome.items()
        if all(asked in (UNKNOWN_CODE, code) for asked, code in zip(leaf, codes, strict=True))
    )


def main() -> None:
    """Build, check and interview."""
    if len(sys.argv) != 2:
        sys.exit("car.py: expected the data set: python tests/benchmarks/car.py CAR_CSV")
    rows = read_rows(Path(sys.argv[1]))
    start = perf_counter()
    compiled = compile_rules(build_rule_base(rows))
    n_pairs = sum(len(rule.when.all) == 2 for rule in compiled.rules)  # type: ignore[union-attr]
    print(f"{len(compiled.rules)} rules ({n_pairs} of two criteria), {len(compiled.vetoes)} vetoes")
    right = sum(p == row["class"] for p, row in zip(predict(compiled, rows), rows, strict=True))
    print(f"rows reproduced       {right} of {len(rows)}")
    outcome = interview_all(compiled)
    ends = [find_leaf(compiled, row, outcome) for row in rows]
    same = sum(end[1] == row["class"] for end, row in zip(ends, rows, strict=True))
    print(f"class identical       {same} of {len(rows)}")
    print(f"questions on average  {np.mean([n for n, _ in ends]):.3f} of {len(compiled.criteria)}")
    print(f"{perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
