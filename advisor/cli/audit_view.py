"""An audit as a Markdown table, which reads well in a terminal, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from advisor.errors import OutputError
from advisor.files import write_text
from advisor.knowledge.audit import CLOSE_DB, Audit
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach

BEGIN: Final = "<!-- audit: begin (written by `advisor rules audit --write`) -->"
END: Final = "<!-- audit: end -->"
N_REGIONS: Final = 10
N_RARE: Final = 5

Row = Sequence[str]


def render_audit(rule_base: RuleBase, audits: Sequence[Audit]) -> str:
    """Lay audits of one rule base out side by side."""
    return "\n".join(_lines(rule_base, audits))


def _lines(rule_base: RuleBase, audits: Sequence[Audit]) -> Iterator[str]:
    first = audits[0]
    yield (
        f"Rules {rule_base.version}; {first.n_projects:,} projects drawn per column with seed "
        f"{first.seed}, every question answered."
    )
    yield ""
    yield from _table(("what comes first", *_headings(audits)), _outcomes(audits))
    yield ""
    yield f"Where the first two are most often less than {CLOSE_DB:.0f} db apart:"
    yield ""
    yield from _table(("answer", *_headings(audits)), _fragile(audits))
    yield ""
    for audit in audits:
        yield from _firing(audit)


def _headings(audits: Sequence[Audit]) -> list[str]:
    names = {"uniform": "each answer equally often", "prior": "as in published cases"}
    return [names[audit.sampling.value] for audit in audits]


def _outcomes(audits: Sequence[Audit]) -> Iterator[Row]:
    for approach in Approach:
        yield (
            f"{approach.label} (by {CLOSE_DB:.0f} db or more)",
            *(f"{a.wins[approach]:.1%} ({a.clear_wins[approach]:.1%})" for a in audits),
        )
    yield "no clear winner", *(f"{audit.close:.1%}" for audit in audits)
    yield "nothing: vetoes exclude all four", *(f"{audit.infeasible:.1%}" for audit in audits)


def _fragile(audits: Sequence[Audit]) -> Iterator[Row]:
    shares = [{(r.criterion, r.level): r.share for r in audit.regions} for audit in audits]
    for region in audits[-1].regions[:N_REGIONS]:
        key = (region.criterion, region.level)
        yield (
            f"{region.criterion}: {region.level}",
            *(f"{found[key]:.1%}" if key in found else "not drawn" for found in shares),
        )


def _firing(audit: Audit) -> Iterator[str]:
    rare = sorted(audit.fired.items(), key=lambda item: item[1])[:N_RARE]
    yield (
        f"- {_headings([audit])[0]}: rules that never fired: {_names(audit.never)}; always: "
        f"{_names(audit.always)}; most seldom: "
        + ", ".join(f"{name} {share:.2%}" for name, share in rare)
    )


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _table(head: Row, rows: Iterator[Row]) -> Iterator[str]:
    body = [head, *rows]
    widths = [max(len(row[k]) for row in body) for k in range(len(head))]
    rule = [f"{'-' * widths[0]}", *(f"{'-' * (width - 1)}:" for width in widths[1:])]
    for row in (head, rule, *body[1:]):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield f"| {' | '.join(cells)} |"


def write_block(readme: Path, text: str) -> None:
    """Replace what stands between the two marks of an audit.

    Raises:
        OutputError: If the file cannot be read or written, or lacks the marks.
    """
    try:
        content = readme.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(path=readme, reason=str(error)) from error
    head, begin, rest = content.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise OutputError(path=readme, reason=f"the lines {BEGIN} and {END} are missing")
    write_text(readme, f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}")
