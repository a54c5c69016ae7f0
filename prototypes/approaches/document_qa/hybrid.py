"""Hybrid: the retriever is tuned on the training questions, then everything is as in rag."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from prototypes.approaches.document_qa.extractive import (
    mean_correct,
    passage_texts,
)
from prototypes.approaches.document_qa.rag import (
    build_system,
    describe_rule,
    load_rule,
    save_rule,
)
from prototypes.approaches.document_qa.tuning import load_tuned, tune_encoder
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.models.retriever_training import count_parameters
from prototypes.retrieval.dense import DenseIndex, load_vectors
from prototypes.retrieval.late_interaction import LateInteraction, encode_passages, is_affordable

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

_ENCODER_FOLDER = "encoder"
_INDEX_FOLDER = "index"


class TunedRetrievalArm:
    """Retrieval whose encoder learnt from the training questions which passage answers what.

    Reader, reading rule and lexical index are those of rag; the rule is chosen with the untuned
    retriever, which has not seen the training questions. So the two arms differ in the vectors
    alone.
    """

    _encoder_folder: Path | None
    _index_folder: Path

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
        self._encoder_folder = tuned.folder
        if tuned.folder is not None:
            self._install(tuned.folder, _index_passages(tuned.folder, workbench))
        predictions = self.predict([sample.input for sample in data.validation])
        return FitReport(
            validation_score=mean_correct(data.validation, predictions),
            n_trained_parameters=count_parameters(tuned.folder) if tuned.folder else 0,
            notes=(tuned.note, describe_rule(self._system.rule)),
        )

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Answer each question with at most one sentence and its passage, in order."""
        return self._system.answer(inputs)

    def save(self, folder: Path) -> None:
        """Write the rule and, if any tuning was kept, the tuned encoder and its vectors."""
        save_rule(self._system.rule, folder)
        self._workbench.save_encoder(folder)
        if self._encoder_folder is not None:
            shutil.copytree(self._encoder_folder, folder / _ENCODER_FOLDER)
            shutil.copytree(self._index_folder, folder / _INDEX_FOLDER)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back the rule, the tuned encoder and its vectors; index the rest anew."""
        workbench.require_encoder(folder)
        arm = cls()
        arm._workbench = workbench
        arm._system = build_system(workbench)
        arm._system.rule = load_rule(folder)
        arm._encoder_folder = None
        if (folder / _ENCODER_FOLDER).is_dir():
            arm._install(folder / _ENCODER_FOLDER, folder / _INDEX_FOLDER)
        return arm

    def _install(self, encoder_folder: Path, index_folder: Path) -> None:
        self._encoder_folder = encoder_folder
        self._index_folder = index_folder
        bench, tuned = self._workbench, load_tuned(encoder_folder)
        dense = bench.index(bench.keep_open(load_vectors(index_folder)))
        late = LateInteraction.open(index_folder, tuned.encode_tokens, rows=bench.rows)
        self._system.retriever = self._system.retriever.with_dense(dense, late)
        self._system.embed_for_search = tuned.encode


def _index_passages(encoder_folder: Path, workbench: Workbench) -> Path:
    """Embed the passages with a tuned encoder and return the folder of their index."""

    def build(folder: Path) -> None:
        tuned = load_tuned(encoder_folder)
        if not is_affordable(len(texts)):
            return DenseIndex(tuned.encode(texts)).save(folder)
        vectors, tokens = encode_passages(tuned, texts)
        DenseIndex(vectors).save(folder)
        return tokens.save(folder)

    texts = passage_texts(workbench.passages)
    name = workbench.fingerprint("tuned-index", encoder_folder.name, *texts)
    return workbench.part(name, build)
