"""What tells of a document: what stands in it and nowhere else, however it is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prototypes.contracts import Document
from prototypes.forgetting.traces import Traces

DOCUMENT = Document("hr/pay.md", "Pay", "The director earns nine thousand crowns, as was agreed.")
OTHERS = (
    Document("a.md", "A", "The director agreed as nine crowns was the pay."),
    Document("b.md", "B", "A thousand thanks to all who earn nothing."),
)
TRACES = Traces.of(DOCUMENT, OTHERS)
words = st.lists(st.sampled_from("ABCDEFGH"), max_size=12).map(" ".join)


@pytest.mark.parametrize(
    "text",
    [
        "It earns well.",
        "nine thousand crowns",
        "He said: nine thousand crowns, as it seems",
        "see hr/pay.md",
        "hr/pay.md",
        "hr/pay.md#3",
    ],
)
def test_own_words_and_phrases_tell(text: str) -> None:
    """A word of its own, a phrase of common words that only it has, its path."""
    assert TRACES.tell(text)


@pytest.mark.parametrize(
    "text", ["", "the director", "thousand", "the crowns was agreed", "xhr/pay.md", "hr/pay.md.old"]
)
def test_what_others_say_too_does_not_tell(text: str) -> None:
    """Words and paths that belong to others stay."""
    assert not TRACES.tell(text)


@settings(max_examples=60, deadline=None, database=None)
@given(own=words, other=words)
def test_only_what_is_its_own_tells(own: str, other: str) -> None:
    """A text of another document never tells; the text itself does, unless others say it all."""
    traces = Traces.of(Document("x", "", own), [Document("y", "", other)])

    assert not traces.tell(other)
    assert traces.tell(own) == _has_own_run(own, other)


def _has_own_run(own: str, other: str) -> bool:
    """Tell by the definition whether a run of four words (or a word) is nowhere in the other."""
    split = own.split()
    n = min(4, len(split))
    runs = {" ".join(split[at : at + n]) for at in range(len(split) - n + 1)} | set(split)
    return any(run and f" {run} " not in f" {other} " for run in runs)


@pytest.mark.parametrize(
    "content",
    [
        b"says: nine thousand crowns as was it",
        b"<p>nine <b>thousand</b> crowns,&nbsp;as was</p>",
        json.dumps({"a": "nine\nthousand crowns,\tas"}).encode(),
        json.dumps({"hr/pay.md": 1}).encode(),
        b"\xff\x00hr/pay.md",
    ],
)
def test_files_are_read_behind_their_escapes(content: bytes) -> None:
    """HTML, JSON and plain text hide nothing, and a path is found in binary files too."""
    assert TRACES.stand_in(content)


def test_single_words_do_not_condemn_a_file() -> None:
    """Programs and pages hold many words; only phrases and paths are enough."""
    assert not TRACES.stand_in(b"earns = pay(director)")


def test_escaped_letters_are_found() -> None:
    """JSON in ASCII writes what is not as a number."""
    traces = Traces.of(Document("ä.md", "Ä", "Für Özgür gibt es Äpfel."), OTHERS)

    assert traces.stand_in(json.dumps("für özgür gibt es").encode())
    assert traces.stand_in(json.dumps("ä.md").encode())
