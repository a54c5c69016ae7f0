"""Tune the retriever's encoder on training questions, and keep as much of it as helps.

Tuning on few questions can do harm. So the tuned parameters are averaged with the untuned ones, in
equal shares (what WiSE-FT, Wortsman et al. 2022, recommends where nothing is known) unless another
share, 0 among them, is clearly better at finding the passages that answer the validation questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.document_qa.choosing import choose_setting
from prototypes.approaches.document_qa.extractive import ExtractiveSystem, passage_texts
from prototypes.approaches.document_qa.retriever import FusedRetriever
from prototypes.approaches.document_qa.supervision import find_answering_passages
from prototypes.contracts import LearningData, Progress, Sample
from prototypes.errors import TooFewSamplesError
from prototypes.models.encoder import Encoder
from prototypes.models.retriever_training import (
    QuestionPassage,
    interpolate_encoders,
    tune_retriever,
)
from prototypes.models.training import Recipe, require_trainable
from prototypes.models.transformer import TransformerEncoder
from prototypes.retrieval.dense import DenseIndex
from prototypes.retrieval.late_interaction import (
    LateInteraction,
    TokenEncoder,
    encode_passages,
)
from prototypes.retrieval.lexical import LexicalIndex

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

DEFAULT_SHARE = 0.5
OTHER_SHARES = (1.0, 0.0)
_SAMPLES_SEEN = 400
_EPOCHS = (1, 3)
_LEARNING_RATE = 1e-4
_MAX_PROBED = 200
_PASSAGES_PROBED = 5
_FEWEST_PROBED = 100
"""Fewer questions could not show another share to be clearly better."""


@dataclass(frozen=True, slots=True)
class TunedEncoder:
    """What tuning came to.

    Attributes:
        folder: Holds the encoder; None if no tuning at all did best on the validation questions.
        note: What was tuned and kept, in one phrase.
    """

    folder: Path | None
    note: str


@dataclass(frozen=True, slots=True)
class Probe:
    """Questions, and a small corpus that holds what the untuned retriever found for them.

    Attributes:
        questions: Validation questions that passages are known to answer.
        answering: The positions of these passages in `texts`, for each question.
        texts: The passages to search.
    """

    questions: list[str]
    answering: list[frozenset[int]]
    texts: list[str]

    def reciprocal_ranks(self, encoder: Encoder) -> NDArray[np.float64]:
        """Return 1 / rank of the first passage that answers each question, 0 if there is none."""
        if not self.questions:
            return np.zeros(0)
        retriever = self._index(encoder)
        found = retriever.search(self.questions, encoder.encode(self.questions))
        hits = [
            [index in answering for index in each.indices]
            for each, answering in zip(found, self.answering, strict=True)
        ]
        return np.array([1 / (row.index(True) + 1) if any(row) else 0.0 for row in hits])

    def _index(self, encoder: Encoder) -> FusedRetriever:
        lexical = LexicalIndex(self.texts)
        if not isinstance(encoder, TokenEncoder):
            return FusedRetriever(lexical, DenseIndex(encoder.encode(self.texts)))
        vectors, tokens = encode_passages(encoder, self.texts)
        late = LateInteraction(tokens, encoder.encode_tokens)
        return FusedRetriever(lexical, DenseIndex(vectors), late)


def tune_encoder(
    data: LearningData,
    workbench: Workbench,
    *,
    untuned: ExtractiveSystem,
    seed: int,
    progress: Progress,
) -> TunedEncoder:
    """Tune the encoder on the training questions and choose a share on the validation ones.

    Args:
        data: The questions.
        workbench: Holds the encoder, which must have a folder, and keeps the tuned ones.
        untuned: Finds the passages that the questions are answered from.
        seed: Decides the order of the samples and dropout.
        progress: Told the share of finished steps.

    Raises:
        TooFewSamplesError: If fewer than two training questions lead to a passage.
    """
    pairs = _find_pairs(data.train, untuned)
    recipe = _choose_recipe(len(pairs), seed=seed)
    tuned = _make_tuned(pairs, workbench, recipe=recipe, progress=progress)
    share, folder = _choose_share(tuned, workbench, _build_probe(data.validation, untuned))
    return TunedEncoder(
        folder,
        f"encoder tuned on {len(pairs)} questions for {recipe.n_steps(len(pairs))} steps, "
        f"{share:.0%} of the change kept",
    )


def _find_pairs(samples: Sequence[Sample], untuned: ExtractiveSystem) -> list[QuestionPassage]:
    found = untuned.retrieve([sample.input for sample in samples])
    positions = find_answering_passages(samples, found, untuned.passages)
    texts = passage_texts(untuned.passages)
    pairs = [
        QuestionPassage(sample.input, texts[answering[0]], answering[0])
        for sample, answering in zip(samples, positions, strict=True)
        if answering
    ]
    if len(pairs) < 2:
        raise TooFewSamplesError(
            f"{len(pairs)} of {len(samples)} training questions could be traced to a passage that "
            "holds their answer, and tuning a retriever needs at least 2. Check that the answers "
            "stand in the documents word for word and that 'sources' names the right ones."
        )
    return pairs


def _choose_recipe(n_pairs: int, *, seed: int) -> Recipe:
    """Look at up to 133 pairs three times, at more than 200 once."""
    fewest, most = _EPOCHS
    return Recipe(
        epochs=min(max(_SAMPLES_SEEN // n_pairs, fewest), most),
        batch_size=16 if n_pairs < 100 else 32,
        learning_rate=_LEARNING_RATE,
        seed=seed,
    )


def _make_tuned(
    pairs: Sequence[QuestionPassage], workbench: Workbench, *, recipe: Recipe, progress: Progress
) -> Path:
    ingredients = [part for p in pairs for part in (p.question, p.passage, str(p.place))]

    def build(folder: Path) -> None:
        source = require_trainable(workbench.encoder)
        tune_retriever(source, pairs, target=folder, recipe=recipe, progress=progress)

    name = workbench.fingerprint("tuned-retriever", repr(recipe), *ingredients)
    return workbench.part(name, build)


def _build_probe(samples: Sequence[Sample], untuned: ExtractiveSystem) -> Probe:
    """Collect the passages found for validation questions and those that answer them."""
    samples = samples[:_MAX_PROBED]
    found = untuned.retrieve([sample.input for sample in samples])
    positions = find_answering_passages(samples, found, untuned.passages)
    pool = sorted({i for each in found for i in each.indices[:_PASSAGES_PROBED]}.union(*positions))
    place = {index: n for n, index in enumerate(pool)}
    texts = passage_texts(untuned.passages)
    known = [(s.input, p) for s, p in zip(samples, positions, strict=True) if p]
    return Probe(
        questions=[question for question, _ in known],
        answering=[frozenset(place[index] for index in answering) for _, answering in known],
        texts=[texts[index] for index in pool],
    )


def _choose_share(tuned: Path, workbench: Workbench, probe: Probe) -> tuple[float, Path | None]:
    """Return the share of the tuning that is kept, with the folder of its encoder."""
    if len(probe.questions) < _FEWEST_PROBED:
        return DEFAULT_SHARE, _make_mixture(tuned, workbench, share=DEFAULT_SHARE)
    folders = {
        share: _make_mixture(tuned, workbench, share=share)
        for share in (DEFAULT_SHARE, *OTHER_SHARES)
    }
    ranks = {
        share: probe.reciprocal_ranks(load_tuned(folder) if folder else workbench.encoder)
        for share, folder in folders.items()
    }
    share = choose_setting(ranks, default=DEFAULT_SHARE)
    return share, folders[share]


def _make_mixture(tuned: Path, workbench: Workbench, *, share: float) -> Path | None:
    if share in (0.0, 1.0):
        return tuned if share else None

    def build(folder: Path) -> None:
        source = require_trainable(workbench.encoder)
        interpolate_encoders(source, tuned, share=share, target=folder)

    return workbench.part(f"{tuned.name}-{share:g}", build)


def load_tuned(folder: Path) -> TransformerEncoder:
    """Load a tuned encoder from its folder."""
    return TransformerEncoder(folder, name="tuned retriever", sha256=None)
