"""A tuned encoder that marks where in a passage the answer begins and ends (Devlin et al. 2019)."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from transformers import AutoModel, AutoTokenizer

from service.batches import batch_by_length

MAX_TOKENS, MAX_SPAN_TOKENS = 320, 30
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
Span = tuple[int, int, float]
"""The first character, the one behind the last, and the score."""


class SpanReader:
    """Two scores per token; the first token of all stands for "no answer here"."""

    def __init__(self, folder: Path, *, precision: str) -> None:
        self._halves = precision == "bfloat16"
        self._lock = Lock()  # a tokenizer serves one thread, and the model takes all cores
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        self._model, head = model.eval().to(DEVICE), load_file(folder / "span_head.safetensors")
        self._head = torch.nn.Linear(model.config.hidden_size, 2)
        self._head.load_state_dict({name.split(".")[1]: value for name, value in head.items()})
        self._head.to(DEVICE)

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[Span]:
        """Return the best span for each question and passage."""
        if not pairs:
            return []
        with self._lock:
            return self._read(*map(list, zip(*pairs, strict=True)))

    def _read(self, questions: list[str], passages: list[str]) -> list[Span]:
        read = self._tokenizer(
            questions,
            passages,
            truncation="only_second",
            max_length=MAX_TOKENS,
            return_offsets_mapping=True,
        )
        offsets, spans = read.pop("offset_mapping"), dict[int, Span]()
        for rows in batch_by_length([len(ids) for ids in read["input_ids"]]):
            logits = self._score({name: [read[name][row] for row in rows] for name in read})
            for row, scores in zip(rows, logits, strict=True):
                inside = [at for at, side in enumerate(read.sequence_ids(row)) if side == 1]
                spans[row] = find_best(scores, inside, offsets[row])
        return [spans[row] for row in range(len(questions))]

    @torch.inference_mode()
    def _score(self, features: dict[str, list[list[int]]]) -> np.ndarray:
        batch = self._tokenizer.pad(features, return_tensors="pt").to(DEVICE)
        with torch.autocast(DEVICE, torch.bfloat16, self._halves):
            logits = self._head(self._model(**batch).last_hidden_state)
        return logits.float().cpu().numpy()


def find_best(logits: np.ndarray, inside: list[int], offsets: Sequence[tuple[int, int]]) -> Span:
    """Find the span with the largest sum of both scores that is not too long."""
    if not inside:
        return 0, 0, float("-inf")
    begin, end = logits[inside[0] : inside[-1] + 1].T
    sums, every = begin[:, None] + end[None, :], np.ones((len(begin), len(begin)), bool)
    allowed = np.triu(every) & ~np.triu(every, MAX_SPAN_TOKENS)
    first, last = np.unravel_index(np.where(allowed, sums, -np.inf).argmax(), sums.shape)
    score = float(sums[first, last] - logits[0].sum())
    return offsets[inside[int(first)]][0], offsets[inside[int(last)]][1], score
