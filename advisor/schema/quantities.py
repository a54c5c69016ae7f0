"""What a rule can expect something of, as the laboratory measures it."""

from __future__ import annotations

from typing import Final, Literal

Quantity = Literal[
    "latency",
    "cost",
    "citation",
    "abstention",
    "quality",
    "labels",
    "freshness",
    "robustness",
    "knowledge",
    "compression",
    "distillation",
]

ONLY_COMPARED: Final = ("cost", "quality", "labels", "freshness", "robustness", "knowledge")
"""Quantities that have no bound; the others can also be expected to stay within one."""
