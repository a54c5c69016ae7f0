"""What a notebook shows of a trial: the verdict, and every arm with its interval."""

from __future__ import annotations

from collections.abc import Iterator

from prototypes.display import Card
from prototypes.results import ArmResult, TrialResult


def trial_card(trial: TrialResult) -> Card:
    """Lay out a trial, the best arm first."""
    metric = trial.primary_metric
    arms = sorted(trial.arms, key=lambda arm: -arm.metrics[metric].value)
    verdict = trial.verdict
    return Card(
        badge=verdict.outcome.replace("_", " ").capitalize() if verdict else "No verdict",
        sentence=verdict.because if verdict else "The trial ended before a verdict was given.",
        columns=("Arm", f"{metric.replace('_', ' ')} (95 %)", "p50", "p95", "Fitted in"),
        rows=tuple(_row(arm, metric, chosen=verdict.arm if verdict else None) for arm in arms),
        remarks=tuple(_remarks(trial)),
    )


def _row(arm: ArmResult, metric: str, *, chosen: str | None) -> tuple[str, ...]:
    found = arm.metrics[metric]
    return (
        f"{'◆ ' if arm.name == chosen else ''}{arm.name}",
        f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]",
        f"{arm.latency_ms.p50:.2g} ms",
        f"{arm.latency_ms.p95:.2g} ms",
        f"{arm.fit_seconds:.1f} s",
    )


def _remarks(trial: TrialResult) -> Iterator[str]:
    yield f"{trial.n_test:,} test samples, seed {trial.protocol.seed}."
    if trial.verdict and trial.verdict.samples_needed:
        yield f"About {trial.verdict.samples_needed:,} test samples in all would tell."
    for arm in trial.dropped:
        yield (
            f"{arm.name} was dropped after {arm.n_answered:,} of {arm.n_test:,} samples: "
            f"{arm.difference.against} is ahead by {-100 * arm.difference.difference:.1f} points "
            f"[{-100 * arm.difference.high:.1f}, {-100 * arm.difference.low:.1f}]."
        )
    if trial.not_run:
        yield f"Not run: {', '.join(one.name for one in trial.not_run)}."
