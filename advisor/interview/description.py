"""From a description in free text to answers worth confirming, each with the words that led to it.

Every part of the description is compared with what people write when they mean an answer
(`rules/cues.yaml`): by meaning, with sentence vectors, and by the words used. An answer is proposed
only where it is clearly ahead of the next one; how clearly is measured for each question on
published cases (`tests/benchmarks/describe.py`), and questions that cannot be read propose nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.interview.flow import Suggestion
from advisor.knowledge.yaml_text import read_yaml
from advisor.schema.rule import Criterion, RuleBase

WORDS_COUNT = 0.35
"""What a matching word adds to a cosine."""

_PART = re.compile(r"[^.;!?\n]+(?:\.\d+[^.;!?\n]*)*")

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""One unit-length row per text."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What people write when they mean a level."""

    level: str
    like: tuple[str, ...]
    words: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """From where on an answer is proposed, and how often that was right."""

    lead: float
    precision: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The most likely level of a criterion, and the words that speak for it.

    Attributes:
        criterion: What it is about.
        level: The level that fits best.
        lead: Its score plus its lead over the next level; compared with the threshold.
        words: The part of the description that fits it best.
    """

    criterion: str
    level: str
    lead: float
    words: str


@lru_cache(maxsize=1)
def load_cues() -> Mapping[str, tuple[Cue, ...]]:
    """Read what people write, by criterion."""
    content: Any = read_yaml((files("rules") / "cues.yaml").read_text(encoding="utf-8"))
    return {
        criterion: tuple(_cue(level, found) for level, found in levels.items())
        for criterion, levels in content["cues"].items()
    }


def _cue(level: str, found: Mapping[str, Sequence[str]]) -> Cue:
    patterns = tuple(re.compile(words, re.IGNORECASE) for words in found["words"])
    return Cue(level, tuple(found["like"]), patterns)


@lru_cache(maxsize=1)
def load_thresholds() -> Mapping[str, Threshold]:
    """Read from where on answers are proposed, by criterion; the others propose nothing."""
    path = files("rules") / "cue_thresholds.yaml"
    content: Any = read_yaml(path.read_text(encoding="utf-8"))
    return {
        criterion: Threshold(float(found["lead"]), float(found["precision"]))
        for criterion, found in content["thresholds"].items()
    }


class Reader:
    """Reads descriptions.

    Args:
        rule_base: The questions.
        encode: Turns texts into vectors.
    """

    def __init__(self, rule_base: RuleBase, encode: Encode) -> None:
        self._criteria = [c for c in rule_base.criteria if c.id in load_cues()]
        self._encode = encode
        likes = [text for c in self._criteria for cue in _cues(c) for text in cue.like]
        self._vectors = dict(zip(likes, encode(likes), strict=True))

    def suggest(self, description: str) -> list[Suggestion]:
        """Propose the answers that the description makes clear enough."""
        thresholds = load_thresholds()
        return [
            Suggestion(reading.criterion, reading.level, _note(reading, threshold))
            for reading in self.read(description)
            if (threshold := thresholds.get(reading.criterion)) and reading.lead >= threshold.lead
        ]

    def read(self, description: str) -> list[Reading]:
        """Find the most likely level of each criterion, however unlikely it is."""
        parts = [part.strip() for part in _PART.findall(description) if part.strip()]
        if not parts:
            return []
        vectors = self._encode(parts)
        return [self._read(criterion, parts, vectors) for criterion in self._criteria]

    def _read(
        self, criterion: Criterion, parts: Sequence[str], vectors: NDArray[np.float32]
    ) -> Reading:
        cues = _cues(criterion)
        scores = np.array([self._scores(cue, parts, vectors) for cue in cues])
        best = scores.max(axis=1)
        first, second = np.argsort(-best)[:2]
        return Reading(
            criterion=criterion.id,
            level=cues[first].level,
            lead=float(2 * best[first] - best[second]),
            words=parts[int(scores[first].argmax())],
        )

    def _scores(
        self, cue: Cue, parts: Sequence[str], vectors: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Score how well each part of a description fits a level."""
        likes = np.stack([self._vectors[text] for text in cue.like])
        alike = np.einsum("pd,ld->pl", vectors, likes).max(axis=1).astype(np.float64)
        found = np.array([sum(bool(w.search(part)) for w in cue.words) for part in parts])
        scores: NDArray[np.float64] = alike + WORDS_COUNT * np.minimum(found, 2)
        return scores


def _cues(criterion: Criterion) -> list[Cue]:
    """Keep the cues of levels that exist."""
    return [cue for cue in load_cues()[criterion.id] if cue.level in criterion.level_ids]


def _note(reading: Reading, threshold: Threshold) -> str:
    return f'You wrote "{reading.words}" (such readings were right in {threshold.precision:.0%}).'
