"""Smaller forms of an encoder: its linear layers in eight bits, or only its first layers."""

from __future__ import annotations

from pathlib import Path

from prototypes.errors import ModelUnavailableError
from prototypes.models.eight_bits import count_megabytes, hold_in_eight_bits
from prototypes.models.transformer import TransformerEncoder


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
        self._model = hold_in_eight_bits(self._model)

    @property
    def size_mb(self) -> float:
        """Megabytes of all parameters."""
        return count_megabytes(self._model)


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
        return count_megabytes(self._model)
