"""Test samples with the answers of all arms side by side, as a reader sees them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from advisor.schema.base import Frozen

Mark: TypeAlias = Literal["right", "wrong", "unmarked"]
Kind: TypeAlias = Literal["disagree", "all-wrong", "chosen-wrong"]
"""Some arms right and others wrong; no arm right; the recommended arm wrong."""


class GivenAnswer(Frozen):
    """One answer to a sample, with all the arms that gave it."""

    text: str
    mark: Mark
    mark_text: str
    """The mark in words, with the score where it is neither 0 nor 1."""
    arms: str
    is_recommended: bool
    sources: str
    """The sources cited for it; empty if none were."""


class SampleEntry(Frozen):
    """One test sample."""

    id: str
    input: str
    expected: str
    kinds: tuple[Kind, ...]
    answers: tuple[GivenAnswer, ...]
    """The right ones first; the same answer of several arms stands once."""


class SampleFilter(Frozen):
    """A choice of samples, with how many of those shown belong to it."""

    kind: Kind
    label: str
    n_shown: int
    n_in_all: int


class SampleSection(Frozen):
    """What the arms answered, the samples on which they differ most first."""

    remarks: tuple[str, ...]
    filters: tuple[SampleFilter, ...]
    entries: tuple[SampleEntry, ...]
    n_in_all: int
