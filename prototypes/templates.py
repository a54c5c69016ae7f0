"""Prompt templates: visible text files, which a folder of the user's may replace.

A file begins with a line that names its version, which is not part of the prompt. Texts of the
user's data are quoted between marks of their own, and cannot end the quotation themselves.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

from prototypes.errors import PromptTemplateError
from prototypes.models.generator import Prompt

PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "classification_zero_shot": frozenset({"labels", "text"}),
    "classification_examples": frozenset({"labels", "examples", "text"}),
    "extraction_zero_shot": frozenset({"labels", "text", "nothing"}),
    "extraction_examples": frozenset({"labels", "examples", "text", "nothing"}),
    "qa_closed_book": frozenset({"question", "abstention"}),
    "qa_closed_book_examples": frozenset({"examples", "question", "abstention"}),
    "qa_passages": frozenset({"passages", "question", "abstention"}),
    "qa_one_passage": frozenset({"passage", "question"}),
    "qa_whole_corpus": frozenset({"passages", "question", "abstention"}),
    "generation_zero_shot": frozenset({"input", "words"}),
    "generation_examples": frozenset({"input", "examples"}),
    "judge_answer": frozenset({"input", "texts"}),
    "judge_text": frozenset({"input", "texts"}),
}
"""What each template has to leave room for."""

_VERSION = re.compile(r"version \S+\n")
_QUOTATION_MARK = re.compile(r"<(?=/?quoted_)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """The text of a prompt with placeholders such as `$question`."""

    text: str

    def fill(self, **values: str) -> Prompt:
        """Put values in the place of the placeholders; a `$` in a value means nothing."""
        return Template(self.text).substitute(values).strip()


@dataclass(frozen=True, slots=True)
class PromptTemplates:
    """All templates, by name."""

    by_name: Mapping[str, PromptTemplate]

    @property
    def sha256(self) -> str:
        """Identify the texts, so that a trial is not resumed with others."""
        texts = sorted((name, template.text) for name, template in self.by_name.items())
        return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def load_templates(folder: Path | None = None) -> PromptTemplates:
    """Read the templates of the package, each replaced by that of `folder` if it has one.

    Raises:
        PromptTemplateError: If a file cannot be read, has an unknown name, or lacks a placeholder.
    """
    own = {} if folder is None else _list_own(folder)
    package = files("prototypes.prompts")
    found = {
        name: _read(own[name])
        if name in own
        else (package / f"{name}.txt").read_text(encoding="utf-8")
        for name in PLACEHOLDERS
    }
    return PromptTemplates({name: _check(name, text, own) for name, text in found.items()})


def quote(kind: str, text: str) -> str:
    """Quote a text as data: what looks like one of our marks in it is defused.

    Args:
        kind: What is quoted, in one word: text, example, passage, question.
        text: Anything, by anybody.
    """
    return f"<quoted_{kind}>\n{_QUOTATION_MARK.sub('(', text.strip())}\n</quoted_{kind}>"


def _list_own(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise PromptTemplateError(
            f"There is no folder '{folder}' with prompt templates; expected one with files such as "
            "qa_passages.txt."
        )
    own = {path.stem: path for path in sorted(folder.glob("*.txt"))}
    strange = sorted(set(own) - set(PLACEHOLDERS))
    if strange or not own:
        found = f"{own[strange[0]]} is no template" if strange else f"{folder} holds no template"
        raise PromptTemplateError(
            f"{found}; expected files named {', '.join(f'{name}.txt' for name in PLACEHOLDERS)}."
        )
    return own


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptTemplateError(
            f"{path} cannot be read ({getattr(error, 'strerror', None) or 'it is not UTF-8'}); "
            "expected a text file."
        ) from error


def _check(name: str, text: str, own: Mapping[str, Path]) -> PromptTemplate:
    template = PromptTemplate(_VERSION.sub("", text, count=1) if _VERSION.match(text) else text)
    parsed = Template(template.text)
    where = own.get(name, f"{name}.txt")
    if not parsed.is_valid():
        raise PromptTemplateError(
            f"{where} holds a '$' that begins no placeholder; write '$$' for the sign itself."
        )
    used, wanted = set(parsed.get_identifiers()), PLACEHOLDERS[name]
    wrong = sorted(used ^ wanted)
    if wrong:
        fault = "lacks" if wrong[0] in wanted else "asks for the unknown"
        raise PromptTemplateError(
            f"{where} {fault} ${wrong[0]}; expected exactly the placeholders "
            f"{', '.join(f'${each}' for each in sorted(wanted))}."
        )
    return template
