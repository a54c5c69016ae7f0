"""Whole projects, from answers to the leading approach and the rules in its trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advisor.api import advise
from advisor.knowledge.loader import load_rules
from advisor.knowledge.yaml_text import read_yaml
from advisor.schema.recommendation import Recommendation
from advisor.vocabulary import Status

FOLDER = Path(__file__).parent.parent / "consultations"
NAMES = sorted(path.name for path in FOLDER.glob("*.yaml"))


def _read(name: str) -> dict[str, Any]:
    content = read_yaml((FOLDER / name).read_text(encoding="utf-8"))
    assert isinstance(content, dict), name
    return content


def _trace(recommendation: Recommendation) -> set[str]:
    """Collect the rules that fired and the vetoes that hold."""
    rules = {r.rule for a in recommendation.ranking for r in (*a.reasons, *a.against)}
    vetoes = {v.veto for a in recommendation.ranking for v in a.vetoes if not v.is_open}
    return rules | vetoes


@pytest.fixture(scope="module", params=NAMES)
def consultation(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Recommendation]:
    """One project and what Advisor says about it."""
    content = _read(request.param)
    return content["expect"], advise(content["answers"])


Consultation = tuple[dict[str, Any], Recommendation]


def test_expected_approach_leads(consultation: Consultation) -> None:
    """The approach that won in the source, or one it finds as good, must lead."""
    expected, recommendation = consultation
    acceptable = {expected["leading"], *expected.get("also_ok", ())}

    assert recommendation.leading in acceptable


def test_leader_is_ahead_by_more_than_a_nuance(consultation: Consultation) -> None:
    """A project with a clear outcome must not hang on 2 decibans."""
    _, recommendation = consultation
    first, *rest = (a for a in recommendation.ranking if a.status is not Status.EXCLUDED)

    assert all(first.score_db - other.score_db >= 2 for other in rest)


def test_expected_approaches_are_excluded(consultation: Consultation) -> None:
    """Hard constraints exclude what the project cannot have, and nothing else."""
    expected, recommendation = consultation
    excluded = {a.approach for a in recommendation.ranking if a.status is Status.EXCLUDED}

    assert set(expected.get("excluded", ())) == excluded


def test_expected_rules_are_in_the_trace(consultation: Consultation) -> None:
    """The right answer for the wrong reason is a fault."""
    expected, recommendation = consultation

    assert set(expected["fires"]) - _trace(recommendation) == set()


def test_expected_variants_are_chosen(consultation: Consultation) -> None:
    """Where the source says which form won, that form must be proposed."""
    expected, recommendation = consultation
    wanted = expected.get("variants", {})

    assert {slot: recommendation.variants.get(slot) for slot in wanted} == wanted


def test_each_whole_project_claim_has_its_consultation() -> None:
    """A claim that lives in a consultation must find the file, and the file must name the claim."""
    homes = {c.id: c.home for c in load_rules().claims if c.home.startswith("consultation:")}
    named = {claim: name for name in NAMES for claim in _read(name).get("claims", ())}

    missing = [claim for claim, home in homes.items() if home.split(":")[1] not in NAMES]
    assert (missing, homes.keys() - named.keys()) == ([], set())
