"""A language model on this machine: causal or sequence-to-sequence, through transformers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prototypes.errors import ModelUnavailableError
from prototypes.models.generator import Generation, Prompt, strip_thought
from prototypes.models.model_folder import read_configuration
from prototypes.models.transformer import batch_by_length
from prototypes.runtime import device, generator_precision, prepare_transformers

if TYPE_CHECKING:
    from prototypes.models.prompt_reading import PromptReading
    from prototypes.models.tuning_pairs import TuningPair

TOKENS_PER_BATCH = {"cpu": 8_192, "cuda": 65_536}
_GENERATES = re.compile(r"(ForCausalLM|LMHeadModel|ForConditionalGeneration|EncoderDecoderModel)$")
_LONGEST_CONTEXT = 10**8
"""Tokenizers without a limit name a number beyond this one."""


class TransformersGenerator:
    """Greedy decoding in padded batches of about as many tokens each.

    The tokenizer's chat template is used if it has one. Chat models that can think aloud are
    asked not to; what they think nevertheless is removed from the answer.

    Attributes:
        model: The model itself, with its adapter if it has one.
        tokenizer: Its tokenizer.
        writes_apart: True for a sequence-to-sequence model.
        tokens_per_batch: About how many are read at once.
    """

    saved_seconds = 0.0

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        context_tokens: int | None = None,
        quantisation: object = None,
    ) -> None:
        """Load a model.

        Args:
            folder: Holds the model in safetensors and its tokenizer.
            name: What the report calls it.
            context_tokens: How long its context is taken to be; None asks its configuration.
            quantisation: A configuration of transformers, to hold its parameters in few bits.

        Raises:
            ModelUnavailableError: If it cannot be loaded, or generates no text.
        """
        self.name = name
        self._context_tokens = context_tokens
        self._configuration = require_generating(folder)
        self.writes_apart = bool(self._configuration.get("is_encoder_decoder"))
        options = {} if quantisation is None else {"quantization_config": quantisation}
        self.tokenizer, self.model = _load(folder, options, writes_apart=self.writes_apart)
        self.tokens_per_batch = TOKENS_PER_BATCH[device()]

    @cached_property
    def context_tokens(self) -> int | None:
        """What the user said, else the smallest limit that model and tokenizer name."""
        if self._context_tokens is not None:
            return self._context_tokens
        return _find_limit(self.model.config, self.tokenizer)

    def count_tokens(self, prompt: Prompt) -> int:
        """Count the tokens of a prompt, those of the chat template included."""
        return len(self._tokenize([prompt])[0])

    def read(self, prompts: Sequence[Prompt]) -> PromptReading:
        """Read prompts and tell how likely each next token is."""
        from prototypes.models.prompt_reading import PromptReading, pad_prompts

        pad, token_ids = self.tokenizer.pad_token_id, self._tokenize(prompts)
        padded = pad_prompts(token_ids, pad=pad, left=not self.writes_apart)
        return PromptReading(self.model, padded)

    def encode_pair(self, pair: TuningPair) -> tuple[list[int], list[int]]:
        """Return the token ids of a prompt and of its answer, as they would be generated."""
        (prompt,) = self._tokenize([pair.prompt])
        # A prompt without a chat template ends with a word, not with a space.
        follows_word = not (self.tokenizer.chat_template or self.writes_apart)
        answer = f" {pair.answer}" if follows_word else pair.answer
        written = self.tokenizer(answer, add_special_tokens=False)["input_ids"]
        return prompt, [*written, self._end]

    @property
    def pad_token(self) -> int:
        """The token that fills up short rows."""
        return int(self.tokenizer.pad_token_id)

    @property
    def _end(self) -> int:
        """The token that ends an answer, the first one where there are several."""
        ends = self.model.generation_config.eos_token_id
        named = ends[0] if isinstance(ends, list) else ends
        return int(self.tokenizer.eos_token_id if named is None else named)

    @property
    def ends(self) -> frozenset[int]:
        """The tokens that end an answer."""
        ends = self.model.generation_config.eos_token_id
        listed = ends if isinstance(ends, list) else [ends]
        return frozenset({self.tokenizer.pad_token_id, *listed} - {None})

    def decode(self, token_ids: Sequence[int]) -> str:
        """Spell out what was written, without the thoughts before it."""
        return strip_thought(self.tokenizer.decode(token_ids, skip_special_tokens=True))

    def generate(self, prompts: Sequence[Prompt], *, max_tokens: int) -> list[Generation]:
        """Answer each prompt, in order, with at most `max_tokens` tokens.

        Raises:
            ModelUnavailableError: If memory does not even hold a single prompt.
        """
        token_ids = self._tokenize(prompts)
        answers: dict[int, list[int]] = {}
        lengths = [len(ids) + max_tokens for ids in token_ids]
        for rows in batch_by_length(lengths, tokens_per_batch=self.tokens_per_batch):
            written = self._write([token_ids[row] for row in rows], max_tokens=max_tokens)
            answers.update(zip(rows, written, strict=True))
        return [
            Generation(self.decode(answers[row]), len(ids), len(answers[row]))
            for row, ids in enumerate(token_ids)
        ]

    def _tokenize(self, prompts: Sequence[Prompt]) -> list[list[int]]:
        if not prompts:
            return []
        has_template = bool(self.tokenizer.chat_template)
        texts = [self._as_chat(prompt) if has_template else prompt for prompt in prompts]
        encoded = self.tokenizer(
            texts, add_special_tokens=not has_template, return_attention_mask=False
        )
        return list(encoded["input_ids"])

    def _as_chat(self, prompt: Prompt) -> str:
        text: str = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}],
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,
        )
        return text

    def _write(self, token_ids: list[list[int]], *, max_tokens: int) -> Iterator[list[int]]:
        """Yield what is written to each row; halves the batch where memory is too small."""
        import torch

        try:
            written = self._write_batch(token_ids, max_tokens=max_tokens)
        except torch.OutOfMemoryError as error:
            if len(token_ids) == 1:
                raise ModelUnavailableError(
                    f"A prompt of {len(token_ids[0])} tokens takes more memory than is left beside "
                    f"'{self.name}'; take a smaller model or shorter documents."
                ) from error
            middle = len(token_ids) // 2
            for half in (token_ids[:middle], token_ids[middle:]):
                yield from self._write(half, max_tokens=max_tokens)
            return
        yield from map(self._until_end, written)

    def _write_batch(self, token_ids: list[list[int]], *, max_tokens: int) -> list[list[int]]:
        import torch

        batch = self.tokenizer.pad({"input_ids": token_ids}, return_tensors="pt")
        batch = batch.to(self.model.device)
        with torch.inference_mode():
            rows = self.model.generate(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                max_new_tokens=max_tokens,
                pad_token_id=self.tokenizer.pad_token_id,
            )
        n_known = 1 if self.writes_apart else batch["input_ids"].shape[1]
        written: list[list[int]] = rows[:, n_known:].tolist()
        return written

    def _until_end(self, written: list[int]) -> list[int]:
        """Cut what was written after the first token that ends it."""
        end = next((n for n, token in enumerate(written, start=1) if token in self.ends), None)
        return written[:end]


def read_context(folder: Path) -> int | None:
    """Read how long the context of the model in a folder is, without loading the model."""
    prepare_transformers()
    from transformers import AutoConfig, AutoTokenizer

    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    configuration = AutoConfig.from_pretrained(folder, **options)
    return _find_limit(configuration, AutoTokenizer.from_pretrained(folder, **options))


def _find_limit(configuration: Any, tokenizer: Any) -> int | None:  # noqa: ANN401 # transformers has no types
    """Return the smallest limit that model and tokenizer name; None if they name none."""
    inner = configuration.get_text_config(decoder=True)
    named = [getattr(inner, key, None) for key in ("max_position_embeddings", "n_positions")]
    known = [limit for limit in (*named, tokenizer.model_max_length) if limit]
    return min((int(limit) for limit in known if limit < _LONGEST_CONTEXT), default=None)


def require_generating(folder: Path) -> dict[str, Any]:
    """Read the configuration of a model that writes text.

    Raises:
        ModelUnavailableError: If it is made for something else, or brings its own code.
    """
    configuration = read_configuration(folder)
    architectures = [str(name) for name in configuration.get("architectures") or ()]
    if architectures and not any(_GENERATES.search(name) for name in architectures):
        raise ModelUnavailableError(
            f"{folder} holds a {architectures[0]}, which does not write text; expected a causal or "
            "a sequence-to-sequence language model."
        )
    return configuration


def _load(folder: Path, further: dict[str, object], *, writes_apart: bool) -> tuple[Any, Any]:
    prepare_transformers()
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

    kind = AutoModelForSeq2SeqLM if writes_apart else AutoModelForCausalLM
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    side = "right" if writes_apart else "left"
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, padding_side=side, **options)
        model, found = kind.from_pretrained(folder, **_model_options(), **options, **further)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ModelUnavailableError(
            f"The model in {folder} cannot be loaded ({str(error).splitlines()[0]}); expected a "
            "language model that transformers knows, with its tokenizer beside it."
        ) from error
    if found["missing_keys"]:
        raise ModelUnavailableError(
            f"The model in {folder} lacks parameters ({min(found['missing_keys'])} among them); "
            "it is incomplete or of another kind than its configuration says."
        )
    _decode_greedily(model)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    return tokenizer, model.eval()


def _model_options() -> dict[str, Any]:
    """Hold parameters in the type the machine multiplies fast, spread over GPUs if there are."""
    import torch

    return {
        "dtype": getattr(torch, generator_precision()),
        "device_map": "auto" if device() == "cuda" else None,
        "use_safetensors": True,
        "output_loading_info": True,
    }


def _decode_greedily(model: Any) -> None:  # noqa: ANN401 # transformers has no types
    """Set aside the publisher's sampling: the same prompt has to give the same answer."""
    settings = model.generation_config
    settings.do_sample, settings.num_beams, settings.max_length = False, 1, None
    for name in ("temperature", "top_p", "top_k", "min_p", "typical_p"):
        setattr(settings, name, None)
