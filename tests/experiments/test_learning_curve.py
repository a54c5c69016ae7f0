"""A head on planted vectors learns as it should."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from prototypes.contracts import Approach, LearningData, Progress, Sample, Split, Task
from prototypes.experiments.curve_learners import HEAD, NEIGHBOURS, WORDS, LabelPool
from prototypes.experiments.curve_points import choose_sizes
from prototypes.experiments.curve_samplings import DIVERSITY, ENTROPY, MARGIN, UNCERTAINTY, Rows
from prototypes.experiments.learning_curve import LAW, draw_learning_curve
from prototypes.experiments.material import Material
from prototypes.measure.significance import Scores
from prototypes.models.encoder import Encoder
from prototypes.workbench import Workbench


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fit the law to 20 resamples: no width matters here."""
    monkeypatch.setattr("prototypes.experiments.learning_curve.N_RESAMPLES", 20)


CHOSEN = (UNCERTAINTY, MARGIN, ENTROPY, DIVERSITY)


class Planted(Encoder):
    """Texts are numbers of rows of a table of vectors."""

    name = "planted"
    sha256 = None
    folder = None

    def __init__(self, vectors: np.ndarray) -> None:
        self.vectors = vectors

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Look the rows up."""
        return self.vectors[[int(text) for text in texts]]


def _split(n_train: int, n_test: int, *, cache: Path | None = None) -> tuple[Split, Workbench]:
    """Two overlapping clouds in five dimensions, a label each."""
    generator = np.random.default_rng(0)
    targets = generator.integers(2, size=n_train + n_test)
    vectors = generator.normal(size=(len(targets), 5)).astype(np.float32)
    vectors[:, 0] += 2 * targets
    samples = tuple(
        Sample(id=str(row), input=str(row), targets=(f"label {target}",))
        for row, target in enumerate(targets)
    )
    learning = LearningData(Task.CLASSIFICATION, train=samples[:n_train], validation=())
    return Split(learning, test=samples[n_train:]), Workbench(Planted(vectors), cache_dir=cache)


@pytest.mark.slow
def test_more_labels_are_better_and_all_labels_are_the_same_set() -> None:
    """Every way of choosing ends with every sample, so they end equal."""
    split, bench = _split(200, 300)

    found = draw_learning_curve(split, bench, Material("accuracy", [], {}), seed=0)

    head = [point for point in found.curve if point.arm == HEAD and point.sampling != LAW]
    ends = [point for point in head if point.n_labels == 200]
    random = [point.value for point in head if point.sampling == "random"]
    assert [point.sampling for point in ends] == ["random", *CHOSEN]
    assert len({point.value for point in ends}) == 1
    assert random[0] < random[-1]
    assert all(point.low <= point.value <= point.high for point in found.curve)


@pytest.mark.slow
def test_every_cheap_arm_has_a_curve_of_its_own() -> None:
    """Retrieval and TF-IDF learn from the same draws as the head; only that chooses labels."""
    split, bench = _split(200, 100)

    found = draw_learning_curve(split, bench, Material("accuracy", [], {}), seed=0)

    drawn = {(point.sampling, point.arm) for point in found.curve}
    random = {("random", arm) for arm in (HEAD, NEIGHBOURS, WORDS)}
    assert drawn == {*random, *((how, HEAD) for how in CHOSEN), (LAW, HEAD)}


def test_law_reaches_beyond_the_labels_with_a_wider_band() -> None:
    """What is extrapolated is less sure than what was measured; the points know no draws."""
    split, bench = _split(200, 100)

    found = draw_learning_curve(split, bench, Material("accuracy", [], {}), seed=0)

    law = [point for point in found.curve if point.sampling == LAW]
    assert (law[0].n_labels, law[-1].n_labels) == (13, 800)
    assert all(point.low <= point.value <= point.high for point in law)
    assert "in the band of the law alone" in found.notes[0]


@pytest.mark.slow
def test_no_point_is_fitted_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Interrupted at the eleventh point, a curve goes on from there and ends the same."""
    fitted: list[int] = []
    real = LabelPool.learn

    def learn(self: LabelPool, arm: str, chosen: Rows, *, progress: Progress) -> Scores:
        fitted.append(len(chosen))
        return real(self, arm, chosen, progress=progress)

    def stop(fraction: float) -> None:
        if fraction * 75 * 1.25 >= 10.5:
            raise KeyboardInterrupt

    monkeypatch.setattr(LabelPool, "learn", learn)
    split, bench = _split(200, 60, cache=tmp_path / "cache")
    material = Material("accuracy", [], {})
    with pytest.raises(KeyboardInterrupt):
        draw_learning_curve(split, bench, material, seed=0, progress=stop)
    before = len(fitted)
    resumed = draw_learning_curve(split, bench, material, seed=0)
    n_fits = len(fitted)
    whole = draw_learning_curve(*_split(200, 60), material, seed=0)

    assert 0 < before < n_fits
    assert n_fits == len(fitted) - n_fits
    assert resumed == whole


def test_progress_runs_from_nought_to_one() -> None:
    """A bar that is told the fraction can say how much time is left."""
    split, bench = _split(130, 60)
    told: list[float] = []

    draw_learning_curve(split, bench, Material("accuracy", [], {}), seed=0, progress=told.append)

    assert told == sorted(told)
    assert told[0] > 0 and told[-1] == 1.0


def test_head_that_retrieval_never_leaves_behind_beats_it_at_some_number() -> None:
    """On overlapping clouds a straight border beats neighbours; the number has a band."""
    split, bench = _split(400, 500)

    found = draw_learning_curve(split, bench, Material("accuracy", [], {}), seed=0)

    (needed,) = [one for one in found.measured if one.quantity == "labels_to_beat"]
    assert needed.arm == "rag"
    assert needed.low <= needed.value <= needed.high


@pytest.mark.slow
def test_same_seed_same_curve() -> None:
    """One seed decides every draw."""
    split, bench = _split(130, 60)
    material = Material("accuracy", [], {})

    first, again = (draw_learning_curve(split, bench, material, seed=3) for _ in range(2))

    assert first == again


def test_arm_that_is_matched_early_needs_few_labels(
    plant: Callable[..., object], lay_out: Callable[..., Material]
) -> None:
    """An arm right on 70 % of the samples is matched with fewer labels than there are."""
    split, bench = _split(400, 500)
    scores = [{"correct": float(number % 10 < 7)} for number in range(500)]

    found = draw_learning_curve(split, bench, lay_out(plant(Approach.RAG, scores)), seed=0)

    (needed,) = [one for one in found.measured if one.quantity == "labels_to_match"]
    assert (needed.quantity, needed.arm) == ("labels_to_match", "rag")
    assert needed.low <= needed.value < 400


@pytest.mark.parametrize(
    ("n_train", "sizes"),
    [(1600, (100, 200, 400, 800, 1600)), (100, (13, 25, 50, 100)), (40, (10, 20, 40))],
)
def test_sizes_double_and_are_never_tiny(n_train: int, sizes: tuple[int, ...]) -> None:
    """Fewer than eight samples teach nothing."""
    assert choose_sizes(n_train) == sizes


def test_too_few_labels_are_no_curve() -> None:
    """Three points cannot check a law of three parameters."""
    split, bench = _split(40, 20)

    found = draw_learning_curve(split, bench, Material("accuracy", [], {}), seed=0)

    assert found.untested == "there are too few labels to learn from"
