"""The library of published cases that Advisor ships: `rules/cases.yaml`."""

from __future__ import annotations

from functools import lru_cache
from importlib.abc import Traversable
from importlib.resources import files
from typing import Final

from pydantic import ValidationError

from advisor.errors import AnswersError, RuleBaseError
from advisor.knowledge.levels import resolve_answers
from advisor.knowledge.yaml_text import LocatedMapping, YamlError, line_of, read_yaml
from advisor.schema.case import PublishedCase
from advisor.schema.rule import RuleBase

FILE: Final = "cases.yaml"
LABEL: Final = f"rules/{FILE}"


@lru_cache(maxsize=1)
def load_case_library(folder: Traversable | None = None) -> tuple[PublishedCase, ...]:
    """Load the published cases; the ones that Advisor ships by default.

    Raises:
        RuleBaseError: If the file or a case in it cannot be used; with its line.
    """
    try:
        text = ((folder or files("rules")) / FILE).read_text(encoding="utf-8")
        content = read_yaml(text)
    except YamlError as error:
        raise RuleBaseError(f"{LABEL}, {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RuleBaseError(f"{LABEL}: cannot be read ({error}).") from error
    entries = content.get("cases") if isinstance(content, LocatedMapping) else None
    if not isinstance(entries, list) or not entries:
        raise RuleBaseError(f"{LABEL}: expected the key `cases` with a list of cases.")
    return tuple(_read(entry) for entry in entries)


def _read(entry: object) -> PublishedCase:
    try:
        return PublishedCase.model_validate(entry)
    except ValidationError as error:
        fault = error.errors()[0]
        named = entry.get("id", "?") if isinstance(entry, LocatedMapping) else entry
        field = ".".join(str(part) for part in fault["loc"])
        raise RuleBaseError(
            f"{LABEL}, line {line_of(entry, fault['loc'])}: case {named}, {field}: {fault['msg']}."
        ) from error


def check_case_library(rule_base: RuleBase, library: tuple[PublishedCase, ...]) -> list[str]:
    """Name what in a library does not fit a rule base or itself, one sentence per fault."""
    faults = []
    seen: set[str] = set()
    for case in library:
        if case.id in seen:
            faults.append(f"{LABEL}: the case {case.id!r} is there twice.")
        seen.add(case.id)
        if case.figures and not case.verified:
            faults.append(f"{LABEL}: case {case.id} quotes figures that nobody looked up again.")
        if case.outcome in case.also_ok:
            faults.append(f"{LABEL}: case {case.id} names its outcome again in also_ok.")
        try:
            resolve_answers(case.answers, rule_base, where=f"{LABEL}, case {case.id}")
        except AnswersError as error:
            faults.append(str(error))
    return faults
