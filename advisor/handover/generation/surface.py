"""Capitals and blanks for a text that comes from a tokenizer without capitals."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

WORD = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+|[^\w\s]|_")


class SurfaceForms:
    """Knows how words were mostly written, and what stood before them, by the word before."""

    def __init__(self, folder: Path) -> None:
        learnt = json.loads((folder / "surface.json").read_text(encoding="utf-8"))
        self._forms, self._gaps = learnt["forms"], learnt["gaps"]
        self._capitals = frozenset(learnt["capitals"])

    def write(self, text: str, source: str) -> str:
        """Write a text in lower case as the examples would; new words as in the source."""
        known: dict[str, str] = {}
        for before, word, form, _ in walk(source):
            for key in (f"{before} {word}", f"* {word}"):
                known.setdefault(key, form)
        written = ""
        for before, word, form, gap in walk(text):
            learnt = (f"{before} {word}", f"{kind(before)} {kind(word)}")
            between = next((self._gaps[key] for key in learnt if key in self._gaps), gap)
            written += between + self._form(before, word, form, known)
        return written.strip()

    def _form(self, before: str, word: str, form: str, known: Mapping[str, str]) -> str:
        pair, after_kind, alone = f"{before} {word}", f"{kind(before)} {word}", f"* {word}"
        places = ((pair, self._forms), (pair, known), (after_kind, self._forms))
        for key, forms in (*places, (alone, self._forms), (alone, known)):
            if key in forms:
                return str(forms[key])
        return form[0].upper() + form[1:] if kind(before) in self._capitals else form


def walk(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield the word before, each word in lower case, as it is written, and what is between."""
    before, end = "", 0
    for found in WORD.finditer(text):
        word = fold(found[0])
        yield before, word, found[0], text[end : found.start()]
        before, end = word, found.end()


def kind(word: str) -> str:
    """Return what stands for a word: a sign for itself, letters and digits for all of them."""
    if not word or word[0].isalpha():
        return "<word>" if word else "<start>"
    return "<number>" if word[0].isdigit() else word


def fold(word: str) -> str:
    """Lower-case a word and strip its accents, as the tokenizer does."""
    parts = unicodedata.normalize("NFD", word.lower())
    return "".join(each for each in parts if unicodedata.category(each) != "Mn") or word
