"""What a verdict is worth where nobody asked the test questions, or training was chance."""

from __future__ import annotations

from collections.abc import Sequence

from prototypes.contracts import Claim, Sample
from prototypes.measure.case import Evidence
from prototypes.measure.training_doubt import doubt_training
from prototypes.measure.verdict import judge_claim
from prototypes.results import ExperimentResult, Outcome, Verdict

_RESERVATION = (
    "The test questions were made of the documents themselves, by nobody who wanted to know, so "
    "they can neither confirm nor contradict; on them, "
)


def is_synthetic(test: Sequence[Sample]) -> bool:
    """Tell whether any test sample was made instead of collected."""
    return any(sample.synthetic for sample in test)


def judge_trial(
    claim: Claim | None,
    evidence: Evidence,
    *,
    test: Sequence[Sample],
    held: Sequence[ExperimentResult] = (),
) -> Verdict | None:
    """Judge a claim, and leave it open where test samples are synthetic or trainings disagree.

    What would have been the verdict stays in its reason. No number of samples is asked for: more
    synthetic questions would not tell either.

    Args:
        claim: What was put to the test; None gives no verdict.
        evidence: What was measured.
        test: The samples it was measured on.
        held: The experiments; one may have trained the arms again.
    """
    if claim is None:
        return None
    verdict = doubt_training(judge_claim(claim, evidence), claim, evidence, held=held)
    if verdict.arm is None or not is_synthetic(test):
        return verdict
    because = _RESERVATION + verdict.because[:1].lower() + verdict.because[1:]
    changes = {"outcome": Outcome.CANNOT_TELL, "because": because, "samples_needed": None}
    return verdict.model_copy(update=changes)
