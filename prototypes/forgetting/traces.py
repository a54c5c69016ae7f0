"""What tells of one document of a corpus and of no other: its id, its words, its phrases."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from prototypes.approaches.document_qa.sentences import FUNCTION_WORDS
from prototypes.contracts import Document

FORGOTTEN = "[forgotten]"
"""What stands where something told of a document."""
LONGEST = 4
"""Words of a phrase; a longer quotation holds one of these."""

_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[^<>]*>")
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([ntrbf])|(.))", re.DOTALL)

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a document is recognised.

    Attributes:
        document_id: Its id.
        words: What stands in it and in no other document, function words aside.
        phrases: Its runs of 1 to 4 words that stand in no other, by their length.
    """

    document_id: str
    words: frozenset[str]
    phrases: tuple[frozenset[Phrase], ...]

    @classmethod
    def of(cls, document: Document, others: Iterable[Document]) -> Self:
        """Find what only this document says."""
        own, path = _lower(_join(document)), _find_path(document.id)
        phrases = [set(_runs(own, n)) for n in range(1, LONGEST + 1)]
        for other in others:
            words = _lower(path.sub(" ", _join(other)) if path else _join(other))
            for n, left in enumerate(phrases, start=1):
                left.difference_update(_runs(words, n))
        single = frozenset(word for (word,) in phrases[0]) - FUNCTION_WORDS
        return cls(document.id, single, tuple(map(frozenset, phrases)))

    def own(self, id: str) -> bool:
        """Tell whether an id is that of the document or of one of its passages."""
        return id == self.document_id or id.startswith(f"{self.document_id}#")

    def tell(self, text: str) -> bool:
        """Tell whether a short text may come from the document; rather once too often."""
        words = _lower(text)
        return self.name(text) or not self.words.isdisjoint(words) or self._quote(words)

    def name(self, text: str) -> bool:
        """Tell whether a text names the document by its path."""
        path = _find_path(self.document_id)
        return text == self.document_id or bool(path and path.search(text))

    def unname(self, text: str) -> str:
        """Take the path of the document out of a text, as in a link to it."""
        path = _find_path(self.document_id)
        return path.sub(FORGOTTEN, text) if path else text

    def stand_in(self, content: bytes) -> bool:
        """Tell whether a file names or quotes the document, escaped or not.

        Single words are not enough here: a file of a program holds many.
        """
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return _is_path(self.document_id) and self.document_id.encode() in content
        plain = _TAG.sub(" ", html.unescape(_ESCAPED.sub(_unescape, text)))
        return any(self.name(each) or self._quote(_lower(each)) for each in (text, plain))

    def _quote(self, words: Sequence[str]) -> bool:
        n = min(LONGEST, len(words))
        return n > 0 and not self.phrases[n - 1].isdisjoint(_runs(words, n))


def _join(document: Document) -> str:
    return f"{document.title}\n{document.text}"


def _is_path(id: str) -> bool:
    """Ids of files look like paths; another id may be an everyday word."""
    return "." in id or "/" in id


def _find_path(id: str) -> re.Pattern[str] | None:
    """Return what finds a path in a text, but not as the end of a longer name."""
    return re.compile(rf"(?<![\w-]){re.escape(id)}(?![\w-])(?!\.\w)") if _is_path(id) else None


def _lower(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _runs(words: Sequence[str], n: int) -> Iterable[Phrase]:
    return zip(*(words[start:] for start in range(n)), strict=False)


def _unescape(match: re.Match[str]) -> str:
    code, _, other = match.groups()
    return chr(int(code, 16)) if code else other or " "
