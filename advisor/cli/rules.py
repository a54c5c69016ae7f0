"""`advisor rules`: the rule base as a product of its own."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.options import RULES

if TYPE_CHECKING:
    from advisor.knowledge.problem import Problem
    from advisor.schema.rule import RuleBase

rules_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


class CasesFormat(StrEnum):
    """How a comparison with cases is shown."""

    TERMINAL = "terminal"
    JSON = "json"


class Draw(StrEnum):
    """How an audit draws its projects."""

    UNIFORM = "uniform"
    PRIOR = "prior"
    BOTH = "both"


@rules_app.command(epilog="Example: advisor rules check")
def check(
    rules: Path | None = RULES,
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Only say what is wrong."),
) -> None:
    """Check that the rules are complete, cited and consistent; exit code 5 if not."""
    from advisor.knowledge.checks import check_rules
    from advisor.knowledge.loader import read_rules

    rule_base, problems = read_rules(rules)
    if rule_base is not None and not problems:
        problems = check_rules(rule_base)
    for problem in problems:
        typer.echo(f"{problem.severity}: {problem} [{problem.check}]")
    if rule_base is not None and not quiet:
        typer.echo(_summary(rule_base, problems))
    n_errors = _count_errors(problems)
    if n_errors:
        raise _broken(f"the rule base has {n_errors} error(s), listed above.")


def _summary(rule_base: RuleBase, problems: list[Problem]) -> str:
    n_errors = _count_errors(problems)
    return (
        f"Checked {len(rule_base.rules)} rules, {len(rule_base.vetoes)} vetoes, "
        f"{len(rule_base.companions)} companions, {len(rule_base.variants)} variants, "
        f"{len(rule_base.notices)} notices, {len(rule_base.criteria)} criteria, "
        f"{len(rule_base.sources)} sources and {len(rule_base.claims)} founding claims "
        f"(version {rule_base.version}): {n_errors} errors, {len(problems) - n_errors} warnings."
    )


def _count_errors(problems: list[Problem]) -> int:
    return sum(problem.severity == "error" for problem in problems)


def _broken(message: str) -> typer.Exit:
    from advisor.vocabulary import ExitCode

    typer.echo(f"advisor: {message}", err=True)
    return typer.Exit(ExitCode.RULES_BROKEN)


@rules_app.command(epilog="Example: advisor rules show KN001")
def show(
    item: str | None = typer.Argument(
        None, metavar="[ID]", help="A rule, veto, companion, variant, criterion or source."
    ),
    rules: Path | None = RULES,
) -> None:
    """Show one rule as its documentation page, or list everything."""
    from advisor.cli.rule_pages import find_page, list_pages
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules(rules)
    typer.echo(find_page(rule_base, item) if item else list_pages(rule_base))


@rules_app.command(epilog="Example: advisor rules test --mutation")
def test(
    cases: Path | None = typer.Option(
        None, "--cases", metavar="FILE", help="Compare with published cases instead."
    ),
    rule_cases: Path | None = typer.Option(
        None,
        "--rule-cases",
        metavar="DIR",
        help="Where the cases of your rules are; by default in cases/ beside them.",
    ),
    mutation: bool = typer.Option(
        False, "--mutation", help="Also count how many small faults the tests would notice."
    ),
    rules: Path | None = RULES,
    output_format: CasesFormat = typer.Option(
        CasesFormat.TERMINAL, "--format", help="How to show the result."
    ),
) -> None:
    """Run the test cases of the rules, or hold the rules against published cases."""
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules(rules)
    is_json = output_format is CasesFormat.JSON
    if cases is not None:
        _compare_with_cases(rule_base, cases, is_json=is_json)
        return
    from advisor.cli.rule_test_view import render_tests, render_tests_json
    from advisor.knowledge.rule_tests import gather_tests, run_tests

    tests = gather_tests(rule_base, rules=rules, rule_cases=rule_cases)
    report = run_tests(rule_base, tests, with_mutation=mutation)
    typer.echo(render_tests_json(report) if is_json else render_tests(report))
    if not report.has_passed:
        raise _broken("some cases came out otherwise, or are lacking; see above.")


def _compare_with_cases(rule_base: RuleBase, cases: Path, *, is_json: bool) -> None:
    from advisor.cli.case_view import render_cases, render_cases_json
    from advisor.knowledge.cases import compare_with_cases, load_cases

    report = compare_with_cases(rule_base, load_cases(cases, rule_base))
    typer.echo(render_cases_json(report) if is_json else render_cases(report))


@rules_app.command(epilog="Example: advisor rules audit --n 1000000 --write")
def audit(
    n_projects: int = typer.Option(
        1_000_000, "--n", min=1, metavar="N", help="How many projects to draw."
    ),
    draw: Draw = typer.Option(
        Draw.BOTH, "--draw", help="Each answer equally often, as in published cases, or both."
    ),
    seed: int = typer.Option(0, "--seed", help="Seed of the draws."),
    write: bool = typer.Option(
        False, "--write", help="Also write the table into the README.md of the rules."
    ),
    rules: Path | None = RULES,
) -> None:
    """Try the rules on drawn projects: who wins, where it is close, what never fires."""
    from advisor.cli.audit_view import render_audit, write_block
    from advisor.knowledge.audit import Sampling, audit_rules
    from advisor.knowledge.loader import load_rules, readme_of

    rule_base = load_rules(rules)
    samplings = list(Sampling) if draw is Draw.BOTH else [Sampling(draw.value)]
    audits = [
        audit_rules(rule_base, n_projects=n_projects, sampling=sampling, seed=seed)
        for sampling in samplings
    ]
    text = render_audit(rule_base, audits)
    typer.echo(text)
    if write:
        readme = readme_of(rules)
        write_block(readme, text)
        typer.echo(f"Written to {readme}.", err=True)


@rules_app.command(epilog="Example: advisor rules diff - my-rules --answers answers.yaml")
def diff(
    before: Path = typer.Argument(..., metavar="A", help="A folder of rules; - for ours."),
    after: Path = typer.Argument(..., metavar="B", help="Another one."),
    cases: Path | None = typer.Option(
        None, "--cases", metavar="FILE", help="Published cases to try on both."
    ),
    answers: list[Path] = typer.Option(
        [], "--answers", metavar="FILE", help="An answers file to try on both; may be repeated."
    ),
) -> None:
    """Compare two rule bases, and show which projects come out otherwise and why."""
    from advisor.cli.diff_view import render_diff
    from advisor.knowledge.diff import compare_outcomes, compare_rule_bases, with_criteria_of
    from advisor.knowledge.loader import load_rules

    old, new = (load_rules(None if str(path) == "-" else path) for path in (before, after))
    projects = _projects(with_criteria_of(old, new), cases=cases, answers=answers)
    typer.echo(
        render_diff(
            compare_rule_bases(old, new),
            compare_outcomes(old, new, projects),
            versions=(old.version, new.version),
            n_projects=len(projects),
        )
    )


def _projects(
    rule_base: RuleBase, *, cases: Path | None, answers: list[Path]
) -> list[tuple[str, dict[str, str]]]:
    """Collect the projects to compare on; the shipped consultations if none are named."""
    from advisor.knowledge.answers_file import load_answers
    from advisor.knowledge.consultation_cases import load_consultations, shipped_consultations

    found = [(str(path), load_answers(path, rule_base).answers) for path in answers]
    if cases is not None:
        from advisor.knowledge.cases import load_cases

        found += [(case.id, dict(case.answers)) for case in load_cases(cases, rule_base)]
    if cases is None and not answers:
        shipped = load_consultations(shipped_consultations(), rule_base)
        found = [(case.name.removesuffix(".yaml"), case.answers) for case in shipped]
    return found
