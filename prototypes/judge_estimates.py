"""About how many tokens a judge will take, before it is asked."""

from __future__ import annotations

from collections.abc import Sequence

from prototypes.contracts import Sample
from prototypes.events import PlannedPrompts
from prototypes.models.generator_source import EndpointSource, GeneratorSupply
from prototypes.prompt_estimates import CHARACTERS_PER_TOKEN

TEMPLATE_CHARACTERS = 700
VERDICT_TOKENS = 3
N_ROUNDS = 2
"""Each answer is judged behind the references and before them."""


def plan_judge(
    supply: GeneratorSupply | None, test: Sequence[Sample], *, n_arms: int
) -> PlannedPrompts | None:
    """Estimate the tokens if every arm answers every sample, about as long as the references.

    Args:
        supply: Where the judge comes from; None if there is none.
        test: The samples that are answered.
        n_arms: How many arms answer them; equal answers cost less than this says.
    """
    if supply is None:
        return None
    n_tokens = N_ROUNDS * n_arms * sum(map(_count_tokens, test))
    limit = supply.options.max_tokens_total if isinstance(supply.source, EndpointSource) else None
    return PlannedPrompts(f"judge {supply.source.name}", n_tokens, limit)


def _count_tokens(sample: Sample) -> int:
    references = sum(map(len, sample.targets))
    answer = references // max(1, len(sample.targets))
    n_characters = TEMPLATE_CHARACTERS + len(sample.input) + references + answer
    return n_characters // CHARACTERS_PER_TOKEN + VERDICT_TOKENS
