"""The verdict in words: what decided it, and how many samples would decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.report.wording import as_sentence, inside_sentence, plain_text, roughly

if TYPE_CHECKING:
    from prototypes.contracts import Task
    from prototypes.results import TrialResult

_SAMPLES = {
    "classification": "labelled text",
    "extraction": "text",
    "document_qa": "question",
    "generation": "input",
}


def samples_word(task: Task) -> str:
    """What a test sample of a task is called, in the singular."""
    return _SAMPLES.get(task, "sample")


def describe_verdict(trial: TrialResult) -> str:
    """Say what decided the verdict, what would settle it, and what is cheaper."""
    if trial.verdict is None:
        return "The measurement ended before a verdict could be given."
    sentence = as_sentence(deciding_figures(trial))
    cheaper = plain_text(trial.verdict.cheaper or "", limit=60)
    if cheaper in sentence:
        return sentence
    return f"{sentence} {cheaper} is cheaper and within the margin."


def deciding_figures(trial: TrialResult) -> str:
    """The reason for a verdict, ready to stand behind a colon; empty without a verdict."""
    if trial.verdict is None:
        return ""
    return inside_sentence(plain_text(trial.verdict.because)) + _more_needed(trial)


def _more_needed(trial: TrialResult) -> str:
    needed = trial.verdict.samples_needed if trial.verdict else None
    if needed is None or needed <= trial.n_test:
        return ""
    return f"; about {roughly(needed - trial.n_test)} more {samples_word(trial.task)}s would tell"
