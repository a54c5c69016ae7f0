"""Topics become plain paragraphs without losing a word."""

from __future__ import annotations

from prototypes.data.samples.topics import build_document, load_topics

WRAPPED = """The "with" statement
********************

The "with" statement guarantees that if the method returns without an
error, then the other will always be called; this is a "non-\tvirtual" case.
"""


def test_wrapped_lines_are_joined() -> None:
    """A line that was full is continued by the next one."""
    raw = "Exceptions are a means of breaking out of the normal flow of control\nof a block."

    assert raw.replace("\n", " ") == build_document("x", raw).text


def test_word_broken_at_its_hyphen_is_made_whole() -> None:
    """A break after the hyphen of a word leaves no space behind."""
    raw = "An object is compatible with an exception if the object is the non-\nvirtual base."

    assert "the non-virtual base" in build_document("x", raw).text


def test_lines_that_were_not_full_stay_apart() -> None:
    """Items of a list are not run together."""
    raw = '* "list"\n* "tuple"'

    assert raw == build_document("x", raw).text


def test_program_text_keeps_its_lines() -> None:
    """An example is not joined, however long its lines are."""
    raw = f"   >>> print('{'a' * 60}')\n   aaaa"

    assert raw == build_document("x", raw).text


def test_heading_keeps_its_underline() -> None:
    """A chunker recognises a section by the line under its heading."""
    heading = "Customizing positional arguments in class pattern matching"
    raw = f"{heading}\n{'=' * len(heading)}"

    assert raw == build_document("x", raw).text


def test_title_is_the_first_line_without_quotation_marks() -> None:
    """The title reads like a title."""
    assert "The with statement" == build_document("with", WRAPPED).title


def test_table_becomes_one_line_per_row() -> None:
    """Cells that run over several lines are put together; a bar inside a cell stays."""
    raw = "\n".join(
        (
            "+-------+---------+",
            '| "|"   | Bitwise |',
            "|       | OR      |",
            "+-------+---------+",
            '| "<<"  | Shifts  |',
            "+-------+---------+",
        )
    )

    assert '"|": Bitwise OR\n"<<": Shifts' == build_document("x", raw).text


def test_no_word_of_the_help_is_lost() -> None:
    """Outside tables the words of a topic are the same before and after."""
    from pydoc_data.topics import topics

    document = next(document for document in load_topics() if document.id == "objects")

    assert topics["objects"].replace("-\n", "-").split() == document.text.split()


def test_every_topic_is_read_in_order() -> None:
    """Documents are sorted by id, none is empty."""
    documents = load_topics()

    assert [d.id for d in documents] == sorted(d.id for d in documents)
    assert all(d.text and d.title for d in documents)
