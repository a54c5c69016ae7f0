"""Who may read which document, from a YAML file."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from prototypes.contracts import Document
from prototypes.data.files import read_text, show_path
from prototypes.errors import DataError, StoreError
from prototypes.results import FrozenSchema
from prototypes.retrieval.stores.contract import require_groups

_MAX_GROUPS_MB = 5
_EXAMPLE = 'expected a list such as [{documents: "hr/*", groups: [hr]}]'


class GroupRule(FrozenSchema):
    """One line of the file: a pattern of document ids, and who may read what fits it."""

    documents: str
    groups: list[str]


def load_groups(path: Path, documents: Sequence[Document]) -> dict[str, frozenset[str]]:
    """Read who may read which document; the first pattern that fits its id decides.

    In a pattern `*` stands for anything, slashes included. A document that no pattern fits is an
    error: it would be open to all or closed to all, and neither was said.

    Raises:
        DataError: If the file is not such a list, or says nothing of a document.
    """
    rules = _read_rules(path)
    return {document.id: _decide(document.id, rules, path) for document in documents}


def _read_rules(path: Path) -> list[tuple[str, frozenset[str]]]:
    import yaml

    try:
        # The base loader keeps every scalar as written: the group `no` stays a text.
        content = yaml.load(read_text(path, limit_mb=_MAX_GROUPS_MB), Loader=yaml.BaseLoader)
        rules = TypeAdapter(list[GroupRule]).validate_python(content)
        return [(rule.documents, require_groups(rule.groups)) for rule in rules]
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise DataError(f"{show_path(path)}: {place}: {first['msg']}; {_EXAMPLE}.") from error
    except StoreError as error:
        raise DataError(f"{show_path(path)}: {error}") from error
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).split("\n", 1)[0]
        raise DataError(f"{show_path(path)}: not YAML ({reason}); {_EXAMPLE}.") from error


def _decide(
    document_id: str, rules: Sequence[tuple[str, frozenset[str]]], path: Path
) -> frozenset[str]:
    for pattern, groups in rules:
        if fnmatchcase(document_id, pattern):
            return groups
    raise DataError(
        f"{show_path(path)}: no pattern fits the document '{document_id}', so it is not said who "
        'may read it; end the list with {documents: "*", groups: [everyone]}, or with groups: [].'
    )
