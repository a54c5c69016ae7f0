"""All tests that travel with a rule base, run together."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.abc import Traversable
from pathlib import Path

from advisor.inference.compiled import compile_rules
from advisor.knowledge.consultation_cases import (
    ConsultationCase,
    check_consultation,
    load_consultations,
    shipped_consultations,
)
from advisor.knowledge.loader import is_addition
from advisor.knowledge.mutation import MutationReport, run_mutation
from advisor.knowledge.rule_cases import (
    RuleCase,
    RuleCaseReport,
    load_rule_cases,
    run_rule_cases,
    shipped_rule_cases,
)
from advisor.schema.rule import RuleBase


@dataclass(frozen=True, slots=True)
class RuleTests:
    """Cases of single rules, and whole projects."""

    cases: tuple[RuleCase, ...]
    consultations: tuple[ConsultationCase, ...]


@dataclass(frozen=True, slots=True)
class RuleTestReport:
    """How the tests of a rule base came out."""

    cases: RuleCaseReport
    n_consultations: int
    n_failed_consultations: int
    failed_consultations: tuple[str, ...]
    """One sentence for each thing that came out otherwise."""
    mutation: MutationReport | None = None

    @property
    def has_passed(self) -> bool:
        """True if nothing failed and no rule lacks its cases."""
        return self.cases.has_passed and not self.failed_consultations


def gather_tests(
    rule_base: RuleBase, *, rules: Path | None = None, rule_cases: Path | None = None
) -> RuleTests:
    """Load the tests of a rule base.

    Args:
        rule_base: The rules to test.
        rules: The folder they are from; ours if None. Additions are tested together with the
            tests of ours.
        rule_cases: The cases of the rules in that folder, if they are not in `cases` inside it.
            Whole projects are looked for in its `consultations`.

    Raises:
        RuleBaseError: If a file of cases cannot be used.
        AnswersError: If an answer in one does not exist.
    """
    case_folders: list[Traversable] = []
    project_folders: list[Traversable] = []
    if rules is None or is_addition(rules):
        case_folders.append(shipped_rule_cases())
        project_folders.append(shipped_consultations())
    if rules is not None:
        project_folders.append(rules / "consultations")
        if rule_cases is None and (rules / "cases").is_dir():
            case_folders.append(rules / "cases")
    if rule_cases is not None:
        case_folders.append(rule_cases)
    return RuleTests(
        tuple(case for folder in case_folders for case in load_rule_cases(folder, rule_base)),
        tuple(c for folder in project_folders for c in load_consultations(folder, rule_base)),
    )


def run_tests(
    rule_base: RuleBase, tests: RuleTests, *, with_mutation: bool = False
) -> RuleTestReport:
    """Run all tests, and the mutation test if it is asked for."""
    compiled = compile_rules(rule_base)
    found = [
        (c.name, message)
        for c in tests.consultations
        for message in check_consultation(compiled, c)
    ]
    return RuleTestReport(
        cases=run_rule_cases(rule_base, tests.cases),
        n_consultations=len(tests.consultations),
        n_failed_consultations=len({name for name, _ in found}),
        failed_consultations=tuple(f"{name}: {message}" for name, message in found),
        mutation=run_mutation(rule_base, tests.cases, tests.consultations)
        if with_mutation
        else None,
    )
