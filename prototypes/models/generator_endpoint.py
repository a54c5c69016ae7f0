"""A language model behind an OpenAI-compatible server, through the official client."""

from __future__ import annotations

import os
import re
import time
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import openai

from prototypes.errors import ModelUnavailableError
from prototypes.models.generation_cache import (
    GenerationCache,
    Remembered,
    TokenMeter,
    Tokens,
    count_tokens,
    fingerprint_prompt,
)
from prototypes.models.generator import Generation, Prompt, strip_thought
from prototypes.models.generator_source import EndpointSource, GeneratorOptions

KEY_VARIABLE = "OPENAI_API_KEY"
CHARACTERS_PER_TOKEN = 3
"""English has more than four; fewer than there are makes estimates err on the safe side."""

_NO_KEY = "none"
"""Local servers want some key but do not look at it."""
_CONTEXT_FIELDS = ("max_model_len", "context_length", "context_window", "max_context_length")
_SHOWN_CHARACTERS = 200
_OLD_FORM = re.compile(r"\b(max_tokens|temperature)\b")
"""What newer hosted models refuse; they take max_completion_tokens, and choose themselves."""


@dataclass(frozen=True, slots=True)
class EndpointPolicy:
    """How patiently a server is asked.

    Attributes:
        timeout_seconds: Without any sign of life for this long a request counts as failed.
        max_retries: Further attempts after a fault, a timeout or "too many requests", each after
            a longer pause, or the one the server asks for (at most two minutes).
        n_parallel: Requests under way at once when many prompts are to be answered.
    """

    timeout_seconds: float = 120.0
    max_retries: int = 5
    n_parallel: int = 4


_DEFAULT = EndpointPolicy()


def open_endpoint(source: EndpointSource, options: GeneratorOptions) -> EndpointGenerator:
    """Get ready to ask a server, with the answers and the count of tokens from before."""
    cache = GenerationCache(options.cache_dir)
    meter = TokenMeter(
        options.max_tokens_total, used=cache.count_tokens(), cost_cap=options.cost_cap
    )
    return EndpointGenerator(
        source, cache=cache, meter=meter, context_tokens=options.context_tokens
    )


class EndpointGenerator:
    """Asks one server, never another: redirects are not followed.

    The key is read from the environment when a client is made and is neither kept nor written.
    """

    def __init__(
        self,
        source: EndpointSource,
        *,
        cache: GenerationCache,
        meter: TokenMeter,
        context_tokens: int | None = None,
        policy: EndpointPolicy = _DEFAULT,
    ) -> None:
        self.name = source.name
        self.saved_seconds = 0.0
        self._source, self._cache, self._meter, self._policy = source, cache, meter, policy
        self._context_tokens = context_tokens
        self._wants_new_form = False
        self._client = _open_client(source, policy)
        self.close = weakref.finalize(self, self._client.close)

    @cached_property
    def context_tokens(self) -> int | None:
        """What the user said, else what the server says of its model, if it does."""
        return self._context_tokens or self._ask_context()

    def count_tokens(self, prompt: Prompt) -> int:
        """Estimate the tokens of a prompt from above: only the server could count them."""
        return len(prompt) // CHARACTERS_PER_TOKEN + 1

    def generate(self, prompts: Sequence[Prompt], *, max_tokens: int) -> list[Generation]:
        """Answer each prompt, in order; what was answered before is not asked again.

        Raises:
            TokenLimitError: If the cap on tokens does not allow it.
            ModelUnavailableError: If the server cannot be reached, refuses, or talks nonsense.
        """
        n_workers = max(1, min(self._policy.n_parallel, len(prompts)))
        pool = ThreadPoolExecutor(n_workers)
        try:
            found = list(pool.map(lambda prompt: self._answer(prompt, max_tokens), prompts))
        finally:
            pool.shutdown(cancel_futures=True)
        self.saved_seconds += sum(seconds for _, seconds in found) / n_workers
        return [generation for generation, _ in found]

    def _answer(self, prompt: Prompt, max_tokens: int) -> tuple[Generation, float]:
        """Return an answer, and the seconds that remembering it saved."""
        key = fingerprint_prompt(self._source.url, self._source.model, prompt, max_tokens)
        known = self._cache.find(key)
        if known is not None:
            return known.generation, known.seconds
        started = time.perf_counter()
        with self._meter.reserved(Tokens(self.count_tokens(prompt), max_tokens)):
            generation = self._ask(prompt, max_tokens)
        self._meter.add(count_tokens(generation))
        self._cache.keep(key, Remembered(generation, time.perf_counter() - started))
        return generation, 0.0

    def _ask(self, prompt: Prompt, max_tokens: int) -> Generation:
        """Ask until there is an answer in the right form; a broken one is asked for again."""
        for _ in range(self._policy.max_retries + 1):
            generation = self._read(self._request(prompt, max_tokens), prompt)
            if generation is not None:
                return generation
            # A server that answers nonsense may still charge for it.
            self._meter.add(Tokens(read=self.count_tokens(prompt)))
        raise ModelUnavailableError(
            f"{self.name} answers, but not with a chat completion; expected an OpenAI-compatible "
            "server. Check the address (it often ends in /v1)."
        )

    def _request(self, prompt: Prompt, max_tokens: int) -> Any:  # noqa: ANN401 # may be anything
        try:
            return self._send(prompt, max_tokens)
        except ValueError:
            return None  # not JSON at all
        except openai.OpenAIError as error:
            raise ModelUnavailableError(self._describe(error)) from None

    def _send(self, prompt: Prompt, max_tokens: int) -> Any:  # noqa: ANN401 # may be anything
        """Send a prompt, in the newer form if the server has no use for the older one."""
        message: Any = {"model": self._source.model, "messages": [_as_turn(prompt)]}
        if not self._wants_new_form:
            try:
                return self._client.chat.completions.create(
                    **message, max_tokens=max_tokens, temperature=0
                )
            except openai.BadRequestError as error:
                if not _OLD_FORM.search(error.message):
                    raise
        completion = self._client.chat.completions.create(
            **message, max_completion_tokens=max_tokens
        )
        self._wants_new_form = True
        return completion

    def _read(self, completion: Any, prompt: Prompt) -> Generation | None:  # noqa: ANN401 # see above
        try:
            text = completion.choices[0].message.content or ""
            usage = completion.usage
            n_input = usage.prompt_tokens if usage else self.count_tokens(prompt)
            n_output = usage.completion_tokens if usage else self.count_tokens(text)
            return Generation(strip_thought(text), int(n_input), int(n_output))
        except (AttributeError, IndexError, TypeError, ValueError):
            return None

    def _describe(self, error: openai.OpenAIError) -> str:
        """Say what went wrong; what a server replies is shown without the key."""
        if isinstance(error, openai.APITimeoutError):
            seconds = self._policy.timeout_seconds
            return f"{self.name} did not answer within {seconds:g} s, time after time."
        if isinstance(error, openai.APIConnectionError):
            return (
                f"{self.name} cannot be reached; check that the server runs at {self._source.url}."
            )
        if not isinstance(error, openai.APIStatusError):
            return f"{self.name} cannot be asked ({type(error).__name__})."
        return f"{self.name} refuses ({error.status_code}): {self._advise(error)}"

    def _advise(self, error: openai.APIStatusError) -> str:
        status = error.status_code
        if status in (401, 403):
            return f"the key is missing or not accepted; set {KEY_VARIABLE}."
        if status == 429:
            return "too many requests, time after time; wait, then go on with --resume."
        if 300 <= status < 400:
            return "it points elsewhere, which is not followed; name the final address."
        key = self._client.api_key
        shown = error.message if key == _NO_KEY else error.message.replace(key, "…")
        return " ".join(shown[:_SHOWN_CHARACTERS].split())

    def _ask_context(self) -> int | None:
        """Ask a server how long its model's context is; vLLM and some others tell."""
        patient_once = self._client.with_options(max_retries=0, timeout=10.0)
        try:
            listed = [each for each in patient_once.models.list() if each.id == self._source.model]
        except (openai.OpenAIError, ValueError, AttributeError, TypeError):
            return None
        told = [getattr(each, field, None) for each in listed for field in _CONTEXT_FIELDS]
        return next((limit for limit in told if isinstance(limit, int) and limit > 0), None)


def _as_turn(prompt: Prompt) -> dict[str, str]:
    return {"role": "user", "content": prompt}


def _open_client(source: EndpointSource, policy: EndpointPolicy) -> openai.OpenAI:
    client = openai.OpenAI(
        api_key=os.environ.get(KEY_VARIABLE) or _NO_KEY,
        base_url=source.url,
        timeout=openai.Timeout(policy.timeout_seconds, connect=10.0),
        max_retries=policy.max_retries,
        http_client=openai.DefaultHttpxClient(
            follow_redirects=False,
            # A proxy from the environment has no business between this machine and itself.
            trust_env=not source.is_on_this_machine,
        ),
    )
    # The client takes these from the environment; they are meant for OpenAI, not for any server.
    client.organization = client.project = None
    return client
