"""Questions made of documents: what asks is held out, what answers is left, nothing is hidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes.contracts import Document
from prototypes.data.readers import DataRequest, read_dataset
from prototypes.data.splits import split_dataset
from prototypes.data.synthetic_questions import (
    HEADING,
    SENTENCE,
    SyntheticSet,
    count_kinds,
    make_questions,
)
from prototypes.errors import DataError

ANIMALS = ("otter", "badger", "heron", "marten", "beaver", "falcon", "weasel", "curlew")
DEEDS = ("hunts", "sleeps", "builds", "wanders", "calls", "feeds")


def write_document(animal: str) -> Document:
    """Write three sections of prose about an animal, one of them under an underlined heading."""
    sections = [
        f"{mark(f'Habits of the {animal} {part}', number)}\n\n{prose(animal, part)}\n"
        for number, part in enumerate(("indoors", "outdoors", "abroad"))
    ]
    return Document(f"{animal}.md", f"The {animal}", f"# The {animal}\n\n" + "\n".join(sections))


def mark(heading: str, number: int) -> str:
    """Mark a heading in one of two ways."""
    return f"{heading}\n{'-' * len(heading)}" if number == 1 else f"## {heading}"


def prose(animal: str, part: str) -> str:
    """Write six sentences that occur nowhere else."""
    return " ".join(
        f"When it is {part} the {animal} {deed} much longer than people think." for deed in DEEDS
    )


@pytest.fixture
def documents() -> list[Document]:
    """Eight documents of three sections."""
    return [write_document(animal) for animal in ANIMALS]


@pytest.fixture
def made(documents: list[Document]) -> SyntheticSet:
    """What is made of them."""
    return make_questions(documents, seed=0)


def test_every_question_is_marked_and_named_after_its_kind(made: SyntheticSet) -> None:
    """24 headings and 24 passages give as many questions; the titles of the documents do not."""
    assert count_kinds(made.samples) == {HEADING: 24, SENTENCE: 24}
    assert all(sample.synthetic and len(sample.sources) == 1 for sample in made.samples)


def test_what_asks_is_gone_from_the_corpus(made: SyntheticSet) -> None:
    """Neither a heading nor a sentence that asks can be found again word for word."""
    corpus = " ".join(" ".join(document.text.split()) for document in made.documents)

    assert [sample.input for sample in made.samples if sample.input in corpus] == []
    assert "---" not in corpus


def test_what_answers_is_left_in_its_document(made: SyntheticSet) -> None:
    """Every accepted answer still stands in the source."""
    texts = {document.id: " ".join(document.text.split()) for document in made.documents}

    assert all(sample.targets for sample in made.samples)
    assert all(
        target in texts[sample.sources[0]] for sample in made.samples for target in sample.targets
    )


def test_heading_gives_way_to_the_title_of_its_document(made: SyntheticSet) -> None:
    """Sections stay apart, so that passages are cut as before."""
    otter = made.documents[0].text

    assert otter.count("## The otter\n") == 3


def test_same_seed_asks_the_same(documents: list[Document]) -> None:
    """The seed decides which sentences ask."""
    first, again, other = (make_questions(documents, seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_questions_of_one_section_stay_on_one_side(made: SyntheticSet) -> None:
    """A heading and a sentence of one section are not divided between training and test."""
    groups = {sample.group for sample in made.samples}

    assert len(groups) == 24


def test_sentence_that_stands_twice_neither_asks_nor_answers(documents: list[Document]) -> None:
    """What is in two documents has two sources, of which only one would count."""
    twin = Document("twin.md", "The twin", documents[0].text)
    made = make_questions([*documents, twin], seed=0)

    assert all(sample.sources[0] not in ("otter.md", "twin.md") for sample in made.samples)


def test_code_and_tables_do_not_ask() -> None:
    """A sentence has words, begins with one and ends like one."""
    code = "\n\n".join(f"run --level={n} | grep {n} > file_{n}\n\n* item {n}" for n in range(40))

    with pytest.raises(DataError, match="only 0 could be made"):
        make_questions([Document("code.md", "Code", code)], seed=0)


def test_documents_alone_are_a_data_set(documents: list[Document], tmp_path: Path) -> None:
    """A folder without questions can be measured, and its samples say what they are."""
    (tmp_path / "documents").mkdir()
    for document in documents:
        (tmp_path / "documents" / document.id).write_text(document.text, encoding="utf-8")

    dataset = read_dataset(DataRequest(folder=tmp_path, seed=3))
    split = split_dataset(dataset, seed=3)

    assert all(sample.synthetic for sample in dataset.samples)
    assert dataset == read_dataset(DataRequest(folder=tmp_path, seed=3))
    assert min(len(split.test), len(split.learning.train), len(split.learning.validation)) >= 3


def test_too_little_text_is_told_with_the_way_out(tmp_path: Path) -> None:
    """Nothing can be measured on one sentence; the folder and what to do are named."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "note.md").write_text("Only this one short note.", encoding="utf-8")

    with pytest.raises(DataError, match=r"documents: found no questions.*--questions FILE"):
        read_dataset(DataRequest(folder=tmp_path))


def test_kept_questions_given_back_are_still_synthetic(tmp_path: Path) -> None:
    """A questions file may say that its questions are synthetic."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.md").write_text("A text.", encoding="utf-8")
    line = '{"id": "heading-001", "question": "A?", "answers": ["text"], "synthetic": true}\n'
    (tmp_path / "questions.jsonl").write_text(line, encoding="utf-8")

    (sample,) = read_dataset(DataRequest(folder=tmp_path)).samples

    assert sample.synthetic
