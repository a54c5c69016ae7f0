"""Looking into a sequence-to-sequence model while it writes, and having a say in each piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import EncoderDecoderModel, LogitsProcessorList
from transformers.modeling_outputs import BaseModelOutput

from prototypes.models.training import Batch

_IGNORED = -100

States: TypeAlias = NDArray[np.float32]
"""The decoder's last layer at the piece before the next one, shape (n, d)."""

Steer: TypeAlias = Callable[[States, NDArray[np.float32]], NDArray[np.float32]]
"""Given the states and the probabilities (n, n_pieces) of the next piece, returns others."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a model was about to write where it was made to write something given.

    Attributes:
        states: One row per piece.
        pieces: The decoder id of the piece given, shape (n,).
        probabilities: What the model gave to that piece, shape (n,).
    """

    states: States
    pieces: NDArray[np.int64]
    probabilities: NDArray[np.float32]


def follow_labels(model: EncoderDecoderModel, batch: Batch) -> Followed:
    """Run a model along the labels of a batch that has one output per input."""
    labels, mask = batch["labels"], batch["attention_mask"]
    read = model.encoder(input_ids=batch["input_ids"], attention_mask=mask)
    output = model(
        encoder_outputs=BaseModelOutput(last_hidden_state=read.last_hidden_state),
        attention_mask=mask,
        decoder_input_ids=model.prepare_decoder_input_ids_from_labels(labels),
        output_hidden_states=True,
    )
    is_given = labels != _IGNORED
    pieces = labels[is_given]
    likelihood = output.logits[is_given].float().log_softmax(-1)
    return Followed(
        states=_to_array(output.decoder_hidden_states[-1][is_given]),
        pieces=pieces.cpu().numpy(),
        probabilities=_to_array(likelihood.gather(-1, pieces[:, None])[:, 0].exp()),
    )


@contextmanager
def steering(
    model: EncoderDecoderModel, steer: Steer | None
) -> Iterator[LogitsProcessorList | None]:
    """Give `generate` what it needs for a say in each piece; None if nobody wants one."""
    if steer is None:
        yield None
        return
    seen: list[torch.Tensor] = []

    def look(_: torch.nn.Module, given: tuple[Any, ...]) -> None:
        seen[:] = [given[0][:, -1]]

    def change(_: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        likely = _to_array(scores.softmax(-1))
        steered = torch.from_numpy(steer(_to_array(seen[0]), likely)).to(scores.device)
        return steered.clamp(min=1e-12).log()

    handle = model.decoder.cls.register_forward_pre_hook(look)
    try:
        yield LogitsProcessorList([change])
    finally:
        handle.remove()


def _to_array(values: torch.Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = values.float().cpu().numpy()
    return array
