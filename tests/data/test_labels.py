"""Label descriptions are taken as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes.data.labels import keep_known_labels, load_label_descriptions
from prototypes.errors import DataError


def _load(folder: Path, content: str, *, name: str = "labels.yaml") -> dict[str, str]:
    (folder / name).write_text(content, encoding="utf-8")
    return load_label_descriptions(folder / name)


def test_yaml_labels_stay_texts(tmp_path: Path) -> None:
    """YAML would read `no` as False and `1` as a number."""
    assert _load(tmp_path, "no: it is not\n1: first\n") == {"no": "it is not", "1": "first"}


def test_json_labels(tmp_path: Path) -> None:
    """The same mapping may be JSON."""
    assert _load(tmp_path, '{\t"a": "b"}', name="labels.json") == {"a": "b"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("labels.yaml", "a: b\na: c\n", "'a' is described twice"),
        ("labels.json", '{"a": "b", "a": "c"}', "'a' is described twice"),
        ("labels.yaml", "a: [b]\n", "nested value in line 1"),
        ("labels.yaml", "- a\n", "found no mapping"),
        ("labels.yaml", "", "found no mapping"),
        ("labels.yaml", "a: 'b\n", "not YAML"),
        ("labels.yaml", 'a: "\\ud800"\n', "escaped half of a character"),
        ("labels.yaml", "[" * 2_000, "not YAML"),
        ("labels.json", "[]", "found no mapping"),
        ("labels.json", '{"a": 1}', "found '1', expected one description"),
        ("labels.json", "{", "not JSON"),
        ("labels.json", '{"a": ' * 100_000, "not JSON"),
    ],
)
def test_unusable_descriptions(tmp_path: Path, name: str, content: str, message: str) -> None:
    """Every fault is named with its file."""
    with pytest.raises(DataError, match=message):
        _load(tmp_path, content, name=name)


def test_description_of_a_label_that_never_occurs_is_refused() -> None:
    """It is probably a spelling mistake."""
    kept, refused = keep_known_labels(
        {"card_lost": "x", "crad_stolen": "y"}, ["card_lost", "card_stolen"], path=Path("l.yaml")
    )

    assert kept == {"card_lost": "x"}
    assert "Did you mean 'card_stolen'?" in refused[0].reason
