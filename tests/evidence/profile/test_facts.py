"""Facts that changed between two states of a document."""

from __future__ import annotations

from advisor.evidence.profile.facts import (
    FactDifference,
    compare_sentences,
    find_flags,
    find_sentences,
)


def _compare(before: str, after: str) -> FactDifference:
    return compare_sentences(list(find_sentences(before)), list(find_sentences(after)))


def test_paragraph_wrapped_anew_has_not_changed() -> None:
    """Line breaks are no facts."""
    assert _compare("One two.\nThree four.", "One\ntwo. Three\nfour.") == FactDifference()


def test_number_in_the_same_sentence_is_a_changed_number() -> None:
    """The sentence is otherwise the same."""
    found = _compare("Wait for 5 seconds. Then stop.", "Wait for 10 seconds. Then stop.")

    assert found == FactDifference(n_gone=1, n_numbers=1)


def test_version_is_told_from_a_number() -> None:
    """Three parts, or a v before it."""
    found = _compare("Install version 3.4.1 now.", "Install version 3.5.0 now.")

    assert found == FactDifference(n_gone=1, n_versions=1)


def test_setting_is_compared_under_its_own_heading() -> None:
    """Two settings share the name `Default`; only one of them changed."""
    before = "## --a\n- Default: true\n## --b\n- Default: capnslog\n"
    after = "## --a\n- Default: true\n## --b\n- Default: zap\n"

    assert _compare(before, after) == FactDifference(n_gone=1, n_settings=1)


def test_value_that_stands_elsewhere_does_not_hide_a_change() -> None:
    """One setting took the value of another, which took a third one."""
    before = "## --a\n- Default: true\n## --b\n- Default: 1\n"
    after = "## --a\n- Default: false\n## --b\n- Default: true\n"

    assert _compare(before, after) == FactDifference(n_gone=2, n_settings=2)


def test_front_matter_states_nothing() -> None:
    """A page that was given another title is the same page."""
    assert _compare("---\ntitle: A 1\n---\nText.", "---\ntitle: A 2\n---\nText.") == (
        FactDifference()
    )


def test_sentence_put_otherwise_is_gone_but_no_changed_fact() -> None:
    """What it says instead cannot be told by counting."""
    assert _compare("It is fast.", "It used to be slow.") == FactDifference(n_gone=1)


def test_flags_are_found_where_they_stand_as_flags() -> None:
    """Not in a dash between words, nor in a rule of dashes."""
    assert find_flags("Use --data-dir or `--name=x`; a--b, -----") == {"--data-dir", "--name"}
