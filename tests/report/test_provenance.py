"""What a reader must know before trusting the figures is among the remarks."""

from __future__ import annotations

from advisor.report.provenance import list_remarks
from prototypes.results import TrialResult


def _with_synthetic(trial: TrialResult, number: int) -> TrialResult:
    data = trial.data.model_copy(update={"n_synthetic_test": number})
    return trial.model_copy(update={"data": data})


def test_synthetic_questions_are_counted_and_their_worth_is_told(trial: TrialResult) -> None:
    """How many there are, that they overstate quality, and by how much they misstate it."""
    remarks = " ".join(list_remarks(_with_synthetic(trial, 12)))

    assert "12 of 78 test samples were made from the corpus; synthetic questions over" in remarks
    assert "no figure here is one for real questions" in remarks


def test_real_questions_are_not_doubted(trial: TrialResult) -> None:
    """Without a synthetic sample nothing is said about them."""
    assert "synthetic" not in " ".join(list_remarks(_with_synthetic(trial, 0)))
