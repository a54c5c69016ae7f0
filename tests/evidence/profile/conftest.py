"""Profiles of data that a test writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.evidence.profile.profiling import ProfileRequest, profile_data
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers
from advisor.schema.profile import Profile

Profiler = Callable[..., Profile]


@pytest.fixture(scope="session")
def profiler() -> Profiler:
    """Profile paths, with answers as stated and everything else as the request takes it."""
    rule_base = load_rules()

    def run(*paths: Path, said: dict[str, str] | None = None, **options: object) -> Profile:
        request = ProfileRequest(paths, **options)  # type: ignore[arg-type]
        return profile_data(request, rule_base, stated=Answers(answers=said or {}))

    return run
