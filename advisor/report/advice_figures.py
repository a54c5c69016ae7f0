"""The figures of a recommendation: how its score adds up, and how firm the ranking is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.report.references import by_weight
from advisor.report.wording import MINUS, as_sentence, count_of, decibans, plain_text, share
from advisor.schema.exhibits import Column, ShareFigure, ShareRow, Table
from advisor.schema.recommendation import RankedApproach, Recommendation
from advisor.schema.report import Figure, Mark

MAX_STEPS = 12
"""Findings that a step of their own is drawn for; the lesser ones share one."""

MAX_LABEL = 56
"""Characters of a finding beside its bar; a telephone shows no more."""

_RANKS = ("first", "second", "third", "fourth")


def ledger_figure(ranked: RankedApproach) -> Figure | None:
    """Draw how the findings add up to an approach's score; None if there is none."""
    findings = by_weight([*ranked.reasons, *ranked.against])
    if not findings:
        return None
    steps = [
        (as_sentence(plain_text(one.because, limit=MAX_LABEL)).rstrip("."), one.db)
        for one in findings[:MAX_STEPS]
    ]
    rest = findings[MAX_STEPS:]
    if rest:
        lesser = f"{count_of(len(rest), 'lesser finding')} together"
        steps.append((lesser, sum(one.db for one in rest)))
    name = ranked.approach.label
    marks = (*_steps(steps), _total(name, ranked.score_db))
    return Figure(
        id="ledger",
        title=f"How the evidence for {name} adds up",
        description=f"{count_of(len(findings), 'finding')}, the weightiest first; each bar begins "
        f"where the one above ends, and the last is the score of {decibans(ranked.score_db)} "
        "(decibans).",
        legend="",
        unit="decibans",
        scale="linear",
        marks=marks,
        table=Table(
            caption=f"Findings for and against {name}",
            columns=(
                Column(title="Finding"),
                Column(title="Weight", is_numeric=True),
                Column(title="Sum so far", is_numeric=True),
            ),
            rows=tuple((mark.label, *mark.text.split("; sum ")) for mark in marks[:-1]),
        ),
    )


def _steps(steps: Sequence[tuple[str, float]]) -> Iterator[Mark]:
    total = 0.0
    for label, db in steps:
        before, total = total, total + db
        yield Mark(
            label=label,
            low=min(before, total),
            value=total,
            high=max(before, total),
            text=f"{_fine(db)}; sum {_fine(total)}",
            tone="good" if db >= 0 else "bad",
        )


def _total(name: str, score: float) -> Mark:
    return Mark(
        label=f"Score of {name}",
        low=min(0.0, score),
        value=score,
        high=max(0.0, score),
        text=decibans(score),
        is_recommended=True,
    )


def _fine(db: float) -> str:
    """Say decibans with a decimal, so that the steps are seen to add up."""
    size = f"{abs(db):.1f}"
    return f"{'' if float(size) == 0 else '+' if db > 0 else MINUS}{size} db"


def ranks_figure(recommendation: Recommendation) -> ShareFigure | None:
    """Draw in what share of the draws each approach takes which rank."""
    robustness = recommendation.robustness
    if robustness is None or not robustness.rank_acceptability:
        return None
    found = robustness.rank_acceptability
    rows = tuple(
        ShareRow(
            label=ranked.approach.label,
            shares=tuple(found[ranked.approach]),
            is_recommended=ranked.approach == recommendation.leading,
        )
        for ranked in recommendation.ranking
        if ranked.approach in found
    )
    parts = _RANKS[: max(len(row.shares) for row in rows)]
    return ShareFigure(
        id="ranks",
        title="How firm the ranking is",
        description=f"Share of {robustness.n_draws:,} draws in which an approach takes each rank, "
        "when weights and open answers are varied within what is known of them.",
        parts=parts,
        rows=rows,
        table=Table(
            caption="Share of the draws by rank",
            columns=(
                Column(title="Approach"),
                *(Column(title=part.capitalize(), is_numeric=True) for part in parts),
            ),
            rows=tuple((row.label, *(share(one) for one in row.shares)) for row in rows),
        ),
    )
