"""Write the reference pages of the guide: `python tests/guide/reference.py --write`.

Commands come from the program's own help, criteria and rules from the rule base, licences from
what is installed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import typer
from click import Command, Context
from licences import write_licences
from typer.cli import get_docs_for_click

from advisor.cli.main import app
from advisor.knowledge.loader import load_rules
from advisor.schema.rule import Criterion, Rule, RuleBase, Statement

GUIDE = Path(__file__).resolve().parents[2] / "advisor" / "guide"
NOTE = "<!-- Written by tests/guide/reference.py; do not edit. -->\n"


def write_commands() -> str:
    """Describe every command and its options."""
    command: Command = typer.main.get_command(app)  # type: ignore[assignment]
    context = Context(command, info_name="advisor")
    pages = get_docs_for_click(obj=command, ctx=context, name="advisor", title="Commands")
    return f"{NOTE}{pages.strip()}\n".replace("```console", "```text")


def write_criteria() -> str:
    """Describe every question and its levels."""
    rule_base = load_rules()
    return f"{NOTE}# Criteria\n\n" + "\n".join(map(_criterion, rule_base.criteria))


def _criterion(criterion: Criterion) -> str:
    rows = "\n".join(
        f"| `{level.id}` | {_cell(level.label)} | {_cell(level.example)} |"
        for level in criterion.levels
    )
    return (
        f"## `{criterion.id}`\n\n**{criterion.question}** {criterion.help}\n\n"
        f"| level | means | for example |\n|---|---|---|\n{rows}\n"
    )


def write_rules() -> str:
    """List every rule and veto with its weights, grade and sources."""
    rule_base = load_rules()
    return (
        f"{NOTE}# Rules\n\n{len(rule_base.rules)} rules and {len(rule_base.vetoes)} vetoes. "
        "Weights are in decibans; `advisor rules show ID` prints a rule with its condition, "
        "derivation and sources in full.\n\n"
        + "\n".join(_statement(rule, _weights(rule)) for rule in rule_base.rules)
        + "\n## Vetoes\n\n"
        + "\n".join(_statement(v, f"excludes {', '.join(v.excludes)}") for v in rule_base.vetoes)
        + f"\n## Sources\n\n{_sources(rule_base)}"
    )


def _weights(rule: Rule) -> str:
    return ", ".join(f"{approach} {db:+g}" for approach, db in rule.weights.items())


def _statement(statement: Statement, effect: str) -> str:
    sources = ", ".join(f"`{name}`" for name in statement.sources)
    against = ", ".join(f"`{name}`" for name in statement.opposed_by)
    cited = f"{sources}; against: {against}" if against else sources
    return (
        f"### {statement.id}: {_line(statement.title)}\n\n{_line(statement.rationale)}\n\n"
        f"*{effect}* · grade {statement.grade} · {cited}\n"
    )


def _sources(rule_base: RuleBase) -> str:
    return "".join(
        f"- `{source.id}`: {_line(source.authors)} ({source.year}). {_line(source.title)}. "
        f"{_line(source.where)}\n"
        for source in rule_base.sources
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": write_commands,
    "criteria.md": write_criteria,
    "licences.md": lambda: NOTE + write_licences(),
    "rules.md": write_rules,
}


def main() -> None:
    """Write the pages, or say which are out of date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true")
    is_writing = parser.parse_args().write
    stale = []
    for name, write in PAGES.items():
        path, text = GUIDE / name, write()
        if is_writing:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        sys.exit(f"{', '.join(stale)}: out of date; run this with --write")


if __name__ == "__main__":
    main()
