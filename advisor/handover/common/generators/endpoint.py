"""The language model, behind the OpenAI-compatible server that `model/settings.json` names.

The environment variable OPENAI_API_KEY holds the key where one is needed; GENERATOR_URL names the
same model's server at another address.
"""

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
from fastapi import HTTPException
from openai.types.chat import ChatCompletion

N_PARALLEL, MAX_RETRIES, SECONDS = 4, 5, 120.0
CHARACTERS_PER_TOKEN = 3
OLD_FORM = re.compile(r"\b(max_tokens|temperature)\b")
THOUGHT = re.compile(r"\A.*</think>|\A\s*<think>.*", re.DOTALL)


class Generator:
    """Asks one server, never another: redirects are not followed."""

    def __init__(self, *, url: str, model: str, n_context: int | None) -> None:
        self._model, self._n_context = model, n_context
        self._is_new_form = False
        self._client = openai.OpenAI(
            base_url=os.environ.get("GENERATOR_URL", url),
            api_key=os.environ.get("OPENAI_API_KEY") or "none",
            timeout=SECONDS,
            max_retries=MAX_RETRIES,
            http_client=openai.DefaultHttpxClient(follow_redirects=False),
        )
        self._client.organization = self._client.project = None

    def fits(self, prompt: str, n_tokens: int) -> bool:
        """Estimate whether the model can read a prompt and still write that many tokens."""
        needed = len(prompt) // CHARACTERS_PER_TOKEN + 1 + n_tokens
        return self._n_context is None or needed <= self._n_context

    def write(self, prompts: Sequence[str], n_tokens: int) -> list[str]:
        """Answer each prompt with at most that many tokens."""
        with ThreadPoolExecutor(N_PARALLEL) as pool:
            return list(pool.map(lambda prompt: self._ask(prompt, n_tokens), prompts))

    def stream(self, prompt: str, n_tokens: int) -> Iterator[str]:
        """Yield the text as far as it is written."""
        text = ""
        for event in self._send(prompt, n_tokens, stream=True):
            text += (event.choices[0].delta.content or "") if event.choices else ""
            yield strip_thought(text)

    def _ask(self, prompt: str, n_tokens: int) -> str:
        completion = self._send(prompt, n_tokens)
        try:
            return strip_thought(completion.choices[0].message.content or "")
        except (AttributeError, IndexError, TypeError):
            raise HTTPException(502, "The model's server answers with no completion.") from None

    def _send(self, prompt: str, n_tokens: int, **options: bool) -> ChatCompletion | openai.Stream:
        """Send a prompt, in the newer form where the server has no use for the older one."""
        turn: Any = [{"role": "user", "content": prompt}]
        form: Any = {"max_tokens": n_tokens, "temperature": 0}
        if self._is_new_form:
            form = {"max_completion_tokens": n_tokens}
        try:
            return self._client.chat.completions.create(
                model=self._model, messages=turn, **form, **options
            )
        except openai.BadRequestError as error:
            if self._is_new_form or not OLD_FORM.search(error.message):
                raise HTTPException(502, "The model's server refuses the prompt.") from error
            self._is_new_form = True
            return self._send(prompt, n_tokens, **options)
        except openai.OpenAIError as error:
            fault = type(error).__name__
            raise HTTPException(502, f"The model's server cannot be asked: {fault}.") from error


def strip_thought(text: str) -> str:
    """Remove what a reasoning model wrote before its answer."""
    return THOUGHT.sub("", text).strip()
