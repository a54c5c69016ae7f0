"""One of the processes that a launcher starts: trains its share, as the folder says.

Started as `LAUNCHER -m prototypes.models.launched FOLDER`, by `prototypes.models.launching`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path

from prototypes.models.launching import AFTER, BEFORE, JOB, N_PROCESSES, PROGRESS


def main(folder: Path) -> None:
    """Train, and let the first process write what came out."""
    n_processes = int(os.environ.get("WORLD_SIZE", "1"))
    if n_processes == 1:
        (folder / N_PROCESSES).write_text("1", encoding="utf-8")
        return
    _train(folder, n_processes)


def _train(folder: Path, n_processes: int) -> None:
    from safetensors.torch import load_model, save_model

    from prototypes.models.training import Recipe, train
    from prototypes.runtime import seed_everything

    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    module, _, name = job["builder"].partition(":")
    build = getattr(importlib.import_module(module), name)
    recipe, is_first = Recipe(**job["recipe"]), os.environ.get("RANK", "0") == "0"
    model, lesson, own_recipe = build(job["settings"], recipe, n_processes=n_processes)
    load_model(model, folder / BEFORE)
    seed_everything(recipe.seed)

    def progress(fraction: float) -> None:
        if is_first:
            (folder / PROGRESS).write_text(str(fraction), encoding="utf-8")

    train(model, lesson, recipe=own_recipe, progress=progress)
    if is_first:
        unfinished = folder / f".{AFTER}"
        save_model(model, str(unfinished))
        unfinished.replace(folder / AFTER)
    _leave()


def _leave() -> None:
    import torch.distributed

    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
