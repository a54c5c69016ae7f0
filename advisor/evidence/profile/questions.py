"""What questions ask for, told by cues in their wording (English)."""

from __future__ import annotations

import re
from collections import Counter

from advisor.evidence.profile.hashing import hash_text
from advisor.evidence.profile.overlap import OverlapMeter
from advisor.schema.profile import QuestionsProfile
from prototypes.data.duplicates import normalise_text

CUES: dict[str, re.Pattern[str]] = {
    "time_dependent": re.compile(
        r"\b(current(ly)?|now(adays)?|latest|today|tonight|yesterday|tomorrow|recent(ly)?|newest|"
        r"at the moment|up[- ]to[- ]date|(this|last|next) (year|month|week|quarter)|still)\b"
    ),
    "aggregate": re.compile(
        r"\b(how (many|often)|count|total|sum of|(the|an|on) average|percentage of|"
        r"list (all|every)|"
        r"(which|what) are (all|the)|all (the )?\w+s (that|which|who)|number of)\b"
    ),
    "comparison": re.compile(
        r"\b(compare[ds]?|comparison|differ(s|ence|ences|ent)?|versus|vs|similarit(y|ies)|"
        r"(more|less|fewer|better|worse|larger|smaller|higher|lower|faster|slower|older|younger|"
        r"longer|shorter|greater|cheaper) than|advantages? .* over)\b"
    ),
    "multi_hop": re.compile(
        r"\b(of the \w+( \w+)? (of|that|which|who|where|whose)|"
        r"(who|what|which|where|when|how) .+\b(and|,) (who|what|which|where|when|how)|"
        r"whose \w+ .*\b(of|by|in) the \w+ (that|who|which)|"
        r"the (same )?\w+ (that|who|which) .+ (also|that|who|which))\b"
    ),
}
"""The first kind with a cue in the question is its kind; without a cue it is a lookup."""

MAX_REMEMBERED = 1_000_000


class QuestionCollector:
    """Takes questions one after the other."""

    def __init__(self, overlap: OverlapMeter) -> None:
        self._overlap = overlap
        self._files: dict[str, None] = {}
        self._seen: set[int] = set()
        self._kinds: Counter[str] = Counter()
        self._n_rows = self._n_duplicates = self._n_marked = self._n_unanswerable = 0
        self._n_answered = 0
        self._sources: set[int] = set()

    def add(
        self,
        question: str,
        *,
        file: str,
        has_answer: bool = False,
        is_unanswerable: bool | None = None,
        sources: tuple[str, ...] = (),
    ) -> None:
        """Take in one question.

        Args:
            question: Its wording.
            file: Where it stands.
            has_answer: Its answer is given.
            is_unanswerable: None if nothing says whether it can be answered.
            sources: What is known to hold the answer: names of documents, or a passage itself.
        """
        self._files[file] = None
        self._n_rows += 1
        self._n_marked += is_unanswerable is not None
        self._n_unanswerable += bool(is_unanswerable)
        self._remember(self._sources, sources)
        if not self._remember(self._seen, (normalise_text(question),)):
            self._n_duplicates += 1
            return
        self._n_answered += has_answer
        self._kinds[tell_kind(question)] += 1
        self._overlap.add_question(question)

    def profile(self) -> QuestionsProfile | None:
        """Describe what was taken in; None if nothing was."""
        if not self._n_rows:
            return None
        return QuestionsProfile(
            files=tuple(self._files),
            n_rows=self._n_rows,
            n_duplicates=self._n_duplicates,
            kinds=dict(self._kinds.most_common()),
            n_answered=self._n_answered,
            n_marked=self._n_marked,
            n_unanswerable=self._n_unanswerable,
            n_sources=len(self._sources),
            overlap=self._overlap.measure(),
        )

    def _remember(self, seen: set[int], texts: tuple[str, ...]) -> bool:
        """Note some texts; tell whether any was new."""
        new = {hash_text(text) for text in texts} - seen
        if len(seen) < MAX_REMEMBERED:
            seen |= new
        return bool(new)


def tell_kind(question: str) -> str:
    """Name the kind of a question by the first cue found in it."""
    lowered = " ".join(question.lower().split())
    return next((kind for kind, cue in CUES.items() if cue.search(lowered)), "lookup")
