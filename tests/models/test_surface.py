"""Capitals and blanks come back to texts of an uncased tokenizer."""

from __future__ import annotations

from pathlib import Path

from prototypes.models.surface import SurfaceForms

TEXTS = (
    "The Mill is a family-friendly pub. It's near the river.",
    "Cotto is beside The Mill. It costs £20-25.",
    "In the city centre, Cotto serves crêpes.",
)


def test_learnt_texts_come_back_as_they_were() -> None:
    """Capitals, accents, hyphens, apostrophes and signs."""
    surface = SurfaceForms.learn(TEXTS)
    bare = (
        "the mill is a family - friendly pub . it ' s near the river .",
        "cotto is beside the mill . it costs £ 20 - 25 .",
        "in the city centre , cotto serves crepes .",
    )

    assert [surface.write(text, "") for text in bare] == list(TEXTS)


def test_word_no_text_has_is_written_as_in_the_input() -> None:
    """A name the training outputs lack is copied with its capitals."""
    surface = SurfaceForms.learn(TEXTS)

    written = surface.write("it is near mcdonald .", "name[Cotto], near[McDonald]")

    assert written == "It is near McDonald."


def test_unknown_word_at_the_start_gets_the_usual_capital() -> None:
    """As sentences begin in the training outputs."""
    assert SurfaceForms.learn(TEXTS).write("zebras graze .", "") == "Zebras graze."


def test_form_of_json_comes_back() -> None:
    """The blanks of a format are learnt like any others."""
    surface = SurfaceForms.learn(['{"name": "Cotto", "area": "city centre"}', '{"name": "Mill"}'])

    written = surface.write('{ " name " : " zizzi " , " area " : " city centre " }', "Zizzi")

    assert written == '{"name": "Zizzi", "area": "city centre"}'


def test_saved_forms_write_the_same(tmp_path: Path) -> None:
    """Nothing is lost on the way to the disk."""
    surface = SurfaceForms.learn(TEXTS)
    surface.save(tmp_path)

    assert surface == SurfaceForms.load(tmp_path)


def test_nothing_stays_nothing() -> None:
    """An empty text has no first word."""
    assert SurfaceForms.learn([]).write("", "") == ""
