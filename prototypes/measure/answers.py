"""Holding a free-text answer against the accepted ones.

`normalise_answer`, `exact_match` and `token_f1` follow the official SQuAD 2.0 evaluation
(Rajpurkar et al. 2018). One thing differs: an answer of punctuation alone, such as `**`, is
compared as it stands, because the official rules would make it equal to every other such answer.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise_answer(text: str) -> str:
    """Lower-case a text and remove punctuation, articles and extra blanks, in this order."""
    bare = text.lower().translate(_WITHOUT_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(output: str, targets: Iterable[str]) -> float:
    """Return 1 if the output equals an accepted answer after normalisation, else 0."""
    return _best(lambda target: float(_comparable(output) == _comparable(target)), targets)


def token_f1(output: str, targets: Iterable[str]) -> float:
    """Return the best F1 of the output's words against those of an accepted answer."""
    return _best(
        lambda target: _f1(_comparable(output).split(), _comparable(target).split()), targets
    )


def contains_answer(output: str, targets: Iterable[str]) -> bool:
    """Tell whether an accepted answer stands in the output as a run of whole normalised words."""
    return any(_contains(output, target) for target in targets)


def _contains(output: str, target: str) -> bool:
    words = normalise_answer(target)
    if words:
        return f" {words} " in f" {normalise_answer(output)} "
    bare = target.strip()
    own_characters = re.escape(bare)
    pattern = rf"(?<![{own_characters}]){own_characters}(?![{own_characters}])"
    return bool(bare) and re.search(pattern, output) is not None


def _comparable(text: str) -> str:
    return normalise_answer(text) or " ".join(text.lower().split())


def _f1(output: list[str], target: list[str]) -> float:
    if not output or not target:
        return float(output == target)
    n_common = sum((Counter(output) & Counter(target)).values())
    return 2 * n_common / (len(output) + len(target))


def _best(measure: Callable[[str], float], targets: Iterable[str]) -> float:
    return max(map(measure, targets), default=0.0)
