"""Metrics of written texts, held against sacrebleu."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from prototypes.contracts import Prediction, Sample, Task
from prototypes.measure.generation import JsonForm, corpus_bleu, score_texts, summarise_bleu
from prototypes.measure.metrics import aggregate
from prototypes.measure.significance import Resampling

WORDS = (
    "The",
    "Mill",
    "serves",
    "cheap",
    "Italian",
    "food",
    "in",
    "the",
    "city",
    ",",
    "river",
    ".",
)


def _draw(seed: int, n: int = 30) -> tuple[list[Sample], list[Prediction]]:
    random = Random(seed)

    def sentence() -> str:
        return " ".join(random.choices(WORDS, k=random.randint(3, 14)))

    samples = [
        Sample(str(i), "", tuple(sentence() for _ in range(random.randint(1, 3)))) for i in range(n)
    ]
    outputs = [random.choice([sample.targets[0].upper(), sentence(), ""]) for sample in samples]
    return samples, [Prediction(output or None) for output in outputs]


def _streams(samples: list[Sample]) -> list[list[Any]]:
    """Lay references out as sacrebleu wants them: the n-th of every sample, None where missing."""
    n_most = max(len(sample.targets) for sample in samples)
    return [
        [sample.targets[n] if n < len(sample.targets) else None for sample in samples]
        for n in range(n_most)
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("lowercase", [False, True])
def test_corpus_bleu_is_that_of_sacrebleu(seed: int, lowercase: bool) -> None:
    """With several references, texts left empty, and in either case."""
    samples, predictions = _draw(seed)
    outputs = [prediction.output or "" for prediction in predictions]

    expected = BLEU(lowercase=lowercase).corpus_score(outputs, _streams(samples)).score / 100

    assert corpus_bleu(samples, predictions, lowercase=lowercase) == pytest.approx(expected)


@pytest.mark.parametrize("output", ["The Mill serves", "x y z", "The", ""])
def test_bleu_of_hardly_any_match_is_smoothed_as_in_sacrebleu(output: str) -> None:
    """Few or no matches are where implementations differ."""
    sample = Sample("a", "", ("The Mill serves cheap food in the centre",))

    expected = BLEU().corpus_score([output], [list(sample.targets)]).score / 100

    assert corpus_bleu([sample], [Prediction(output)]) == pytest.approx(expected)


def test_chrf_is_that_of_sacrebleu() -> None:
    """Per text, against the reference that gives most."""
    samples, predictions = _draw(5)
    pairs = zip(samples, predictions, strict=True)

    expected = [
        CHRF().sentence_score(p.output or "", list(s.targets)).score / 100 for s, p in pairs
    ]

    assert [row["chrf"] for row in score_texts(samples, predictions)] == pytest.approx(expected)


def test_interval_of_bleu_is_that_of_sacrebleu() -> None:
    """Both resample texts; they draw differently, so the ends agree but for noise."""
    samples, predictions = _draw(6, n=80)
    outputs = [prediction.output or "" for prediction in predictions]

    found = summarise_bleu(samples, predictions, resampling=Resampling(4_000))["bleu"]
    theirs = BLEU(references=_streams(samples)).corpus_score(outputs, None, n_bootstrap=1000)

    assert (found.high - found.low) / 2 == pytest.approx(theirs._ci / 100, rel=0.15)


def test_metrics_of_perfect_texts_are_one() -> None:
    """Whichever of the references was written."""
    samples, _ = _draw(7)
    predictions = [Prediction(sample.targets[-1]) for sample in samples]

    found = aggregate(Task.GENERATION, samples, predictions)

    assert found == pytest.approx(dict.fromkeys(found, 1.0))
    assert set(found) == {"chrf", "exact_match", "bleu", "bleu_lowercased"}


def test_form_of_json_is_read_off_the_references() -> None:
    """`near` may be left out, since one of the references has none; `name` may not."""
    form = JsonForm.of(
        ['{"name": "a", "near": {"place": "b"}}', '{"name": "c", "near": {}}', '{"name": "d"}']
    )

    assert form is not None
    assert form.fits('{"name": "x"}')
    assert form.fits('{"near": {"place": 1}, "name": "x"}')
    assert not form.fits('{"near": {}}')
    assert not form.fits('{"name": "x", "area": "y"}')
    assert not form.fits('{"name": "x"')


def test_json_is_only_judged_where_all_references_are_json() -> None:
    """A number or a sentence has no form."""
    assert JsonForm.of(['{"a": 1}', "some text"]) is None
    assert JsonForm.of(["1", "2"]) is None


def test_valid_json_is_scored_per_text() -> None:
    """An empty output is not valid."""
    samples = [Sample(str(n), "", (json.dumps({"name": n}),)) for n in range(3)]
    predictions = [Prediction('{"name": 9}'), Prediction('{"nam": 9}'), Prediction(None)]

    found = [row["valid_json"] for row in score_texts(samples, predictions)]

    assert found == [1.0, 0.0, 0.0]
