"""What arms learn in common: logistic heads, and labelled vectors that vote."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from advisor.export.project import Tensors


def read_head(folder: Path) -> tuple[list[str], Tensors]:
    """Read the names of a head's rows, and its parameters."""
    with np.load(folder / "head.npz", allow_pickle=False) as content:
        head = {name: content[name] for name in ("coefficients", "intercepts")}
        return content["labels"].tolist(), head


def read_neighbours(folder: Path) -> Tensors:
    """Read the vectors that vote, and the row of the label that each votes for."""
    with np.load(folder / "neighbours.npz", allow_pickle=False) as content:
        return {name: content[name] for name in ("vectors", "targets")}
