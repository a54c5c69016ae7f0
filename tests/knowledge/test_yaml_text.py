"""YAML is read as it looks, and what would fill the memory is refused."""

from __future__ import annotations

import pytest

from advisor.knowledge.yaml_text import YamlError, read_yaml


def _laughs(n_levels: int) -> str:
    """Let each of some lines repeat the line before nine times."""
    lines = (
        f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]" for level in range(1, n_levels)
    )
    return "\n".join(["l0: &l0 [ha, ha, ha]", *lines])


def test_a_billion_laughs_are_refused_at_once() -> None:
    """Ten lines must not become nine billion values."""
    with pytest.raises(YamlError, match=r"the anchors .+ expected at most 500,000"):
        read_yaml(_laughs(10))


def test_a_few_laughs_are_read() -> None:
    """An anchor as such is nothing bad."""
    value = read_yaml(_laughs(2))

    assert value == {"l0": ["ha"] * 3, "l1": [["ha"] * 3] * 9}


@pytest.mark.parametrize("text", ["a: &a {b: *a}", "a: " + "[" * 50_000, "- " * 50_000, "&a [*a]"])
def test_what_has_no_end_is_refused(text: str) -> None:
    """Neither depth nor a circle ends the program."""
    with pytest.raises(YamlError):
        read_yaml(text)
