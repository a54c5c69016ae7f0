"""A tuned sequence-to-sequence model: reads a text and writes another, piece by piece."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Queue
from threading import Lock, Thread
from typing import Any

import torch
from transformers import AutoTokenizer, EncoderDecoderModel
from transformers.generation.streamers import BaseStreamer

from service.surface import SurfaceForms

BATCH_SIZE = 32
READ = {"padding": True, "truncation": True, "return_token_type_ids": False, "return_tensors": "pt"}
WRITE = {"do_sample": False, "output_logits": True, "return_dict_in_generate": True}


class Seq2Seq:
    """Always takes the likeliest piece; the decoder knows but a part of the tokenizer's pieces."""

    def __init__(self, folder: Path, *, precision: str) -> None:
        vocabulary = (folder / "decoder_vocabulary.json").read_text(encoding="utf-8")
        self._vocabulary: dict[str, Any] = json.loads(vocabulary)
        self._pieces: list[int] = self._vocabulary["pieces"]
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._silence = self._tokenizer.convert_tokens_to_ids("[unused1]")
        self._end = self._pieces.index(self._tokenizer.sep_token_id)
        self._model: Any = EncoderDecoderModel.from_pretrained(
            folder, local_files_only=True, attn_implementation="eager"
        )
        self._halves, self._surface = precision == "bfloat16", SurfaceForms(folder)
        self._lock = Lock()  # a tokenizer serves one thread, and the model takes all cores

    def write(self, texts: Sequence[str]) -> list[tuple[list[int], float]]:
        """Write for each text; return pieces and their mean probability."""
        starts = range(0, len(texts), BATCH_SIZE)
        return [each for at in starts for each in self._write_batch(texts[at : at + BATCH_SIZE])]

    def stream(self, text: str) -> Iterator[tuple[list[int], float]]:
        """Yield the pieces as far as they are written, then all with their mean probability."""
        told, row, whole = Queue[int | None](), list[int](), list[tuple[list[int], float]]()

        def write() -> None:
            try:
                whole.extend(self._write_batch([text], Teller(told)))
            finally:
                told.put(None)

        Thread(target=write).start()
        while (piece := told.get()) is not None:
            row.append(piece)
            yield row, 0.0
        yield from whole

    @torch.inference_mode()
    def _write_batch(
        self, texts: Sequence[str], streamer: BaseStreamer | None = None
    ) -> list[tuple[list[int], float]]:
        """Write for a few texts at once; a streamer is told the pieces of a single one."""
        longest, most = self._vocabulary["max_input"], self._vocabulary["max_pieces"]
        with self._lock, torch.autocast("cpu", torch.bfloat16, self._halves):
            batch = self._tokenizer(list(texts), max_length=longest, **READ)
            written = self._model.generate(**batch, streamer=streamer, max_new_tokens=most, **WRITE)
        chosen = written.sequences[:, 1:]
        logits = torch.stack(written.logits, dim=1).float()
        likelihood = logits.log_softmax(-1).gather(-1, chosen[..., None])[..., 0]
        return [self._cut(*row) for row in zip(chosen, likelihood, strict=True)]

    def spell(self, chosen: Sequence[int], source: str) -> str | None:
        """Spell out pieces: a whole training output as it was, others with capitals given back."""
        row = [self._pieces[each] for each in chosen]
        if row[:1] == [self._silence]:
            return None
        row = [piece for piece in row if piece not in self._tokenizer.all_special_ids]
        text = str(self._tokenizer.decode(row, clean_up_tokenization_spaces=True)).strip()
        text = self._vocabulary["spelling"].get(" ".join(map(str, row)), text)
        return self._surface.write(text, source) if text and text == text.lower() else text or None

    def _cut(self, chosen: torch.Tensor, likelihood: torch.Tensor) -> tuple[list[int], float]:
        stops = (chosen == self._end).nonzero()
        length = int(stops[0]) + 1 if len(stops) else len(chosen)
        return chosen[:length].tolist(), float(likelihood[:length].mean().exp())


class Teller(BaseStreamer):
    """Hands on each piece as it is written."""

    def __init__(self, told: Queue[int | None]) -> None:
        self._told = told

    def put(self, value: torch.Tensor) -> None:
        """Take the next piece; what has two dimensions is the start, not a piece."""
        if value.dim() == 1:
            self._told.put(int(value))

    def end(self) -> None:
        """Do nothing: the whole follows."""
