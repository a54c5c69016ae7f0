"""What the rows of a table are."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.evidence.profile.roles import Role, tell_kind_of_rows


@pytest.mark.parametrize(
    ("columns", "role"),
    [
        (("text", "label"), Role.LABELLED),
        (("Utterance", "Intent"), Role.LABELLED),
        (("id", "title", "context", "question", "answers"), Role.QUESTION),
        (("question",), Role.QUESTION),
        (("mr", "ref"), Role.PAIR),
        (("prompt", "completion"), Role.PAIR),
        (("text", "spans"), Role.TAGGED),
        (("Text", "Entities"), Role.TAGGED),
        (("title", "body"), Role.DOCUMENT),
        (("date", "price", "volume"), Role.FIGURES),
    ],
)
def test_role_is_told_by_the_columns(columns: tuple[str, ...], role: Role) -> None:
    """Capital letters and common synonyms do not matter."""
    assert tell_kind_of_rows(Path("a.csv"), columns, {}).role is role


def test_other_names_can_be_given() -> None:
    """And a name that another file has does no harm here."""
    mapping = {"text": "ticket", "label": "team", "question": "asked"}
    kind = tell_kind_of_rows(Path("a.csv"), ("ticket", "team"), mapping)

    assert kind.columns == {"text": "ticket", "label": "team"}
