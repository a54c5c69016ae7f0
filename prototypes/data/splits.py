"""A seeded division into training, validation and test samples that do not leak into each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from random import Random

from prototypes.contracts import Dataset, LearningData, Sample, Split, Task
from prototypes.data.duplicates import normalise_text
from prototypes.data.holdout import Unit, build_units, hold_out, in_order
from prototypes.data.sample_labels import list_answers, list_labels, require_spans
from prototypes.data.wording import name_list, plural
from prototypes.errors import DataError, TooFewSamplesError

MIN_SAMPLES_PER_PART = 3
MAX_VALIDATION_SAMPLES = 500

_TEST_SHARE = 0.3
_TEST_SHARE_FEW_QUESTIONS = 0.5
_FEW_QUESTIONS = 200
_VALIDATION_SHARE = 0.1
_ENOUGH_TO_CHOOSE = 50


def split_dataset(
    dataset: Dataset,
    *,
    seed: int,
    test_share: float | None = None,
    validation_share: float | None = None,
) -> Split:
    """Divide a data set into training, validation and test samples.

    Samples that repeat another one (same normalised text, same targets and sources) are removed.
    Equal texts with different targets, near duplicates, and samples of one `group` stay on one
    side. Labels, and answerable and unanswerable questions, are spread in proportion; every label
    keeps a training sample where that is possible. Questions about one document may be on both
    sides, since the corpus is shared, unless `group` says otherwise.

    A given test split is taken as it is. Training samples whose normalised text occurs in it are
    removed; near duplicates of it are left, as in the published figures such splits come with.

    Args:
        dataset: What was read.
        seed: The same seed gives the same division.
        test_share: Part held out for the test; default 0.3, and 0.5 of fewer than 200 questions.
        validation_share: Part of what is not test that settings are chosen on; default 0.1, at
            least 50 samples or a quarter, at most 500.

    Returns:
        The division. `n_duplicates_removed` counts samples, `n_conflicting_labels` texts that
        occur with targets that contradict each other, `n_test_seen_in_train` the samples of a
        given test split whose text also stood among the training samples.

    Raises:
        TooFewSamplesError: If a part would have fewer than three samples.
        DataError: If a share is no share, all samples have one label, or a given test split
            shares groups or no label with the training samples, or holds all their texts.
    """
    _require_share("test", test_share)
    _require_share("validation", validation_share)
    _require_separate_groups(dataset)
    pool, n_seen = _remove_test_texts(dataset)
    kept = _remove_repeats(pool)
    if dataset.task is Task.CLASSIFICATION:
        _require_labels(kept, dataset.given_test)
    n_test = 0 if dataset.given_test else _test_size(len(kept), dataset.task, share=test_share)
    units = build_units(kept, dataset.task)
    parts = _divide(units, n_test, validation_share=validation_share, random=Random(seed))
    test = dataset.given_test or parts.test
    _require_enough(parts, n_test=len(test), is_given=bool(dataset.given_test))
    is_written = dataset.task is Task.GENERATION  # two texts for one input are no contradiction
    if dataset.task is Task.EXTRACTION:
        require_spans(parts.train, "training")
        require_spans(test, "test")
    return Split(
        learning=_learning_data(dataset, parts),
        test=test,
        n_duplicates_removed=len(pool) - len(kept),
        n_conflicting_labels=0 if is_written else _count_conflicts(dataset),
        n_test_seen_in_train=n_seen,
        test_was_given=bool(dataset.given_test),
        earlier=dataset.earlier,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    train: tuple[Sample, ...]
    validation: tuple[Sample, ...]
    test: tuple[Sample, ...]
    n_units: int


def _divide(
    units: Sequence[Unit], n_test: int, *, validation_share: float | None, random: Random
) -> _Parts:
    test, learning = hold_out(units, n_test, random)
    n_learning = sum(map(len, learning))
    n_validation = _validation_size(n_learning, share=validation_share)
    validation, train = hold_out(learning, n_validation, random)
    return _Parts(
        in_order(train, units), in_order(validation, units), in_order(test, units), len(units)
    )


def _learning_data(dataset: Dataset, parts: _Parts) -> LearningData:
    learnt = (*parts.train, *parts.validation)
    labels = {label for sample in learnt for label in list_labels(sample, dataset.task)}
    return LearningData(
        task=dataset.task,
        train=parts.train,
        validation=parts.validation,
        documents=dataset.documents,
        labels=tuple(sorted(labels)),
        label_descriptions=dataset.label_descriptions,
    )


# ── Repeats and conflicts ────────────────────────────────────────────────────────────────────


def _remove_test_texts(dataset: Dataset) -> tuple[list[Sample], int]:
    """Return the samples whose text is not in the given test split, and how many of it recur."""
    given = [normalise_text(sample.input) for sample in dataset.given_test]
    own = [normalise_text(sample.input) for sample in dataset.samples]
    seen, known = set(given), set(own)
    pool = [sample for sample, text in zip(dataset.samples, own, strict=True) if text not in seen]
    _require_other_texts(dataset, pool)
    return pool, sum(text in known for text in given)


def _remove_repeats(pool: Iterable[Sample]) -> list[Sample]:
    first: dict[tuple[object, ...], Sample] = {}
    for sample in pool:
        first.setdefault((normalise_text(sample.input), sample.targets, sample.sources), sample)
    return list(first.values())


def _count_conflicts(dataset: Dataset) -> int:
    """Count the texts that occur with targets that have nothing in common."""
    targets: defaultdict[str, list[set[str]]] = defaultdict(list)
    for sample in dataset.samples:
        said = set(list_answers(sample, dataset.task))
        targets[normalise_text(sample.input)].append(said)
    return sum(
        any(first != other and first.isdisjoint(other) for other in others)
        for first, *others in targets.values()
    )


def _test_size(n_samples: int, task: Task, *, share: float | None) -> int:
    is_few = task is Task.DOCUMENT_QA and n_samples < _FEW_QUESTIONS
    default = _TEST_SHARE_FEW_QUESTIONS if is_few else _TEST_SHARE
    return max(MIN_SAMPLES_PER_PART, round(n_samples * (share or default)))


def _validation_size(n_samples: int, *, share: float | None) -> int:
    if share is not None:
        return max(MIN_SAMPLES_PER_PART, round(n_samples * share))
    enough = min(_ENOUGH_TO_CHOOSE, n_samples // 4)
    wanted = max(MIN_SAMPLES_PER_PART, enough, round(n_samples * _VALIDATION_SHARE))
    return min(MAX_VALIDATION_SAMPLES, wanted)


# ── What is required ─────────────────────────────────────────────────────────────────────────


def _require_share(name: str, share: float | None) -> None:
    if share is not None and not 0 < share < 1:
        raise DataError(
            f"The {name} share is {share:g}; expected a number between 0 and 1, such as 0.3."
        )


def _require_other_texts(dataset: Dataset, pool: Sequence[Sample]) -> None:
    if dataset.samples and not pool:
        raise DataError(
            f"The given test split holds the texts of all {plural(len(dataset.samples), 'sample')} "
            "to learn from; expected other texts. Check --test."
        )


def _require_labels(samples: Sequence[Sample], given_test: Sequence[Sample]) -> None:
    labels = {sample.targets[0] for sample in samples}
    if len(labels) == 1:
        raise DataError(
            f"The label {name_list(labels)} is the only one of "
            f"{plural(len(samples), 'sample')} to learn from; expected at least two labels. "
            "Add samples of another one."
        )
    given = {sample.targets[0] for sample in given_test}
    if not given and len(labels) == len(samples) > MIN_SAMPLES_PER_PART:
        raise DataError(
            f"Each of the {plural(len(samples), 'sample')} has a label of its own; expected labels "
            "that several samples share. Check --column label=NAME, or map the columns to input "
            "and output if the texts are to be written."
        )
    if given and labels and labels.isdisjoint(given):
        raise DataError(
            f"The given test split has no label of the training samples: found "
            f"{name_list(sorted(given))}; expected some of {name_list(sorted(labels))}. "
            "Check --test and --column label=NAME."
        )


def _require_separate_groups(dataset: Dataset) -> None:
    groups = {sample.group for sample in dataset.samples if sample.group is not None}
    shared = sorted(groups & {sample.group for sample in dataset.given_test if sample.group})
    if shared:
        raise DataError(
            f"The training samples and the given test split share groups ({name_list(shared)}); "
            "expected each group on one side. Remove those rows, or the group column."
        )


def _require_enough(parts: _Parts, *, n_test: int, is_given: bool) -> None:
    sizes = {"training": len(parts.train), "validation": len(parts.validation), "test": n_test}
    if min(sizes.values()) >= MIN_SAMPLES_PER_PART:
        return
    n_found = len(parts.train) + len(parts.validation) + len(parts.test)
    n_parts = 2 if is_given else 3
    n_needed = max(
        MIN_SAMPLES_PER_PART * n_parts,
        ceil(n_found * MIN_SAMPLES_PER_PART / max(min(sizes.values()), 1)),
    )
    listed = ", ".join(f"{size} {name}" for name, size in sizes.items())
    is_grouped = parts.n_units < n_found
    grouped = f" in {plural(parts.n_units, 'group')} of what has to stay together"
    enough = "which takes more groups" if is_grouped else f"for which about {n_needed} would do"
    raise TooFewSamplesError(
        f"Found {plural(n_found, 'usable sample')}{grouped if is_grouped else ''}, "
        f"which give {listed}; expected at least {MIN_SAMPLES_PER_PART} in each part, {enough}. "
        "Add samples that differ from these."
    )
