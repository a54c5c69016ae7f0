"""Spans of a text: their canonical line, and the way to tags and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prototypes.data.spans import (
    OUTSIDE,
    Span,
    format_spans,
    labels_of,
    list_tags,
    mark_spans,
    may_follow,
    parse_spans,
    read_tags,
    split_words,
    tag_words,
)

LABELS = ("B-", "I-x", "time", "Zeit", "O")
TEXTS = st.text(alphabet="ab8 ,é_\n漢\u200b", max_size=30)


@st.composite
def spans_of_words(draw: st.DrawFn) -> tuple[str, tuple[Span, ...]]:
    """Draw a text with spans that begin and end with words and do not overlap."""
    text = draw(TEXTS)
    words = split_words(text)
    cuts = draw(st.lists(st.integers(0, len(words)), unique=True, max_size=6).map(sorted))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    labels = st.sampled_from(LABELS)
    return text, tuple(Span(words[a].start, words[b - 1].end, draw(labels)) for a, b in pairs)


@given(spans_of_words())
def test_spans_come_back_from_their_tags(drawn: tuple[str, tuple[Span, ...]]) -> None:
    """Nothing may be lost between offsets and tags, whatever the labels are called."""
    text, spans = drawn
    words = split_words(text)

    assert read_tags(words, tag_words(words, spans)) == spans


@given(spans_of_words())
def test_spans_come_back_from_their_line(drawn: tuple[str, tuple[Span, ...]]) -> None:
    """The line must hold everything and not depend on the order of the spans."""
    _, spans = drawn

    assert parse_spans(format_spans(reversed(spans))) == spans
    assert labels_of(format_spans(spans)) == tuple(sorted({span.label for span in spans}))


@given(TEXTS)
def test_words_hold_every_character_but_white_space(text: str) -> None:
    """A span must be able to begin and end at any visible character's word."""
    words = split_words(text)

    assert "".join(word.text for word in words) == "".join(text.split())
    assert [text[word.start : word.end] for word in words] == [word.text for word in words]


@given(spans_of_words())
def test_tags_of_spans_may_follow_each_other(drawn: tuple[str, tuple[Span, ...]]) -> None:
    """What is learnt from must never be forbidden to the reader of tags."""
    text, spans = drawn
    tags = tag_words(split_words(text), spans)

    assert all(map(may_follow, [OUTSIDE, *tags[:-1]], tags))


def test_adjacent_spans_of_one_label_stay_apart() -> None:
    """Two names in a row must not become one."""
    words = split_words("Ann Bob")

    assert tag_words(words, [Span(0, 3, "name"), Span(4, 7, "name")]) == ["B-name", "B-name"]


def test_inside_tag_of_another_label_begins_a_span() -> None:
    """A reader of impossible tags must not glue labels together."""
    words = split_words("at 8 pm")

    spans = read_tags(words, ["O", "B-people", "I-time"])

    assert spans == (Span(3, 4, "people"), Span(5, 7, "time"))


def test_word_in_part_covered_belongs_to_the_span() -> None:
    """Offsets inside a word are widened to it."""
    assert tag_words(split_words("tonight"), [Span(2, 5, "time")]) == ["B-time"]


@pytest.mark.parametrize(
    ("previous", "tag", "is_allowed"),
    [("O", "I-a", False), ("B-a", "I-a", True), ("I-b", "I-a", False), ("I-a", "B-b", True)],
)
def test_inside_follows_only_its_own_label(previous: str, tag: str, is_allowed: bool) -> None:
    """The reader of tags rests on this."""
    assert may_follow(previous, tag) is is_allowed


def test_marked_text_shows_labels_behind_brackets() -> None:
    """A person has to see at a glance what was found where."""
    spans = [Span(10, 14, "time"), Span(4, 5, "people")]

    assert mark_spans("for 2 at  8 pm!", spans) == "for [2](people) at  [8 pm](time)!"


def test_tags_are_listed_by_label() -> None:
    """The order decides the rows of a head and may not depend on the data's order."""
    assert list_tags(["b", "a", "b"]) == ("O", "B-a", "I-a", "B-b", "I-b")
