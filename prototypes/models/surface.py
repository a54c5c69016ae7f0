"""Capitals and blanks for a text that comes from an uncased tokenizer.

The pieces of such a tokenizer have lost capitals, accents and what stood between words. This
gives them back as the training outputs had them: word by word, by the word before (a truecaser in
the manner of Lita et al. 2003, "tRuEcasIng"). A word no training output has is written as it
stands in the input.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+|[^\w\s]|_")
_FILE = "surface.json"
_START = ""


@dataclass(frozen=True, slots=True)
class SurfaceForms:
    """How words are written and what stands before them.

    Keys are two words in lower case, the first being the one before, with a blank between; where
    the two are not known together, the kinds of one or both stand in for them.

    Attributes:
        forms: Words → the second one as it is mostly written.
        gaps: Words → what mostly stands between them.
        capitals: The kinds of word that are mostly followed by a capital letter.
    """

    forms: Mapping[str, str]
    gaps: Mapping[str, str]
    capitals: frozenset[str]

    @classmethod
    def learn(cls, texts: Iterable[str]) -> Self:
        """Count how the words of the texts are written."""
        forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
        gaps: defaultdict[str, Counter[str]] = defaultdict(Counter)
        after: defaultdict[str, Counter[bool]] = defaultdict(Counter)
        for text in texts:
            for before, word, form, gap in _walk(text):
                for key in _keys(before, word):
                    forms[key][form] += 1
                for key in (f"{before} {word}", f"{_kind(before)} {_kind(word)}"):
                    gaps[key][gap] += 1
                if word[0].isalpha():
                    after[_kind(before)][form[0].isupper()] += 1
        return cls(
            {key: found.most_common(1)[0][0] for key, found in forms.items()},
            {key: found.most_common(1)[0][0] for key, found in gaps.items()},
            frozenset(kind for kind, found in after.items() if found[True] > found[False]),
        )

    def write(self, text: str, source: str) -> str:
        """Give a text in lower case its capitals and blanks; `source` is what it was made from."""
        known = _source_forms(source)
        written = ""
        for before, word, form, gap in _walk(text):
            learnt = (f"{before} {word}", f"{_kind(before)} {_kind(word)}")
            between = next((self.gaps[key] for key in learnt if key in self.gaps), gap)
            written += between + self._form(before, word, form, known=known)
        return written.strip()

    def save(self, folder: Path) -> None:
        """Write what was learnt into a folder."""
        content = {
            "forms": dict(self.forms),
            "gaps": dict(self.gaps),
            "capitals": sorted(self.capitals),
        }
        (folder / _FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read back what `save` wrote."""
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(content["forms"], content["gaps"], frozenset(content["capitals"]))

    def _form(self, before: str, word: str, form: str, *, known: Mapping[str, str]) -> str:
        pair, after_kind, alone = _keys(before, word)
        for key, forms in (
            (pair, self.forms),
            (pair, known),
            (after_kind, self.forms),
            (alone, self.forms),
            (alone, known),
        ):
            if key in forms:
                return forms[key]
        return form[0].upper() + form[1:] if _kind(before) in self.capitals else form


def _walk(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield the word before, each word in lower case, as it is written, and what is between."""
    before, end = _START, 0
    for found in _WORD.finditer(text):
        word = _fold(found[0])
        yield before, word, found[0], text[end : found.start()]
        before, end = word, found.end()


def _source_forms(source: str) -> dict[str, str]:
    """Return how the words of an input are written, after the word before and alone."""
    forms: dict[str, str] = {}
    for before, word, form, _ in _walk(source):
        pair, _, alone = _keys(before, word)
        forms.setdefault(pair, form)
        forms.setdefault(alone, form)
    return forms


def _keys(before: str, word: str) -> tuple[str, str, str]:
    return f"{before} {word}", f"{_kind(before)} {word}", f"* {word}"


def _kind(word: str) -> str:
    """Return what stands for a word: a mark for itself, letters and digits for all of them."""
    if not word:
        return "<start>"
    if word[0].isalpha():
        return "<word>"
    return "<number>" if word[0].isdigit() else word


def _fold(word: str) -> str:
    """Lower-case a word and strip its accents, as an uncased tokenizer does."""
    parts = unicodedata.normalize("NFD", word.lower())
    return "".join(each for each in parts if unicodedata.category(each) != "Mn") or word
