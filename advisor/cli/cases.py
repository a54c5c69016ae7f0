"""`advisor cases`: the published projects most like this one, and what happened there."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import typer

from advisor.cli.options import RULES


class CasesFormat(StrEnum):
    """How similar cases are shown."""

    TERMINAL = "terminal"
    JSON = "json"
    MARKDOWN = "markdown"


def cases(
    answers: Path = typer.Argument(..., help="An answers file; - reads standard input."),
    n: int = typer.Option(5, "--number", "-n", min=1, help="How many cases to show at most."),
    overrides: list[str] = typer.Option(
        [], "--set", metavar="ID=LEVEL", help="Replace one answer; may be repeated."
    ),
    rules: Path | None = RULES,
    output_format: CasesFormat = typer.Option(
        CasesFormat.TERMINAL, "--format", help="How to show the cases."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Only the cases, no remarks."),
) -> None:
    """Show the published projects most like this one, and what happened there."""
    from advisor.api import advise
    from advisor.cli.similar_view import RENDERERS, Comparison
    from advisor.inference.similarity import N_NEAREST, find_disagreement, similar_cases
    from advisor.knowledge.answers_file import apply_overrides, load_answers
    from advisor.knowledge.case_library import load_case_library
    from advisor.knowledge.loader import load_rules

    rule_base, library = load_rules(rules), load_case_library()
    given = apply_overrides(load_answers(answers, rule_base), overrides, rule_base)
    similar = similar_cases(rule_base, given.answers, library=library, n=max(n, N_NEAREST))
    leading = advise(given, rule_base if rules else None).leading
    comparison = Comparison(
        answers=given,
        leading=leading,
        similar=similar[:n],
        n_library=len(library),
        disagreement=find_disagreement(similar, leading),
        has_remarks=not quiet,
    )
    typer.echo(RENDERERS[output_format](comparison))
