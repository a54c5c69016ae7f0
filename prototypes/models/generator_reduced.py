"""A language model on this machine held in eight or four bits per parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prototypes.errors import ModelUnavailableError
from prototypes.models.generator import Generator
from prototypes.models.generator_local import TransformersGenerator
from prototypes.models.generator_memory import can_quantise
from prototypes.models.generator_source import GeneratorSupply, LocalSource
from prototypes.runtime import device, precision


@dataclass(frozen=True, slots=True)
class ReducedSupply(GeneratorSupply):
    """A model that is loaded in few bits."""

    bits: int = 8

    def load(self) -> Generator:
        """Load the model with its linear layers in few bits.

        Raises:
            ModelUnavailableError: If it runs behind a server, or this machine has no kernels.
        """
        if not isinstance(self.source, LocalSource):
            raise ModelUnavailableError(
                f"{self.source.name} keeps its parameters to itself; name a model on this machine "
                "with --generator FOLDER."
            )
        name, context = self.source.name, self.options.context_tokens
        if device() == "cuda":
            return TransformersGenerator(
                self.source.folder,
                name=name,
                context_tokens=context,
                quantisation=_configure(self.bits),
            )
        from prototypes.models.eight_bits import hold_in_eight_bits

        generator = TransformersGenerator(self.source.folder, name=name, context_tokens=context)
        generator.model = hold_in_eight_bits(generator.model)
        return generator


def list_bits() -> tuple[int, ...]:
    """List the bits per parameter that this machine computes with: 8 on processors.

    Graphics cards need the package `bitsandbytes`, and have 4 as well.
    """
    if device() == "cpu":
        return (8,)
    return (8, 4) if can_quantise() else ()


def count_megabytes(generator: TransformersGenerator) -> float:
    """Count the megabytes that the parameters of a model take as it is held."""
    from prototypes.models import eight_bits

    model = generator.model
    if any(hasattr(each, "_packed_params") for each in model.modules()):
        return eight_bits.count_megabytes(model)
    return float(model.get_memory_footprint(return_buffers=False)) / 1e6


def _configure(bits: int) -> Any:  # noqa: ANN401 # a configuration of transformers
    import torch
    from transformers import BitsAndBytesConfig

    if bits == 8:
        return BitsAndBytesConfig(load_in_8bit=True)
    fast = torch.bfloat16 if precision() == "bfloat16" else torch.float16
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=fast
    )
