"""The parts of a split do not leak into each other, and the same seed gives the same parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prototypes.contracts import Dataset, Sample, Split, Task
from prototypes.data.duplicates import normalise_text
from prototypes.data.readers import DataRequest, read_dataset
from prototypes.data.splits import split_dataset
from prototypes.errors import DataError, TooFewSamplesError

ROOT = Path(__file__).resolve().parents[2]
BANKING77 = ROOT.parent / "shared" / "data" / "banking77"

WORDS = ("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "islet", "jetty")


def _text(number: int) -> str:
    return " ".join(WORDS[int(digit)] for digit in f"{number:04}")


def _samples(labels: Sequence[str], *, start: int = 0) -> tuple[Sample, ...]:
    return tuple(
        Sample(id=f"s{number}", input=_text(number), targets=(label,))
        for number, label in enumerate(labels, start=start)
    )


def _dataset(samples: Sequence[Sample], given_test: Sequence[Sample] = ()) -> Dataset:
    return Dataset(Task.CLASSIFICATION, tuple(samples), given_test=tuple(given_test))


def _questions(n_answerable: int, n_unanswerable: int) -> Dataset:
    n = n_answerable + n_unanswerable
    samples = tuple(
        Sample(
            id=f"q{number}",
            input=_text(number),
            targets=() if number >= n_answerable else (f"answer {number}",),
            unanswerable=number >= n_answerable,
        )
        for number in range(n)
    )
    return Dataset(Task.DOCUMENT_QA, samples)


def _parts(split: Split) -> tuple[tuple[Sample, ...], ...]:
    return split.learning.train, split.learning.validation, split.test


def _sizes(split: Split) -> tuple[int, ...]:
    return tuple(map(len, _parts(split)))


def test_default_shares_of_labelled_texts() -> None:
    """30 % are held out, and of the rest a tenth but at least 50 choose the settings."""
    split = split_dataset(_dataset(_samples(["x", "y"] * 500)), seed=0)

    assert _sizes(split) == (629, 71, 300)


def test_validation_has_at_most_500_samples() -> None:
    """More would only cost training samples and time."""
    split = split_dataset(_dataset(_samples(["x", "y"] * 2_700)), seed=0, test_share=0.05)

    assert len(split.learning.validation) == 500


def test_few_questions_are_halved() -> None:
    """With few questions the measurement needs them more than the training."""
    assert _sizes(split_dataset(_questions(52, 8), seed=0)) == (23, 7, 30)


def test_many_questions_are_not_halved() -> None:
    """From 200 on, three in ten are enough."""
    assert len(split_dataset(_questions(200, 0), seed=0).test) == 60


def test_unanswerable_questions_are_spread() -> None:
    """Abstention has to be learnt, chosen and measured."""
    split = split_dataset(_questions(52, 8), seed=1)

    counts = [sum(sample.unanswerable for sample in part) for part in _parts(split)]
    assert counts == [3, 1, 4]


def test_labels_are_spread_in_proportion() -> None:
    """A label of a fifth of the samples has a fifth of the test."""
    split = split_dataset(_dataset(_samples(["x"] * 80 + ["y"] * 20)), seed=0)

    assert Counter({("x",): 24, ("y",): 6}) == Counter(sample.targets for sample in split.test)


def test_named_shares_are_used() -> None:
    """The user's shares win over the defaults."""
    dataset = _dataset(_samples(["x", "y"] * 50))

    split = split_dataset(dataset, seed=0, test_share=0.5, validation_share=0.2)

    assert _sizes(split) == (40, 10, 50)


def test_repeats_are_removed_and_counted() -> None:
    """Writing alone does not make a second sample."""
    samples = _samples(["x", "y"] * 20)
    repeat = replace(samples[0], id="again", input=samples[0].input.upper() + "!")

    split = split_dataset(_dataset([*samples, repeat]), seed=0)

    assert split.n_duplicates_removed == 1
    assert "again" not in {sample.id for part in _parts(split) for sample in part}


def test_conflicting_labels_are_counted_and_stay_on_one_side() -> None:
    """Which of the labels is right is not for the program to decide."""
    samples = _samples(["x", "y"] * 20)
    conflict = replace(samples[0], id="conflict", targets=("y",))

    split = split_dataset(_dataset([*samples, conflict]), seed=0)

    sides = [{"s0", "conflict"} & {sample.id for sample in part} for part in _parts(split)]
    assert split.n_conflicting_labels == 1
    assert {"s0", "conflict"} in sides


def test_answers_that_overlap_are_no_conflict() -> None:
    """Two people may accept different wordings of one answer."""
    questions = list(_questions(30, 0).samples)
    questions.append(replace(questions[0], id="again", targets=("answer 0", "zero")))

    split = split_dataset(Dataset(Task.DOCUMENT_QA, tuple(questions)), seed=0)

    assert split.n_conflicting_labels == 0


def test_given_test_split_is_taken_as_it_is() -> None:
    """Even its own repeats stay, so that published figures can be compared."""
    test = [replace(sample, id=f"t{n}") for n, sample in enumerate(_samples(["x"] * 4) * 2)]

    split = split_dataset(_dataset(_samples(["x", "y"] * 20, start=100), test), seed=0)

    assert tuple(test) == split.test
    assert split.test_was_given
    assert split.n_test_seen_in_train == 0


def test_training_samples_that_stand_in_the_test_are_removed() -> None:
    """The count is that of the test samples that would have been seen."""
    samples = _samples(["x", "y"] * 20)
    test = [replace(samples[0], id="t0"), replace(samples[0], id="t1"), *_samples("xy", start=50)]

    split = split_dataset(_dataset(samples, test), seed=0)

    assert split.n_test_seen_in_train == 2
    assert "s0" not in {sample.id for sample in split.learning.train + split.learning.validation}


def test_group_shared_with_a_given_test_is_an_error() -> None:
    """Neither side may be changed without the user."""
    samples = [replace(sample, group="mail") for sample in _samples(["x", "y"] * 20)]
    test = [replace(samples[0], id="t0")]

    with pytest.raises(DataError, match=r"share groups \('mail'\)"):
        split_dataset(_dataset(samples, test), seed=0)


def test_given_test_with_other_labels_is_an_error() -> None:
    """Most likely the wrong column or file."""
    with pytest.raises(DataError, match="no label of the training samples: found '1'"):
        split_dataset(_dataset(_samples(["x", "y"] * 20), _samples(["1"] * 5, start=60)), seed=0)


def test_single_label_is_named() -> None:
    """There is nothing to tell apart."""
    with pytest.raises(DataError, match="label 'x' is the only one of 20 samples"):
        split_dataset(_dataset(_samples(["x"] * 20)), seed=0)


def test_three_samples_are_too_few() -> None:
    """The message has the numbers found and needed."""
    with pytest.raises(TooFewSamplesError, match=r"Found 3 usable samples.*about 9 would do"):
        split_dataset(_dataset(_samples("xyx")), seed=0)


def test_nine_samples_are_just_enough() -> None:
    """Three for each part."""
    assert _sizes(split_dataset(_dataset(_samples("xyxyxyxyx")), seed=0)) == (3, 3, 3)


def test_one_group_cannot_be_divided() -> None:
    """However many samples it has."""
    samples = [replace(sample, group="one") for sample in _samples(["x", "y"] * 20)]

    with pytest.raises(TooFewSamplesError, match="40 usable samples in 1 group"):
        split_dataset(_dataset(samples), seed=0)


@pytest.mark.parametrize("seed", range(5))
def test_label_inside_one_mixed_group_stays_in_training(seed: int) -> None:
    """An arm cannot name a label that it has never seen."""
    samples = list(_samples(["x", "y"] * 40))
    group = [replace(s, group="mail") for s in _samples("xxz", start=100)]

    split = split_dataset(_dataset([*samples, *group]), seed=seed, test_share=0.7)

    assert ("x", "y", "z") == split.learning.labels
    assert {"z"} <= {sample.targets[0] for sample in split.learning.train}


@pytest.mark.parametrize("share", [0, 1, -0.1, 30])
def test_share_that_is_none_is_an_error(share: float) -> None:
    """30 is not 30 %."""
    with pytest.raises(DataError, match="expected a number between 0 and 1"):
        split_dataset(_dataset(_samples(["x", "y"] * 20)), seed=0, test_share=share)


def test_another_seed_gives_another_division() -> None:
    """Otherwise a seed would be decoration."""
    dataset = _dataset(_samples(["x", "y"] * 50))

    assert split_dataset(dataset, seed=0).test != split_dataset(dataset, seed=1).test


@pytest.mark.shared
def test_banking77_repeats_are_those_it_is_known_for() -> None:
    """25 test rows of the published split repeat training rows."""
    if not BANKING77.is_dir():
        pytest.skip(f"{BANKING77} is missing: the published data sets are not beside the checkout")
    request = DataRequest(examples=BANKING77 / "train.csv", test=BANKING77 / "test.csv")

    split = split_dataset(read_dataset(request), seed=0)

    assert split.n_test_seen_in_train == 25
    assert _sizes(split) == (9_450, 500, 3_080)


_SAMPLES = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from("xyz"),
        st.sampled_from([*[None] * 16, "g1", "g2", "g3", "g4"]),
    ),
    min_size=9,
    max_size=60,
).map(
    lambda drawn: [
        Sample(id=f"s{n}", input=_text(number * 37), targets=(label,), group=group)
        for n, (number, label, group) in enumerate(drawn)
    ]
)


@settings(deadline=None, max_examples=100)
@given(samples=_SAMPLES, seed=st.integers(0, 5))
def test_parts_are_apart_complete_and_repeatable(samples: list[Sample], seed: int) -> None:
    """No sample, text or group is on two sides; none is lost; the seed decides."""
    dataset = _dataset(samples)
    try:
        split = split_dataset(dataset, seed=seed)
    except (TooFewSamplesError, DataError):
        return

    parts = _parts(split)
    texts = [{normalise_text(sample.input) for sample in part} for part in parts]
    groups = [{sample.group for sample in part} - {None} for part in parts]
    assert len(set.union(*texts)) == sum(map(len, texts))
    assert len(set.union(*groups)) == sum(map(len, groups))
    assert len(samples) == sum(map(len, parts)) + split.n_duplicates_removed
    assert {sample.targets for sample in samples} == {s.targets for s in split.learning.train}
    assert split == split_dataset(dataset, seed=seed)


_QUESTIONS = st.lists(
    st.tuples(st.integers(0, 90), st.booleans(), st.sampled_from([None, None, None, "g1", "g2"])),
    min_size=9,
    max_size=60,
).map(
    lambda drawn: tuple(
        Sample(
            id=f"q{n}",
            input=_text(number * 37),
            targets=() if is_open else (f"answer {number}",),
            unanswerable=is_open,
            group=group,
        )
        for n, (number, is_open, group) in enumerate(drawn)
    )
)


@settings(deadline=None, max_examples=60)
@given(samples=_QUESTIONS, n_given=st.integers(0, 9), seed=st.integers(0, 5))
def test_parts_of_questions_are_apart_with_and_without_a_given_test(
    samples: tuple[Sample, ...], n_given: int, seed: int
) -> None:
    """No text is on two sides; a given test is taken as it is; nothing is counted twice."""
    test = tuple(replace(sample, id=f"t{n}") for n, sample in enumerate(samples[:n_given]))
    dataset = Dataset(Task.DOCUMENT_QA, samples, given_test=test)
    try:
        split = split_dataset(dataset, seed=seed)
    except (TooFewSamplesError, DataError):
        return

    texts = [{normalise_text(sample.input) for sample in part} for part in _parts(split)]
    ids = [sample.id for part in _parts(split) for sample in part]
    assert len(set.union(*texts)) == sum(map(len, texts))
    assert len(set(ids)) == len(ids)
    assert not test or test == split.test
    assert split == split_dataset(dataset, seed=seed)


@pytest.mark.parametrize("n_samples", range(3, 12))
def test_number_asked_for_is_not_there_yet(n_samples: int) -> None:
    """A message never asks for a number of samples that is met already."""
    try:
        split_dataset(_dataset(_samples(["x", "y"] * n_samples)[:n_samples]), seed=0)
    except TooFewSamplesError as error:
        found = re.search(r"about (\d+) would do", str(error))
        assert found is not None
        assert int(found.group(1)) > n_samples
