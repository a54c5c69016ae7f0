"""Cutting documents into passages."""

from __future__ import annotations

from prototypes.contracts import Document
from prototypes.retrieval.chunking import MAX_WORDS, chunk_document, split_sentences


def _document(text: str) -> Document:
    return Document(id="guide.md", title="Guide", text=text)


def _sentence(n_words: int, first: str = "Word") -> str:
    return " ".join([first, *["word"] * (n_words - 1)]) + "."


def test_passages_carry_the_nearest_heading() -> None:
    """A passage must be titled by the heading above it, or the document where there is none."""
    passages = chunk_document(_document("Intro.\n\n# First\n\nOne.\n\n## Second ##\n\nTwo.\n"))

    assert [(p.title, p.text) for p in passages] == [
        ("Guide", "Intro."),
        ("First", "One."),
        ("Second", "Two."),
    ]


def test_underlined_headings_are_recognised() -> None:
    """Headings of reStructuredText must open a passage and not be part of its text."""
    passages = chunk_document(_document("Naming\n******\n\nNames bind.\n\nScope\n=====\nRules.\n"))

    assert [(p.title, p.text) for p in passages] == [
        ("Naming", "Names bind."),
        ("Scope", "Rules."),
    ]


def test_hash_lines_inside_code_fences_are_no_headings() -> None:
    """A comment in a code block must stay in the text."""
    text = "# Setup\n\n```\n# install\npip install x\n```\n"

    (passage,) = chunk_document(_document(text))

    assert passage.title == "Setup"
    assert "# install" in passage.text


def test_long_paragraphs_are_cut_between_sentences() -> None:
    """No passage may exceed the limit, and every one must end with a whole sentence."""
    paragraph = " ".join(_sentence(40) for _ in range(12))

    passages = chunk_document(_document(paragraph))

    assert all(len(p.text.split()) <= MAX_WORDS for p in passages)
    assert all(p.text.endswith(".") for p in passages)
    assert " ".join(p.text for p in passages) == paragraph


def test_a_sentence_that_is_too_long_is_cut_inside() -> None:
    """A text without a full stop must not make an endless passage, and lose no word."""
    text = _sentence(3 * MAX_WORDS + 5)

    passages = chunk_document(_document(text))

    assert all(len(p.text.split()) <= MAX_WORDS for p in passages)
    assert " ".join(p.text for p in passages) == text


def test_short_neighbours_under_one_heading_are_joined() -> None:
    """One-line paragraphs must not become passages of their own."""
    passages = chunk_document(_document("\n\n".join(_sentence(10) for _ in range(4))))

    assert len(passages) == 1


def test_paragraphs_of_normal_length_stay_apart() -> None:
    """A paragraph of about a hundred words is a passage of its own."""
    passages = chunk_document(_document("\n\n".join(_sentence(100) for _ in range(3))))

    assert [len(p.text.split()) for p in passages] == [100, 100, 100]


def test_passage_ids_name_document_and_position() -> None:
    """The id of a passage must lead back to its document."""
    passages = chunk_document(_document("# A\n\nOne.\n\n# B\n\nTwo."))

    assert [p.id for p in passages] == ["guide.md#0", "guide.md#1"]
    assert {p.document_id for p in passages} == {"guide.md"}


def test_an_empty_document_has_no_passages() -> None:
    """White space alone must not be indexed."""
    assert chunk_document(_document(" \n\n \n")) == ()


def test_sentences_end_before_a_capital() -> None:
    """A full stop inside a number or before a small letter must not end a sentence."""
    text = 'It costs 3.5 dollars, e.g. today. "Really?" Yes. 7 of them.'

    assert split_sentences(text) == [
        "It costs 3.5 dollars, e.g. today.",
        '"Really?"',
        "Yes.",
        "7 of them.",
    ]
