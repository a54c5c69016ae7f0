"""Reads and writes `answers.yaml`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from advisor.errors import AnswersError, did_you_mean
from advisor.files import write_text
from advisor.knowledge.comments import keep_comments
from advisor.knowledge.levels import check_priorities, resolve_answers
from advisor.knowledge.yaml_text import LocatedMapping, YamlError, line_of, read_yaml, write_yaml
from advisor.schema.answers import Answers, MeasuredAnswer, Opinion, Project
from advisor.schema.rule import RuleBase
from prototypes.data.wording import excerpt

KEYS = ("schema_version", "project", "answers", "priorities", "measured", "people", "rules_version")
OPINION_KEYS = ("answers", "priorities")
STANDARD_INPUT = Path("-")

_MEASURED_KEYS = ("level", "finding", "how")


def load_answers(path: Path, rule_base: RuleBase) -> Answers:
    """Read an answers file, or standard input if `path` is `-`.

    Raises:
        AnswersError: If it cannot be used; one sentence with file and line.
    """
    name = "standard input" if path == STANDARD_INPUT else str(path)
    try:
        content = read_yaml(_read_text(path, name))
    except YamlError as error:
        raise AnswersError(f"{name}, {error}") from error
    return _build(_require_mapping(content, name), rule_base, name=name)


def _read_text(path: Path, name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()
        return data.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise AnswersError(
            f"{name}: there is no such file; `advisor interview -o {name}` writes one."
        ) from error
    except UnicodeDecodeError as error:
        raise AnswersError(
            f"{name}: byte {error.start} is not UTF-8; save the file as UTF-8."
        ) from error
    except IsADirectoryError as error:
        raise AnswersError(
            f"{name}: this is a folder; expected an answers file, such as {path / 'answers.yaml'}."
        ) from error
    except OSError as error:
        raise AnswersError(f"{name}: cannot be read ({error.strerror}).") from error


def _require_mapping(content: object, name: str) -> LocatedMapping:
    if content is None:
        raise AnswersError(f"{name}: the file is empty; expected the keys {', '.join(KEYS)}.")
    if not isinstance(content, LocatedMapping):
        kind = "a list" if isinstance(content, list) else f"the single value {excerpt(content)}"
        raise AnswersError(f"{name}: found {kind}; expected the keys {', '.join(KEYS)}.")
    return content


def _build(content: LocatedMapping, rule_base: RuleBase, *, name: str) -> Answers:
    _check_keys(content, rule_base, name=name)
    stated = Answers(
        project=_project(content.get("project"), where=_place(content, ("project",), name)),
        answers=_answers(content, rule_base, name=name),
        priorities=check_priorities(
            content.get("priorities"), where=_place(content, ("priorities",), name)
        ),
        people=_people(content, rule_base, name=name),
        rules_version=str(content.get("rules_version") or ""),
    )
    return stated.with_measured(_measured(content, rule_base, name=name))


def _place(content: LocatedMapping, path: tuple[object, ...], name: str) -> str:
    return f"{name}, line {line_of(content, path)}"


def _check_keys(content: LocatedMapping, rule_base: RuleBase, *, name: str) -> None:
    criteria = {criterion.id for criterion in rule_base.criteria}
    for key in content:
        if key not in KEYS:
            hint = did_you_mean(str(key), KEYS) or f" Expected: {', '.join(KEYS)}."
            if key in criteria:
                hint = " Answers belong under `answers:`, indented."
            raise AnswersError(f"{_place(content, (key,), name)}: unknown key {key!r}.{hint}")
    version = content.get("schema_version", 1)
    if version != 1 or isinstance(version, bool):
        raise AnswersError(
            f"{_place(content, ('schema_version',), name)}: schema_version is {version!r}, "
            "but this version of Advisor reads 1."
        )


def _project(given: object, *, where: str) -> Project:
    if given is None:
        return Project()
    if isinstance(given, str):
        return Project(name=given)
    if not isinstance(given, dict) or not set(given) <= {"name", "description"}:
        raise AnswersError(f"{where}: project must be a mapping with name and description.")
    texts = {key: str(value) for key, value in given.items() if value is not None}
    return Project(**texts)


def _answers(content: LocatedMapping, rule_base: RuleBase, *, name: str) -> dict[str, str]:
    given = content.get("answers")
    if given is None:
        return {}
    if not isinstance(given, LocatedMapping):
        where = _place(content, ("answers",), name)
        raise AnswersError(f"{where}: answers must be lines such as `data_volatility: weekly`.")
    named = {str(key): value for key, value in given.items()}
    places = {str(key): f"{name}, line {given.key_lines[key]}" for key in given}
    return resolve_answers(named, rule_base, where=places)


def _measured(
    content: LocatedMapping, rule_base: RuleBase, *, name: str
) -> dict[str, MeasuredAnswer]:
    """Read what was measured; it takes the place of what `answers` says."""
    given = content.get("measured")
    if given is None:
        return {}
    if not isinstance(given, LocatedMapping):
        where = _place(content, ("measured",), name)
        raise AnswersError(f"{where}: measured must be a mapping, as `advisor profile -o` writes.")
    measured = {}
    for key, value in given.items():
        where = _place(content, ("measured", key), name)
        measured[str(key)] = _measured_answer(str(key), value, rule_base, where=where)
    return measured


def _measured_answer(
    criterion: str, value: object, rule_base: RuleBase, *, where: str
) -> MeasuredAnswer:
    texts = value if isinstance(value, dict) else {}
    missing = [key for key in _MEASURED_KEYS if not isinstance(texts.get(key), str)]
    unknown = [str(key) for key in texts if key not in (*_MEASURED_KEYS, "stated")]
    if missing or unknown:
        raise AnswersError(
            f"{where}: the measured {criterion} needs the texts level, finding and how, and may "
            f"have stated; found {', '.join(map(str, texts)) or value!r}."
        )
    levels = {key: texts[key] for key in ("level", "stated") if texts.get(key) is not None}
    checked = {
        key: resolve_answers({criterion: level}, rule_base, where=where)[criterion]
        for key, level in levels.items()
    }
    return MeasuredAnswer(finding=texts["finding"], how=texts["how"], **checked)


def _people(content: LocatedMapping, rule_base: RuleBase, *, name: str) -> dict[str, Opinion]:
    given = content.get("people")
    if given is None:
        return {}
    where = _place(content, ("people",), name)
    if not isinstance(given, LocatedMapping):
        raise AnswersError(f"{where}: people must be a mapping from names to what they said.")
    return {
        str(person): _opinion(said, rule_base, where=(name, f"{name}, line {line}"))
        for (person, said), line in zip(given.items(), given.key_lines.values(), strict=True)
    }


def _opinion(said: object, rule_base: RuleBase, *, where: tuple[str, str]) -> Opinion:
    name, place = where
    if said is None:
        return Opinion()
    if not isinstance(said, LocatedMapping) or not set(said) <= set(OPINION_KEYS):
        raise AnswersError(f"{place}: of each person, expected {' and '.join(OPINION_KEYS)}.")
    return Opinion(
        answers=_answers(said, rule_base, name=name),
        priorities=check_priorities(said.get("priorities"), where=place),
    )


def apply_overrides(answers: Answers, overrides: Sequence[str], rule_base: RuleBase) -> Answers:
    """Replace answers, also measured ones, by those given as `criterion=level`.

    Raises:
        AnswersError: If one of them cannot be used.
    """
    given = dict(_split_override(override) for override in overrides)
    resolved = resolve_answers(given, rule_base, where="--set")
    measured = {one: found for one, found in answers.measured.items() if one not in resolved}
    return answers.model_copy(
        update={"answers": {**answers.answers, **resolved}, "measured": measured}
    )


def _split_override(override: str) -> tuple[str, str]:
    criterion, equals, level = override.partition("=")
    if not equals or not criterion.strip() or not level.strip():
        raise AnswersError(
            f"--set: found {override!r}, expected criterion=level, such as data_volatility=weekly."
        )
    return criterion.strip(), level.strip()


def write_answers(answers: Answers, path: Path) -> None:
    """Write an answers file, whole or not at all; comments in the one before stay.

    Raises:
        OutputError: If it cannot be written.
    """
    content: dict[str, object] = {
        "schema_version": answers.schema_version,
        "project": answers.project.model_dump(),
        "answers": answers.answers,
    }
    if answers.priorities:
        content["priorities"] = list(answers.priorities)
    if answers.measured:
        content["measured"] = {
            criterion: found.model_dump(exclude_none=True)
            for criterion, found in answers.measured.items()
        }
    if answers.people:
        content["people"] = {name: _spell(said) for name, said in answers.people.items()}
    if answers.rules_version:
        content["rules_version"] = answers.rules_version
    write_text(path, keep_comments(_text_before(path), write_yaml(content)))


def _spell(said: Opinion) -> dict[str, object]:
    priorities = {"priorities": list(said.priorities)} if said.priorities else {}
    return {"answers": said.answers, **priorities}


def _text_before(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""
