"""Whether outputs follow one format: the same JSON keys, or the same shape of signs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence

from advisor.schema.profile import OutputFormat

_RUNS = (
    (re.compile(r"[^\W\d_]+"), "a"),
    (re.compile(r"\d+"), "9"),
    (re.compile(r"\s+"), " "),
)
_WORDS = re.compile(r"a(?:[ _]a)+")


def describe_format(outputs: Sequence[str]) -> OutputFormat:
    """Count what the outputs of a sample have in common."""
    keys = Counter(found for output in outputs if (found := _json_keys(output)) is not None)
    shapes = Counter(map(_shape, outputs))
    return OutputFormat(
        n_sampled=len(outputs),
        n_json=keys.total(),
        n_same_keys=max(keys.values(), default=0),
        n_same_shape=max(shapes.values(), default=0),
    )


def _json_keys(output: str) -> tuple[str, ...] | None:
    if not output.lstrip().startswith(("{", "[")):
        return None
    try:
        value = json.loads(output)
    except (ValueError, RecursionError):
        return None
    records = value if isinstance(value, list) else [value]
    if not all(isinstance(record, dict) for record in records):
        return None
    return tuple(sorted({key for record in records for key in record}))


def _shape(output: str) -> str:
    """Reduce runs of letters to `a`, of digits to `9`; words in a row count as one."""
    shape = output.strip()
    for run, sign in _RUNS:
        shape = run.sub(sign, shape)
    return _WORDS.sub("a", shape)
