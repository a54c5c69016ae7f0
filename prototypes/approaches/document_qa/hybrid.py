"""Hybrid: the retriever is tuned on the training questions, then everything is as in rag."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from prototypes.approaches.document_qa.extractive import (
    ExtractiveSystem,
    mean_correct,
    passage_texts,
)
from prototypes.approaches.document_qa.rag import (
    build_system,
    describe_rule,
    load_rule,
    save_rule,
)
from prototypes.approaches.document_qa.retriever import FusedRetriever
from prototypes.approaches.document_qa.tuning import load_tuned, tune_encoder
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.models.transformer import TransformerEncoder
from prototypes.retrieval.dense import DenseIndex

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

_ENCODER_FOLDER = "encoder"
_INDEX_FOLDER = "index"


class TunedRetrievalArm:
    """Retrieval whose encoder learnt from the training questions which passage answers what.

    Reader, reading rule and lexical index are those of rag; the rule is chosen with the untuned
    retriever, which has not seen the training questions. So the two arms differ in the dense
    index alone.
    """

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Tune the encoder, choose how much of the tuning to keep, index the passages anew.

        Raises:
            TooFewSamplesError: If fewer than two training questions lead to a passage.
            ModelUnavailableError: If the encoder has no parameters to tune.
        """
        self._workbench = workbench
        self._system = build_system(workbench)
        self._system.tune([*data.train, *data.validation])
        tuned = tune_encoder(data, workbench, untuned=self._system, seed=seed, progress=progress)
        self._folder = tuned.folder
        if tuned.folder is not None:
            self._index = _index_passages(tuned.folder, workbench)
            use_tuned(self._system, tuned.folder, DenseIndex.load(self._index), workbench=workbench)
        predictions = self.predict([sample.input for sample in data.validation])
        return FitReport(
            validation_score=mean_correct(data.validation, predictions),
            n_trained_parameters=tuned.n_trained_parameters,
            notes=(tuned.note, describe_rule(self._system.rule)),
        )

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Answer each question with at most one sentence and its passage, in order."""
        return self._system.answer(inputs)

    def save(self, folder: Path) -> None:
        """Write the rule and, if any tuning was kept, the tuned encoder and its vectors."""
        save_rule(self._system.rule, folder)
        self._workbench.save_encoder(folder)
        if self._folder is not None:
            shutil.copytree(self._folder, folder / _ENCODER_FOLDER)
            shutil.copytree(self._index, folder / _INDEX_FOLDER)
