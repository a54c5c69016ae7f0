"""How the rules did on their own test cases, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from advisor.knowledge.mutation import KILLERS, OPERATORS, MutationReport, Operator
from advisor.knowledge.rule_tests import RuleTestReport

_WIDTH = 20


def render_tests(report: RuleTestReport) -> str:
    """Lay the outcome of all test cases out for a terminal."""
    return "\n".join(_lines(report))


def _lines(report: RuleTestReport) -> Iterator[str]:
    for failure in (*report.cases.failures, *report.failed_consultations):
        yield f"failed: {failure}"
    for gap in report.cases.untested:
        yield f"lacking: {gap}."
    n_failed = len({failure.case.where for failure in report.cases.failures})
    yield (
        f"{report.cases.n_cases} rule cases: {n_failed} failed; "
        f"{report.n_consultations} whole projects: {report.n_failed_consultations} failed; "
        f"{len(report.cases.untested)} rules without all three kinds of case."
    )
    if report.mutation is not None:
        yield from _mutation_lines(report.mutation)


def _mutation_lines(mutation: MutationReport) -> Iterator[str]:
    yield ""
    yield f"Mutation score {_score(mutation)}: so many small faults would have been noticed"
    yield ""
    yield f"{'':<{_WIDTH}}{'mutants':>9}{'noticed':>9}" + "".join(f"{k:>15}" for k in KILLERS)
    for operator in OPERATORS:
        yield f"{operator:<{_WIDTH}}" + _row(mutation, operator)
    yield f"{'all':<{_WIDTH}}" + _row(mutation, None)
    yield ""
    yield "A mutant may be noticed in several ways; the lint is asked only where the others failed."
    if mutation.survivors:
        yield ""
        yield "Survivors"
    for mutant in mutation.survivors:
        yield f"  {mutant.statement}: {mutant.change}"


def _score(mutation: MutationReport) -> str:
    return f"{mutation.count() / mutation.total():.3f}" if mutation.total() else "undefined"


def _row(mutation: MutationReport, operator: Operator | None) -> str:
    numbers = [mutation.count(operator, killer) for killer in KILLERS]
    return f"{mutation.total(operator):>9}{mutation.count(operator):>9}" + "".join(
        f"{number:>15}" for number in numbers
    )


def render_tests_json(report: RuleTestReport) -> str:
    """Spell the outcome of all test cases as one JSON object."""
    content: dict[str, object] = {
        "schema_version": 1,
        "n_rule_cases": report.cases.n_cases,
        "n_consultations": report.n_consultations,
        "failures": [str(f) for f in (*report.cases.failures, *report.failed_consultations)],
        "untested": list(report.cases.untested),
    }
    if report.mutation is not None:
        content["mutation"] = {
            "n_mutants": report.mutation.total(),
            "n_noticed": report.mutation.count(),
            "survivors": [
                {"operator": m.operator, "statement": m.statement, "change": m.change}
                for m in report.mutation.survivors
            ],
        }
    return json.dumps(content, indent=2)
