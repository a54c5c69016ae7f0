"""A language model of an arm's own: tuned on what the arm teaches, kept, and read back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from prototypes.approaches.prompted import MAX_TAUGHT, require_local
from prototypes.contracts import Progress, Sample
from prototypes.errors import ModelUnavailableError
from prototypes.models.generator import Generator
from prototypes.models.generator_adapters import (
    Method,
    load_quantised,
    load_tuned,
    save_tuned,
)
from prototypes.models.generator_local import TransformersGenerator
from prototypes.models.generator_source import LocalSource
from prototypes.models.generator_tuning import (
    Score,
    TuningPlan,
    TuningReport,
    choose_plan,
    tune,
)
from prototypes.models.model_card import describe_tuning
from prototypes.models.tuning_pairs import TuningPair, write_chat_lines

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

MAX_SCORED = 50
"""Validation samples that are looked at after each epoch."""

PAIRS_FILE = "training.jsonl"
_MODEL_FOLDER = "model"


@dataclass(slots=True)
class TunedModel:
    """A model that an arm has tuned.

    Attributes:
        generator: The model, as it answers now.
        pairs: What it was taught last.
        plan: How it is tuned.
        report: What tuning did.
    """

    generator: TransformersGenerator
    pairs: Sequence[TuningPair]
    plan: TuningPlan
    report: TuningReport

    def save(self, folder: Path) -> None:
        """Write what was tuned with its card, and the pairs as hosted services read them."""
        target = folder / _MODEL_FOLDER
        target.mkdir()
        name, n_pairs = self.generator.name, len(self.pairs)
        card = describe_tuning(name, self.plan, self.report, n_pairs=n_pairs)
        save_tuned(self.generator, target, card=card)
        write_chat_lines(self.pairs, folder / PAIRS_FILE)

    def go_on(self, pairs: Sequence[TuningPair], *, progress: Progress) -> TuningReport:
        """Tune the same parameters further, on new pairs alone."""
        self.pairs = pairs
        self.report = tune(self.generator, pairs, plan=self.plan, score=None, progress=progress)
        return self.report

    def describe(self, taught: str) -> tuple[str, ...]:
        """Say how it was tuned, in whole phrases; `taught` is what the pairs were made of."""
        kept, n_epochs = self.report.kept_epoch, self.report.n_epochs
        told = f"those of epoch {kept} kept" if kept else "none was better"
        return (
            f"{self.plan.method} tuning on {len(self.pairs)} {taught}, {n_epochs} epochs run, "
            f"{told}",
            f"its pairs are in {PAIRS_FILE}, as hosted tuning services read them",
        )


def take_model(workbench: Workbench, *, method: Method | None = None) -> Generator:
    """Load a model to be tuned: the other arms would see the shared one change.

    The shared one is let go of first, since memory need not hold both; whoever asks for it later
    loads it again.

    Args:
        workbench: Knows where the model is.
        method: What of it will be tuned; for QLoRA it is loaded in four bits.

    Raises:
        ModelUnavailableError: If there is none, or it cannot be loaded.
    """
    supply = workbench.generator_supply
    if supply is None:
        raise ModelUnavailableError(
            "This arm needs a language model, and there is none; name one with --generator."
        )
    if not isinstance(supply.source, LocalSource):
        return supply.load()
    workbench.release_generator()
    if method is Method.QLORA:
        return load_quantised(supply.source.folder, name=supply.source.name)
    return supply.load()


def teach_model(
    generator: Generator,
    pairs: Sequence[TuningPair],
    workbench: Workbench,
    *,
    score: Score | None,
    method: Method | None = None,
    seed: int,
    progress: Progress,
) -> TunedModel:
    """Tune a model that belongs to an arm, for as long as its size and the pairs ask for.

    Args:
        generator: What `take_model` gave.
        pairs: What it is taught; at least one.
        workbench: Knows how large the model is.
        score: Tells after each epoch how good it is; None keeps the last epoch.
        method: What of it is tuned; None decides by its size.
        seed: Decides the order and every initial value.
        progress: Told the share of steps done.

    Raises:
        ModelUnavailableError: If it runs behind a server, or the machine cannot tune it.
    """
    model = require_local(generator)
    plan = choose_plan(_count_parameters(workbench), len(pairs), method=method, seed=seed)
    report = tune(model, pairs, plan=plan, score=score, progress=progress)
    return TunedModel(model, pairs, plan, report)


def load_model(generator: Generator, folder: Path) -> TransformersGenerator:
    """Read back what `TunedModel.save` wrote; an adapter is put on the given model.

    Raises:
        ModelUnavailableError: If the model runs behind a server.
    """
    base = require_local(generator)
    return load_tuned(base, folder / _MODEL_FOLDER, name=base.name)


def choose_taught(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Take at most 2,000 training samples, evenly spread."""
    return samples[:: max(1, math.ceil(len(samples) / MAX_TAUGHT))]


def _count_parameters(workbench: Workbench) -> int:
    supply = workbench.generator_supply
    return getattr(supply.source, "n_parameters", 0) if supply else 0
