"""Hold one trial with the counted arms, on a cluster or not: `holding.py RUN ADDRESS EXPERIMENTS`.

Started by the tests in a process of its own, since a head that is lost may take its driver along.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import counted_arms

import prototypes.models.sharding
import prototypes.registry
import prototypes.workbench
from prototypes import TrialSettings, run_trial
from prototypes.contracts import Approach, Claim
from prototypes.errors import LaboratoryError


def main() -> None:
    """Hold the trial, begun or gone on with; a fault is told in one line."""
    run, address, experiments = sys.argv[1:]
    # The experiments fit two arms of the real register, which workers know anyway.
    fitted = [spec for spec in prototypes.registry.ARMS if spec.name in ("rag", "fine_tune_head")]
    kept = (replace(spec, on_request=True) for spec in fitted)
    prototypes.registry.ARMS = (*counted_arms.ARMS, *kept)
    prototypes.workbench.load_encoder = lambda _: counted_arms.WordEncoder()
    prototypes.models.sharding.SHARD = 16
    settings = TrialSettings(
        n_bootstrap=200,
        out=Path(run),
        resume=True,
        claim=Claim(Approach.RAG),
        experiments=tuple(name for name in experiments.split(",") if name),
        cluster=address or None,
    )
    try:
        run_trial(counted_arms.build_dataset(), settings=settings)
    except LaboratoryError as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
