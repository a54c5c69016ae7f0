"""Embed a corpus on a cluster or not: `embedding.py FOLDER ADDRESS`.

Started by the tests in a process of its own, as `holding.py` is.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import counted_arms

import prototypes.retrieval.corpus
from prototypes.cluster.connection import connected
from prototypes.contracts import Passage
from prototypes.errors import LaboratoryError
from prototypes.plan import TrialSettings
from prototypes.spreading import HERE


def main() -> None:
    """Embed 200 passages, eight to a block; a fault is told in one line."""
    folder, address = sys.argv[1:]
    prototypes.retrieval.corpus.BLOCK = 8
    passages = [Passage(f"d#{n}", "d", "Bird", f"raven {n} sings {n % 7}") for n in range(200)]
    cluster = connected(address, TrialSettings()) if address else nullcontext(HERE)
    try:
        with cluster as spreader:
            prototypes.retrieval.corpus.embed_passages(
                passages, counted_arms.WordEncoder(), Path(folder), spreader=spreader
            )
    except LaboratoryError as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
