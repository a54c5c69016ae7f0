"""Measure the accuracy on the evaluation set again and compare it with what was measured."""

import json
import sys
from pathlib import Path

from service.classifier import Classifier

EVALUATION = Path(__file__).parent / "evaluation"


def reproduce() -> tuple[float, int]:
    """Return the accuracy, and how many answers differ from those measured."""
    lines = (EVALUATION / "samples.jsonl").read_text(encoding="utf-8").split("\n")
    samples = [json.loads(line) for line in lines if line]
    found = [each.label for each in Classifier().predict([each["input"] for each in samples])]
    pairs = list(zip(found, samples, strict=True))
    n_right = sum(label in sample["targets"] for label, sample in pairs)
    return n_right / len(samples), sum(label != sample["output"] for label, sample in pairs)


if __name__ == "__main__":
    accuracy, n_changed = reproduce()
    measured = json.loads((EVALUATION / "measured.json").read_text(encoding="utf-8"))["value"]
    print(f"accuracy {accuracy}, measured {measured}; {n_changed} answers differ")
    sys.exit(accuracy != measured)
