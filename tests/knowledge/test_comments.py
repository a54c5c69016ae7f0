"""What somebody wrote beside their answers stays there."""

from __future__ import annotations

from advisor.knowledge.comments import keep_comments

NEW = "schema_version: 1\nanswers:\n  task_kind: code\n  deployment: edge\n"


def test_comments_stay_beside_their_keys() -> None:
    """Above, beside and at the end: every comment keeps its place."""
    old = "# ours\nschema_version: 1\nanswers:\n  # ask Ada\n  task_kind: code  # sure\n# end\n"

    assert keep_comments(old, NEW) == (
        "# ours\nschema_version: 1\nanswers:\n  # ask Ada\n  task_kind: code  # sure\n"
        "  deployment: edge\n# end\n"
    )


def test_text_without_comments_is_left_alone() -> None:
    """Nothing is added where nothing was."""
    assert keep_comments("schema_version: 1\n", NEW) == NEW


def test_comment_of_a_key_that_is_gone_moves_to_the_end() -> None:
    """No sentence is lost."""
    old = "answers:\n  # why\n  modality: text  # scans?\n"

    assert keep_comments(old, NEW) == f"{NEW}  # why\n# scans?\n"


def test_sign_inside_a_value_is_no_comment() -> None:
    """A quoted `#` belongs to the value."""
    old = "project:\n  name: 'no # comment'\n"

    assert keep_comments(old, NEW) == NEW
