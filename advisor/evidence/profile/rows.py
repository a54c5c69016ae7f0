"""Hands each row of a table to the collector of what it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from advisor.evidence.profile.documents import DocumentCollector
from advisor.evidence.profile.examples import ExampleCollector
from advisor.evidence.profile.overlap import OverlapMeter
from advisor.evidence.profile.personal_data import PersonalDataCounter
from advisor.evidence.profile.questions import QuestionCollector
from advisor.evidence.profile.roles import PASSAGE, Role, RowKind
from prototypes.data.cells import parse_flag
from prototypes.errors import DataError

Cells = Mapping[str, object]


@dataclass(slots=True)
class Collectors:
    """Everything that takes in texts."""

    documents: DocumentCollector = field(default_factory=DocumentCollector)
    labels: ExampleCollector = field(default_factory=lambda: ExampleCollector("labels"))
    outputs: ExampleCollector = field(default_factory=lambda: ExampleCollector("outputs"))
    spans: ExampleCollector = field(default_factory=lambda: ExampleCollector("spans"))
    overlap: OverlapMeter = field(default_factory=OverlapMeter)
    questions: QuestionCollector = field(init=False)
    personal: PersonalDataCounter = field(default_factory=PersonalDataCounter)

    def __post_init__(self) -> None:
        self.questions = QuestionCollector(self.overlap)

    def add_row(self, cells: Cells, kind: RowKind, *, file: str, suffix: str) -> int:
        """Take in one row; returns how many characters of text it held."""
        texts = {
            part: _text(cells.get(column))
            for part, column in kind.columns.items()
            if part != PASSAGE
        }
        match kind.role:
            case Role.LABELLED:
                self.labels.add(texts["text"], texts["label"], file=file)
            case Role.PAIR:
                self.outputs.add(texts["input"], texts["output"], file=file)
            case Role.TAGGED:
                self.spans.add(texts["text"], texts["spans"], file=file)
            case Role.QUESTION:
                self._add_question(cells, kind, file=file)
            case Role.DOCUMENT:
                self.add_document(texts["text"], suffix=suffix)
                return len(texts["text"])
            case Role.FIGURES:
                texts = {name: _text(value) for name, value in cells.items()}
        for text in texts.values():
            self.personal.add(text)
        return sum(map(len, texts.values()))

    def add_document(self, text: str, *, suffix: str, modified: str = "") -> None:
        """Take in one document."""
        if text.strip():
            self.documents.add(text, suffix=suffix, modified=modified)
            self.overlap.add_document(text)
            self.personal.add(text)

    def add_passage(self, text: str, *, suffix: str) -> None:
        """Take in a passage that comes again for each question about it."""
        if self.documents.is_new(text):
            self.add_document(text, suffix=suffix)

    def _add_question(self, cells: Cells, kind: RowKind, *, file: str) -> None:
        parts = {part: cells.get(column) for part, column in kind.columns.items()}
        self.questions.add(
            _text(parts["question"]),
            file=file,
            has_answer=_has_answer(parts),
            is_unanswerable=_is_unanswerable(parts),
            sources=_names(parts.get("sources")) or _names(parts.get(PASSAGE)),
        )


def _has_answer(parts: Cells) -> bool:
    answers = parts.get("answers")
    if isinstance(answers, Mapping):
        answers = answers.get("text")
    return bool(answers)


def _is_unanswerable(parts: Cells) -> bool | None:
    """Tell whether a question is marked as having no answer; None if nothing says so."""
    answers = parts.get("answers")
    if "unanswerable" in parts and parts["unanswerable"] is not None:
        try:
            return parse_flag(parts["unanswerable"], role="unanswerable")
        except DataError:
            return None
    if isinstance(answers, Mapping | list):
        return not _has_answer(parts)
    return None


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str) and value.strip():
        return (value,)
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return _plain(value)


def _plain(value: object) -> str:
    """Spell a date or number; pictures and sound inside a table are no text."""
    return "" if isinstance(value, bytes) else str(value)
