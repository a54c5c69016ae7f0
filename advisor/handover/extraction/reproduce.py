"""Measure the spans of the evaluation set again and compare with what was measured."""

import json
import sys
from pathlib import Path

from service.extractor import Extractor
from service.spans import Found

EVALUATION = Path(__file__).parent / "evaluation"
Places = set[tuple[int, int, str]]


def reproduce() -> tuple[float, int]:
    """Return the F1 of the spans of all texts together, and how many texts differ."""
    lines = (EVALUATION / "samples.jsonl").read_text(encoding="utf-8").split("\n")
    samples = [json.loads(line) for line in lines if line]
    answers = Extractor().predict([each["input"] for each in samples])
    given, expected = list(map(places, answers)), [read(each["targets"][0]) for each in samples]
    n_right = sum(len(one & other) for one, other in zip(given, expected, strict=True))
    n_all = sum(map(len, given)) + sum(map(len, expected))
    n_changed = sum(one != read(each["output"]) for one, each in zip(given, samples, strict=True))
    return 2 * n_right / n_all, n_changed


def places(found: Found) -> Places:
    """Return where the spans of an answer are."""
    return {(span.start, span.end, span.label) for span in found.spans}


def read(line: str | None) -> Places:
    """Read where the spans in a line of the evaluation set are."""
    return {(row["start"], row["end"], row["label"]) for row in json.loads(line or "[]")}


if __name__ == "__main__":
    span_f1, n_changed = reproduce()
    measured = json.loads((EVALUATION / "measured.json").read_text(encoding="utf-8"))["value"]
    print(f"span_f1 {span_f1}, measured {measured}; {n_changed} answers differ")
    sys.exit(span_f1 != measured)
