"""Learning curves of spans and of writing, drawn by the code that draws those of labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prototypes.approaches.generation.copying import LexicalCopyArm
from prototypes.contracts import Approach, LearningData, Sample, Split, Task
from prototypes.data.spans import Span, format_spans
from prototypes.experiments import curve_writers
from prototypes.experiments.curve_spans import DICTIONARY, HEAD, NEIGHBOURS, fill_pool
from prototypes.experiments.curve_writers import ALIKE, NEAREST, WRITER
from prototypes.experiments.learning_curve import LAW, draw_learning_curve
from prototypes.experiments.material import Material
from prototypes.measure.significance import Resampling
from prototypes.models.encoder import Encoder
from prototypes.results import ArmResult, Interval, Latency, SampleResult
from prototypes.workbench import Workbench

BIRDS = tuple(f"{first}{last}" for first in ("rav", "her", "gan", "plo") for last in ("en", "on"))


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fit the law to 10 resamples: no width matters here."""
    monkeypatch.setattr("prototypes.experiments.learning_curve.N_RESAMPLES", 10)


def _tagged(n: int, *, with_spans: bool = True) -> tuple[Sample, ...]:
    """Sentences with a bird, which always stands behind the same word."""
    drawn = np.random.default_rng(0).choice(BIRDS, size=n)
    return tuple(
        Sample(
            str(row),
            f"day {row} a {bird} sang",
            (_bird(len(f"day {row} a "), bird) if with_spans else "[]",),
        )
        for row, bird in enumerate(drawn)
    )


def _bird(start: int, bird: str) -> str:
    return format_spans([Span(start, start + len(bird), "bird")])


def _split(task: Task, samples: tuple[Sample, ...], n_train: int) -> Split:
    return Split(LearningData(task, samples[:n_train], ()), samples[n_train:])


def test_every_cheap_tagger_has_a_curve(hashing_encoder: Encoder) -> None:
    """A head, the nearest words and a dictionary; the head also follows its doubts."""
    split = _split(Task.EXTRACTION, _tagged(160), 128)

    found = draw_learning_curve(
        split, Workbench(hashing_encoder), Material("span_f1", [], {}), seed=0
    )

    drawn = {(point.sampling, point.arm) for point in found.curve}
    random = {("random", arm) for arm in (HEAD, NEIGHBOURS, DICTIONARY)}
    head = [point.value for point in found.curve if (point.sampling, point.arm) == ("random", HEAD)]
    assert drawn == {*random, ("uncertainty", HEAD), (LAW, HEAD)}
    assert all(0 <= p.low <= p.value <= p.high <= 1 for p in found.curve)
    assert head[-1] == max(head) > 0.9


def test_score_of_a_point_is_the_span_f1(hashing_encoder: Encoder) -> None:
    """Linearised values average to the ratio: a dictionary of three birds finds only those."""
    samples = _tagged(60)
    pool = fill_pool(_split(Task.EXTRACTION, samples, 40), Workbench(hashing_encoder))
    chosen = np.arange(3)
    known = {samples[row].input.split()[3] for row in chosen}
    n_found = sum(sample.input.split()[3] in known for sample in samples[40:])

    scores = pool.learn(DICTIONARY, chosen, progress=lambda _: None)

    assert scores.mean() == pytest.approx(2 * n_found / (n_found + 20))


@pytest.mark.parametrize(
    ("train", "test", "why"),
    [
        (False, True, "None of the 128 training texts has a span"),
        (True, False, "None of the 20 test texts"),
    ],
)
def test_without_spans_there_is_no_curve(
    hashing_encoder: Encoder, train: bool, test: bool, why: str
) -> None:
    """The reason is said instead of a traceback."""
    samples = (*_tagged(128, with_spans=train), *_tagged(20, with_spans=test))
    split = _split(Task.EXTRACTION, samples, 128)

    found = draw_learning_curve(
        split, Workbench(hashing_encoder), Material("span_f1", [], {}), seed=0
    )

    assert why in found.untested


def _pairs(n: int) -> tuple[Sample, ...]:
    drawn = np.random.default_rng(0).choice(BIRDS, size=n)
    return tuple(
        Sample(str(row), f"{bird} of {row % 7}", (f"There were {row % 7} birds: {bird}.",))
        for row, bird in enumerate(drawn)
    )


def _measured(scores: list[float]) -> Material:
    arm = ArmResult(
        name=WRITER,
        approach=Approach.FINE_TUNE,
        title="",
        feasible=True,
        cites=False,
        metrics={"chrf": Interval(value=0.5, low=0.4, high=0.6)},
        latency_ms=Latency(p50=1, p95=2, n_queries=0, queries_ms=[]),
        throughput_per_second=1,
        fit_seconds=1,
        predict_seconds=1,
        cost_per_1000=None,
        size_mb=0,
    )
    samples = [
        SampleResult(
            id=str(row),
            input="",
            targets=[],
            unanswerable=False,
            output="",
            confidence=0,
            citations=[],
            retrieved=[],
            scores={"chrf": score},
        )
        for row, score in enumerate(scores)
    ]
    return Material("chrf", [arm], {WRITER: samples}, Resampling(n_resamples=100))


def test_model_of_all_pairs_is_the_arm_and_no_point_is_fitted_twice(
    hashing_encoder: Encoder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Three smaller sizes are taught, each once, also when the curve is drawn again."""
    taught: list[int] = []

    class Writer(LexicalCopyArm):
        def fit(self, data: LearningData, *args: object, **options: object) -> object:
            taught.append(len(data.train))
            return super().fit(data, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(curve_writers, "_LEARNERS", {**curve_writers._LEARNERS, WRITER: Writer})
    split, material = _split(Task.GENERATION, _pairs(84), 64), _measured([0.9] * 20)

    first, again = (
        draw_learning_curve(split, Workbench(hashing_encoder, cache_dir=tmp_path), material, seed=0)
        for _ in range(2)
    )

    drawn = {(point.sampling, point.arm) for point in first.curve}
    whole = [p.value for p in first.curve if (p.arm, p.n_labels, p.n_seeds) == (WRITER, 64, 1)]
    assert drawn == {*(("random", arm) for arm in (WRITER, NEAREST, ALIKE)), (LAW, WRITER)}
    assert taught == [8, 16, 32]
    assert whole == [pytest.approx(0.9)]
    assert first == again
    assert "drawn once" in first.notes[0]


def test_encoder_that_cannot_be_tuned_draws_no_curve_of_writing(hashing_encoder: Encoder) -> None:
    """The sentence says which kind of model would do."""
    found = draw_learning_curve(
        _split(Task.GENERATION, _pairs(84), 64),
        Workbench(hashing_encoder),
        Material("chrf", [], {}),
        seed=0,
    )

    assert "expected a transformer" in found.untested
