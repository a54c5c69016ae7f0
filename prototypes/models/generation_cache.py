"""Answers of a server, kept so that no prompt is paid for twice, and the caps on what is paid."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prototypes.errors import CostLimitError, TokenLimitError
from prototypes.measure.costs import cost_of_tokens
from prototypes.models.generator import Generation
from prototypes.storage import write_atomically


@dataclass(frozen=True, slots=True)
class Tokens:
    """How many tokens a model reads and writes."""

    read: int = 0
    written: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.read + self.written

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.read + other.read, self.written + other.written)

    def __sub__(self, other: Tokens) -> Tokens:
        return Tokens(self.read - other.read, self.written - other.written)


@dataclass(frozen=True, slots=True)
class CostCap:
    """What may be spent in US dollars, and the prices per million tokens read and written."""

    usd: float
    prices_usd: tuple[float, float]

    def price(self, tokens: Tokens) -> float:
        """Return what tokens cost."""
        return cost_of_tokens(tokens.read, tokens.written, self.prices_usd)


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

    def count_tokens(self) -> Tokens:
        """Count the tokens of all answers that are kept: what the run has used so far."""
        paths = self._root.glob("*/*.json") if self._root else ()
        each = (count_tokens(kept.generation) for kept in map(_read, paths) if kept)
        return sum(each, start=Tokens())

    def _path(self, fingerprint: str) -> Path | None:
        return self._root / fingerprint[:2] / f"{fingerprint}.json" if self._root else None


class TokenMeter:
    """Counts tokens and refuses those beyond a cap; may be asked from several threads."""

    def __init__(
        self, limit: int, *, used: Tokens = Tokens(), cost_cap: CostCap | None = None
    ) -> None:
        """Begin with what was used before."""
        self._limit, self._used, self._cost_cap = limit, used, cost_cap
        self._guard = threading.Lock()

    @contextmanager
    def reserved(self, tokens: Tokens) -> Iterator[None]:
        """Hold back tokens while a request is under way.

        Raises:
            TokenLimitError: If a cap does not allow that many.
        """
        with self._guard:
            self._require(tokens)
            self._used += tokens
        try:
            yield
        finally:
            with self._guard:
                self._used -= tokens

    def add(self, tokens: Tokens) -> None:
        """Note tokens that were used."""
        with self._guard:
            self._used += tokens

    def _require(self, tokens: Tokens) -> None:
        if self._used.total + tokens.total > self._limit:
            raise TokenLimitError(
                f"{self._used.total:,} of the {self._limit:,} tokens allowed (--max-tokens-total) "
                f"are used, and the next request takes up to {tokens.total:,}."
            )
        cap = self._cost_cap
        if cap is not None and cap.price(self._used + tokens) > cap.usd:
            raise CostLimitError(
                f"{cap.price(self._used):.4f} of the {cap.usd:g} US dollars allowed (--max-usd) "
                f"are spent, and the next request takes up to {cap.price(tokens):.4f}."
            )


def count_tokens(generation: Generation) -> Tokens:
    """Tell what was read and what was written."""
    return Tokens(generation.n_input_tokens, generation.n_output_tokens)


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
