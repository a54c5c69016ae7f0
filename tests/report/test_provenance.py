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


def test_groups_of_test_samples_are_counted(trial: TrialResult) -> None:
    """Else nobody knows why an interval is as wide as it is."""
    data = trial.data.model_copy(update={"n_test_groups": 12})
    remarks = list_remarks(trial.model_copy(update={"data": data}))

    assert any(remark.startswith("The 78 test samples come in 12 groups") for remark in remarks)
    assert not any("groups" in remark for remark in list_remarks(trial))


def test_fallback_encoder_is_told_with_or_without_a_checksum(trial: TrialResult) -> None:
    """It has one as soon as it knows its words."""
    fallback = "TF-IDF + SVD (no encoder model installed)"
    for sha256 in (None, "0" * 64):
        changes = {"encoder": fallback, "encoder_sha256": sha256}
        protocol = trial.protocol.model_copy(update=changes)
        remarks = list_remarks(trial.model_copy(update={"protocol": protocol}))

        assert any(remark.startswith(f"{fallback} stood in for") for remark in remarks)
