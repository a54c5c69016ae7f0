"""What the lines of a learning curve are called, by task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RANDOM, LAW = "random", "law"

_CHOSEN = {
    "uncertainty": "chosen by uncertainty",
    "margin": "chosen by margin",
    "entropy": "chosen by entropy",
    "diversity": "chosen far apart",
}

_HEAD, _WRITER, _NEAREST = "fine_tune_head", "fine_tune", "rag"


@dataclass(frozen=True, slots=True)
class CurveWords:
    """How the curve of a task is worded.

    Attributes:
        opening: What learnt from what, as a sentence.
        units: What is counted from left to right.
        learner: The arm with a law.
        names: What each arm that learns is called.
    """

    opening: str
    units: str
    learner: str
    names: Mapping[str, str]

    def title(self, sampling: str, arm: str) -> str | None:
        """Head a column of the table; None for a line that has none."""
        if sampling in _CHOSEN and arm == self.learner:
            return _capital(_CHOSEN[sampling])
        if sampling != RANDOM or arm not in self.names:
            return None
        return "Drawn at random" if arm == _HEAD else _capital(self.names[arm])

    def label(self, sampling: str, arm: str) -> str | None:
        """Name a line of the figure; None for a line that is not drawn."""
        if arm not in self.names:
            return None
        if sampling == LAW:
            return f"Power law of the {self.names[arm]}, with its 95 % band"
        how = "drawn at random" if sampling == RANDOM else _CHOSEN.get(sampling)
        return how and f"{_capital(self.names[arm])}, {self.units} {how}"

    @property
    def order(self) -> tuple[tuple[str, str], ...]:
        """The lines in the order in which they are shown."""
        rivals = [(RANDOM, arm) for arm in self.names if arm != self.learner]
        chosen = [(sampling, self.learner) for sampling in _CHOSEN]
        return ((LAW, self.learner), (RANDOM, self.learner), *chosen, *rivals)


_OF_TASK = {
    "classification": CurveWords(
        "A logistic head on the frozen encoder was trained on growing parts of the training "
        "samples: drawn at random under several seeds, or chosen by what it doubts (least likely "
        "best label, smallest margin, highest entropy) or by how far apart they lie.",
        "labels",
        _HEAD,
        {_HEAD: "tuned head", _NEAREST: "nearest samples", "baseline_tfidf": "TF-IDF"},
    ),
    "extraction": CurveWords(
        "A head for words on the frozen encoder was trained on growing parts of the training "
        "texts: drawn at random under two seeds, or chosen where it was least sure of a word.",
        "texts",
        _HEAD,
        {_HEAD: "tuned head", _NEAREST: "nearest words", "baseline_dictionary": "dictionary"},
    ),
    "generation": CurveWords(
        "The tuned model was taught growing parts of the training pairs, drawn at random; with all "
        "of them it is the arm that was measured.",
        "inputs",
        _WRITER,
        {
            _WRITER: "tuned model",
            _NEAREST: "copy of the nearest",
            "baseline_copy": "copy by shared words",
        },
    ),
}


def words_for(task: str) -> CurveWords:
    """Return the words for a task; those of classification if it has no curve."""
    return _OF_TASK.get(task, _OF_TASK["classification"])


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
