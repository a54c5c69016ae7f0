"""Hold one trial with the counted arms, on a cluster or not: `holding.py RUN ADDRESS EXPERIMENTS`.

`ADVISOR_TEST_RACE` adds two slow rivals and races them, `ADVISOR_TEST_CACHE` names a shared folder.
Started by the tests in a process of its own, since a head that is lost may take its driver along.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import counted_arms

import prototypes.models.sharding
import prototypes.racing
import prototypes.registry
import prototypes.workbench
from prototypes import TrialSettings, run_trial
from prototypes.contracts import Approach, Claim
from prototypes.errors import LaboratoryError
from prototypes.events import Event, TrialPlanned


def main() -> None:
    """Hold the trial, begun or gone on with; a fault is told in one line."""
    run, address, experiments = sys.argv[1:]
    # The experiments fit two arms of the real register, which workers know anyway.
    fitted = [spec for spec in prototypes.registry.ARMS if spec.name in ("rag", "fine_tune_head")]
    kept = (replace(spec, on_request=True) for spec in fitted)
    race, cache = "ADVISOR_TEST_RACE" in os.environ, os.environ.get("ADVISOR_TEST_CACHE")
    raced = counted_arms.RACED if race else ()
    prototypes.registry.ARMS = (*counted_arms.ARMS, *raced, *kept)
    prototypes.racing.answers_slowly = lambda spec: spec in raced
    prototypes.workbench.load_encoder = lambda _: counted_arms.WordEncoder()
    prototypes.models.sharding.SHARD = 16
    settings = TrialSettings(
        n_bootstrap=200,
        out=Path(run),
        resume=True,
        claim=Claim(Approach.RAG),
        experiments=tuple(name for name in experiments.split(",") if name),
        cluster=address or None,
        race=race,
        cache=Path(cache) if cache else None,
    )
    dataset = counted_arms.build_dataset()
    try:
        run_trial(
            counted_arms.halve(dataset) if race else dataset, settings=settings, on_event=tell
        )
    except LaboratoryError as error:
        sys.exit(f"{type(error).__name__}: {error}")


def tell(event: Event) -> None:
    """Write down what is said of the cluster."""
    for note in event.notes if isinstance(event, TrialPlanned) else ():
        counted_arms.log(f"note {note}")


if __name__ == "__main__":
    main()
