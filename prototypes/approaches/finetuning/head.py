"""A logistic head: multinomial logistic regression on the vectors of an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import softmax

from prototypes.approaches.classification.labelling import (
    accuracy,
    build_predictions,
    inputs_of,
    label_indices,
    require_labels,
)
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.workbench import Workbench

INVERSE_PENALTIES = (1.0, 3.0, 10.0, 30.0)
DEFAULT_INVERSE_PENALTY = 30.0
MAX_ITERATIONS = 120
_FILE = "head.npz"


@dataclass(frozen=True, slots=True)
class LinearHead:
    """What logistic regression has learnt.

    Attributes:
        labels: One name per row of the coefficients.
        coefficients: Shape (n_labels, d).
        intercepts: Shape (n_labels,).
    """

    labels: tuple[str, ...]
    coefficients: NDArray[np.float32]
    intercepts: NDArray[np.float32]

    @property
    def n_parameters(self) -> int:
        """How many numbers were learnt."""
        return int(self.coefficients.size + self.intercepts.size)

    def probabilities(self, vectors: NDArray[np.float32] | csr_matrix) -> NDArray[np.float32]:
        """Return P(label | vector) for vectors (n, d), dense or sparse, shape (n, n_labels)."""
        result: NDArray[np.float32] = softmax(
            vectors @ self.coefficients.T + self.intercepts, axis=1
        )
        return result

    def save(self, folder: Path) -> None:
        """Write the head into a folder as one npz file."""
        np.savez(
            folder / _FILE,
            labels=np.array(self.labels),
            coefficients=self.coefficients,
            intercepts=self.intercepts,
        )

    @classmethod
    def load(cls, folder: Path) -> LinearHead:
        """Read back what `save` wrote."""
        with np.load(folder / _FILE, allow_pickle=False) as content:
            return cls(
                tuple(content["labels"].tolist()), content["coefficients"], content["intercepts"]
            )


def fit_head(
    vectors: NDArray[np.float32],
    targets: NDArray[np.int64],
    *,
    labels: Sequence[str],
    inverse_penalty: float = DEFAULT_INVERSE_PENALTY,
    keep: Workbench | None = None,
) -> LinearHead:
    """Fit multinomial logistic regression by L-BFGS; the result depends on the data alone.

    The objective is scikit-learn's: summed cross-entropy plus the squared norm of the
    coefficients over 2C. On the threads that torch has it is several times faster.

    Args:
        vectors: Shape (n, d).
        targets: The position of each row's label in `labels`, shape (n,).
        labels: One name per row of the head.
        inverse_penalty: C; larger fits the training samples more closely.
        keep: A bench that may share its parts with other run folders, and then the head, too.
    """
    if keep is None or not keep.shares_parts:
        return _fit(vectors, targets, labels=labels, inverse_penalty=inverse_penalty)
    digests = [sha256(np.ascontiguousarray(each).data).hexdigest() for each in (vectors, targets)]
    name = keep.fingerprint("head", *digests, repr(inverse_penalty), *labels)

    def build(folder: Path) -> None:
        _fit(vectors, targets, labels=labels, inverse_penalty=inverse_penalty).save(folder)

    return LinearHead.load(keep.part(name, build))


def _fit(
    vectors: NDArray[np.float32],
    targets: NDArray[np.int64],
    *,
    labels: Sequence[str],
    inverse_penalty: float,
) -> LinearHead:
    import torch
    from torch.nn.functional import cross_entropy

    x, y = torch.from_numpy(vectors), torch.from_numpy(targets)
    w = torch.zeros(len(labels), x.shape[1], requires_grad=True)
    b = torch.zeros(len(labels), requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [w, b], max_iter=MAX_ITERATIONS, tolerance_grad=1e-6, line_search_fn="strong_wolfe"
    )

    def objective() -> float:
        optimizer.zero_grad()
        loss = cross_entropy(x @ w.T + b, y) + w.square().sum() / (2 * inverse_penalty * len(y))
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    optimizer.step(objective)  # type: ignore[no-untyped-call]
    return LinearHead(tuple(labels), w.detach().numpy(), b.detach().numpy())


class HeadArm:
    """Fine-tuning at its smallest: the encoder stays as it is, a head is trained on it."""

    def __init__(self) -> None:
        self._head: LinearHead | None = None
        self._workbench: Workbench | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Choose the penalty on the validation samples, then train on all samples."""
        labels = require_labels(data.train)
        samples = (*data.train, *data.validation)
        vectors = workbench.embed(inputs_of(samples))
        targets = label_indices(samples, labels)
        progress(0.5)
        chosen, score = choose_inverse_penalty(
            vectors, targets, labels=labels, n_train=len(data.train), keep=workbench
        )
        x, y = vectors[targets >= 0], targets[targets >= 0]
        head = fit_head(x, y, labels=labels, inverse_penalty=chosen, keep=workbench)
        self._head, self._workbench = head, workbench
        note = f"inverse penalty C = {chosen:g}, then trained on train and validation samples"
        return FitReport(score, head.n_parameters, (note,))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Label each text."""
        assert self._head is not None and self._workbench is not None
        clock = StageClock()
        with clock.stage("encode"):
            vectors = self._workbench.embed(inputs)
        with clock.stage("generate"):
            scores = self._head.probabilities(vectors)
        return build_predictions(
            scores, self._head.labels, timings_ms=clock.timings_ms(len(inputs))
        )

    def save(self, folder: Path) -> None:
        """Write the head and the name of its encoder."""
        assert self._head is not None and self._workbench is not None
        self._head.save(folder)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote.

        Raises:
            ModelUnavailableError: If the head belongs to another encoder.
        """
        workbench.require_encoder(folder)
        arm = cls()
        arm._head, arm._workbench = LinearHead.load(folder), workbench
        return arm


def choose_inverse_penalty(
    vectors: NDArray[np.float32],
    targets: NDArray[np.int64],
    *,
    labels: Sequence[str],
    n_train: int,
    keep: Workbench | None = None,
) -> tuple[float, float | None]:
    """Choose C by accuracy on the rows after the first `n_train`; the smaller one if they tie.

    The arguments are those of `fit_head`.

    Returns:
        The C chosen and its accuracy; the default and None where there are no such rows.
    """
    x, y = vectors[:n_train], targets[:n_train]
    held_out, right = vectors[n_train:], targets[n_train:]
    if not len(right):
        return DEFAULT_INVERSE_PENALTY, None
    scores = {}
    for c in INVERSE_PENALTIES:
        head = fit_head(x, y, labels=labels, inverse_penalty=c, keep=keep)
        scores[c] = accuracy(head.probabilities(held_out), right)
    best = max(scores, key=lambda c: (scores[c] or 0.0, -c))
    return best, scores[best]
