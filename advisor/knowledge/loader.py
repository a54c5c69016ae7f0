"""From the YAML files in `rules/` to a checked `RuleBase`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
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
    NoticeRule,
    Rule,
    RuleBase,
    Source,
    Statement,
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
    "notices": NoticeRule,
}
"""Files that hold one list, under their own name."""

FIRST_SPEAKS: Final = ("variants", "notices")
"""Lists of which the first entry that holds is the only one used."""

FAMILIES: Final = ("knowledge", "data", "behaviour", "serving", "governance", "resources")
"""Files that hold our rules and vetoes; additions may name theirs as they like."""

FAMILY_SECTIONS: Final[dict[str, type[BaseModel]]] = {"rules": Rule, "vetoes": Veto}
FAMILY_KEYS: Final = ("family", "title", "version", *FAMILY_SECTIONS)
OTHER_FILES: Final = ("prices", "cases", "calibration", "conflicts", "cues", "cue_thresholds")
"""Files in the same folder that are no part of the rule base."""


def load_rules(folder: Path | None = None) -> RuleBase:
    """Load a rule base and check that everything it names exists.

    Args:
        folder: A rule base of its own if it describes the approaches (`approaches.yaml`), else
            additions to the rules that Advisor ships; only these by default.

    Raises:
        RuleBaseError: If anything is wrong; one line per fault, with file and line.
    """
    return _load_shipped() if folder is None else _load(folder)


@lru_cache(maxsize=1)
def _load_shipped() -> RuleBase:
    return _load(None)


def _load(folder: Path | None) -> RuleBase:
    rule_base, problems = read_rules(folder)
    if rule_base is None or problems:
        raise RuleBaseError("\n".join(map(str, problems)))
    return rule_base


def read_rules(folder: Path | None = None) -> tuple[RuleBase | None, list[Problem]]:
    """Read a rule base, as `load_rules` does, and report all that keeps it from being used.

    Returns:
        The rule base, unless some of it could not be read at all, and the faults.
    """
    shipped = files("rules")
    if folder is None:
        return _build(_read_folder(shipped, FAMILIES))
    if is_addition(folder):
        return _build(_read_folder(shipped, FAMILIES), _read_folder(folder, None))
    return _build(_read_folder(folder, FAMILIES))


def is_addition(folder: Path) -> bool:
    """Tell whether a folder adds to the rules that Advisor ships instead of replacing them."""
    return folder.is_dir() and not (folder / "approaches.yaml").is_file()


def readme_of(folder: Path | None) -> Path:
    """Find the page that explains the rules of a folder; ours by default."""
    return Path(str(files("rules"))) / "README.md" if folder is None else folder / "README.md"


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the files of one folder hold."""

    values: dict[str, list[Any]]
    problems: list[Problem]


def _build(own: _Parts, added: _Parts | None = None) -> tuple[RuleBase | None, list[Problem]]:
    """Put a rule base together; where the first match speaks, additions come first."""
    problems = own.problems + (added.problems if added else [])
    if problems:
        return None, sorted(problems)
    content = {
        section: tuple(
            values
            if added is None
            else added.values[section] + values
            if section in FIRST_SPEAKS
            else values + added.values[section]
        )
        for section, values in own.values.items()
    }
    version = _fingerprint(own) + (f"+{_fingerprint(added)}" if added else "")
    rule_base = RuleBase.model_construct(_fields_set=None, **content, version=version)
    return rule_base, sorted(check_references(rule_base))


def _read_folder(folder: Traversable, families: tuple[str, ...] | None) -> _Parts:
    """Read all files of a folder; any name may be that of a family if `families` is None."""
    parts = _Parts({"rules": [], "vetoes": []} | {key: [] for key in CATALOGUES}, [])
    label = folder.name if families else str(folder)
    for name in _file_names(folder, families, problems=parts.problems):
        _read_file(folder, name, label=f"{label}/{name}.yaml", parts=parts)
    return parts


def _file_names(
    folder: Traversable, families: tuple[str, ...] | None, *, problems: list[Problem]
) -> list[str]:
    """List the files to read, without suffix; report those that nobody would read."""
    if not folder.is_dir():
        problems.append(_fault(str(folder), 0, "there is no such folder of rules."))
        return []
    names = sorted(e.name for e in folder.iterdir() if e.name.endswith((".yaml", ".yml")))
    stems = [name.removesuffix(".yaml") for name in names]
    known = (*CATALOGUES, *OTHER_FILES, *(families or FAMILIES))
    for stem in stems:
        if stem.endswith(".yml") or (families and stem not in known):
            hint = did_you_mean(stem.removesuffix(".yml"), known)
            file = f"{folder.name}/{stem}" + ("" if "." in stem else ".yaml")
            problems.append(_fault(file, 0, f"no part of a rule base.{hint}"))
    if not stems:
        problems.append(_fault(str(folder), 0, "there is no file of rules (*.yaml) in here."))
    return [s for s in stems if s not in OTHER_FILES and (s in known or not families)]


def _fault(file: str, line: int, message: str) -> Problem:
    return Problem(file=file, line=line, severity="error", check="format", message=message)


def _read_file(folder: Traversable, stem: str, *, label: str, parts: _Parts) -> None:
    is_family = stem not in CATALOGUES
    sections = FAMILY_SECTIONS if is_family else {stem: CATALOGUES[stem]}
    try:
        content = _read_mapping(folder / f"{stem}.yaml", FAMILY_KEYS if is_family else (stem,))
    except YamlError as error:
        parts.problems.append(_fault(label, error.line, error.message))
        return
    for section, schema in sections.items():
        for entry in _entries(content, section, label=label, problems=parts.problems):
            value, faults = _validate(schema, entry, label)
            parts.problems.extend(faults or _foreign(value, content, label))
            parts.values[section].append(value)


def _entries(
    content: LocatedMapping, section: str, *, label: str, problems: list[Problem]
) -> list[object]:
    entries = content.get(section)
    if entries is None or isinstance(entries, list):
        return entries or []
    problems.append(_fault(label, line_of(content, (section,)), f"`{section}` must be a list."))
    return []


def _foreign(value: Statement, content: LocatedMapping, label: str) -> list[Problem]:
    """Report a rule or veto whose id does not begin with the family of its file."""
    family = str(content.get("family", ""))
    if not family or value.id.startswith(family):
        return []
    message = f"{value.id} stands in the family {family}; its id must begin with {family}."
    return [_fault(label, value.line, message)]


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


def _fingerprint(parts: _Parts) -> str:
    """Compute ten digits that change when the content does, but not with layout or file order."""
    canonical = {
        section: [
            value.model_dump_json(exclude={"file", "line"}, by_alias=True) for value in values
        ]
        for section, values in parts.values.items()
    }
    for section in ("rules", "vetoes", "sources", "groups", "claims"):
        canonical[section].sort()
    text = json.dumps(canonical, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:10]
