"""Puts a recommendation to the test: runs the prototypes and keeps everything in a run folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.api import advise
from advisor.evidence.limits import arms_from, claim_from, limits_from
from advisor.evidence.prices import MACHINE_HOUR, Price, load_prices, price_of, store_prices
from advisor.evidence.run_files import PRICES_FILE, store_advice
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Recommendation
from advisor.schema.rule import RuleBase
from prototypes.contracts import Dataset
from prototypes.events import Event, Listener, TrialPlanned
from prototypes.models.generator_source import DEFAULT_MAX_TOKENS_TOTAL
from prototypes.plan import TrialSettings
from prototypes.results import TrialResult
from prototypes.retrieval.stores.opening import DEFAULT_STORE


@dataclass(frozen=True, slots=True)
class GeneratorTerms:
    """On which terms a language model is asked.

    Attributes:
        max_tokens_total: A server is asked for at most this many tokens; None leaves the default.
        context_tokens: How long the generator's context is; None asks it.
        token_prices_usd: What a server takes per million tokens read and written.
        max_usd: A server may cost at most this many US dollars; None sets no such limit.
        prompts: A folder with templates that replace those of the laboratory.
        judge: Another language model that judges what the arms write; None has none.
    """

    max_tokens_total: int | None = None
    context_tokens: int | None = None
    token_prices_usd: tuple[float, float] | None = None
    max_usd: float | None = None
    prompts: Path | None = None
    judge: str | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """What a trial may use beyond this process.

    Attributes:
        cluster: A Ray cluster that shares the work: `auto` or `ray://HOST:PORT`; None has none.
        launch: The command that starts training on several devices; None trains in this process.
    """

    cluster: str | None = None
    launch: str | None = None


@dataclass(frozen=True, slots=True)
class TrialOptions:
    """What a user may decide about a trial.

    Attributes:
        arms: Names of arms or approaches; None runs all.
        chosen: The approach that the claim is about; None for the one that leads.
        margin: The smallest difference in the primary metric worth having.
        budget_seconds: No arm or experiment is begun that is not expected to end within this time.
        exempt: Arms that run even so.
        terms: On which the generator is asked.
        store: The vector store that dense search over documents asks.
        experiments: Experiments on request, such as learning_curve.
        race: Drop a slow rival once it is shown to be worse than the claimed arm.
        cache: A folder of embeddings and trained parts that other runs find; None has none.
        prices: A price list of the user's own; None takes ours.
        track: Where the result is copied to in the end; None copies it nowhere.
        scale: What is used beyond this process.
        dry_run: Only say what would be measured and what it would take.
    """

    arms: tuple[str, ...] | None = None
    chosen: str | None = None
    margin: float = 0.02
    seed: int = 0
    budget_seconds: float | None = None
    exempt: tuple[str, ...] = ()
    resume: bool = False
    encoder: str | None = None
    generator: str | None = None
    terms: GeneratorTerms = GeneratorTerms()
    store: str = DEFAULT_STORE
    experiments: tuple[str, ...] = ()
    race: bool = False
    cache: Path | None = None
    prices: Path | None = None
    track: str | None = None
    scale: Scale = Scale()
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class TestedAdvice:
    """A recommendation and what measuring it gave."""

    recommendation: Recommendation
    trial: TrialResult
    prices: tuple[Price, ...] = ()


def settle(
    answers: Answers,
    recommendation: Recommendation,
    *,
    run: Path | None,
    options: TrialOptions,
    prices: Sequence[Price],
) -> TrialSettings:
    """Turn answers, recommendation and options into the settings of a trial.

    Args:
        answers: Give the hard limits.
        recommendation: Gives the claim.
        run: The run folder; None keeps nothing.
        options: What the user decided.
        prices: What a machine costs.
    """
    terms = options.terms
    return TrialSettings(
        arms=options.arms,
        also=arms_from(recommendation),
        claim=claim_from(recommendation, margin=options.margin, chosen=options.chosen),
        limits=limits_from(answers),
        seed=options.seed,
        budget_seconds=options.budget_seconds,
        exempt=options.exempt,
        out=run,
        resume=options.resume,
        encoder=options.encoder,
        generator=options.generator,
        max_tokens_total=terms.max_tokens_total or DEFAULT_MAX_TOKENS_TOTAL,
        max_usd=terms.max_usd,
        context_tokens=terms.context_tokens,
        token_prices_usd=terms.token_prices_usd,
        prompts=terms.prompts,
        judge=terms.judge,
        store=options.store,
        experiments=options.experiments,
        cluster=options.scale.cluster,
        launch=options.scale.launch,
        race=options.race,
        cache=options.cache,
        machine_hour_usd=price_of(prices, MACHINE_HOUR),
    )


def put_to_the_test(
    answers: Answers,
    dataset: Dataset,
    rule_base: RuleBase,
    *,
    run: Path,
    options: TrialOptions,
    on_event: Listener | None = None,
) -> TestedAdvice:
    """Recommend, fix the claim, build and measure every arm, and judge the claim.

    The recommendation is written before the test samples are opened, so that it cannot be
    adapted to what is measured.

    Raises:
        OutputError, LaboratoryError: If the run folder or the data cannot be used.
    """
    from prototypes.harness import run_trial

    prices = load_prices(options.prices)
    recommendation = advise(answers, rule_base)
    settings = settle(answers, recommendation, run=run, options=options, prices=prices)

    def listen(event: Event) -> None:
        if isinstance(event, TrialPlanned):
            store_advice(run, answers, recommendation)
            store_prices(prices, run / PRICES_FILE)
        if on_event is not None:
            on_event(event)

    trial = run_trial(dataset, settings=settings, on_event=listen)
    return TestedAdvice(recommendation=recommendation, trial=trial, prices=prices)
