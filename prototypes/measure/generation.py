"""Metrics of written texts: chrF, BLEU, exact match, and whether JSON has the form it should have.

chrF and BLEU are those of sacrebleu (Popović 2015; Papineni et al. 2002; Post 2018) with its
defaults, divided by 100. chrF is a score of one text and so carries the paired comparisons; BLEU
only means something for a whole corpus, so its interval comes from resampling what each text
contributes to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prototypes.contracts import Prediction, Sample
from prototypes.measure.groups import add_up, number_groups
from prototypes.measure.significance import Resampling
from prototypes.results import Interval

Counts = NDArray[np.float64]

_N_GRAMS = 4
_MAX_CELLS = 2_000_000
"""Counts held in memory at once while resampling: 16 MB."""


def score_texts(
    samples: Sequence[Sample], predictions: Sequence[Prediction]
) -> list[dict[str, float]]:
    """Score each text against the references of its sample.

    - `chrf`: sentence-level chrF2 against the reference that gives most; 0 if nothing was written.
    - `exact_match`: equal to a reference but for blanks at its ends.
    - `valid_json`: parses as JSON and has every key that all references of the test have, and
      none that none of them has; only where every reference is a JSON object or list.
    """
    form = JsonForm.of([target for sample in samples for target in sample.targets])
    return [
        _score_text(sample, prediction.output or "", form)
        for sample, prediction in zip(samples, predictions, strict=True)
    ]


def score_text(sample: Sample, prediction: Prediction) -> dict[str, float]:
    """Score one text; the form of JSON is then that of its own references."""
    return score_texts([sample], [prediction])[0]


def summarise_bleu(
    samples: Sequence[Sample], predictions: Sequence[Prediction], *, resampling: Resampling
) -> dict[str, Interval]:
    """Return corpus BLEU, as written and in lower case, with percentile bootstrap intervals."""
    groups = number_groups(samples)
    return {
        name: _bootstrap(
            add_up(count_ngrams(samples, predictions, lowercase=lower), groups), resampling
        )
        for name, lower in (("bleu", False), ("bleu_lowercased", True))
    }


def corpus_bleu(
    samples: Sequence[Sample], predictions: Sequence[Prediction], *, lowercase: bool = False
) -> float:
    """Return the BLEU of all texts together, between 0 and 1."""
    counts = count_ngrams(samples, predictions, lowercase=lowercase)
    return float(_bleu(counts.sum(axis=0)[None])[0])


def count_ngrams(
    samples: Sequence[Sample], predictions: Sequence[Prediction], *, lowercase: bool
) -> Counts:
    """Return what each text contributes to corpus BLEU, shape (n_samples, 10).

    The columns are the length of the text, that of the reference nearest to it in length, and
    for n = 1 to 4 the n-grams that a reference has, too, and all of them.
    """
    bleu = _bleu_metric(lowercase=lowercase)
    scores = (
        bleu.sentence_score(prediction.output or "", list(sample.targets))
        for sample, prediction in zip(samples, predictions, strict=True)
    )
    rows = [(each.sys_len, each.ref_len, *each.counts, *each.totals) for each in scores]
    return np.array(rows, dtype=np.float64).reshape(-1, 2 + 2 * _N_GRAMS)


@dataclass(frozen=True, slots=True)
class JsonForm:
    """Which keys JSON texts have; a key inside another is written `outer.inner`."""

    required: frozenset[str]
    allowed: frozenset[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> JsonForm | None:
        """Read the form off texts; None if one of them is no JSON object or list."""
        found = [_json_keys(text) for text in texts]
        keys = [each for each in found if each is not None]
        if not found or len(keys) < len(found):
            return None
        return cls(frozenset.intersection(*keys), frozenset.union(*keys))

    def fits(self, text: str) -> bool:
        """Tell whether a text is JSON of this form."""
        keys = _json_keys(text)
        return keys is not None and self.required <= keys <= self.allowed


def _score_text(sample: Sample, output: str, form: JsonForm | None) -> dict[str, float]:
    scores = {
        "chrf": _chrf_metric().sentence_score(output, list(sample.targets)).score / 100,
        "exact_match": float(output.strip() in {target.strip() for target in sample.targets}),
    }
    return scores if form is None else {**scores, "valid_json": float(form.fits(output))}


def _bootstrap(counts: Counts, resampling: Resampling) -> Interval:
    """Draw texts (or groups) with replacement, and put the percentile interval around BLEU."""
    generator, n = np.random.default_rng(resampling.seed), len(counts)
    n_at_once = max(1, _MAX_CELLS // n)
    drawn: list[float] = []
    while (n_left := resampling.n_resamples - len(drawn)) > 0:
        times = generator.multinomial(n, np.full(n, 1 / n), size=min(n_at_once, n_left))
        drawn += _bleu(times @ counts).tolist()
    tail = (1 - resampling.confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(value=float(_bleu(counts.sum(axis=0)[None])[0]), low=low, high=high)


def _bleu(sums: Counts) -> Counts:
    """Compute BLEU from summed counts, one value per row, as sacrebleu does for a corpus.

    The k-th precision without a match counts as half a match, a quarter, and so on ("exp"
    smoothing), and an order without any n-gram makes the score nought.
    """
    length, reference = sums[:, 0], sums[:, 1]
    matched, total = sums[:, 2 : 2 + _N_GRAMS], sums[:, 2 + _N_GRAMS :]
    nth_miss = np.cumsum(matched == 0, axis=1)
    numerator = np.where(matched == 0, 0.5**nth_miss, matched)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(numerator / total).mean(axis=1)
        brevity = np.minimum(0.0, 1 - reference / length)
        scores: Counts = np.exp(logs + brevity)
    scores[(total == 0).any(axis=1) | (matched == 0).all(axis=1)] = 0.0
    return scores


def _json_keys(text: str) -> frozenset[str] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return frozenset(_walk(value, "")) if isinstance(value, dict | list) else None


def _walk(value: object, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}{key}"
            yield from _walk(inner, f"{path}{key}.")
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, f"{path}[].")


@cache
def _chrf_metric() -> Any:  # noqa: ANN401 # sacrebleu is imported only where texts are scored
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()


@cache
def _bleu_metric(*, lowercase: bool) -> Any:  # noqa: ANN401 # as above
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(lowercase=lowercase, effective_order=True)
