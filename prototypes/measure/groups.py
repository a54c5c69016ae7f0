"""Samples that belong together, such as the texts of one source document.

What makes one of them hard makes the others hard, too. So for an interval whole groups are drawn
anew, and for a test whole groups are exchanged; a thousand texts out of ten documents then tell
about as much as ten documents can. Two questions about one document are no group of their own
accord: the documents stay, and whoever asks tomorrow asks about the same ones. Where new documents
are to come, the `group` of the samples says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Groups = NDArray[np.int64]
"""The number of each sample's group, in the order of the samples."""

Table = NDArray[np.float64]
"""One row per sample or per group."""


class Member(Protocol):
    """A sample, or what an arm scored on it."""

    @property
    def group(self) -> str | None:
        """The group it belongs to; None where it stands for itself."""


def number_groups(members: Sequence[Member]) -> Groups | None:
    """Number the groups of some samples; None if none has a companion among them.

    A sample without a group is one by itself.
    """
    names = [(each.group, -1 if each.group is not None else n) for n, each in enumerate(members)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    if len(numbers) == len(names):
        return None
    return np.array([numbers[name] for name in names], dtype=np.int64)


def pick_groups(groups: Groups | None, chosen: NDArray[np.bool_] | Sequence[int]) -> Groups | None:
    """Return the groups of some samples, named by a mask or by their positions."""
    return None if groups is None else groups[np.asarray(chosen)]


def add_up(rows: Table, groups: Groups | None) -> Table:
    """Add up the rows of each group; without groups the rows stay as they are.

    Args:
        rows: One row per sample, shape (n_samples, n_columns).
        groups: The group of each; some of all the groups may be missing.
    """
    if groups is None:
        return rows
    present, positions = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(present), rows.shape[1]))
    np.add.at(sums, positions, rows)
    return sums
