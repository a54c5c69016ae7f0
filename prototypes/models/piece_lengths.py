"""How long the texts of a task are for a tokenizer, so that none is cut without need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prototypes.models.seq2seq import Lengths
from prototypes.runtime import prepare_transformers

MAX_INPUT = 256
MAX_OUTPUT = 192
"""Longer texts than these take too much memory and time on a processor."""

_SPARE = 8
"""Pieces an output may be longer than any training output."""


@dataclass(frozen=True, slots=True)
class MeasuredLengths:
    """The lengths a task needs, and how many of its texts are longer than what is read or taught.

    Attributes:
        lengths: What to set a model to.
        n_inputs_cut: Inputs that are longer.
        n_outputs_cut: Outputs that are longer.
    """

    lengths: Lengths
    n_inputs_cut: int
    n_outputs_cut: int


def measure_lengths(folder: Path, inputs: Sequence[str], outputs: Sequence[str]) -> MeasuredLengths:
    """Count the pieces of texts, at least one of each kind, with the tokenizer in `folder`."""
    prepare_transformers()
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    read = [len(ids) for ids in tokenizer(list(inputs)).input_ids]
    written = [len(ids) - 1 for ids in tokenizer(list(outputs)).input_ids]
    return MeasuredLengths(
        Lengths(MAX_INPUT, min(MAX_OUTPUT, max(written) + _SPARE)),
        n_inputs_cut=sum(n > MAX_INPUT for n in read),
        n_outputs_cut=sum(n > MAX_OUTPUT for n in written),
    )
