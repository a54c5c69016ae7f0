"""A tuned model that writes the answer from memory, without any document."""

import json
from collections.abc import Iterator, Sequence
from queue import Queue
from threading import Lock, Thread
from typing import Any

import torch
from transformers import AutoTokenizer, EncoderDecoderModel
from transformers.generation.streamers import BaseStreamer

from service.answers import MODEL, Answer

BATCH_SIZE = 32


class Answerer:
    """Reads a question and writes the likeliest answer piece by piece."""

    def __init__(self) -> None:
        self._settings = json.loads((MODEL / "settings.json").read_text(encoding="utf-8"))
        self._pieces: list[int] = self._settings["pieces"]
        self._lock = Lock()  # a tokenizer serves one thread, and the model takes all cores
        self._tokenizer = AutoTokenizer.from_pretrained(MODEL / "writer", local_files_only=True)
        self._silence = self._tokenizer.convert_tokens_to_ids(self._settings["abstention"])
        self._end = self._pieces.index(self._tokenizer.sep_token_id)
        self._model: Any = EncoderDecoderModel.from_pretrained(
            MODEL / "writer", local_files_only=True, attn_implementation="eager"
        )

    def predict(self, questions: Sequence[str]) -> list[Answer]:
        """Answer each question."""
        starts = range(0, len(questions), BATCH_SIZE)
        return [each for at in starts for each in self._write(questions[at : at + BATCH_SIZE])]

    def stream(self, question: str) -> Iterator[Answer]:
        """Yield the answer as far as it is written, after every piece, and at last the whole."""
        told, row, whole = Queue[int | None](), list[int](), list[Answer]()

        def write() -> None:
            try:
                whole.extend(self._write([question], Teller(told)))
            finally:
                told.put(None)

        Thread(target=write).start()
        while (piece := told.get()) is not None:
            row.append(piece)
            yield Answer(answer=self._read(row), confidence=0.0)
        yield from whole

    @torch.inference_mode()
    def _write(
        self, questions: Sequence[str], streamer: BaseStreamer | None = None
    ) -> list[Answer]:
        halves = self._settings["precision"] == "bfloat16"
        with self._lock, torch.autocast("cpu", torch.bfloat16, halves):
            batch = self._tokenizer(
                list(questions),
                padding=True,
                truncation=True,
                max_length=self._settings["max_input_pieces"],
                return_token_type_ids=False,
                return_tensors="pt",
            )
            written = self._model.generate(
                **batch,
                streamer=streamer,
                max_new_tokens=self._settings["max_output_pieces"],
                do_sample=False,
                output_logits=True,
                return_dict_in_generate=True,
            )
        chosen = written.sequences[:, 1:]
        logits = torch.stack(written.logits, dim=1).float()
        likelihood = logits.log_softmax(-1).gather(-1, chosen[..., None])[..., 0]
        return [self._answer(*row) for row in zip(chosen, likelihood, strict=True)]

    def _answer(self, chosen: torch.Tensor, likelihood: torch.Tensor) -> Answer:
        stops = (chosen == self._end).nonzero()
        length = int(stops[0]) + 1 if len(stops) else len(chosen)
        text = self._read(chosen[:length].tolist())
        return Answer(answer=text or None, confidence=float(likelihood[:length].mean().exp()))

    def _read(self, chosen: Sequence[int]) -> str | None:
        """Spell out pieces; a whole training answer is spelt as it was there."""
        row = [self._pieces[each] for each in chosen]
        if row[:1] == [self._silence]:
            return None
        row = [piece for piece in row if piece not in self._tokenizer.all_special_ids]
        text = str(self._tokenizer.decode(row, clean_up_tokenization_spaces=True)).strip()
        return str(self._settings["spelling"].get(" ".join(map(str, row)), text))


class Teller(BaseStreamer):
    """Hands on each piece as it is written."""

    def __init__(self, told: Queue[int | None]) -> None:
        self._told = told

    def put(self, value: torch.Tensor) -> None:
        """Take the next piece; what has two dimensions is the start, not a piece."""
        if value.dim() == 1:
            self._told.put(int(value))

    def end(self) -> None:
        """Do nothing: the whole answer follows."""
