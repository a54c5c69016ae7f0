"""The tuned model, each next piece interpolated with what followed similar states in training.

Khandelwal et al. 2020, "Generalization through memorization: nearest neighbor language models",
here for a decoder that reads an input. Weight and temperature are chosen on the validation pairs;
a weight of 0 is offered, with which the arm is the tuned model.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.generation.examples import mean_chrf
from prototypes.approaches.generation.tuned import TunedWriterArm
from prototypes.contracts import FitReport, LearningData, Progress, Sample
from prototypes.models.seq2seq import Generation
from prototypes.models.steering import Followed
from prototypes.retrieval.continuations import Continuations
from prototypes.retrieval.neighbours import TEMPERATURES, VoteSettings

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

MAX_STATES = 65_536
"""States that are remembered: 50 MB of half precision in 384 dimensions."""

WEIGHTS = (0.1, 0.25, 0.5, 0.75)
"""Tried by likelihood; the best of them has to beat 0 by the quality of whole texts."""

N_NEIGHBOURS = 32
DEFAULT_WEIGHT = 0.25
_MAX_FOLLOWED = 4_096
_FILE = "interpolation.json"
_CARD = "README.md"


class NeighbourWriterArm(TunedWriterArm):
    """Writes as the tuned model does, and lets the nearest remembered states have a say."""

    _weight = 0.0

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Tune the model or find it tuned, remember its states, choose how much they count."""
        report = super().fit(data, workbench, seed=seed, progress=lambda done: progress(0.9 * done))
        order = np.random.default_rng(seed).permutation(len(data.train))
        shuffled = [data.train[row] for row in order]
        known = self._follow(shuffled, MAX_STATES)
        self._memory = Continuations(known.states, known.pieces, n_pieces=self._model.n_pieces)
        self._settings, self._weight, score = self._choose(data.validation, report.validation_score)
        progress(1.0)
        n_pieces = f"{len(self._memory):,} states of the decoder are remembered"
        notes = (*report.notes, n_pieces, _describe(self._settings, self._weight))
        self._card = _write_card(notes, alone=report.validation_score, mixed=score)
        return replace(report, validation_score=score, notes=notes)

    def save(self, folder: Path) -> None:
        """Write the tuned model, what it remembers, how much that counts, and a card."""
        super().save(folder)
        self._memory.save(folder)
        content = {
            "weight": self._weight,
            "k": self._settings.k,
            "temperature": self._settings.temperature,
        }
        (folder / _FILE).write_text(json.dumps(content), encoding="utf-8")
        (folder / _CARD).write_text(self._card, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote; nothing of the workbench is needed."""
        arm = super().load(folder, workbench)
        arm._memory = Continuations.load(folder)
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        arm._weight = float(content["weight"])
        arm._settings = VoteSettings(int(content["k"]), float(content["temperature"]))
        arm._card = (folder / _CARD).read_text(encoding="utf-8")
        return arm

    def _write(self, read: Sequence[str]) -> list[Generation]:
        """Without a weight nothing is searched, and the tuned model writes alone."""
        return self._model.generate(read, steer=self._steer if self._weight else None)

    def _steer(
        self, states: NDArray[np.float32], likely: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        said = self._memory.shares(states, self._settings)
        mixed: NDArray[np.float32] = (1 - self._weight) * likely + self._weight * said
        return mixed

    def _follow(self, samples: Sequence[Sample], most: int) -> Followed:
        """Have the model write the outputs of samples, until there are enough states."""
        pairs = [(sample.input, output) for sample in samples for output in sample.targets]
        batches: list[Followed] = []
        for batch in self._model.follow(pairs):
            batches.append(batch)
            if sum(len(each.pieces) for each in batches) >= most:
                break
        return Followed(
            states=np.concatenate([each.states for each in batches])[:most],
            pieces=np.concatenate([each.pieces for each in batches])[:most],
            probabilities=np.concatenate([each.probabilities for each in batches])[:most],
        )

    def _choose(
        self, validation: Sequence[Sample], alone: float | None
    ) -> tuple[VoteSettings, float, float | None]:
        """Choose temperature and weight by likelihood, then hold that weight against none.

        The likelihood of single pieces says little about whole texts, and 0 wins a tie: the arm
        is never worse than the tuned model on the validation pairs.
        """
        if not validation or alone is None:
            return VoteSettings(N_NEIGHBOURS), DEFAULT_WEIGHT, None
        right = self._follow(validation, _MAX_FOLLOWED)
        tried = {
            (settings, weight): _likelihood(right.probabilities, shares, weight)
            for settings in (VoteSettings(N_NEIGHBOURS, each) for each in TEMPERATURES)
            for shares in [self._memory.shares_of(right.states, right.pieces, settings)]
            for weight in WEIGHTS
        }
        self._settings, self._weight = max(tried, key=lambda key: tried[key])
        said = self.predict([sample.input for sample in validation])
        mixed = mean_chrf(validation, said) or 0.0
        return (
            (self._settings, self._weight, mixed) if mixed > alone else (self._settings, 0.0, alone)
        )


def _likelihood(likely: NDArray[np.float32], shares: NDArray[np.float32], weight: float) -> float:
    """Average the logarithm of what the right pieces get."""
    mixed = (1 - weight) * likely + weight * shares
    return float(np.log(np.maximum(mixed, 1e-12)).mean())


def _describe(settings: VoteSettings, weight: float) -> str:
    if weight == 0:
        return "weight 0: remembered states did not improve the validation texts, so none is asked"
    return f"the {settings.k} nearest states count {weight:g}, temperature {settings.temperature:g}"


def _write_card(notes: Sequence[str], *, alone: float | None, mixed: float | None) -> str:
    scores = (
        "There were no validation pairs, so the weight is a default that nothing speaks for."
        if alone is None or mixed is None
        else f"chrF on the validation texts: {alone:.3f} without neighbours, {mixed:.3f} as chosen."
    )
    listed = "\n".join(f"- {note}" for note in notes)
    return f"""# Tuned sequence-to-sequence model with nearest neighbours (kNN-LM)

The model warm-started from the encoder and taught the training pairs, as the arm `fine_tune` has
it. At each piece the states of its decoder nearest to the present one say what followed them in
training, and both are interpolated (Khandelwal et al. 2020).

{listed}

{scores}

`continuations.safetensors` holds states and pieces of training outputs, from which those texts can
largely be read back: treat it as the training data themselves. It was measured against other
approaches on the same data and tested for nothing else.
"""
