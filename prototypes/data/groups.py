"""Who may read which document, from a YAML file."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from prototypes.contracts import Document
from prototypes.data.files import read_text, show_path
from prototypes.data.request import DataRequest
from prototypes.errors import DataError, StoreError
from prototypes.results import FrozenSchema
from prototypes.retrieval.stores.contract import require_groups

GROUPS_NAME = "groups.yaml"
_MAX_GROUPS_MB = 5
_EXAMPLE = 'expected a list such as [{documents: "hr/*", groups: [hr]}]'


class GroupRule(FrozenSchema):
    """One line of the file: a pattern of document ids, and who may read what fits it."""

    documents: str
    groups: list[str]


def load_groups(path: Path, documents: Sequence[Document]) -> dict[str, frozenset[str]]:
    """Read who may read which document; the first pattern that fits its id decides.

    In a pattern `*` stands for anything, slashes included. A document that no pattern fits is
    closed to all: what nobody has opened is not shown.

    Raises:
        DataError: If the file is missing or is not such a list.
    """
    rules = _read_rules(path)
    return {document.id: _decide(document.id, rules) for document in documents}


def find_groups(
    request: DataRequest, documents: Sequence[Document]
) -> dict[str, frozenset[str]] | None:
    """Read the `groups.yaml` that lies beside the documents folder; None if there is none.

    Raises:
        DataError: If there is one that cannot be used: it must not open anything.
    """
    path = locate_groups(request)
    return load_groups(path, documents) if documents and path else None


def locate_groups(request: DataRequest) -> Path | None:
    """Return the `groups.yaml` that lies beside the documents folder; None if there is none."""
    folder = request.documents.parent if request.documents else request.folder
    path = folder / GROUPS_NAME if folder else None
    return path if path and (path.exists() or path.is_symlink()) else None


def find_idle(path: Path, documents: Sequence[Document]) -> tuple[str, ...]:
    """Name the patterns that decide about no document: none fits them, or an earlier one does.

    A pattern that is misspelt, or stands behind a wider one, leaves open what it should close.

    Raises:
        DataError: If the file is missing or is not such a list.
    """
    patterns = [pattern for pattern, _ in _read_rules(path)]
    decisive = {
        next((n for n, pattern in enumerate(patterns) if fnmatchcase(document.id, pattern)), None)
        for document in documents
    }
    return tuple(pattern for n, pattern in enumerate(patterns) if n not in decisive)


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


def _decide(document_id: str, rules: Sequence[tuple[str, frozenset[str]]]) -> frozenset[str]:
    fitting = (groups for pattern, groups in rules if fnmatchcase(document_id, pattern))
    return next(fitting, frozenset())
