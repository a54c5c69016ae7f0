"""The language model: reads prompts and goes on with the likeliest token, one after the other."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import Any

import torch
import transformers
from transformers import TextIteratorStreamer

from service.batches import batch_by_length
from service.place import FOLDER

ADAPTER = Path(__file__).parent / "model" / "adapter"
CUDA = torch.cuda.is_available()
CHAT = {"tokenize": False, "add_generation_prompt": True, "enable_thinking": False}
THOUGHT = re.compile(r"\A.*</think>|\A\s*<think>.*", re.DOTALL)


class Generator:
    """A model of transformers, with an adapter if there is one; it is spoken to as in a chat."""

    def __init__(self, *, kind: str, precision: str, n_context: int | None, n_at_once: int) -> None:
        self._n_context, self._n_at_once = n_context or float("inf"), n_at_once
        self._lock = Lock()  # a tokenizer serves one thread, and the model takes all cores
        side = "right" if kind == "AutoModelForSeq2SeqLM" else "left"
        tokenizer: Any = transformers.AutoTokenizer.from_pretrained(FOLDER, padding_side=side)
        tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token or tokenizer.unk_token
        self._model: Any = getattr(transformers, kind).from_pretrained(
            FOLDER, dtype=getattr(torch, precision), device_map="auto" if CUDA else None
        )
        if ADAPTER.is_dir():
            from peft import PeftModel

            self._model = PeftModel.from_pretrained(self._model, str(ADAPTER))
        self._tokenizer, greedy = tokenizer, self._model.eval().generation_config
        greedy.do_sample, greedy.num_beams, greedy.max_length = False, 1, None
        greedy.pad_token_id = tokenizer.pad_token_id

    def fits(self, prompt: str, n_tokens: int) -> bool:
        """Tell whether the model can read a prompt and still write that many tokens."""
        return len(self._tokenize([prompt])[0]) + n_tokens <= self._n_context

    def write(self, prompts: Sequence[str], n_tokens: int) -> list[str]:
        """Answer each prompt with at most that many tokens."""
        ids, texts = self._tokenize(prompts) if prompts else [], dict[int, str]()
        lengths = [len(each) + n_tokens for each in ids]
        for rows in batch_by_length(lengths, n_tokens=self._n_at_once):
            written = self._generate([ids[row] for row in rows], n_tokens)
            texts.update(zip(rows, written, strict=True))
        return [texts[row] for row in range(len(ids))]

    def stream(self, prompt: str, n_tokens: int) -> Iterator[str]:
        """Yield the text as far as it is written, word by word, and at last the whole."""
        told = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        # without a `with`, which would wait for the end where nobody reads on
        ids, pool = self._tokenize([prompt]), ThreadPoolExecutor(1)
        whole = pool.submit(self._generate, ids, n_tokens, told)
        whole.add_done_callback(lambda _: told.end())
        yield from map(strip_thought, accumulate(told))
        yield from whole.result()

    def _tokenize(self, prompts: Sequence[str]) -> list[list[int]]:
        texts, is_chat = list(prompts), bool(self._tokenizer.chat_template)
        if is_chat:
            turns = [[{"role": "user", "content": prompt}] for prompt in prompts]
            texts = [self._tokenizer.apply_chat_template(turn, **CHAT) for turn in turns]
        with self._lock:
            return list(self._tokenizer(texts, add_special_tokens=not is_chat)["input_ids"])

    def _generate(
        self, ids: list[list[int]], n_tokens: int, told: TextIteratorStreamer | None = None
    ) -> list[str]:
        batch = self._tokenizer.pad({"input_ids": ids}, return_tensors="pt").to(self._model.device)
        n_read = 1 if self._model.config.is_encoder_decoder else batch["input_ids"].shape[1]
        with self._lock, torch.inference_mode():
            rows = self._model.generate(**batch, max_new_tokens=n_tokens, streamer=told)
            decoded = self._tokenizer.batch_decode(rows[:, n_read:], skip_special_tokens=True)
        return list(map(strip_thought, decoded))


def strip_thought(text: str) -> str:
    """Remove what a reasoning model wrote before its answer."""
    return THOUGHT.sub("", text).strip()
