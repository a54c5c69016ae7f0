"""Answers of a server, kept so that no prompt is paid for twice, and the cap on what is paid."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prototypes.errors import TokenLimitError
from prototypes.models.generator import Generation
from prototypes.storage import write_atomically


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer, and how many seconds it took when it was first given."""

    generation: Generation
    seconds: float


class GenerationCache:
    """One small file per prompt; neither the key nor any header is ever in it."""

    def __init__(self, root: Path | None) -> None:
        """Name the folder; without one nothing is kept."""
        self._root = root

    def find(self, fingerprint: str) -> Remembered | None:
        """Return what was kept under a fingerprint; None if it is missing or damaged."""
        path = self._path(fingerprint)
        return None if path is None else _read(path)

    def keep(self, fingerprint: str, remembered: Remembered) -> None:
        """Write an answer in one step.

        Raises:
            RunFolderError: If the file cannot be written.
        """
        path, answer = self._path(fingerprint), remembered.generation
        if path is None:
            return
        content = {
            "text": answer.text,
            "n_input_tokens": answer.n_input_tokens,
            "n_output_tokens": answer.n_output_tokens,
            "seconds": remembered.seconds,
        }
        write_atomically(path, json.dumps(content, ensure_ascii=False))

    def count_tokens(self) -> int:
        """Count the tokens of all answers that are kept: what the run has used so far."""
        paths = self._root.glob("*/*.json") if self._root else ()
        return sum(count_tokens(kept.generation) for kept in map(_read, paths) if kept)

    def _path(self, fingerprint: str) -> Path | None:
        return self._root / fingerprint[:2] / f"{fingerprint}.json" if self._root else None


class TokenMeter:
    """Counts tokens and refuses those beyond a limit; may be asked from several threads."""

    def __init__(self, limit: int, *, used: int = 0) -> None:
        """Begin with what was used before."""
        self._limit, self._used = limit, used
        self._guard = threading.Lock()

    @contextmanager
    def reserved(self, n_tokens: int) -> Iterator[None]:
        """Hold back tokens while a request is under way.

        Raises:
            TokenLimitError: If the limit does not allow that many.
        """
        with self._guard:
            if self._used + n_tokens > self._limit:
                raise TokenLimitError(
                    f"{self._used:,} of the {self._limit:,} tokens allowed (--max-tokens-total) "
                    f"are used, and the next request takes up to {n_tokens:,}."
                )
            self._used += n_tokens
        try:
            yield
        finally:
            with self._guard:
                self._used -= n_tokens

    def add(self, n_tokens: int) -> None:
        """Note tokens that were used."""
        with self._guard:
            self._used += n_tokens


def count_tokens(generation: Generation) -> int:
    """Add what was read and what was written."""
    return generation.n_input_tokens + generation.n_output_tokens


def fingerprint_prompt(*parts: str | int) -> str:
    """Name an answer after everything it depends on."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _read(path: Path) -> Remembered | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        generation = Generation(
            str(content["text"]), int(content["n_input_tokens"]), int(content["n_output_tokens"])
        )
        return Remembered(generation, float(content["seconds"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
