"""What the answers of a system that an experiment built score on the test samples."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from prototypes.contracts import Prediction, Sample, Task
from prototypes.measure.metrics import primary_metric
from prototypes.measure.significance import Scores
from prototypes.measure.summary import collect_scores, score_predictions


def score_answers(
    task: Task, samples: Sequence[Sample], predictions: Sequence[Prediction]
) -> Scores:
    """Line up the primary metric; a ratio over all samples gives its linearised values."""
    return collect_scores(score_predictions(task, samples, predictions), primary_metric(task))


def fingerprint_samples(*groups: Sequence[Sample]) -> str:
    """Hash the content of several groups of samples, in their order."""
    content = [[(sample.id, sample.input, sample.targets) for sample in group] for group in groups]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
