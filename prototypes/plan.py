"""What a trial sets out to do, fixed before anything is measured."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from prototypes import runtime
from prototypes.contracts import (
    Approach,
    ArmSpec,
    Claim,
    Dataset,
    LearningData,
    Limits,
    Sample,
    Split,
    Task,
)
from prototypes.errors import LaboratoryError, TokenLimitError
from prototypes.measure.groups import number_groups
from prototypes.measure.metrics import primary_metric
from prototypes.models.generator_source import DEFAULT_MAX_TOKENS_TOTAL, is_endpoint
from prototypes.protocol import RunLock
from prototypes.registry import arms_for, select_arms
from prototypes.results import DataSummary, NotRun, RaceProtocol, TrialProtocol
from prototypes.retrieval.stores.opening import DEFAULT_STORE
from prototypes.workbench import Workbench

Pending: TypeAlias = Literal["", "left_out", "cut_off"]
"""What kept an arm from being run that could be."""

DEFAULT_MARGIN = 0.02
"""Recorded when no claim was made; nothing is decided by it then."""


@dataclass(frozen=True, slots=True)
class TrialSettings:
    """How a trial is run.

    Attributes:
        arms: Names of arms or approaches; None runs every arm but those on request. Baselines
            run in any case.
        also: Arms on request that are run beside the others where `arms` is None.
        claim: What is put to the test; None measures without a verdict.
        limits: The hard limits an arm has to keep.
        seed: Decides the split, every arm's randomness and every resample.
        budget_seconds: Nothing goes on beyond this, arm or experiment; None sets no budget.
        exempt: Arms that the budget does not hold for, because the verdict would be idle without.
        out: The run folder; None keeps nothing.
        resume: Go on with the trial that is in `out`.
        encoder: A model folder or hub id; None takes the embedded encoder.
        generator: The language model for arms that need one, as a folder, a hub id or
            `openai:MODEL@URL`; None leaves them out.
        max_tokens_total: A server is asked for at most this many tokens.
        max_usd: A server may cost at most this many US dollars, by `token_prices_usd`; None sets
            no such limit.
        context_tokens: How long the generator's context is; None asks it.
        token_prices_usd: What a server takes per million tokens read and written.
        prompts: A folder with templates that replace those of the package.
        judge: A language model that judges free text, named as a generator is; None has none.
        store: The vector store that dense search over documents asks.
        machine_hour_usd: What an hour of this machine costs, for the cost of answers.
        n_bootstrap: Resamples per interval.
        experiments: Experiments on request that are held once the arms are measured.
        cluster: The Ray cluster that shares the work, `auto` or `ray://HOST:PORT`; None has none.
        launch: The command that starts training on several devices; None trains in this process.
        race: Drop a rival that takes long to answer once it is behind the claimed arm.
        cache: A folder of embeddings and trained parts that other runs find; None has none.
    """

    arms: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()
    claim: Claim | None = None
    limits: Limits = field(default_factory=Limits)
    seed: int = 0
    budget_seconds: float | None = None
    exempt: tuple[str, ...] = ()
    out: Path | None = None
    resume: bool = False
    encoder: str | None = None
    generator: str | None = None
    max_tokens_total: int = DEFAULT_MAX_TOKENS_TOTAL
    max_usd: float | None = None
    context_tokens: int | None = None
    token_prices_usd: tuple[float, float] | None = None
    prompts: Path | None = None
    judge: str | None = None
    store: str = DEFAULT_STORE
    machine_hour_usd: float | None = None
    n_bootstrap: int = 10_000
    experiments: tuple[str, ...] = ()
    cluster: str | None = None
    launch: str | None = None
    race: bool = False
    cache: Path | None = None


def choose_arms(
    task: Task, names: Sequence[str] | None, *, also: Sequence[str] = ()
) -> tuple[ArmSpec, ...]:
    """List the arms to run, cheapest first; the baselines are always among them.

    Args:
        task: What they are for.
        names: Arms or approaches; None takes all arms but those on request.
        also: Arms on request to take as well where `names` is None.

    Raises:
        UnknownArmError: If a name is neither an arm nor an approach of the task.
    """
    if names is not None:
        return select_arms(task, (*names, Approach.BASELINE))
    return tuple(arm for arm in arms_for(task) if not arm.on_request or arm.name in also)


def list_left_out(task: Task, arms: Sequence[str], *, generator: str | None = None) -> list[str]:
    """List the arms on request that are missing where every other arm of the task is run.

    Without a language model those that need one are left out.
    """
    everything = arms_for(task)
    if any(arm.name not in arms for arm in everything if not arm.on_request):
        return []
    missing = (arm for arm in everything if arm.name not in arms)
    return [arm.name for arm in missing if generator or "local_generator" not in arm.needs]


def find_unmet_need(spec: ArmSpec, data: LearningData, *, generator: str | None) -> NotRun | None:
    """Say what an arm needs that is not there, and what would supply it; None if all is."""
    supplies = {
        "generator": (generator, "a language model", "--generator MODEL"),
        "local_generator": (
            generator and not is_endpoint(generator),
            "a language model on this machine (a server keeps its probabilities and parameters)",
            "--generator FOLDER",
        ),
        "documents": (data.documents, "documents to search", "--documents FOLDER"),
        "training_samples": (data.train, "samples to learn from", "--examples FILE"),
    }
    for need in spec.needs:
        supply, what, enable = supplies[need]
        if not supply:
            return skip_arm(spec, f"it needs {what}, and there is none", enable=enable)
    return None


def skip_arm(spec: ArmSpec, reason: str, *, enable: str, pending: Pending = "") -> NotRun:
    """Record that an arm is not run, why, and what would run it.

    Args:
        spec: The arm.
        reason: Why, in a phrase.
        enable: The flag or file that would run it.
        pending: What kept it from being run, if nothing else did.
    """
    return NotRun(
        name=spec.name,
        approach=spec.approach,
        title=spec.title,
        reason=reason,
        enable=enable,
        pending=pending,
    )


def skip_cut_off(spec: ArmSpec) -> NotRun:
    """Record that a trial was interrupted before an arm was measured."""
    reason = "the trial was interrupted before it was measured"
    return skip_arm(spec, reason, enable="--resume", pending="cut_off")


def skip_failed(spec: ArmSpec, error: LaboratoryError) -> NotRun:
    """Record what is wrong with an arm; one that was only denied tokens could go on."""
    pending: Pending = "left_out" if isinstance(error, TokenLimitError) else ""
    return skip_arm(spec, str(error), enable=error.remedy, pending=pending)


def skip_too_large(spec: ArmSpec) -> NotRun:
    """Record that the machine had no memory left for an arm."""
    reason = "the machine had no memory left for it; what the other arms measured is kept"
    return skip_arm(spec, reason, enable="--resume, with more memory free", pending="left_out")


def build_lock(
    settings: TrialSettings,
    dataset: Dataset,
    *,
    split: Split,
    arms: Sequence[ArmSpec],
    bench: Workbench,
) -> RunLock:
    """Fix everything that decides the result, down to a hash of the test split."""
    claim, supply, prices = settings.claim, bench.generator_supply, settings.token_prices_usd
    return RunLock(
        task=dataset.task,
        primary_metric=primary_metric(dataset.task),
        arms=[arm.name for arm in arms],
        claim=claim.approach if claim else None,
        margin=claim.margin if claim else DEFAULT_MARGIN,
        limits=asdict(settings.limits),
        seed=settings.seed,
        n_bootstrap=settings.n_bootstrap,
        machine_hour_usd=settings.machine_hour_usd,
        data_fingerprint=dataset.fingerprint,
        test_sha256=_hash_samples(split.test),
        n_test=len(split.test),
        encoder=bench.encoder.name,
        encoder_source=settings.encoder,
        encoder_sha256=bench.encoder.sha256,
        generator=supply.source.name if supply else None,
        generator_source=settings.generator,
        generator_sha256=supply.source.sha256 if supply else None,
        context_tokens=settings.context_tokens,
        prompts_sha256=bench.templates.sha256 if supply else None,
        token_prices_usd=list(prices) if prices else None,
        store=bench.store,
        launch=settings.launch,
        race=_plan_race(settings, arms, n_test=len(split.test)),
        precision=runtime.precision(),
        versions=runtime.versions(),
    )


def describe_protocol(lock: RunLock) -> TrialProtocol:
    """State how a trial was run, from what was fixed beforehand."""
    shared = set(TrialProtocol.model_fields) & set(RunLock.model_fields)
    return TrialProtocol(
        threads=runtime.n_threads(),
        on_request=list_left_out(lock.task, lock.arms, generator=lock.generator_source),
        **lock.model_dump(include=shared),
    )


def describe_data(dataset: Dataset, split: Split, *, n_passages: int) -> DataSummary:
    """Count what the data held and what was done to them."""
    return DataSummary(
        n_train=len(split.learning.train),
        n_validation=len(split.learning.validation),
        n_test=len(split.test),
        n_documents=len(dataset.documents),
        n_passages=n_passages,
        n_labels=len(split.learning.labels),
        n_unanswerable_test=sum(sample.unanswerable for sample in split.test),
        n_duplicates_removed=split.n_duplicates_removed,
        n_conflicting_labels=split.n_conflicting_labels,
        n_test_seen_in_train=split.n_test_seen_in_train,
        test_was_given=split.test_was_given,
        n_synthetic_test=sum(sample.synthetic for sample in split.test),
        n_test_groups=_count_groups(split.test),
        refused=[f"{row.where}: {row.reason}" for row in dataset.refused],
    )


def _count_groups(samples: Sequence[Sample]) -> int | None:
    groups = number_groups(samples)
    return None if groups is None else int(groups.max()) + 1


def _plan_race(
    settings: TrialSettings, arms: Sequence[ArmSpec], *, n_test: int
) -> RaceProtocol | None:
    """Fix who is raced, where a race was asked for; what it takes is loaded only then."""
    if not settings.race:
        return None
    from prototypes.racing import plan_race

    return plan_race(settings.claim, arms, n_test=n_test)


def _hash_samples(samples: Sequence[Sample]) -> str:
    content = [(sample.id, sample.input, sample.targets) for sample in samples]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
