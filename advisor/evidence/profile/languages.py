"""Which languages documents are written in (py3langid; Lui & Baldwin 2012)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from advisor.schema.profile import LanguageShare

_MIN_LETTERS = 40
"""Shorter texts say too little."""


def count_languages(texts: Iterable[str]) -> LanguageShare:
    """Tell the language of each text that is long enough to tell."""
    from py3langid.langid import classify

    long_enough = [text for text in texts if sum(map(str.isalpha, text)) >= _MIN_LETTERS]
    counts = Counter(str(classify(text)[0]) for text in long_enough)
    return LanguageShare(counts=dict(counts.most_common()), n_sampled=len(long_enough))
