"""What a judge and people said of answers, as it lies in a run folder.

judge/verdicts.json   who judged, and what was said of each distinct answer
judge/labels.jsonl    what people said of some of them, one line each
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeAlias

from prototypes.contracts import Task
from prototypes.results import FrozenSchema, SampleResult
from prototypes.run_folder import RunFolder
from prototypes.storage import read_lines, read_schema, write_lines, write_schema

Key: TypeAlias = tuple[str, str]
"""The id of a test sample and an answer to it, whichever arm gave it."""


class Ruling(StrEnum):
    """What a judge says of an answer."""

    RIGHT = "right"
    WRONG = "wrong"
    UNPARSABLE = "unparsable"


class JudgedAnswer(FrozenSchema):
    """An answer and what the judge said of it, each time it was asked."""

    sample: str
    output: str
    rulings: list[Ruling]

    @property
    def key(self) -> Key:
        """What the answer is found by."""
        return self.sample, self.output


class Judgement(FrozenSchema):
    """The content of `judge/verdicts.json`."""

    judge: str
    judge_sha256: str | None
    template: str
    """The prompt template that was filled."""
    task: Task
    answers: list[JudgedAnswer]

    def is_by(self, other: Judgement) -> bool:
        """Tell whether the same judge was asked in the same words."""
        nobody: list[JudgedAnswer] = []
        changes = {"answers": nobody}
        return self.model_copy(update=changes) == other.model_copy(update=changes)


class HumanLabel(FrozenSchema):
    """One line of `judge/labels.jsonl`: what somebody said of an answer."""

    sample: str
    output: str
    said: Literal["right", "wrong", "skipped"]

    @property
    def key(self) -> Key:
        """What the answer is found by."""
        return self.sample, self.output


def keep_judgement(folder: RunFolder, judgement: Judgement) -> None:
    """Write what was judged so far."""
    write_schema(_verdicts_path(folder), judgement)


def read_judgement(folder: RunFolder) -> Judgement | None:
    """Read what was judged; None if nothing was.

    Raises:
        RunFolderError: If the file is damaged.
    """
    path = _verdicts_path(folder)
    return read_schema(Judgement, path) if path.exists() else None


def keep_labels(folder: RunFolder, labels: Iterable[HumanLabel]) -> None:
    """Write all human labels."""
    write_lines(_labels_path(folder), labels)


def read_labels(folder: RunFolder) -> list[HumanLabel]:
    """Read the human labels; none if nobody has given any.

    Raises:
        RunFolderError: If the file is damaged.
    """
    path = _labels_path(folder)
    return read_lines(HumanLabel, path) if path.exists() else []


def collect_answers(samples: Mapping[str, Sequence[SampleResult]]) -> dict[Key, SampleResult]:
    """Collect the distinct answers of all arms; silence is none."""
    return {
        (sample.id, sample.output): sample
        for answered in samples.values()
        for sample in answered
        if sample.output is not None
    }


def _verdicts_path(folder: RunFolder) -> Path:
    return folder.root / "judge" / "verdicts.json"


def _labels_path(folder: RunFolder) -> Path:
    return folder.root / "judge" / "labels.jsonl"
