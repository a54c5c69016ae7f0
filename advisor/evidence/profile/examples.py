"""What labelled examples are like; of each row only hashes are kept, and a sample in full."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import numpy as np

from advisor.evidence.profile.hashing import hash_text
from advisor.evidence.profile.noise import MAX_SAMPLED, estimate_noise
from advisor.evidence.profile.output_format import describe_format
from advisor.evidence.profile.reservoir import Reservoir
from advisor.schema.profile import ExamplesProfile
from prototypes.data.duplicates import find_near_duplicates, normalise_text

MAX_REMEMBERED = 1_000_000
"""Hashes of so many different inputs are kept; beyond that, duplicates are a lower bound."""

_MAX_CLASSES = 100_000
_EXCERPT = 2_000


class ExampleCollector:
    """Takes rows one after the other; memory does not grow with their length."""

    def __init__(self, kind: Literal["labels", "outputs", "spans"]) -> None:
        self._kind = kind
        self._files: dict[str, None] = {}
        self._n_rows = self._n_incomplete = self._n_duplicates = 0
        self._is_capped = False
        self._output_of: dict[int, int] = {}
        self._conflicts: set[int] = set()
        self._counts: Counter[str] = Counter()
        self._sample: Reservoir[tuple[str, str]] = Reservoir(MAX_SAMPLED)
        self._lengths: Reservoir[int] = Reservoir(10 * MAX_SAMPLED)

    def add(self, text: str, output: str, *, file: str) -> None:
        """Take in one row."""
        self._files[file] = None
        self._n_rows += 1
        if not text.strip() or not output.strip():
            self._n_incomplete += 1
            return
        is_repeated = self._remember(hash_text(normalise_text(text)), hash_text(output.strip()))
        if is_repeated:
            self._n_duplicates += 1
            return
        self._lengths.add(len(text))
        self._sample.add((text[:_EXCERPT], output[:_EXCERPT]))
        name = output.strip() if self._kind == "labels" else f"{hash_text(output.strip()):x}"
        if name in self._counts or len(self._counts) < _MAX_CLASSES:
            self._counts[name] += 1

    def _remember(self, text: int, output: int) -> bool:
        """Note an input with its output; tell whether both were there before."""
        before = self._output_of.get(text)
        if before is None:
            if len(self._output_of) < MAX_REMEMBERED:
                self._output_of[text] = output
            else:
                self._is_capped = True
            return False
        if before == output:
            return True
        pair = text ^ output
        is_repeated = pair in self._conflicts
        self._conflicts.update((text, pair))
        return is_repeated

    def profile(self) -> ExamplesProfile | None:
        """Describe what was taken in; None if nothing was."""
        if not self._n_rows:
            return None
        texts = [text for text, _ in self._sample.values]
        outputs = [output for _, output in self._sample.values]
        distinct = list(dict.fromkeys(map(normalise_text, texts)))
        near = find_near_duplicates(distinct)
        lengths = self._lengths.values or [0]
        return ExamplesProfile(
            kind=self._kind,
            files=tuple(self._files),
            n_rows=self._n_rows,
            n_incomplete=self._n_incomplete,
            n_duplicates=self._n_duplicates,
            n_conflicts=sum(text in self._output_of for text in self._conflicts),
            n_near_duplicates=len({later for _, later in near}),
            n_compared=len(distinct),
            n_outputs=len(self._counts),
            largest_share=max(self._counts.values(), default=0) / max(1, self._counts.total()),
            smallest_class=min(self._counts.values(), default=0),
            median_characters=int(np.percentile(lengths, 50)),
            p95_characters=int(np.percentile(lengths, 95)),
            noise=estimate_noise(texts, outputs) if self._kind == "labels" else None,
            output_format=describe_format(outputs),
            is_capped=self._is_capped,
        )
