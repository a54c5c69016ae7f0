"""`advisor rules`: the rule base as a product of its own."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from advisor.knowledge.problem import Problem
    from advisor.schema.rule import RuleBase

rules_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


class CasesFormat(StrEnum):
    """How a comparison with cases is shown."""

    TERMINAL = "terminal"
    JSON = "json"


@rules_app.command(epilog="Example: advisor rules check")
def check(
    rules: Path | None = typer.Option(
        None, "--rules", metavar="DIR", help="Check the rules in this folder; ours by default."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Only say what is wrong."),
) -> None:
    """Check that the rules are complete, cited and consistent; exit code 5 if not."""
    from advisor.knowledge.checks import check_rules
    from advisor.knowledge.loader import read_rules
    from advisor.vocabulary import ExitCode

    rule_base, problems = read_rules(rules)
    if rule_base is not None and not problems:
        problems = check_rules(rule_base)
    for problem in problems:
        typer.echo(f"{problem.severity}: {problem} [{problem.check}]")
    n_errors = sum(problem.severity == "error" for problem in problems)
    if rule_base is not None and not quiet:
        typer.echo(_summary(rule_base, problems))
    if n_errors:
        typer.echo(f"advisor: the rule base has {n_errors} error(s), listed above.", err=True)
        raise typer.Exit(ExitCode.RULES_BROKEN)


def _summary(rule_base: RuleBase, problems: list[Problem]) -> str:
    n_errors = sum(problem.severity == "error" for problem in problems)
    return (
        f"Checked {len(rule_base.rules)} rules, {len(rule_base.vetoes)} vetoes, "
        f"{len(rule_base.companions)} companions, {len(rule_base.variants)} variants, "
        f"{len(rule_base.criteria)} criteria, {len(rule_base.sources)} sources and "
        f"{len(rule_base.claims)} founding claims (version {rule_base.version}): "
        f"{n_errors} errors, {len(problems) - n_errors} warnings."
    )


@rules_app.command(epilog="Example: advisor rules show KN001")
def show(
    item: str | None = typer.Argument(
        None, metavar="[ID]", help="A rule, veto, companion, variant, criterion or source."
    ),
) -> None:
    """Show one rule as its documentation page, or list everything."""
    from advisor.cli.rule_pages import find_page, list_pages
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules()
    typer.echo(find_page(rule_base, item) if item else list_pages(rule_base))


@rules_app.command(epilog="Example: advisor rules test --cases cases.yaml")
def test(
    cases: Path = typer.Option(..., "--cases", help="A YAML list of published cases."),
    output_format: CasesFormat = typer.Option(
        CasesFormat.TERMINAL, "--format", help="How to show the comparison."
    ),
) -> None:
    """Hold the rules against published cases, beside two baselines."""
    from advisor.cli.case_view import render_cases, render_cases_json
    from advisor.knowledge.cases import compare_with_cases, load_cases
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules()
    report = compare_with_cases(rule_base, load_cases(cases, rule_base))
    is_json = output_format is CasesFormat.JSON
    typer.echo(render_cases_json(report) if is_json else render_cases(report))
