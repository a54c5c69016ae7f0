"""Who may read which document."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes.contracts import Document
from prototypes.data.groups import load_groups
from prototypes.errors import DataError

DOCUMENTS = (Document("hr/pay/2024.md", "Pay", "…"), Document("menu.md", "Menu", "…"))


def written(folder: Path, text: str) -> Path:
    """Write the file."""
    path = folder / "groups.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_first_pattern_that_fits_decides(tmp_path: Path) -> None:
    """A narrow one before a wide one closes a part of the folder."""
    path = written(
        tmp_path,
        '- {documents: "hr/*", groups: [hr, no]}\n- {documents: "*", groups: [everyone]}\n',
    )

    assert load_groups(path, DOCUMENTS) == {
        "hr/pay/2024.md": frozenset({"hr", "no"}),
        "menu.md": frozenset({"everyone"}),
    }


def test_a_document_that_nothing_is_said_of_is_named(tmp_path: Path) -> None:
    """It is neither opened nor closed in silence."""
    path = written(tmp_path, '- {documents: "hr/*", groups: [hr]}\n')

    with pytest.raises(DataError, match=r"no pattern fits the document 'menu\.md'"):
        load_groups(path, DOCUMENTS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("groups: [hr]", "the whole: Input should be a valid list"),
        ('- {documents: "*", group: [hr]}', "Field required"),
        ('- {documents: "*", groups: hr}', "Input should be a valid list"),
        ('- {documents: "*", groups: [""]}', "cannot be the name of a group"),
        ("- [", "not YAML"),
    ],
)
def test_what_is_no_list_of_patterns_is_a_sentence(tmp_path: Path, text: str, found: str) -> None:
    """Each fault says where it is and what was expected."""
    with pytest.raises(DataError, match=r"groups\.yaml: ") as refused:
        load_groups(written(tmp_path, text), DOCUMENTS)

    assert found in str(refused.value)
