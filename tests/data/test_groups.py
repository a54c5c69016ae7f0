"""Who may read which document."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes.contracts import Document
from prototypes.data.groups import find_idle, load_groups
from prototypes.data.readers import read_dataset
from prototypes.data.request import DataRequest
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


def test_a_document_that_nothing_is_said_of_is_open_to_nobody(tmp_path: Path) -> None:
    """What nobody has opened is not shown."""
    path = written(tmp_path, '- {documents: "hr/*", groups: [hr]}\n')

    assert load_groups(path, DOCUMENTS)["menu.md"] == frozenset()


def test_patterns_that_close_nothing_are_named(tmp_path: Path) -> None:
    """One fits no document, one only what a wider pattern before it has opened."""
    lines = ("hr/pya/*", "hr/*", "hr/pay/*", "*")
    path = written(
        tmp_path, "".join(f'- {{documents: "{line}", groups: [hr]}}\n' for line in lines)
    )

    assert find_idle(path, DOCUMENTS) == ("hr/pya/*", "hr/pay/*")


def test_groups_beside_the_documents_are_read_with_them(tmp_path: Path) -> None:
    """Without the file nothing is restricted; with a broken one nothing is read."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "menu.md").write_text("# Menu\n\nSoup.", encoding="utf-8")
    (tmp_path / "questions.csv").write_text("question,answer\nWhat?,Soup.\n", encoding="utf-8")
    request = DataRequest(folder=tmp_path)

    assert read_dataset(request).groups is None
    written(tmp_path, '- {documents: "menu*", groups: [staff]}\n')
    assert read_dataset(request).groups == {"menu.md": frozenset({"staff"})}
    written(tmp_path, "- [")
    with pytest.raises(DataError, match=r"groups\.yaml: not YAML"):
        read_dataset(request)


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
