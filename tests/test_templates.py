"""Prompt templates: those of the package, those of the user, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes.errors import PromptTemplateError
from prototypes.templates import PLACEHOLDERS, load_templates


def test_package_has_every_template_without_its_version_line() -> None:
    """The version is for readers of the file, not for the model."""
    templates = load_templates()

    assert set(templates.by_name) == set(PLACEHOLDERS)
    assert not any(each.text.startswith("version") for each in templates.by_name.values())


def test_values_are_put_in_as_they_are() -> None:
    """A dollar sign in somebody's data is no placeholder."""
    template = load_templates().by_name["qa_closed_book"]

    assert "costs $abstention" in template.fill(question="costs $abstention", abstention="NONE")


def test_own_template_replaces_one_and_changes_the_hash(tmp_path: Path) -> None:
    """The others stay those of the package."""
    (tmp_path / "qa_closed_book.txt").write_text("Say $abstention or answer $question")
    own, ours = load_templates(tmp_path), load_templates()

    assert own.by_name["qa_closed_book"].text == "Say $abstention or answer $question"
    assert own.by_name["qa_passages"] == ours.by_name["qa_passages"]
    assert own.sha256 != ours.sha256


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("qa_closed_book", "$question", r"lacks \$abstention"),
        ("qa_closed_book", "$question $abstention $labels", r"asks for the unknown \$labels"),
        ("qa_closed_book", "$question $abstention costs 5 $", "begins no placeholder"),
        ("qa_close_book", "$question", "is no template; expected files named"),
    ],
)
def test_template_that_cannot_be_used_is_named(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    """A prompt that lacks its question is found before anything is asked."""
    (tmp_path / f"{name}.txt").write_text(text)

    with pytest.raises(PromptTemplateError, match=sentence):
        load_templates(tmp_path)


def test_missing_or_empty_folder_is_named(tmp_path: Path) -> None:
    """A mistyped folder does not silently mean our templates."""
    with pytest.raises(PromptTemplateError, match="There is no folder"):
        load_templates(tmp_path / "missing")
    with pytest.raises(PromptTemplateError, match="holds no template"):
        load_templates(tmp_path)
