"""Measure the texts written for the evaluation set again and compare with what was measured."""

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from service.writer import Writer

EVALUATION = Path(__file__).parent / "evaluation"


def reproduce() -> tuple[float, int]:
    """Return the mean chrF against the best reference, and how many texts differ."""
    lines = (EVALUATION / "samples.jsonl").read_text(encoding="utf-8").split("\n")
    samples = [json.loads(line) for line in lines if line]
    texts = [each.text for each in Writer().predict([each["input"] for each in samples])]
    pairs = list(zip(texts, samples, strict=True))
    scores = [max(chrf(text or "", one) for one in sample["targets"]) for text, sample in pairs]
    return float(np.mean(scores)), sum(text != sample["output"] for text, sample in pairs)


def chrf(text: str, reference: str) -> float:
    """Compare all runs of one to six characters, as chrF2 in sacrebleu (Popović 2015)."""
    precision, recall, n_orders = 0.0, 0.0, 0
    for length in range(1, 7):
        given, expected = count_runs(text, length), count_runs(reference, length)
        if given and expected:
            n_shared = (given & expected).total()
            precision += n_shared / given.total()
            recall += n_shared / expected.total()
            n_orders += 1
    if not precision + recall:
        return 0.0
    precision, recall = precision / n_orders, recall / n_orders
    score = 5 * precision * recall / (4 * precision + recall)
    return 100 * score / 100  # rounded as it was measured, in percent first


def count_runs(text: str, length: int) -> Counter[str]:
    """Count the runs of characters, blanks left out."""
    bare = "".join(text.split())
    return Counter(bare[at : at + length] for at in range(len(bare) - length + 1))


if __name__ == "__main__":
    mean_chrf, n_changed = reproduce()
    measured = json.loads((EVALUATION / "measured.json").read_text(encoding="utf-8"))["value"]
    print(f"chrf {mean_chrf}, measured {measured}; {n_changed} answers differ")
    sys.exit(mean_chrf != measured)
