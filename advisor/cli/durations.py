"""Durations as people write them: `90s`, `10m`, `1.5h`."""

from __future__ import annotations

import re

from advisor.errors import AdvisorError

_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_PATTERN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smh]?)(?:ec|in|r)?s?\s*")


def parse_seconds(text: str) -> float:
    """Read a duration; a bare number is seconds.

    Raises:
        AdvisorError: If it is not a positive duration.
    """
    match = _PATTERN.fullmatch(text.lower())
    if match is None or float(match[1]) == 0:
        raise AdvisorError(f"--budget: {text!r} is not a duration; expected 90s, 10m or 1.5h.")
    return float(match[1]) * _SECONDS[match[2] or "s"]


def in_words(seconds: float) -> str:
    """Say a duration in at most two units: `45 s`, `3 min 20 s`, `1 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
