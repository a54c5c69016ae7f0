"""Reading what a language model answered: its first line has to be a label of the list."""

import re
from collections.abc import Sequence

DECORATION = " \t\"'`*.-"


def read_label(said: str, labels: Sequence[str]) -> str | None:
    """Return the label that is named, whatever its case and decoration; None if none is."""
    lines = [line.strip(DECORATION) for line in said.splitlines() if line.strip(DECORATION)]
    if not lines:
        return None
    named = re.sub(r"(?i)^label\s*:\s*", "", lines[0]).strip(DECORATION)
    if named in labels:
        return named
    alike = [label for label in labels if fold(label) == fold(named)]
    return alike[0] if len(alike) == 1 else None


def fold(label: str) -> str:
    """Reduce a label to what tells it from others."""
    return " ".join(re.split(r"[\s_-]+", label.strip(DECORATION).casefold()))
