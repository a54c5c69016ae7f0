"""From the YAML files in `rules/` to a checked `RuleBase`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.abc import Traversable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from advisor.errors import RuleBaseError, did_you_mean
from advisor.knowledge.problem import Problem
from advisor.knowledge.references import check_references
from advisor.knowledge.yaml_text import LocatedMapping, YamlError, line_of, read_yaml
from advisor.schema.rule import (
    OPERATORS,
    ApproachInfo,
    CompanionRule,
    Criterion,
    FoundingClaim,
    Group,
    Rule,
    RuleBase,
    Source,
    VariantRule,
    Veto,
)

CATALOGUES: Final[dict[str, type[BaseModel]]] = {
    "approaches": ApproachInfo,
    "criteria": Criterion,
    "sources": Source,
    "groups": Group,
    "claims": FoundingClaim,
    "companions": CompanionRule,
    "variants": VariantRule,
}
"""Files that hold one list, under their own name."""

FAMILIES: Final = ("knowledge", "data", "behaviour", "serving", "governance", "resources")
"""Files that hold rules and vetoes."""

FAMILY_SECTIONS: Final[dict[str, type[BaseModel]]] = {"rules": Rule, "vetoes": Veto}
FAMILY_KEYS: Final = ("family", "title", "version", *FAMILY_SECTIONS)
OTHER_FILES: Final = ("prices", "cases")
"""Files in the same folder that are no part of the rule base."""


def load_rules(folder: Path | None = None) -> RuleBase:
    """Load a rule base and check that everything it names exists.

    Args:
        folder: Where the YAML files are; the rules that Advisor ships by default.

    Raises:
        RuleBaseError: If anything is wrong; one line per fault, with file and line.
    """
    return _load_shipped() if folder is None else _load(folder)


@lru_cache(maxsize=1)
def _load_shipped() -> RuleBase:
    return _load(files("rules"))


def _load(folder: Traversable) -> RuleBase:
    rule_base, problems = read_rules(folder)
    if rule_base is None or problems:
        raise RuleBaseError("\n".join(map(str, problems)))
    return rule_base


def read_rules(folder: Traversable | None = None) -> tuple[RuleBase | None, list[Problem]]:
    """Read a rule base and report all that keeps it from being used.

    Returns:
        The rule base, unless some of it could not be read at all, and the faults.
    """
    folder = folder or files("rules")
    problems: list[Problem] = []
    parts: dict[str, list[Any]] = {"rules": [], "vetoes": []} | {key: [] for key in CATALOGUES}
    for name in _file_names(folder, problems):
        _read_file(folder, name, parts=parts, problems=problems)
    if problems:
        return None, sorted(problems)
    content = {section: tuple(values) for section, values in parts.items()}
    version = _fingerprint(content)
    rule_base = RuleBase.model_construct(_fields_set=None, **content, version=version)
    return rule_base, sorted(check_references(rule_base))


def _file_names(folder: Traversable, problems: list[Problem]) -> list[str]:
    """List the files to read, without suffix; report those that nobody would read."""
    if not folder.is_dir():
        problems.append(_fault(str(folder), 0, "there is no such folder of rules."))
        return []
    known = (*CATALOGUES, *FAMILIES, *OTHER_FILES)
    stems = sorted(
        entry.name.removesuffix(".yaml")
        for entry in folder.iterdir()
        if entry.name.endswith((".yaml", ".yml"))
    )
    for stem in stems:
        if stem not in known:
            hint = did_you_mean(stem, known)
            problems.append(_fault(_label(folder, stem), 0, f"no part of a rule base.{hint}"))
    return [stem for stem in stems if stem in known and stem not in OTHER_FILES]


def _label(folder: Traversable, stem: str) -> str:
    return f"{folder.name}/{stem}" + ("" if "." in stem else ".yaml")


def _fault(file: str, line: int, message: str) -> Problem:
    return Problem(file=file, line=line, severity="error", check="format", message=message)


def _read_file(
    folder: Traversable, stem: str, *, parts: dict[str, list[Any]], problems: list[Problem]
) -> None:
    label = _label(folder, stem)
    sections = FAMILY_SECTIONS if stem in FAMILIES else {stem: CATALOGUES[stem]}
    keys = FAMILY_KEYS if stem in FAMILIES else (stem,)
    try:
        content = _read_mapping(folder / f"{stem}.yaml", keys)
    except YamlError as error:
        problems.append(_fault(label, error.line, error.message))
        return
    for section, schema in sections.items():
        entries = content.get(section)
        if entries is not None and not isinstance(entries, list):
            line = line_of(content, (section,))
            problems.append(_fault(label, line, f"`{section}` must be a list."))
            continue
        for entry in entries or ():
            value, faults = _validate(schema, entry, label)
            problems += faults
            parts[section].append(value)


def _read_mapping(path: Traversable, keys: tuple[str, ...]) -> LocatedMapping:
    try:
        content = read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise YamlError(f"cannot be read ({error}).", line=0) from error
    if not isinstance(content, LocatedMapping):
        raise YamlError(f"expected the keys {', '.join(keys)}.", line=1)
    for key in content:
        if key not in keys:
            hint = did_you_mean(str(key), keys)
            raise YamlError(f"unknown key {key!r}.{hint}", line=content.key_lines[key])
    return content


def _validate(schema: type[BaseModel], entry: object, label: str) -> tuple[Any, list[Problem]]:
    if not isinstance(entry, LocatedMapping):
        return None, [_fault(label, 0, f"expected a mapping, found {entry!r}.")]
    place = {"file": label, "line": entry.line} if "line" in schema.model_fields else {}
    try:
        return schema.model_validate({**entry, **place}), []
    except ValidationError as error:
        name = f"{schema.__name__.removesuffix('Rule').lower() or 'rule'} {entry.get('id', '?')}"
        return None, [
            _fault(label, line_of(entry, fault["loc"]), f"{name}: {_reword(schema, fault)}")
            for fault in error.errors()
        ]


def _reword(schema: type[BaseModel], fault: ErrorDetails) -> str:
    """Turn one of pydantic's findings into half a sentence."""
    where = ".".join(str(part) for part in fault["loc"] if part != "leaf")
    found = fault["input"]
    if fault["type"] == "extra_forbidden":
        hint = did_you_mean(str(fault["loc"][-1]), list(_keys_of(schema)))
        return f"there is no field {where!r}.{hint}"
    if fault["type"] == "missing":
        return f"the field {where!r} is missing."
    return f"{where}: {fault['msg'].removeprefix('Value error, ')}, found {found!r}."


def _keys_of(schema: type[BaseModel]) -> Iterator[str]:
    for name, info in schema.model_fields.items():
        yield info.alias or name
    yield from ("criterion", *OPERATORS)


def _fingerprint(content: dict[str, tuple[BaseModel, ...]]) -> str:
    """Compute ten digits that change when the content does, but not with layout or file order."""
    canonical = {
        section: [
            value.model_dump_json(exclude={"file", "line"}, by_alias=True) for value in values
        ]
        for section, values in content.items()
    }
    for section in ("rules", "vetoes", "sources", "groups", "claims"):
        canonical[section].sort()
    text = json.dumps(canonical, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:10]
