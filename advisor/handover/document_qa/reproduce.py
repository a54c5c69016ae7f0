"""Measure the answers to the evaluation set again and compare with what was measured."""

import json
import re
import string
import sys
from pathlib import Path
from typing import Any

from service.answerer import Answerer

EVALUATION = Path(__file__).parent / "evaluation"
NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def reproduce() -> tuple[float, int]:
    """Return the share of right answers, and how many differ from those measured."""
    lines = (EVALUATION / "samples.jsonl").read_text(encoding="utf-8").split("\n")
    samples = [json.loads(line) for line in lines if line]
    found = [each.answer for each in Answerer().predict([each["input"] for each in samples])]
    n_changed = sum(a != sample["output"] for a, sample in zip(found, samples, strict=True))
    return sum(map(is_right, found, samples)) / len(samples), n_changed


def is_right(answer: str | None, sample: dict[str, Any]) -> bool:
    """Tell whether an accepted answer stands in at most 60 words, or silence was right."""
    if answer is None or sample["unanswerable"]:
        return answer is None and sample["unanswerable"]
    return len(answer.split()) <= 60 and any(contains(answer, each) for each in sample["targets"])


def contains(answer: str, target: str) -> bool:
    """Look for whole words, without case, punctuation and articles, as SQuAD does."""
    if normalise(target):
        return f" {normalise(target)} " in f" {normalise(answer)} "
    sign = re.escape(target.strip())
    return bool(sign) and re.search(rf"(?<![{sign}]){sign}(?![{sign}])", answer) is not None


def normalise(text: str) -> str:
    """Reduce a text to the words that count."""
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text.lower().translate(NO_PUNCTUATION)).split())


if __name__ == "__main__":
    correct, n_changed = reproduce()
    measured = json.loads((EVALUATION / "measured.json").read_text(encoding="utf-8"))["value"]
    print(f"correct {correct}, measured {measured}; {n_changed} answers differ")
    sys.exit(correct != measured)
