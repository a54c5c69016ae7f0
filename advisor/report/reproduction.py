"""The commands that give a report again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from advisor.report.wording import plain_text

if TYPE_CHECKING:
    from prototypes.results import TrialProtocol, TrialResult

UNASKED: Final = frozenset(
    {"abstention", "citation", "hybrid_forecast", "judge", "knowledge_probe", "latency_cost"}
)
"""Experiments that nobody names: they come with every trial, or with `--judge`."""

EMBEDDED: Final = frozenset({"all-MiniLM-L6-v2", "TF-IDF + SVD (no encoder model installed)"})
"""Encoders that are there without being named."""


def list_commands(trial: TrialResult | None) -> Iterator[str]:
    """Yield the command that repeats the advice, then the one that repeats the trial."""
    yield "advisor recommend answers.yaml"
    if trial is not None:
        given = ("advisor", "prototype", "answers.yaml", "--data", "DATA")
        yield shlex.join((*given, *_describe(trial), "-o", "RUN"))


def _describe(trial: TrialResult) -> Iterator[str]:
    if trial.data.test_was_given:
        yield from ("--test", "TEST_FILE")
    yield from _models(trial.protocol)
    names = [*(arm.name for arm in trial.arms), *(arm.name for arm in trial.dropped)]
    yield from ("--task", trial.task.value, *(("--arms", _join(names)) if names else ()))
    experiments = [one.experiment for one in trial.experiments]
    asked = [name for name in experiments if name not in UNASKED]
    if asked:
        yield from ("--experiments", _join(asked))
    if "judge" in experiments:
        yield from ("--judge", "MODEL")
    if trial.protocol.race:
        yield "--race"
    yield from ("--margin", f"{trial.protocol.margin:g}", "--seed", str(trial.protocol.seed))


def _models(protocol: TrialProtocol) -> Iterator[str]:
    """Name what was named; where it lay is not for a file that is forwarded."""
    if protocol.generator:
        yield from ("--generator", "MODEL")
    if protocol.encoder not in EMBEDDED:
        yield from ("--encoder", "ENCODER")
    if protocol.store != "faiss":
        yield from ("--store", plain_text(protocol.store, limit=60))


def _join(names: list[str]) -> str:
    return ",".join(plain_text(name, limit=60) for name in names)
