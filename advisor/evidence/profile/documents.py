"""What a corpus is like; of each document only hashes and counts are kept."""

from __future__ import annotations

from collections import Counter

from advisor.evidence.profile.languages import count_languages
from advisor.evidence.profile.reservoir import Reservoir
from advisor.evidence.profile.tokens import estimate_tokens
from advisor.schema.profile import DocumentsProfile
from prototypes.data.duplicates import Shingles, find_similar_sets
from prototypes.data.sketches import sketch_text

MAX_REMEMBERED = 1_000_000
"""Digests of so many documents are kept; beyond that, duplicates are a lower bound."""
MAX_COMPARED = 30_000
"""Near duplicates are looked for among so many documents, the first ones."""
N_SAMPLED = 200
"""Excerpts kept to tell languages and count tokens."""

_EXCERPT = 1_000


class DocumentCollector:
    """Takes documents one after the other; memory does not grow with their length."""

    def __init__(self) -> None:
        self._formats: Counter[str] = Counter()
        self._n_characters = 0
        self._n_duplicates = 0
        self._digests: set[bytes] = set()
        self._sketches: list[Shingles] = []
        self._excerpts: Reservoir[str] = Reservoir(N_SAMPLED)
        self._dates: tuple[str, str] | None = None

    def add(self, text: str, *, suffix: str, modified: str = "") -> None:
        """Take in one document."""
        self._formats[suffix.lstrip(".")] += 1
        self._n_characters += len(text)
        start = max(0, (len(text) - _EXCERPT) // 2)
        self._excerpts.add(text[start : start + _EXCERPT])
        self._add_date(modified)
        sketch = sketch_text(text)
        if sketch.digest in self._digests:
            self._n_duplicates += 1
            return
        if len(self._digests) < MAX_REMEMBERED:
            self._digests.add(sketch.digest)
        if len(self._sketches) < MAX_COMPARED:
            self._sketches.append(sketch.hashes)

    def is_new(self, text: str) -> bool:
        """True if no document taken in so far says the same."""
        return sketch_text(text).digest not in self._digests

    def profile(self) -> DocumentsProfile | None:
        """Describe what was taken in; None if nothing was."""
        if not self._formats:
            return None
        n_tokens, how = estimate_tokens(self._n_characters, self._excerpts.values)
        oldest, newest = self._dates or ("", "")
        return DocumentsProfile(
            n_documents=self._formats.total(),
            n_characters=self._n_characters,
            n_tokens=n_tokens,
            tokens_how=how,
            formats=dict(self._formats.most_common()),
            languages=count_languages(self._excerpts.values),
            n_duplicates=self._n_duplicates,
            n_near_duplicates=count_near(self._sketches),
            n_compared=len(self._sketches),
            oldest=oldest,
            newest=newest,
        )

    def _add_date(self, modified: str) -> None:
        if modified:
            oldest, newest = self._dates or (modified, modified)
            self._dates = min(oldest, modified), max(newest, modified)


def count_near(sketches: list[Shingles]) -> int:
    """Count the sets of which an earlier one is nearly the same."""
    return len({later for _, later in find_similar_sets(sketches)})
