"""Adapters of language models through peft: attached, saved with a model card, loaded again."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

from prototypes.errors import ModelUnavailableError
from prototypes.models.generator_local import TransformersGenerator
from prototypes.models.generator_memory import require_room_in_four_bits
from prototypes.models.model_folder import require_safetensors
from prototypes.runtime import device, precision

LORA_RANK, LORA_ALPHA, LORA_DROPOUT = 16, 32, 0.05
N_SOFT_TOKENS = 20
_ADAPTER_FILE = "adapter_config.json"


class Method(StrEnum):
    """What of a model is tuned."""

    FULL = "full"
    LORA = "lora"
    QLORA = "qlora"
    PROMPT = "prompt"


def require_quantising() -> None:
    """Refuse QLoRA where four-bit parameters cannot be computed with.

    Raises:
        ModelUnavailableError: Without a CUDA device, or without bitsandbytes.
    """
    has_package = importlib.util.find_spec("bitsandbytes") is not None
    if device() == "cuda" and has_package:
        return
    has_device = device() == "cuda"
    lacking = "the package 'bitsandbytes'" if has_device else "a CUDA device"
    remedy = "Install it with 'pip install bitsandbytes', or tune" if has_device else "Tune"
    raise ModelUnavailableError(
        f"QLoRA tunes over four-bit parameters, which needs a CUDA device and the package "
        f"'bitsandbytes'; here {lacking} is missing. {remedy} with plain LoRA, or a smaller model."
    )


def load_quantised(folder: Path, *, name: str) -> TransformersGenerator:
    """Load a model in four bits per parameter (NF4, doubly quantised), to be tuned over.

    Raises:
        ModelUnavailableError: Where that cannot be computed with, or memory does not hold it.
    """
    require_quantising()
    require_room_in_four_bits(name, require_safetensors(folder))
    import torch
    from peft import prepare_model_for_kbit_training
    from transformers import BitsAndBytesConfig

    few_bits = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16 if precision() == "bfloat16" else torch.float16,
    )
    generator = TransformersGenerator(folder, name=name, quantisation=few_bits)
    prepare: Any = prepare_model_for_kbit_training
    generator.model = prepare(generator.model)
    return generator


def attach(generator: TransformersGenerator, method: Method) -> Any:  # noqa: ANN401 # a model
    """Make a model trainable, with an adapter unless all of it is to be tuned.

    One that has an adapter already goes on with it.

    Raises:
        ModelUnavailableError: If the machine cannot do it.
    """
    import torch

    model = generator.model
    if model.dtype is torch.float16 and method is not Method.QLORA:
        # Gradients that are too small for float16 would be taken for zero.
        model.float()
    if hasattr(model, "peft_config"):
        for name, parameter in model.named_parameters():
            parameter.requires_grad = "lora_" in name or "prompt_encoder" in name
        return model
    if method is Method.FULL:
        return model.float()
    from peft import get_peft_model

    with _ignored_deprecations():
        generator.model = get_peft_model(model, _configure(method, generator))
    _ask_singly(generator)
    return generator.model


def save_tuned(generator: TransformersGenerator, folder: Path, *, card: str) -> None:
    """Write what was tuned in safetensors, with a model card."""
    model = generator.model
    if hasattr(model, "peft_config"):
        # The path of the base is that of one machine; its name is in the card.
        for configuration in model.peft_config.values():
            configuration.base_model_name_or_path = generator.name
        model.save_pretrained(folder, save_embedding_layers=False)
    else:
        model.save_pretrained(folder)
        generator.tokenizer.save_pretrained(folder)
    (folder / "README.md").write_text(card, encoding="utf-8")


def load_tuned(
    base: TransformersGenerator | None, folder: Path, *, name: str
) -> TransformersGenerator:
    """Read back what `save_tuned` wrote; an adapter is put on the base it was made for.

    Raises:
        ModelUnavailableError: If an adapter's base is missing.
    """
    if not is_adapter(folder):
        return TransformersGenerator(folder, name=name)
    if base is None:
        raise ModelUnavailableError(f"{folder} holds an adapter; its base model is needed, too.")
    from peft import PeftModel

    with _ignored_deprecations():
        adapted = PeftModel.from_pretrained(base.model, str(folder), is_trainable=False)
    base.model = adapted.eval()
    _ask_singly(base)
    return base


def is_adapter(folder: Path) -> bool:
    """Tell whether a folder holds an adapter rather than a whole model."""
    return (folder / _ADAPTER_FILE).is_file()


def _ask_singly(generator: TransformersGenerator) -> None:
    """Pad no prompt behind soft tokens: peft counts padding as if it were read, and says so."""
    if any(each.is_prompt_learning for each in generator.model.peft_config.values()):
        generator.tokens_per_batch = 1
        warnings.filterwarnings("ignore", "Position ids are not supported")


@contextmanager
def _ignored_deprecations() -> Iterator[None]:
    """Keep from the user what peft has to settle with transformers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def _configure(method: Method, generator: TransformersGenerator) -> Any:  # noqa: ANN401 # as above
    from peft import LoraConfig, PromptTuningConfig, TaskType

    kind = TaskType.SEQ_2_SEQ_LM if generator.writes_apart else TaskType.CAUSAL_LM
    if method is Method.PROMPT:
        return PromptTuningConfig(task_type=kind, num_virtual_tokens=N_SOFT_TOKENS)
    return LoraConfig(
        task_type=kind,
        r=LORA_RANK,
        lora_alpha=LORA_ALPHA,
        lora_dropout=LORA_DROPOUT,
        target_modules="all-linear",
    )
