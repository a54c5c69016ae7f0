"""Tune the retriever's encoder on training questions, and keep as much of it as helps.

Tuning on few questions can do harm. So the tuned parameters are averaged with the untuned ones
(WiSE-FT, Wortsman et al. 2022), and the share that finds the answering passages of the validation
questions best is kept; a share of 0 is among the choices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from prototypes.approaches.document_qa.extractive import ExtractiveSystem, passage_texts
from prototypes.approaches.document_qa.reader import Embed
from prototypes.approaches.document_qa.retriever import FusedRetriever
from prototypes.approaches.document_qa.supervision import find_answering_passages
from prototypes.contracts import LearningData, Progress, Sample
from prototypes.errors import TooFewSamplesError
from prototypes.models.retriever_training import (
    QuestionPassage,
    interpolate_encoders,
    tune_retriever,
)
from prototypes.models.training import Recipe, require_trainable
from prototypes.models.transformer import TransformerEncoder
from prototypes.retrieval.dense import DenseIndex
from prototypes.retrieval.lexical import LexicalIndex

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

SHARES = (0.5, 1.0, 0.0)
"""How much of the tuning may be kept; earlier ones win ties."""
_SAMPLES_SEEN = 800
_EPOCHS = (1, 4)
_LEARNING_RATE = 3e-5
_MAX_PROBED = 200


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
        questions: Validation questions whose answering passage is known.
        answering: The position of that passage in `texts`, one per question.
        texts: The passages to search.
    """

    questions: list[str]
    answering: list[int]
    texts: list[str]

    def score(self, embed: Embed) -> float:
        """Return the mean reciprocal rank of the answering passages in fused retrieval."""
        retriever = FusedRetriever(LexicalIndex(self.texts), DenseIndex(embed(self.texts)))
        found = retriever.search(self.questions, embed(self.questions))
        ranks = [
            each.indices.index(answer) + 1 if answer in each.indices else float("inf")
            for each, answer in zip(found, self.answering, strict=True)
        ]
        return float(np.mean([1 / rank for rank in ranks]))


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
        QuestionPassage(sample.input, texts[position], str(position))
        for sample, position in zip(samples, positions, strict=True)
        if position is not None
    ]
    if len(pairs) < 2:
        raise TooFewSamplesError(
            f"{len(pairs)} of {len(samples)} training questions could be traced to a passage that "
            "holds their answer, and tuning a retriever needs at least 2. Check that the answers "
            "stand in the documents word for word and that 'sources' names the right ones."
        )
    return pairs


def _choose_recipe(n_pairs: int, *, seed: int) -> Recipe:
    """Look at few pairs up to four times, at 800 or more once."""
    fewest, most = _EPOCHS
    return Recipe(
        epochs=min(max(_SAMPLES_SEEN // n_pairs, fewest), most),
        batch_size=16 if n_pairs < 200 else 32,
        learning_rate=_LEARNING_RATE,
        seed=seed,
    )


def _make_tuned(
    pairs: Sequence[QuestionPassage], workbench: Workbench, *, recipe: Recipe, progress: Progress
) -> Path:
    ingredients = [text for pair in pairs for text in (pair.question, pair.passage)]

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
    pool = {i for each in found for i in each.indices}.union(p for p in positions if p is not None)
    place = {index: n for n, index in enumerate(sorted(pool))}
    texts = passage_texts(untuned.passages)
    known = [(s.input, p) for s, p in zip(samples, positions, strict=True) if p is not None]
    return Probe(
        questions=[question for question, _ in known],
        answering=[place[position] for _, position in known],
        texts=[texts[index] for index in place],
    )


def _choose_share(tuned: Path, workbench: Workbench, probe: Probe) -> tuple[float, Path | None]:
    """Return the share that finds most, with the folder of its encoder."""
    folders = {share: _make_mixture(tuned, workbench, share=share) for share in SHARES}
    if not probe.questions:
        return SHARES[0], folders[SHARES[0]]
    scores = {share: probe.score(_embedder(folders[share], workbench)) for share in SHARES}
    best = max(SHARES, key=scores.__getitem__)
    return best, folders[best]


def _make_mixture(tuned: Path, workbench: Workbench, *, share: float) -> Path | None:
    if share in (0.0, 1.0):
        return tuned if share else None

    def build(folder: Path) -> None:
        source = require_trainable(workbench.encoder)
        interpolate_encoders(source, tuned, share=share, target=folder)

    return workbench.part(f"{tuned.name}-{share:g}", build)


def _embedder(folder: Path | None, workbench: Workbench) -> Embed:
    return workbench.embed if folder is None else load_tuned(folder).encode


def load_tuned(folder: Path) -> TransformerEncoder:
    """Load a tuned encoder from its folder."""
    return TransformerEncoder(folder, name="tuned retriever", sha256=None)
