"""How the rules do on published cases, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from advisor.inference.calibration import Assessment, Quality
from advisor.knowledge.cases import Agreement, CaseReport
from advisor.schema.calibration import MIN_CASES, Estimate


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
    yield "Naive Bayes and nearest cases learn from the cases of all other sources; majority class"
    yield "is the most frequent outcome. The rules are judged by the approach they put first."
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
    yield ""
    yield from _calibration_lines(report.calibration)


def _calibration_lines(calibration: Assessment | None) -> Iterator[str]:
    if calibration is None:
        yield f"Support is not calibrated: that takes {MIN_CASES} cases from several sources."
        yield "Read it as a word, not as a probability."
        return
    yield (
        f"Calibration of support: temperature {calibration.temperature:.2f}, fitted on "
        f"{calibration.n_cases} cases of {calibration.n_groups} sources"
    )
    yield ""
    yield f"{'':<24}{'Brier (0 to 2)':<20}{'ECE':<20}{'log-loss':<18}".rstrip()
    yield _quality_line("plain support", calibration.plain)
    yield _quality_line("cross-validated", calibration.cross_validated)
    yield ""
    yield "Cross-validated: each source judged at the temperature of all others; 95 % intervals"
    yield "from resampled sources. The rules themselves were written by people who knew published"
    yield "cases, so on unseen ones expect less."
    yield ""
    yield f"{'support of the first':<24}{'cases':>7}{'mean':>8}  right"
    for b in calibration.bins:
        right = _share(Agreement(b.n_right, b.n_cases))
        span = f"{b.low:.2f} to {b.high:.2f}"
        yield f"{span:<24}{b.n_cases:>7}{b.mean_support:>8.2f}  {right}"


def _quality_line(name: str, quality: Quality) -> str:
    parts = [_estimate(e) for e in (quality.brier, quality.ece, quality.log_loss)]
    return f"{name:<24}" + "".join(f"{part:<20}" for part in parts).rstrip()


def _estimate(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"


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
        "calibration": report.calibration and _calibration_numbers(report.calibration),
    }
    return json.dumps(content, indent=2)


def _numbers(agreement: Agreement) -> dict[str, float]:
    low, high = agreement.interval
    return {"value": agreement.share, "low": low, "high": high, "n": agreement.n_cases}


def _calibration_numbers(calibration: Assessment) -> dict[str, Any]:
    return {
        "temperature": calibration.temperature,
        "n_cases": calibration.n_cases,
        "n_groups": calibration.n_groups,
        "plain": _quality_numbers(calibration.plain),
        "cross_validated": _quality_numbers(calibration.cross_validated),
        "reliability": [asdict(b) for b in calibration.bins],
    }


def _quality_numbers(quality: Quality) -> dict[str, Any]:
    estimates = {"brier": quality.brier, "ece": quality.ece, "log_loss": quality.log_loss}
    return {name: estimate.model_dump() for name, estimate in estimates.items()}
