"""Read what a language model answered: abstention, citations, and the answer itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

ABSTENTION = "NO ANSWER"
"""What a model is told to write where it cannot answer."""

EMPTY = "the answer is empty"
UNCITED = "an answer names no passage"
MISCITED = "an answer names a passage that it was not given"

_ABSTAINS = re.compile(rf"\W*(?:{ABSTENTION}\b|(?i:{ABSTENTION})\W*\Z)")
_CITATION = re.compile(r"\s*\[\s*(\d+(?:\s*[,;]\s*\d+)*)\s*\]")


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """An answer taken apart.

    Attributes:
        text: The answer without its citations; None if the model abstained.
        cited: The numbers of the passages it names and was given, each once.
        fault: What is wrong with it, in one phrase; empty if nothing is.
    """

    text: str | None
    cited: tuple[int, ...] = ()
    fault: str = ""


def read_answer(said: str, *, n_given: int, must_cite: bool) -> ReadAnswer:
    """Take an answer apart and check its citations against what was given.

    Args:
        said: What the model wrote.
        n_given: How many passages it was given, numbered from 1.
        must_cite: True if it was told to name passages; else brackets are part of the answer.
    """
    if _ABSTAINS.match(said):
        return ReadAnswer(None)
    named = _find_numbers(said) if must_cite else ()
    text = " ".join((_CITATION.sub("", said) if must_cite else said).split())
    if not text:
        return ReadAnswer(None, fault=EMPTY)
    cited = tuple(dict.fromkeys(number for number in named if 1 <= number <= n_given))
    return ReadAnswer(text, cited, _find_fault(named, cited) if must_cite else "")


def _find_numbers(said: str) -> tuple[int, ...]:
    groups: Iterable[str] = _CITATION.findall(said)
    return tuple(int(number) for group in groups for number in re.findall(r"\d+", group))


def _find_fault(named: tuple[int, ...], cited: tuple[int, ...]) -> str:
    if not named:
        return UNCITED
    return "" if set(named) == set(cited) else MISCITED
