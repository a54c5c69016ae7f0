"""A head on planted vectors learns as it should."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from prototypes.contracts import Approach, LearningData, Sample, Split, Task
from prototypes.experiments.learning_curve import choose_sizes, draw_learning_curve
from prototypes.experiments.material import Material
from prototypes.models.encoder import Encoder
from prototypes.workbench import Workbench


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


def _split(n_train: int, n_test: int) -> tuple[Split, Workbench]:
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
    return Split(learning, test=samples[n_train:]), Workbench(Planted(vectors))


def test_more_labels_are_better_and_all_labels_are_the_same_set() -> None:
    """Both ways of choosing end with every sample, so they end equal."""
    split, bench = _split(200, 300)

    found = draw_learning_curve(split, bench, Material("accuracy", [], {}), seed=0)

    ends = [point for point in found.curve if point.n_labels == 200]
    random = [point.value for point in found.curve if point.sampling == "random"]
    assert [point.sampling for point in ends] == ["random", "uncertainty"]
    assert ends[0].value == ends[1].value
    assert random[0] < random[-1]
    assert all(point.low <= point.value <= point.high for point in found.curve)


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

    (needed,) = found.measured
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
