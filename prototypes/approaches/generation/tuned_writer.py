"""The model that writes: one trained part, shared by the arms that have the same pairs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from prototypes.contracts import Progress
from prototypes.models.seq2seq import Lengths, Seq2SeqModel
from prototypes.models.training import Recipe, require_trainable

if TYPE_CHECKING:
    from prototypes.workbench import Workbench


@dataclass(frozen=True, slots=True)
class TunedWriter:
    """A sequence-to-sequence model that was taught pairs, and how many parameters that changed."""

    model: Seq2SeqModel
    n_parameters: int


def tune_writer(
    pairs: Sequence[tuple[str, str]],
    workbench: Workbench,
    *,
    recipe: Recipe,
    lengths: Lengths,
    progress: Progress,
) -> TunedWriter:
    """Warm-start a model and teach it, or find the one that was taught the same in the same way.

    Args:
        pairs: Inputs with their outputs, at least one.
        workbench: Whose encoder it starts from.
        recipe: How long and how fast to train, and from which seed.
        lengths: The longest texts that are read and written.
        progress: Told the share of finished steps.

    Raises:
        ModelUnavailableError: If the encoder has no parameters to start from.
    """
    model = Seq2SeqModel.warm_start(
        require_trainable(workbench.encoder),
        [output for _, output in pairs],
        seed=recipe.seed,
        lengths=lengths,
        inputs=[text for text, _ in pairs],
    )
    model.stop_dropout()  # no pair is seen often enough to be learnt by heart
    settings = (repr(recipe), repr(astuple(lengths)))

    def build(folder: Path) -> None:
        # The parameters alone: the part may be shared, and a whole model holds its outputs.
        model.train(pairs, recipe=recipe, progress=progress)
        model.save_parameters(folder)

    name = workbench.fingerprint("tuned-writer", *settings, json.dumps(pairs))
    model.load_parameters(workbench.part(name, build), n_pairs=len(pairs))
    return TunedWriter(model, model.n_trained_parameters)
