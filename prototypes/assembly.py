"""Set up the bench of a trial: its encoder, its language model, its prompts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prototypes.contracts import Document
from prototypes.models.generator_source import (
    DEFAULT_MAX_TOKENS_TOTAL,
    GeneratorOptions,
    GeneratorSupply,
    find_generator,
)
from prototypes.plan import TrialSettings
from prototypes.protocol import RunLock
from prototypes.templates import load_templates
from prototypes.workbench import Workbench

_ANSWERS = "answers"


def assemble_bench(
    settings: TrialSettings, documents: Sequence[Document], *, cache_dir: Path
) -> Workbench:
    """Set up what a trial asks for.

    Raises:
        ModelUnavailableError: If there is no such generator, or it is refused.
        PromptTemplateError: If a template of the user's cannot be used.
    """
    return Workbench(
        settings.encoder,
        documents=documents,
        cache_dir=cache_dir,
        generator=_supply(
            settings.generator,
            max_tokens_total=settings.max_tokens_total,
            context_tokens=settings.context_tokens,
            cache_dir=cache_dir,
        ),
        templates=load_templates(settings.prompts),
    )


def reassemble_bench(lock: RunLock, documents: Sequence[Document], *, cache_dir: Path) -> Workbench:
    """Set up what a finished trial was begun with; arms bring their own templates.

    Raises:
        ModelUnavailableError: If its generator is not there any more.
    """
    return Workbench(
        lock.encoder_source,
        documents=documents,
        cache_dir=cache_dir,
        generator=_supply(
            lock.generator_source,
            max_tokens_total=DEFAULT_MAX_TOKENS_TOTAL,
            context_tokens=lock.context_tokens,
            cache_dir=cache_dir,
        ),
    )


def _supply(
    name: str | None, *, max_tokens_total: int, context_tokens: int | None, cache_dir: Path
) -> GeneratorSupply | None:
    if name is None:
        return None
    options = GeneratorOptions(max_tokens_total, context_tokens, cache_dir / _ANSWERS)
    return GeneratorSupply(find_generator(name), options)
