"""An encoder of one layer with random parameters and a real tokenizer."""

from __future__ import annotations

import shutil
from pathlib import Path

from prototypes.models.encoder import find_embedded_folder


def write_tiny_encoder(folder: Path) -> Path:
    """Write it into a folder; only the tokenizer is that of the embedded encoder."""
    import torch
    from transformers import BertConfig, BertModel

    source = find_embedded_folder()
    assert source is not None
    torch.manual_seed(0)
    configuration = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    BertModel(configuration).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(source / name, folder / name)
    return folder
