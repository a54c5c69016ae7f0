"""Pairs of an input and an output: several outputs of one input are one sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from prototypes.contracts import Sample
from prototypes.data.cells import parse_optional_name, parse_text
from prototypes.data.wording import excerpt
from prototypes.errors import DataError

Placed = tuple[str, Sample]


def build_pair(cells: Mapping[str, object]) -> Sample:
    """Turn a row into a sample; its `output` is a text or a list of accepted ones.

    A text that looks like a list stays a text: it may be what is to be written.

    Raises:
        DataError: If input or output is missing, empty or no text.
    """
    return Sample(
        id=parse_optional_name(cells.get("id"), role="id") or "",
        input=parse_text(cells.get("input"), role="input"),
        targets=_parse_outputs(cells.get("output")),
        group=parse_optional_name(cells.get("group"), role="group"),
    )


def join_references(placed: Sequence[Placed]) -> list[Placed]:
    """Make one sample of all rows with the same input, with every output once.

    It keeps place, id and group of its first row. So an input is on one side of every split, and
    what is written for it is held against all that people wrote for it.
    """
    joined: dict[str, Placed] = {}
    for where, sample in placed:
        first = joined.get(sample.input)
        if first is None:
            joined[sample.input] = where, sample
            continue
        targets = tuple(dict.fromkeys((*first[1].targets, *sample.targets)))
        joined[sample.input] = first[0], replace(first[1], targets=targets)
    return list(joined.values())


def _parse_outputs(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return (_parse_output(value),)
    if not value:
        raise DataError("output is an empty list; expected at least one text.")
    return tuple(dict.fromkeys(_parse_output(item) for item in value))


def _parse_output(value: object) -> str:
    if value is not None and not isinstance(value, str):
        raise DataError(
            f"output is {excerpt(value)}; expected a text, or a list of texts that are all right. "
            "An object or a number that is to be written has to stand in quotation marks."
        )
    return parse_text(value, role="output")
