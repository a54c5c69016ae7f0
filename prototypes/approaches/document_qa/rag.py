"""Retrieval: lexical and dense search fused, an extractive answer with its citation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Self

from prototypes.approaches.document_qa.extractive import ExtractiveSystem, mean_correct
from prototypes.approaches.document_qa.reader import ReadingRule, SentenceReader
from prototypes.approaches.document_qa.retriever import FusedRetriever
from prototypes.approaches.document_qa.tokens import open_tokens
from prototypes.contracts import FitReport, LearningData, Prediction, Progress

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

_RULE_FILE = "reading_rule.json"


class RetrievalArm:
    """Untuned encoder, BM25, their scores fused, and a reader with two weights to choose."""

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Index the corpus and choose the reading rule; nothing here is random."""
        self._workbench = workbench
        self._system = build_system(workbench)
        progress(0.9)
        self._system.tune([*data.train, *data.validation])
        progress(1.0)
        predictions = self.predict([sample.input for sample in data.validation])
        return FitReport(
            validation_score=mean_correct(data.validation, predictions),
            notes=(describe_rule(self._system.rule), *workbench.index_notes),
        )

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Answer each question with at most one sentence and its passage, in order."""
        return self._system.answer(inputs)

    def save(self, folder: Path) -> None:
        """Write the reading rule; the indexes are made from the documents again."""
        save_rule(self._system.rule, folder)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Index the passages of the workbench and read back the rule."""
        workbench.require_encoder(folder)
        arm = cls()
        arm._workbench = workbench
        arm._system = build_system(workbench)
        arm._system.rule = load_rule(folder)
        return arm


def build_system(workbench: Workbench) -> ExtractiveSystem:
    """Index the passages of a workbench with its own encoder."""
    late = open_tokens(workbench)
    return ExtractiveSystem(
        passages=workbench.passages,
        retriever=FusedRetriever(workbench.lexical(), workbench.dense(), late),
        reader=SentenceReader(workbench.passages, workbench.embed),
        embed=workbench.embed,
    )


def describe_rule(rule: ReadingRule) -> str:
    """Say in one phrase how the answer is chosen."""
    weights = f"{rule.overlap_weight:g} × shared words + {rule.passage_weight:g} × passage"
    if rule.threshold is None:
        return f"sentence score = similarity + {weights}; never abstains"
    return f"sentence score = similarity + {weights}; abstains below {rule.threshold:.3f}"


def save_rule(rule: ReadingRule, folder: Path) -> None:
    """Write a reading rule into an existing folder."""
    (folder / _RULE_FILE).write_text(json.dumps(asdict(rule)), encoding="utf-8")


def load_rule(folder: Path) -> ReadingRule:
    """Read back what `save_rule` wrote."""
    return ReadingRule(**json.loads((folder / _RULE_FILE).read_text(encoding="utf-8")))
