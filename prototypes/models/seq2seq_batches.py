"""Batches of inputs with several outputs each, and what they cost a sequence-to-sequence model."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import EncoderDecoderModel
from transformers.modeling_outputs import BaseModelOutput

from prototypes.models.training import Batch

Bundle = tuple[str, list[list[int]]]
"""An input and some of its outputs, as decoder ids."""

_IGNORED = -100


def collate_states(bundles: list[tuple[torch.Tensor, list[list[int]]]]) -> Batch:
    """Make a batch of what the encoder made of some inputs, and of their outputs."""
    states = [state for state, _ in bundles]
    masks = [torch.ones(len(each), dtype=torch.long) for each in states]
    return {
        "encoder_states": pad_sequence(states, batch_first=True),
        "attention_mask": pad_sequence(masks, batch_first=True),
        **pad_labels(bundles),
    }


def pad_labels(bundles: Sequence[tuple[object, list[list[int]]]]) -> Batch:
    """Return the outputs of all inputs, and how many each input has."""
    rows = [torch.tensor(row) for _, own in bundles for row in own]
    return {
        "labels": pad_sequence(rows, True, _IGNORED),
        "n_outputs": torch.tensor([len(own) for _, own in bundles]),
    }


def sequence_loss(model: EncoderDecoderModel, batch: Batch) -> torch.Tensor:
    """Return the mean cross-entropy per piece; padded labels do not count."""
    labels, states, mask = batch["labels"], batch.get("encoder_states"), batch["attention_mask"]
    if states is None:
        read = model.encoder(input_ids=batch["input_ids"], attention_mask=mask)
        states = read.last_hidden_state
    of_output = torch.arange(len(mask), device=mask.device).repeat_interleave(batch["n_outputs"])
    output = model(
        encoder_outputs=BaseModelOutput(last_hidden_state=states[of_output]),
        attention_mask=mask[of_output],
        decoder_input_ids=model.prepare_decoder_input_ids_from_labels(labels),
    )
    return cross_entropy(output.logits.flatten(0, 1).float(), labels.flatten())
