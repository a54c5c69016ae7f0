"""A model that writes, taught once for all run folders that share their parts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prototypes.contracts import Progress
from prototypes.models.seq2seq import Seq2SeqModel
from prototypes.models.training import Recipe

if TYPE_CHECKING:
    from prototypes.workbench import Workbench


def teach(
    model: Seq2SeqModel,
    pairs: Sequence[tuple[str, str | None]],
    workbench: Workbench,
    *,
    recipe: Recipe,
    progress: Progress,
) -> None:
    """Train a warm-started model, or take over what it became in another run folder.

    Within one run folder nobody else has use for it, so it is a part only where parts are shared.

    Args:
        model: As `Seq2SeqModel.warm_start` made it.
        pairs: What it is taught.
        workbench: Whose encoder it came from.
        recipe: How long and how fast to train.
        progress: Told the share of finished steps.
    """

    def build(folder: Path) -> None:
        model.train(pairs, recipe=recipe, progress=progress)
        model.save_parameters(folder)

    if not workbench.shares_parts:
        model.train(pairs, recipe=recipe, progress=progress)
        return
    name = workbench.fingerprint(
        "taught-writer", repr(recipe), model.describe(), json.dumps([*pairs])
    )
    model.load_parameters(workbench.part(name, build), n_pairs=len(pairs))
