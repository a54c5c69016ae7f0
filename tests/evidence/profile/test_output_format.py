"""What outputs have in common."""

from __future__ import annotations

from advisor.evidence.profile.output_format import describe_format


def test_json_with_the_same_keys_is_recognised() -> None:
    """One of four has another key; one is not JSON."""
    found = describe_format(['{"a": 1, "b": 2}', '{"b": 3, "a": "x"}', '{"a": 1}', "a: 1"])

    assert (found.n_json, found.n_same_keys) == (3, 2)


def test_shape_ignores_letters_and_digits() -> None:
    """Part numbers share a shape, sentences do not."""
    found = describe_format(["AB-12", "XYZ-7", "Q-1999", "Sorry, I cannot."])

    assert found.n_same_shape == 3


def test_lists_of_records_are_json_records() -> None:
    """Spans are written so; a list of numbers is none."""
    found = describe_format(
        ['[{"start": 1, "label": "a"}, {"label": "b", "start": 2}]', "[]", "[1]"]
    )

    assert (found.n_json, found.n_same_keys) == (2, 1)
