"""Sentence encoding with a transformer: length-sorted batches, pooling, unit length."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from prototypes.errors import ModelUnavailableError
from prototypes.runtime import device, precision, prepare_transformers

if TYPE_CHECKING:
    import torch
    from torch import Tensor

TOKENS_PER_BATCH = 4096
DEFAULT_MAX_TOKENS = 256


class TransformerEncoder:
    """An encoder of the BERT family: one forward pass, then the mean (or first) token's vector."""

    folder: Path | None
    _just_read: tuple[list[list[int]], tuple[Tensor, Tensor]] | None = None

    def __init__(self, folder: Path, *, name: str, sha256: str | None) -> None:
        self.name = name
        self.folder = folder
        self.sha256 = sha256
        self.max_tokens = read_max_tokens(folder)
        self._pools_first = pools_first_token(folder)
        self._tokenizer, self._model = self._load(folder)
        self._model.eval().to(_inference_type())
        self.dimension = int(self._model.config.hidden_size)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text, shape (n, dimension).

        Texts longer than the model's limit (256 tokens for the embedded one) are cut off; a text
        that occurs several times is encoded once.
        """
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        return self._encode_distinct(list(rows))[[rows[text] for text in texts]]

    def encode_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Return for each text one unit-length row per token, shape (n_tokens, dimension).

        The two tokens that only mark where a text begins and ends have none.
        """
        return self.encode_with_tokens(texts)[1]

    def encode_with_tokens(
        self, texts: Sequence[str]
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """Return what `encode` and `encode_tokens` return, reading each text once."""
        import torch
        from torch.nn.functional import normalize

        token_ids = self._tokenize(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        tokens = [vectors[:0]] * len(texts)
        with torch.inference_mode():
            for rows in batch_by_length([len(ids) for ids in token_ids]):
                hidden, mask = self._read_again([token_ids[row] for row in rows])
                pooled = pool(hidden, mask, first_token=self._pools_first)
                vectors[rows] = pooled.cpu().numpy()
                unit = normalize(hidden.float(), dim=-1).cpu().numpy()
                for at, row in enumerate(rows):
                    # A copy, or the padded batch would stay in memory with each of its rows.
                    tokens[row] = unit[at, 1 : len(token_ids[row]) - 1].copy()
        return vectors, tokens

    def _load(self, folder: Path) -> tuple[Any, Any]:
        """Load tokenizer and model; an encoder with an adapter puts it on here."""
        return load_trainable(folder)

    def _encode_distinct(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import torch

        token_ids = self._tokenize(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        with torch.inference_mode():
            for rows in batch_by_length([len(ids) for ids in token_ids]):
                vectors[rows] = self._encode_batch([token_ids[row] for row in rows])
        return vectors

    def _tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        if not texts:
            return []
        encoded = self._tokenizer(
            list(texts),
            truncation=True,
            max_length=self.max_tokens,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        return list(encoded["input_ids"])

    def _encode_batch(self, token_ids: list[list[int]]) -> NDArray[np.float32]:
        reading = self._read(token_ids)
        self._just_read = (token_ids, reading) if len(token_ids) == 1 else None
        pooled = pool(*reading, first_token=self._pools_first)
        array: NDArray[np.float32] = pooled.cpu().numpy()
        return array

    def _read_again(self, token_ids: list[list[int]]) -> tuple[Tensor, Tensor]:
        """Return what was read last if it was this text: its tokens are asked for right after it.

        It is given once only, so that no text is cheaper to encode for having been encoded before.
        """
        last, self._just_read = self._just_read, None
        return last[1] if last is not None and last[0] == token_ids else self._read(token_ids)

    def _read(self, token_ids: list[list[int]]) -> tuple[Tensor, Tensor]:
        """Return the last layer's vectors (n, tokens, d) and the mask of what is no padding."""
        batch = self._tokenizer.pad({"input_ids": token_ids}, return_tensors="pt").to(device())
        return self._model(**batch).last_hidden_state, batch["attention_mask"]


def _inference_type() -> torch.dtype:
    """Hold parameters in bfloat16 where that is fast: a fifth faster than casting on the way."""
    import torch

    return torch.bfloat16 if precision() == "bfloat16" else torch.float32


def load_trainable(folder: Path) -> tuple[Any, Any]:
    """Load a tokenizer and a fresh float32 copy of the model, whose parameters may be trained.

    Raises:
        ModelUnavailableError: If transformers cannot read the folder.
    """
    prepare_transformers()
    import torch
    from transformers import AutoModel, AutoTokenizer

    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        model = AutoModel.from_pretrained(
            folder, use_safetensors=True, dtype=torch.float32, **options
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailableError(
            f"The model in {folder} cannot be loaded ({str(error).splitlines()[0]}); expected an "
            "encoder that transformers knows, with its tokenizer beside it."
        ) from error
    return tokenizer, model.to(device())


def pool(hidden: Tensor, attention_mask: Tensor, *, first_token: bool = False) -> Tensor:
    """Average the token vectors (n, tokens, d) that are not padding, to unit length (n, d)."""
    from torch.nn.functional import normalize

    hidden = hidden.float()
    if first_token:
        return normalize(hidden[:, 0], dim=-1)
    mask = attention_mask.unsqueeze(-1).float()
    return normalize((hidden * mask).sum(1) / mask.sum(1).clamp(min=1.0), dim=-1)


def batch_by_length(
    lengths: Sequence[int], *, tokens_per_batch: int = TOKENS_PER_BATCH
) -> Iterator[list[int]]:
    """Group row numbers of similar length so that padded batches hold about as many tokens.

    Sorting wastes next to nothing on padding; a budget in tokens keeps the working set of a
    batch in the processor's cache whatever the lengths are.
    """
    order = sorted(range(len(lengths)), key=lambda row: lengths[row])
    rows: list[int] = []
    for row in order:
        if rows and (len(rows) + 1) * lengths[row] > tokens_per_batch:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def read_max_tokens(folder: Path) -> int:
    """Read how many tokens the encoder was made for; 256 where its folder does not say."""
    settings = _read_json(folder / "sentence_bert_config.json")
    return int(settings.get("max_seq_length") or DEFAULT_MAX_TOKENS)


def pools_first_token(folder: Path) -> bool:
    """Tell whether the encoder's folder asks for the first token's vector instead of the mean."""
    return bool(_read_json(folder / "1_Pooling" / "config.json").get("pooling_mode_cls_token"))


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelUnavailableError(f"{path} is not valid JSON ({error}).") from error
    return content if isinstance(content, dict) else {}
