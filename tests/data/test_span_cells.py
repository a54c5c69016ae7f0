"""Cells with spans: what is read, and what is refused in which words."""

from __future__ import annotations

import json

import pytest

from prototypes.data.span_cells import build_tagged_text, parse_span_cell
from prototypes.data.spans import Span
from prototypes.errors import DataError

TEXT = "for two at 8 pm"
TIME = Span(11, 15, "time")


@pytest.mark.parametrize(
    "cell",
    [
        [{"start": 11, "end": 15, "label": "time"}],
        [{"start": 11, "end": 15, "label": "time", "value": "8 pm"}],
        [{"begin": 11, "end": 15, "type": "time", "text": " 8 pm "}],
        [{"start": 11.0, "end": 15.0, "slot": "time", "value": None}],
        [{"start": 10, "end": 15, "label": "time"}],
        [[11, 15, "time"]],
        json.dumps([[11, 15, "time"]]),
    ],
)
def test_every_usual_way_to_write_a_span_is_read(cell: object) -> None:
    """Objects, triples and JSON in a cell all mean the same."""
    assert parse_span_cell(cell, TEXT) == (TIME,)


@pytest.mark.parametrize("cell", [[], "", "[]"])
def test_text_may_have_no_span(cell: object) -> None:
    """An empty list says that there is nothing to be found."""
    assert parse_span_cell(cell, TEXT) == ()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (None, "spans is missing"),
        ("soon", "spans is 'soon'; expected a list such as"),
        ({"start": 1}, "expected a list such as"),
        ([7], "found '7' among the spans"),
        ([{"start": 11, "end": 15}], "a span lacks 'label'"),
        ([{"start": 11, "end": 15, "lable": "time"}], "Did you mean 'lable'?"),
        ([{"start": 11, "end": 15, "label": ""}], "the label of a span is empty"),
        ([{"start": "11", "end": 15, "label": "time"}], "the start of a span is '11'"),
        ([{"start": True, "end": 15, "label": "time"}], "the start of a span is 'True'"),
        ([[11, 16, "time"]], "11 to 16 (time) does not lie in the text; expected 0 ≤ start < end"),
        ([[-4, 3, "time"]], "does not lie in the text"),
        ([[11, 11, "time"]], "does not lie in the text"),
        ([[10, 11, "time"]], "holds only blanks"),
        ([{"start": 11, "end": 15, "label": "time", "value": "9 pm"}], "stands '8 pm'"),
        ([[4, 12, "a"], [11, 15, "b"]], "'two at 8' (a, 4 to 12) and '8 pm' (b, 11 to 15) overlap"),
    ],
)
def test_unusable_span_is_refused_by_what_was_found(cell: object, said: str) -> None:
    """The reason names what stands there and what was expected."""
    with pytest.raises(DataError) as caught:
        parse_span_cell(cell, TEXT)

    assert said in str(caught.value)


def test_text_is_kept_as_it_stands() -> None:
    """Offsets count from the first character, a blank or not."""
    sample = build_tagged_text({"text": "  at 8 pm\n", "spans": [[5, 9, "time"]]})

    assert sample.input == "  at 8 pm\n"
    assert sample.targets == ('[{"start": 5, "end": 9, "label": "time"}]',)
