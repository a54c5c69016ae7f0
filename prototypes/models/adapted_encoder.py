"""An encoder with an adapter on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prototypes.models.adapters import merge_adapter, read_adapter
from prototypes.models.transformer import TransformerEncoder, load_trainable


class AdaptedEncoder(TransformerEncoder):
    """The encoder of one folder, changed by the adapter of another."""

    def __init__(self, folder: Path, adapter: Path, *, name: str) -> None:
        self._adapter = adapter
        super().__init__(folder, name=name, sha256=None)

    def _load(self, folder: Path) -> tuple[Any, Any]:
        tokenizer, model = load_trainable(folder)
        return tokenizer, merge_adapter(read_adapter(model, self._adapter))
