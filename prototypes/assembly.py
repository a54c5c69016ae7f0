"""Set up the bench of a trial: its encoder, its language model, its prompts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prototypes.contracts import ArmSpec, Document, LearningData, Task
from prototypes.errors import LaboratoryError, ModelUnavailableError
from prototypes.models.generation_cache import CostCap
from prototypes.models.generator_source import (
    DEFAULT_MAX_TOKENS_TOTAL,
    GeneratorOptions,
    GeneratorSupply,
    find_generator,
)
from prototypes.models.impartiality import require_impartial, require_judgeable
from prototypes.plan import TrialSettings
from prototypes.protocol import RunLock
from prototypes.retrieval.stores.opening import require_store
from prototypes.shared_parts import open_shared
from prototypes.spreading import HERE, Spreader
from prototypes.templates import load_templates
from prototypes.workbench import Workbench

_ANSWERS = "answers"


def assemble_bench(
    settings: TrialSettings,
    learning: LearningData,
    *,
    cache_dir: Path,
    spreader: Spreader = HERE,
) -> Workbench:
    """Set up what a trial asks for.

    Args:
        settings: How the trial is run.
        learning: Its documents are the corpus; the fallback encoder learns its words from those,
            else from the inputs.
        cache_dir: Where parts are kept.
        spreader: Where the costly work is done.

    Raises:
        LaboratoryError: If what a server costs is capped and no price is known.
        ModelUnavailableError: If there is no such generator, or it is refused.
        PromptTemplateError: If a template of the user's cannot be used.
        StoreError: If there is no such vector store, or its library is not installed.
    """
    require_store(settings.store)
    return Workbench(
        settings.encoder,
        documents=learning.documents,
        words=[sample.input for sample in (*learning.train, *learning.validation)],
        cache_dir=cache_dir,
        generator=_supply(
            settings.generator,
            _caps(settings),
            context_tokens=settings.context_tokens,
            cache_dir=cache_dir,
        ),
        templates=load_templates(settings.prompts),
        store=settings.store,
        spreader=spreader,
        shared=open_shared(settings.cache),
    )


def assemble_judge(
    settings: TrialSettings, bench: Workbench, *, task: Task, cache_dir: Path
) -> GeneratorSupply | None:
    """Set up the model that a trial names as its judge; loads and asks nothing.

    Raises:
        ModelUnavailableError: If there is no such model, or it may not judge here.
    """
    if settings.judge is None:
        return None
    require_judgeable(task)
    judge = _supply(settings.judge, _caps(settings), context_tokens=None, cache_dir=cache_dir)
    generator = bench.generator_supply.source if bench.generator_supply else None
    if judge is not None:
        require_impartial(judge.source, generator, offline=settings.limits.offline)
    return judge


def reassemble_bench(
    lock: RunLock, spec: ArmSpec, documents: Sequence[Document], *, cache_dir: Path
) -> Workbench:
    """Set up what an arm of a finished trial needs; it brings its own template.

    Raises:
        ModelUnavailableError: If it needs a generator that is gone or was changed.
    """
    supply = _supply(
        lock.generator_source if "generator" in spec.needs else None,
        _Caps(),
        context_tokens=lock.context_tokens,
        cache_dir=cache_dir,
    )
    if supply is not None and supply.source.sha256 != lock.generator_sha256:
        raise ModelUnavailableError(
            f"The generator '{lock.generator_source}' has the sha256 {supply.source.sha256}, but "
            f"the run was made with {lock.generator_sha256}; put that one back, or run again."
        )
    return Workbench(
        lock.encoder_source,
        documents=documents,
        cache_dir=cache_dir,
        generator=supply,
        store=lock.store,
    )


@dataclass(frozen=True, slots=True)
class _Caps:
    """What a server may be asked for in one run folder."""

    n_tokens: int = DEFAULT_MAX_TOKENS_TOTAL
    cost: CostCap | None = None


def _caps(settings: TrialSettings) -> _Caps:
    """Take the caps of a trial.

    Raises:
        LaboratoryError: If the cap is no sum of dollars, or nobody says what a token costs.
    """
    limit, prices = settings.max_usd, settings.token_prices_usd
    if limit is None:
        return _Caps(settings.max_tokens_total)
    if not 0 <= limit < math.inf:
        raise LaboratoryError(f"--max-usd {limit:g}: expected US dollars, such as 2.50.")
    if prices is None:
        raise LaboratoryError(
            f"--max-usd {limit:g} was given without prices, and without them nobody knows what has "
            "been spent; add --token-price IN,OUT, or cap tokens with --max-tokens-total."
        )
    return _Caps(settings.max_tokens_total, CostCap(limit, prices))


def _supply(
    name: str | None, caps: _Caps, *, context_tokens: int | None, cache_dir: Path
) -> GeneratorSupply | None:
    if name is None:
        return None
    options = GeneratorOptions(caps.n_tokens, context_tokens, cache_dir / _ANSWERS, caps.cost)
    return GeneratorSupply(find_generator(name), options)
