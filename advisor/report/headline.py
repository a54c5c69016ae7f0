"""The one sentence at the top, and the word that goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.report.advice import is_infeasible, summarise
from advisor.report.verdicts import deciding_figures
from advisor.report.wording import as_sentence
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Tone

if TYPE_CHECKING:
    from prototypes.results import TrialResult

# Keyed by outcome. Advice without a trial does not load the laboratory, which would take as long
# as giving the advice.
_FINDINGS = {
    "confirmed": "and the measurement confirms it",
    "contradicted": "and the measurement contradicts it",
    "cannot_tell": "and the measurement cannot tell yet",
}
_BADGES: dict[str, tuple[str, Tone]] = {
    "confirmed": ("Confirmed", "good"),
    "contradicted": ("Contradicted", "bad"),
    "cannot_tell": ("Cannot tell yet", "open"),
}


def state_headline(recommendation: Recommendation, trial: TrialResult | None) -> str:
    """Say the outcome in one sentence: the verdict if there is one, else the recommendation."""
    if trial is None:
        return summarise(recommendation)
    claim = _claim(recommendation, trial)
    if trial.verdict is None:
        return as_sentence(f"{claim}; the measurement ended before a verdict could be given")
    figures = deciding_figures(trial)
    return as_sentence(f"{claim} {_FINDINGS[trial.verdict.outcome]}{figures and f': {figures}'}")


def state_badge(recommendation: Recommendation, trial: TrialResult | None) -> tuple[str, Tone]:
    """Say the outcome in one or two words, and whether it is good, bad or open."""
    if trial is not None:
        return _BADGES[trial.verdict.outcome] if trial.verdict else ("Not finished", "open")
    if is_infeasible(recommendation):
        return "Nothing feasible", "bad"
    return ("Recommended", "good") if recommendation.recommended else ("No clear winner", "open")


def _claim(recommendation: Recommendation, trial: TrialResult) -> str:
    """What was put to the test; an abstaining advisor still names who led."""
    tested = trial.verdict.approach.value if trial.verdict else recommendation.leading.value
    label = next(
        (one.approach.label for one in recommendation.ranking if one.approach.value == tested),
        tested,
    )
    if recommendation.recommended is not None and tested == recommendation.recommended.value:
        return f"{label} was recommended"
    if tested == recommendation.leading.value:
        return f"{label} led without a clear margin"
    return f"{label} was put to the test"
