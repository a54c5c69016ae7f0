"""`--column text=utterance`: names of columns that differ."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.errors import AdvisorError


def read_columns(pairs: Sequence[str]) -> dict[str, str]:
    """Read the names of columns, by the name expected.

    Raises:
        AdvisorError: If one of them is not a pair.
    """
    for pair in pairs:
        if "=" not in pair:
            raise AdvisorError(f"--column {pair!r}: expected name=column, such as text=utterance.")
    return dict(pair.split("=", 1) for pair in pairs)
