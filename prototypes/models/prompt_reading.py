"""Prompts read by a model on this machine, and its probabilities for what may come next."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput


@dataclass(frozen=True, slots=True)
class PaddedPrompts:
    """Prompts as a batch: token ids and attention mask, each (rows, tokens)."""

    token_ids: Tensor
    mask: Tensor


def pad_prompts(token_ids: Sequence[Sequence[int]], *, pad: int, left: bool) -> PaddedPrompts:
    """Pad prompts to equal length, on the left for a model that goes on where they end."""
    longest = max(map(len, token_ids))
    ids = torch.full((len(token_ids), longest), pad)
    mask = torch.zeros_like(ids)
    for row, known in enumerate(token_ids):
        place = slice(longest - len(known), None) if left else slice(len(known))
        ids[row, place] = torch.tensor(known)
        mask[row, place] = 1
    return PaddedPrompts(ids, mask)


class PromptReading:
    """A batch of prompts and what was written to each, with everything the model remembers.

    Attributes:
        log_probs: Natural logarithms of the probabilities of the next token (rows, vocabulary).
    """

    log_probs: Tensor

    def __init__(self, model: PreTrainedModel, prompts: PaddedPrompts) -> None:
        """Let a model read prompts; they are padded as `pad_prompts` does for its kind."""
        self._model = model
        self._mask = prompts.mask.to(model.device)
        self._cache: Any = None
        ids = prompts.token_ids.to(model.device)
        self._encoded: Tensor | None = None
        if model.config.is_encoder_decoder:
            encoder = model.get_encoder()
            self._encoded = encoder(input_ids=ids, attention_mask=self._mask).last_hidden_state
            self.feed(ids.new_full((len(ids), 1), _find_start(model)))
        else:
            self._takes_positions = "position_ids" in inspect.signature(model.forward).parameters
            self._continue(ids)

    def fork(self, rows: Tensor) -> PromptReading:
        """Return a reading of some rows, in their order and repeated where they repeat."""
        other = copy.copy(self)
        rows = rows.to(self._mask.device)
        other._mask, other.log_probs = self._mask[rows], self.log_probs[rows]
        other._encoded = None if self._encoded is None else self._encoded[rows]
        other._cache = copy.deepcopy(self._cache)
        other._cache.batch_select_indices(rows)
        return other

    def feed(self, tokens: Tensor) -> Tensor:
        """Write tokens (rows, n) to the prompts.

        Returns:
            Log-probabilities of the token after each of them (rows, n, vocabulary).
        """
        tokens = tokens.to(self._mask.device)
        if self._encoded is None:
            self._mask = torch.cat([self._mask, torch.ones_like(tokens)], dim=1)
            return self._continue(tokens)
        return self._keep(
            self._model(
                encoder_outputs=BaseModelOutput(last_hidden_state=self._encoded),
                attention_mask=self._mask,
                decoder_input_ids=tokens,
                past_key_values=self._cache,
                use_cache=True,
            )
        )

    def _continue(self, tokens: Tensor) -> Tensor:
        """Read tokens of a causal model; positions count real tokens only."""
        options = {}
        if self._takes_positions:
            positions = (self._mask.cumsum(dim=1) - 1).clamp(min=0)
            options["position_ids"] = positions[:, -tokens.shape[1] :]
        return self._keep(
            self._model(
                input_ids=tokens,
                attention_mask=self._mask,
                past_key_values=self._cache,
                use_cache=True,
                **options,
            )
        )

    def _keep(self, output: Any) -> Tensor:  # noqa: ANN401 # transformers has no types
        self._cache = output.past_key_values
        log_probs: Tensor = output.logits.float().log_softmax(dim=-1)
        self.log_probs = log_probs[:, -1]
        return log_probs


def _find_start(model: PreTrainedModel) -> int:
    settings, configuration = model.generation_config, model.config
    named = (settings.decoder_start_token_id, configuration.decoder_start_token_id)
    return int(next(each for each in (*named, settings.bos_token_id) if each is not None))
