"""How the rules do on published cases, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from advisor.knowledge.cases import Agreement, CaseReport


def render_cases(report: CaseReport) -> str:
    """Lay a comparison out for a terminal."""
    return "\n".join(_lines(report))


def _lines(report: CaseReport) -> Iterator[str]:
    n_cases = report.advisers[0].exact.n_cases
    yield f"{n_cases} published cases; agreement with 95 % Wilson intervals"
    yield ""
    yield f"{'':<16}{'exact':<18}{'also acceptable':<18}"
    for adviser in report.advisers:
        yield f"{adviser.name:<16}{_share(adviser.exact):<18}{_share(adviser.lenient):<18}"
    yield ""
    yield "Naive Bayes learns from the cases of all other sources; majority class is the most"
    yield "frequent outcome. The rules are judged by the approach they put first."
    decided = report.exact_where_decided
    yield f"No clear winner in {report.n_abstentions} of {n_cases}" + (
        f"; where there is one, it agrees in {_share(decided)}." if decided else "."
    )
    yield ""
    yield "Outcome (rows) against the approach put first (columns)"
    names = list(report.confusion)
    yield f"{'':<12}" + "".join(f"{name:>11}" for name in names)
    for outcome, row in report.confusion.items():
        yield f"{outcome:<12}" + "".join(f"{row[name]:>11}" for name in names)
    if report.misses:
        yield ""
        yield "Not even acceptable"
        for case, outcome, leading in report.misses:
            yield f"  {case}: {outcome}, put first: {leading}"


def _share(agreement: Agreement) -> str:
    low, high = agreement.interval
    return f"{agreement.share:.2f} [{low:.2f}, {high:.2f}]"


def render_cases_json(report: CaseReport) -> str:
    """Spell a comparison as one JSON object."""
    content = {
        "schema_version": 1,
        "n_cases": report.advisers[0].exact.n_cases,
        "advisers": {
            adviser.name: {"exact": _numbers(adviser.exact), "lenient": _numbers(adviser.lenient)}
            for adviser in report.advisers
        },
        "n_abstentions": report.n_abstentions,
        "exact_where_decided": report.exact_where_decided and _numbers(report.exact_where_decided),
        "confusion": report.confusion,
        "misses": [
            {"case": case, "outcome": outcome, "leading": leading}
            for case, outcome, leading in report.misses
        ],
    }
    return json.dumps(content, indent=2)


def _numbers(agreement: Agreement) -> dict[str, float]:
    low, high = agreement.interval
    return {"value": agreement.share, "low": low, "high": high, "n": agreement.n_cases}
