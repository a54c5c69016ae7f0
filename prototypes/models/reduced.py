"""Smaller forms of an encoder: its linear layers in eight bits, or only its first layers."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch

from prototypes.errors import ModelUnavailableError
from prototypes.models.transformer import TransformerEncoder

_BYTES_PER_PARAMETER = 4
"""Float32, as encoders are published."""


class EightBitEncoder(TransformerEncoder):
    """Linear layers in eight bits, activations rounded as they come (dynamic quantisation).

    Embeddings and norms stay as they are.
    """

    def __init__(self, folder: Path, *, name: str) -> None:
        """Load and quantise.

        Raises:
            ModelUnavailableError: If the folder cannot be read, or this torch has no kernels.
        """
        super().__init__(folder, name=f"{name} in eight bits", sha256=None)
        try:
            with warnings.catch_warnings():
                # Its successor is a package of its own; torch's works wherever it has kernels.
                warnings.simplefilter("ignore")
                by_channel = torch.ao.quantization.per_channel_dynamic_qconfig
                self._model = torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
                    self._model.float().cpu(), {torch.nn.Linear: by_channel}, dtype=torch.qint8
                )
        except (AttributeError, RuntimeError) as error:
            raise ModelUnavailableError(
                f"torch {torch.__version__} cannot hold layers in eight bits here "
                f"({str(error).splitlines()[0]})."
            ) from error

    @property
    def size_mb(self) -> float:
        """Megabytes of all parameters."""
        whole = sum(each.numel() for each in self._model.parameters()) * _BYTES_PER_PARAMETER
        packed = [each for each in self._model.modules() if _is_packed(each)]
        biases = sum(each.bias().numel() for each in packed) * _BYTES_PER_PARAMETER
        return float(whole + biases + sum(each.weight().numel() for each in packed)) / 1e6


def _is_packed(module: torch.nn.Module) -> bool:
    """Tell whether a module is a linear layer in eight bits."""
    return hasattr(module, "_packed_params") and hasattr(module, "bias")


class ShallowEncoder(TransformerEncoder):
    """The first layers of an encoder and its embeddings, as they are."""

    def __init__(self, folder: Path, *, name: str, n_layers: int) -> None:
        """Load and cut.

        Raises:
            ModelUnavailableError: If the folder cannot be read, or has no layers to be cut.
        """
        super().__init__(folder, name=f"first {n_layers} layers of {name}", sha256=None)
        layers = getattr(getattr(self._model, "encoder", None), "layer", None)
        if layers is None or len(layers) <= n_layers:
            raise ModelUnavailableError(
                f"The encoder '{name}' has no more than {n_layers} layers, or keeps them where "
                "they are not looked for."
            )
        self._model.encoder.layer = layers[:n_layers]

    @property
    def size_mb(self) -> float:
        """Megabytes of all parameters."""
        n_parameters = sum(each.numel() for each in self._model.parameters())
        return float(n_parameters * _BYTES_PER_PARAMETER) / 1e6
