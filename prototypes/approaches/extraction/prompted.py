"""Extraction by a language model: prompted, shown its nearest texts, or tuned.

It writes a line per span, and each is looked up in the text: a model counts no characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prototypes.approaches.classification.prompted import (
    Example,
    NearestExamplesPromptArm,
    ZeroShotPromptArm,
    parse_label,
)
from prototypes.approaches.classification.tuned_generator import TunedPromptArm
from prototypes.approaches.extraction.labelling import learnt_labels, spans_of
from prototypes.approaches.prompted import TOO_LONG
from prototypes.contracts import Citation, LearningData, Prediction, Sample
from prototypes.data.spans import Span, format_spans, parse_spans, split_words
from prototypes.errors import TooFewSamplesError
from prototypes.measure.spans import span_f1
from prototypes.models.generator import Generation
from prototypes.templates import quote

NOTHING = "NONE"
"""What a model is told to write where a text has no span."""

MAX_TOKENS = 256
"""Enough for some twenty spans."""

UNREADABLE = "a line names no label of the list, or no piece"
ABSENT = "a piece does not stand in the text"
_BULLETS = " \t-*•"
_QUOTES = "\"'`“”"


@dataclass(frozen=True, slots=True)
class ReadSpans:
    """What a model said, looked up in the text.

    Attributes:
        spans: Those that stand in it.
        fault: What is wrong with the others, in one phrase; empty if there are none.
    """

    spans: tuple[Span, ...]
    fault: str = ""


class ZeroShotSpansPromptArm(ZeroShotPromptArm):
    """Tells a language model the labels and the text; no sample is shown."""

    template_name = "extraction_zero_shot"
    max_tokens = MAX_TOKENS

    def _learn_labels(self, data: LearningData) -> tuple[str, ...]:
        labels = learnt_labels(data)
        if not labels:
            raise TooFewSamplesError(
                f"None of the {len(data.train):,} training texts has a span, so no label is known; "
                "add texts with spans, or name the labels with --labels FILE."
            )
        return labels

    def _take(self, sample: Sample) -> Example:
        return Example(sample.id, sample.input, write_lines(sample.input, spans_of(sample)))

    def _show(self, example: Example) -> str:
        return f"{quote('example', example.text)}\nPieces:\n{quote('pieces', example.label)}"

    def _constants(self) -> dict[str, str]:
        return {"nothing": NOTHING}

    def _rate(self, samples: Sequence[Sample], predictions: Sequence[Prediction]) -> float | None:
        pairs = zip(samples, predictions, strict=True)
        return span_f1((parse_spans(each.output), spans_of(sample)) for sample, each in pairs)

    def _read(self, text: str, answer: Generation | None, shown: Sequence[Example]) -> Prediction:
        retrieved = tuple(each.id for each in shown)
        if answer is None:
            return Prediction(None, fault=TOO_LONG, retrieved=retrieved)
        said = read_lines(answer.text, text, self._labels)
        found = {span.label for span in said.spans}
        alike = [each for each in shown if found & _labels_in(each.label)]
        return Prediction(
            format_spans(said.spans),
            confidence=float(not said.fault),
            citations=tuple(Citation(each.id, each.id, each.text) for each in alike),
            retrieved=retrieved,
            fault=said.fault,
            n_input_tokens=answer.n_input_tokens,
            n_output_tokens=answer.n_output_tokens,
        )


class NearestSpansPromptArm(NearestExamplesPromptArm, ZeroShotSpansPromptArm):
    """Shows the nearest texts with their spans, and cites those that have spans of a kind found."""

    template_name = "extraction_examples"

    def _choose_examples(self, data: LearningData, *, seed: int) -> list[Example]:
        return [self._take(sample) for sample in data.train]


class TunedSpansArm(ZeroShotSpansPromptArm, TunedPromptArm):
    """Teaches a language model to write the spans of a text."""


class TunedNearestSpansArm(NearestSpansPromptArm, TunedPromptArm):
    """Teaches a language model to write the spans of a text beside its nearest texts."""


def write_lines(text: str, spans: Iterable[Span]) -> str:
    """Write spans as a model is to write them."""
    lines = [f"{each.label}: {_in_one_line(text[each.start : each.end])}" for each in sorted(spans)]
    return "\n".join(lines) or NOTHING


def read_lines(said: str, text: str, labels: Sequence[str]) -> ReadSpans:
    """Look up what a model wrote, line by line.

    A piece stands where it is found next behind the one before; if it is not, anywhere it is free.
    """
    spans: list[Span] = []
    fault = ""
    for line in filter(None, (each.strip(_BULLETS) for each in said.splitlines())):
        if line.strip(".").upper() == NOTHING:
            continue
        label, piece = _split(line, labels)
        if label is None or not piece.strip():
            fault = fault or UNREADABLE
            continue
        place = _find(piece.strip(), text, spans)
        if place is None:
            fault = fault or ABSENT
            continue
        spans.append(Span(*place, label))
    return ReadSpans(tuple(sorted(spans)), fault)


def _split(line: str, labels: Sequence[str]) -> tuple[str | None, str]:
    """Take a line apart; a label may hold a colon itself."""
    begun = [each for each in labels if line.lower().startswith(f"{each.lower()}:")]
    if begun:
        label = max(begun, key=len)
        return label, line[len(label) + 1 :]
    name, _, piece = line.partition(":")
    return parse_label(name, labels), piece


def _find(piece: str, text: str, taken: Sequence[Span]) -> tuple[int, int] | None:
    """Find a piece as it is written, then without quotation marks, then in any case.

    Where it stands as whole words it is not looked for within others.
    """
    words = split_words(text)
    begins, ends = {word.start for word in words}, {word.end for word in words}
    after, bare = taken[-1].end if taken else 0, piece.strip(_QUOTES)
    for wanted, flags in ((piece, 0), (bare, 0), (bare, re.IGNORECASE)):
        pattern = r"\s+".join(map(re.escape, wanted.split()))
        places = (match.span() for match in re.finditer(pattern, text, flags) if pattern)
        free = [(a, b) for a, b in places if all(b <= x.start or x.end <= a for x in taken)]
        found = [(a, b) for a, b in free if a in begins and b in ends] or free
        if found:
            return next((each for each in found if each[0] >= after), found[0])
    return None


def _in_one_line(piece: str) -> str:
    return " ".join(piece.split())


def _labels_in(lines: str) -> set[str]:
    return {line.partition(":")[0] for line in lines.splitlines()}
