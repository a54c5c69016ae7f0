"""`advisor team`: where the people who answered disagree, and whether it matters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.schema.rule import RuleBase
    from advisor.schema.team import Dispute, Position, TeamReport
    from advisor.vocabulary import Approach


def team(
    answers: Path = typer.Argument(..., help="Answers file that several people answered."),
    output_format: str = typer.Option("terminal", "--format", help="terminal or json."),
    rules: Path | None = typer.Option(
        None, "--rules", metavar="DIR", help="Rules of your own in this folder, added to ours."
    ),
) -> None:
    """Show where a team agrees and disagrees, and whether that changes the recommendation."""
    from advisor.errors import AnswersError

    if output_format not in ("terminal", "json"):
        raise AnswersError(f"--format: found {output_format!r}, expected terminal or json.")
    report, rule_base = _compare(answers, rules)
    if output_format == "json":
        typer.echo(report.model_dump_json(indent=2))
        return
    for line in team_lines(report, rule_base):
        typer.echo(line)


def show_team(path: Path, *, rules: Path | None = None) -> None:
    """Say on standard error how far those agree who answered so far."""
    report, rule_base = _compare(path, rules)
    for line in team_lines(report, rule_base):
        typer.echo(line, err=True)


def _compare(path: Path, rules: Path | None) -> tuple[TeamReport, RuleBase]:
    from advisor.errors import AnswersError
    from advisor.inference.compiled import compile_rules
    from advisor.inference.teamwork import compare_people
    from advisor.knowledge.answers_file import load_answers
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules(rules)
    answers = load_answers(path, rule_base)
    if not answers.people:
        raise AnswersError(
            f"{path}: nobody has answered by name yet; "
            f"`advisor interview --as NAME -o {path}` lets each of a team answer."
        )
    return compare_people(compile_rules(rule_base), answers), rule_base


def team_lines(report: TeamReport, rule_base: RuleBase) -> Iterator[str]:
    """Put a comparison into lines of text."""
    for result in report.people:
        yield f"{result.person}: {_named(result.leading)} ({result.n_known} answers)"
    if len(report.people) < 2:
        return
    yield f"Together: {_named(report.leading)}"
    n_agreed = sum(share == 1.0 for share in report.agreement.values())
    yield f"All agree on {n_agreed} of the {len(report.agreement)} questions that two or more know."
    if report.concordance is not None:
        yield f"Agreement on priorities: Kendall's W {report.concordance:.2f} (0 none, 1 the same)."
    for dispute in report.disputes:
        yield from _dispute_lines(dispute, rule_base)


def _dispute_lines(dispute: Dispute, rule_base: RuleBase) -> Iterator[str]:
    weight = "it decides the result" if dispute.matters else "the result is the same either way"
    yield f"{dispute.criterion}: {dispute.share_agreeing:.0%} agree; {weight}"
    labels = {level.id: level.label for level in rule_base.criterion(dispute.criterion).levels}
    for position in dispute.positions:
        yield f"  {_position(position, labels, is_told=dispute.matters)}"


def _position(position: Position, labels: dict[str, str], *, is_told: bool) -> str:
    label = labels.get(position.level, "doesn't apply")
    result = f" -> {_named(position.leading)}" if is_told else ""
    return f"{', '.join(position.people)}: {label}{result}"


def _named(approach: Approach | None) -> str:
    return "every approach is ruled out" if approach is None else f"{approach.label} leads"
