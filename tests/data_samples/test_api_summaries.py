"""The API summaries are many, distinct, labelled, and the same at every reading."""

from __future__ import annotations

import sys
import time
from collections import Counter
from importlib.machinery import ModuleSpec

import pytest

from prototypes.contracts import Dataset
from prototypes.data.samples.api_summaries import SUBPACKAGES, load_api_summaries
from prototypes.errors import DataError

pytestmark = pytest.mark.slow
"""Reading a thousand docstrings takes seconds."""


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """The whole data set, read once."""
    return load_api_summaries()


def test_there_are_enough_summaries_of_every_label(dataset: Dataset) -> None:
    """Over a thousand texts under 17 labels, at least twenty of each."""
    counts = Counter(sample.targets[0] for sample in dataset.samples)

    assert sum(map(len, SUBPACKAGES.values())) == len(counts) == 17
    assert len(dataset.samples) >= 1_000
    assert min(counts.values()) >= 20, counts


def test_ids_and_texts_are_distinct(dataset: Dataset) -> None:
    """No id and no pair of label and text occurs twice."""
    ids = {sample.id for sample in dataset.samples}
    texts = {(sample.targets, sample.input) for sample in dataset.samples}

    assert len(dataset.samples) == len(ids) == len(texts)


def test_text_does_not_name_its_package(dataset: Dataset) -> None:
    """The qualified name of a label never stands in a text of that label."""
    leaks = [s.id for s in dataset.samples if f"{s.targets[0]}." in s.input]

    assert len(leaks) <= 0.01 * len(dataset.samples), leaks


def test_few_texts_contain_the_word_of_their_label(dataset: Dataset) -> None:
    """At most one text in eight says "sparse" or the like of its own sub-package."""
    n_leaks = sum(s.targets[0].split(".")[1] in s.input.lower() for s in dataset.samples)

    assert n_leaks / len(dataset.samples) <= 1 / 8


def test_texts_are_one_line_of_prose(dataset: Dataset) -> None:
    """No text is empty, runs over several lines or keeps markup."""
    for sample in dataset.samples:
        assert sample.input == " ".join(sample.input.split()) != ""
        assert "`" not in sample.input
        assert "----" not in sample.input


def test_every_label_is_described(dataset: Dataset) -> None:
    """The sub-packages describe themselves."""
    labels = {sample.targets[0] for sample in dataset.samples}

    assert labels == set(dataset.label_descriptions)
    assert "Special functions" == dataset.label_descriptions["scipy.special"]


def test_reading_is_quick_and_always_the_same(dataset: Dataset) -> None:
    """A second reading is a matter of seconds even on a slow machine and gives the same data."""
    start = time.process_time()
    again = load_api_summaries()

    assert time.process_time() - start <= 8.0
    assert dataset.fingerprint == again.fingerprint


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without SciPy the error says what is missing and what to do."""

    def find_nothing(name: str) -> ModuleSpec | None:
        return None

    module = sys.modules["prototypes.data.samples.api_summaries"]
    monkeypatch.setattr(module, "find_spec", find_nothing)

    with pytest.raises(DataError, match="'scipy' was not found"):
        load_api_summaries()
