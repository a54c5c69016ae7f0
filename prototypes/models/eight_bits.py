"""Linear layers in eight bits, and how large a model then is."""

from __future__ import annotations

import warnings
from typing import Any, Protocol

import torch

from prototypes.errors import ModelUnavailableError

_BYTES_PER_PARAMETER = 4
"""Float32, as encoders are published."""


class Reducible(Protocol):
    """A model that can be made smaller where it stands."""

    @property
    def size_mb(self) -> float:
        """Megabytes of all parameters."""

    def hold_in_eight_bits(self) -> None:
        """Hold the linear layers in eight bits from now on.

        Raises:
            ModelUnavailableError: If this torch has no kernels for it.
        """


def hold_in_eight_bits(model: Any) -> Any:  # noqa: ANN401 # a model of transformers, untyped
    """Return a model whose linear layers are in eight bits (torch's dynamic quantisation).

    Activations are rounded as they come; embeddings and norms stay as they are, in float32 on the
    processor.

    Raises:
        ModelUnavailableError: If this torch has no kernels for it.
    """
    try:
        with warnings.catch_warnings():
            # Its successor is a package of its own; torch's works wherever it has kernels.
            warnings.simplefilter("ignore")
            by_channel = torch.ao.quantization.per_channel_dynamic_qconfig
            return torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
                model.float().cpu(), {torch.nn.Linear: by_channel}, dtype=torch.qint8
            )
    except (AttributeError, RuntimeError) as error:
        raise ModelUnavailableError(
            f"torch {torch.__version__} cannot hold layers in eight bits here "
            f"({str(error).splitlines()[0]})."
        ) from error


def count_megabytes(model: torch.nn.Module) -> float:
    """Count the megabytes of all parameters: one byte each where they are in eight bits, else 4."""
    whole = sum(each.numel() for each in model.parameters()) * _BYTES_PER_PARAMETER
    packed: list[Any] = [each for each in model.modules() if _is_packed(each)]
    biases = [each.bias() for each in packed]
    whole += sum(bias.numel() for bias in biases if bias is not None) * _BYTES_PER_PARAMETER
    return float(whole + sum(each.weight().numel() for each in packed)) / 1e6


def _is_packed(module: torch.nn.Module) -> bool:
    """Tell whether a module is a linear layer in eight bits."""
    return hasattr(module, "_packed_params") and hasattr(module, "bias")
