"""An encoder that reads sixteen trained vectors before every text (Lester et al. 2021)."""

from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers.modeling_outputs import BaseModelOutput

from service.encoder import Encoder


class PromptedEncoder(Encoder):
    """The vectors of a text are pooled as before, without those of the trained ones."""

    def __init__(
        self, folder: Path, adapter: Path, *, precision: str, max_tokens: int, first_token: bool
    ) -> None:
        super().__init__(
            folder, precision=precision, max_tokens=max_tokens, first_token=first_token
        )
        model: Any = PeftModel.from_pretrained(self._model, str(adapter))
        n_trained: int = model.active_peft_config.num_virtual_tokens

        def drop_trained(_: object, __: object, output: BaseModelOutput) -> BaseModelOutput:
            output.last_hidden_state = output.last_hidden_state[:, n_trained:]
            return output

        model.register_forward_hook(drop_trained)
        self._model = model.eval().to(getattr(torch, precision))
