"""From measurements to levels; what the data leave open is not answered."""

from __future__ import annotations

import pytest

from advisor.evidence.profile.mapping import level_of_interval, measure_answers
from advisor.knowledge.loader import load_rules
from advisor.schema.profile import (
    DocumentsProfile,
    HistoryProfile,
    LanguageShare,
    Profile,
)


def _levels(**found: object) -> dict[str, str]:
    profile = Profile(paths=("data",), n_files=1, n_bytes=1, **found)
    return {c: one.level for c, one in measure_answers(profile, load_rules()).items()}


def _documents(n: int, n_tokens: int) -> DocumentsProfile:
    return DocumentsProfile(
        n_documents=n,
        n_characters=4 * n_tokens,
        n_tokens=n_tokens,
        tokens_how="counted",
        formats={"md": n},
        languages=LanguageShare(counts={"en": 1}, n_sampled=1),
        n_duplicates=0,
        n_near_duplicates=0,
        n_compared=n,
    )


@pytest.mark.parametrize(
    ("n", "n_tokens", "level"),
    [
        (1, 200_000, "fits_in_prompt"),
        (900, 200_001, "hundreds_of_pages"),
        (1_000, 300_000, "thousands_of_documents"),
        (10, 2_000_000, "thousands_of_documents"),
        (1_000_000, 10**9, "millions_of_documents"),
    ],
)
def test_corpus_size_follows_tokens_and_documents(n: int, n_tokens: int, level: str) -> None:
    """As the question puts it: 200,000 tokens fit into a prompt."""
    assert _levels(documents=_documents(n, n_tokens)) == {"corpus_size": level}


@pytest.mark.parametrize(
    ("days", "level"),
    [(1, "daily"), (7, "weekly"), (30, "monthly"), (365, "yearly"), (4_000, "static")],
)
def test_interval_between_changes_is_named(days: float, level: str) -> None:
    """Each level's own length is well inside it."""
    assert level_of_interval(days) == level


def test_short_history_decides_nothing() -> None:
    """Two weeks of work on a new repository are no habit."""
    history = HistoryProfile(
        repository="docs",
        n_commits=50,
        n_days=10,
        span_days=14,
        first="2024-01-01",
        last="2024-01-14",
    )

    assert _levels(history=history) == {}


def test_history_tells_how_often_facts_change() -> None:
    """Fifty days of change in a year."""
    history = HistoryProfile(
        repository="docs",
        n_commits=80,
        n_days=50,
        span_days=365,
        first="2024-01-01",
        last="2024-12-30",
    )

    assert _levels(history=history) == {"data_volatility": "weekly"}


@pytest.mark.parametrize(
    ("kinds", "level"),
    [
        ({"text": 95, "images_or_audio": 5}, "text"),
        ({"text": 80, "images_or_audio": 20}, "mixed"),
        ({"tables": 3}, "tables"),
    ],
)
def test_second_material_counts_from_a_tenth_on(kinds: dict[str, int], level: str) -> None:
    """A few pictures do not make a corpus of pictures."""
    assert _levels(modality=kinds) == {"modality": level}
