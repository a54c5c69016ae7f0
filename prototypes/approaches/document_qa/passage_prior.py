"""How retrieval scores become p(z|x), the probability that a passage is the one to read.

Lewis et al. 2020 train their retriever, so that the exponential of its scores is a probability as
it stands. The cosines of an encoder that was not trained with the model lie close together, and how
sharply they tell passages apart is not known beforehand. So their scale is a setting, chosen by the
likelihood that the mixture gives to the known answers of validation questions: what their training
maximises, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from prototypes.approaches.document_qa.choosing import choose_setting
from prototypes.models.marginal_decoding import Marginal, log_likelihood

DEFAULT_SCALE = 20.0
"""What cosines are multiplied with before their softmax: the embedded encoder was trained with this
factor (its model card, and the default of sentence-transformers)."""

OTHER_SCALES = (0.0, 5.0, 10.0, 40.0, 80.0)
"""From no difference between passages to nearly the first alone."""


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """A known answer, read beside each passage that was found.

    Attributes:
        scores: ln p(y_i|x,z,y_<i), (passages, tokens).
        cosines: How near each passage is to the question.
    """

    scores: Tensor
    cosines: Sequence[float]


def log_prior(cosines: Sequence[float], scale: float) -> Tensor:
    """Return ln p(z|x) of each passage."""
    return (scale * torch.tensor(cosines)).log_softmax(dim=0)


def choose_scale(answers: Sequence[ScoredAnswer], *, marginal: Marginal) -> float:
    """Choose the scale that makes known answers likeliest; the default one unless clearly beaten.

    Args:
        answers: To validation questions.
        marginal: How the passages are mixed.
    """
    values = {
        scale: np.array(
            [_score(each, scale, marginal=marginal) for each in answers], dtype=np.float64
        )
        for scale in (DEFAULT_SCALE, *OTHER_SCALES)
    }
    return choose_setting(values, default=DEFAULT_SCALE)


def _score(answer: ScoredAnswer, scale: float, *, marginal: Marginal) -> float:
    prior = log_prior(answer.cosines, scale).to(answer.scores)
    return float(log_likelihood(answer.scores, prior, marginal=marginal))
