"""A logistic head on the vectors of the encoder."""

from pathlib import Path

from safetensors.numpy import load_file

from service.labels import Scores, softmax


class Head:
    """Multinomial logistic regression."""

    def __init__(self, folder: Path) -> None:
        parameters = load_file(folder / "head.safetensors")
        self._coefficients, self._intercepts = parameters["coefficients"], parameters["intercepts"]

    def probabilities(self, vectors: Scores) -> Scores:
        """Return the probability of each label, one row per vector."""
        return softmax(vectors @ self._coefficients.T + self._intercepts)
