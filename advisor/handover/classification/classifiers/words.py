"""Logistic regression on the words of a text, weighted by TF-IDF."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from service.labels import Label, Scores, choose_labels, softmax

MODEL = Path(__file__).parent / "model"
WORD = re.compile(r"\b\w+\b")


class Classifier:
    """Knows the words of the training samples and what each says about each label."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        parameters = load_file(folder / "words.safetensors")
        self._labels, self._idf = settings["labels"], parameters["idf"]
        self._coefficients, self._intercepts = parameters["coefficients"], parameters["intercepts"]
        self._columns = {word: column for column, word in enumerate(settings["words"])}

    def predict(self, texts: Sequence[str]) -> list[Label]:
        """Label each text."""
        return choose_labels(
            softmax(np.array([self._logits(text) for text in texts])), self._labels
        )

    def _logits(self, text: str) -> Scores:
        words = (self._columns.get(word) for word in WORD.findall(text.lower()))
        counts = Counter(column for column in words if column is not None)
        columns = np.array(sorted(counts), dtype=np.intp)
        frequencies = np.array([counts[column] for column in columns], dtype=np.float64)
        weights = (1 + np.log(frequencies)) * self._idf[columns]
        length = np.linalg.norm(weights) or 1.0
        logits: Scores = self._coefficients[:, columns] @ (weights / length) + self._intercepts
        return logits
