"""Adapters: few new parameters beside a model that stays as it is (peft)."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peft import (
    LoraConfig,
    PeftConfig,
    PeftModel,
    PromptTuningConfig,
    get_peft_model,
    get_peft_model_state_dict,
    set_peft_model_state_dict,
)
from safetensors.torch import load_file, save_file

from prototypes.errors import ModelUnavailableError

FEATURES, CAUSAL = "FEATURE_EXTRACTION", "CAUSAL_LM"
"""What the adapted model returns: the vectors of its tokens, or the next token."""
_CONFIGURATION = "adapter_config.json"
_PARAMETERS = "adapter_model.safetensors"


def lora(*, rank: int = 16, kind: str = FEATURES, targets: str | list[str] = "all-linear") -> Any:  # noqa: ANN401 # peft ships no type information
    """Describe low-rank updates of the model's matrices (Hu et al. 2021, LoRA).

    Args:
        rank: Of each update.
        kind: What the model returns.
        targets: The names of the matrices; by default all but the output's.
    """
    return LoraConfig(
        task_type=kind, r=rank, lora_alpha=2 * rank, lora_dropout=0.05, target_modules=targets
    )


def soft_prompt(*, n_tokens: int = 16, kind: str = FEATURES) -> Any:  # noqa: ANN401 # as above
    """Describe vectors that stand before every text (Lester et al. 2021, prompt tuning)."""
    return PromptTuningConfig(task_type=kind, num_virtual_tokens=n_tokens)


def attach_adapter(model: Any, configuration: PeftConfig) -> PeftModel:  # noqa: ANN401 # as above
    """Add an untrained adapter; afterwards nothing but the adapter can be trained.

    The vectors that a soft prompt puts before a text are no part of what the model returns.
    """
    with _without_its_warnings():
        adapted = get_peft_model(model, configuration)
    if configuration.is_prompt_learning and configuration.task_type == FEATURES:
        adapted.register_forward_hook(_drop_prompt(configuration.num_virtual_tokens))
    return adapted


def write_adapter(adapted: PeftModel, target: Path, *, base: str) -> None:
    """Write the adapter alone into an existing folder: safetensors and json.

    Args:
        adapted: A model with an adapter.
        target: Where to.
        base: The name of the model it belongs to, instead of the place where that lies.
    """
    content = adapted.peft_config["default"].to_dict()
    content["base_model_name_or_path"] = base
    text = json.dumps(content, default=_spell, indent=2, sort_keys=True)
    (target / _CONFIGURATION).write_text(text, encoding="utf-8")
    parameters = get_peft_model_state_dict(adapted)
    save_file(
        {name: value.detach().cpu().contiguous() for name, value in parameters.items()},
        target / _PARAMETERS,
    )


def read_adapter(model: Any, folder: Path) -> PeftModel:  # noqa: ANN401 # as above
    """Put the adapter that `write_adapter` wrote onto a fresh copy of its model.

    Raises:
        ModelUnavailableError: If a file is missing or the adapter does not fit the model.
    """
    if not (folder / _PARAMETERS).is_file():
        raise ModelUnavailableError(
            f"{folder} holds no {_PARAMETERS}; expected an adapter. Fit the arm again."
        )
    configuration = PeftConfig.from_pretrained(str(folder))
    configuration.base_model_name_or_path = None  # it only warns where the name is another
    adapted = attach_adapter(model, configuration)
    try:
        found: Any = set_peft_model_state_dict(adapted, load_file(folder / _PARAMETERS))
        # A soft prompt is loaded too, but peft lists it even so.
        strange = [name for name in found.unexpected_keys if name != "prompt_embeddings"]
    except RuntimeError as error:
        strange = [str(error).splitlines()[-1].strip()]
    if strange:
        raise ModelUnavailableError(
            f"The adapter in {folder} does not fit the model it is put onto ({strange[0]}); load "
            "it with the encoder that it was fitted with, or fit the arm again."
        )
    return adapted.eval()


def merge_adapter(adapted: PeftModel) -> Any:  # noqa: ANN401 # as above
    """Fold low-rank updates into the model, which is then as fast as before.

    A soft prompt cannot be folded in; such a model is returned as it is.
    """
    if adapted.peft_config["default"].is_prompt_learning:
        return adapted
    return adapted.merge_and_unload()


def count_adapter_parameters(folder: Path) -> int:
    """Count the parameters of a written adapter."""
    return sum(value.numel() for value in load_file(folder / _PARAMETERS).values())


def _drop_prompt(n_tokens: int) -> Any:  # noqa: ANN401 # as above
    def drop(_: object, __: object, output: Any) -> Any:  # noqa: ANN401 # as above
        output.last_hidden_state = output.last_hidden_state[:, n_tokens:]
        return output

    return drop


def _spell(value: Any) -> Any:  # noqa: ANN401 # what json does not know: sets
    return sorted(value) if isinstance(value, set) else str(value)


@contextmanager
def _without_its_warnings() -> Iterator[None]:
    """Keep quiet about what peft asks of transformers under a name that will be removed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield
