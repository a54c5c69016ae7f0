"""What a trial says before it begins: the arms, the samples, the time and tokens they will take."""

from __future__ import annotations

from collections.abc import Sequence

from prototypes.contracts import ArmSpec
from prototypes.estimates import Forecast
from prototypes.events import PlannedArm, PlannedPrompts, TrialPlanned
from prototypes.judge_estimates import plan_judge
from prototypes.measure.costs import cost_of_tokens
from prototypes.measurement import Conditions
from prototypes.models.generator_source import EndpointSource
from prototypes.prompt_estimates import PromptForecast, count_tokens
from prototypes.protocol import RunLock


def plan_trial(
    arms: Sequence[ArmSpec],
    conditions: Conditions,
    *,
    forecast: Forecast,
    lock: RunLock,
) -> TrialPlanned:
    """Announce the arms that still have to be measured, and all that is known beforehand.

    Args:
        arms: Those that still have to be measured and can be.
        conditions: What they are measured under.
        forecast: How long each takes.
        lock: What was fixed.
    """
    learning, test = conditions.split.learning, conditions.split.test
    return TrialPlanned(
        arms=tuple(PlannedArm(spec, forecast.estimate(spec)) for spec in arms),
        n_train=len(learning.train),
        n_validation=len(learning.validation),
        n_test=len(test),
        prompts=_plan_prompts(arms, conditions, forecast.prompts),
        judge=plan_judge(conditions.judge, test, n_arms=len(lock.arms)),
        race=lock.race,
        notes=tuple(conditions.bench.spreader.notes),
    )


def _plan_prompts(
    arms: Sequence[ArmSpec], conditions: Conditions, forecast: PromptForecast | None
) -> PlannedPrompts | None:
    supply = conditions.bench.generator_supply
    if supply is None or forecast is None:
        return None
    tokens, name = count_tokens(arms, forecast), supply.source.name
    if not isinstance(supply.source, EndpointSource):
        return PlannedPrompts(name, tokens.total, max_tokens=None)
    settings = conditions.settings
    prices = settings.token_prices_usd
    return PlannedPrompts(
        generator=name,
        n_tokens=tokens.total,
        max_tokens=supply.options.max_tokens_total,
        usd=None if prices is None else cost_of_tokens(tokens.read, tokens.written, prices),
        max_usd=settings.max_usd,
    )
