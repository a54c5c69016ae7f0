"""What each label means, from a YAML or JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from prototypes.contracts import RefusedRow
from prototypes.data.files import read_text, show_path
from prototypes.data.wording import did_you_mean, excerpt, printable
from prototypes.errors import DataError

_MAX_LABELS_MB = 5


def load_label_descriptions(path: Path) -> dict[str, str]:
    """Read a mapping from label to description.

    Labels and descriptions are taken as they are written: `no` and `1` stay texts.

    Raises:
        DataError: If the file is not such a mapping, or describes a label twice.
    """
    text = read_text(path, limit_mb=_MAX_LABELS_MB)
    pairs = _json_pairs(path, text) if path.suffix.lower() == ".json" else _yaml_pairs(path, text)
    _require_writable(path, pairs)
    descriptions: dict[str, str] = {}
    for label, description in pairs:
        if label in descriptions:
            raise DataError(f"{show_path(path)}: the label {label!r} is described twice.")
        descriptions[label] = description
    return descriptions


def keep_known_labels(
    descriptions: dict[str, str], labels: Iterable[str], *, path: Path
) -> tuple[dict[str, str], list[RefusedRow]]:
    """Keep the descriptions of labels that occur, refuse the others."""
    known = sorted(set(labels))
    kept = {label: text for label, text in descriptions.items() if label in set(known)}
    refused = [
        RefusedRow(
            printable(path.name),
            f"describes the label {label!r}, which no sample has.{did_you_mean(label, known)}",
        )
        for label in descriptions
        if label not in kept
    ]
    return kept, refused


def _yaml_pairs(path: Path, text: str) -> list[tuple[str, str]]:
    import yaml

    try:
        # The composed nodes keep every scalar as written; constructing would make `no` False.
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise DataError(f"{show_path(path)}: not YAML ({_first_line(error)}).") from error
    if not isinstance(node, yaml.MappingNode):
        raise DataError(_shape_message(path, "no mapping"))
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
            raise DataError(_shape_message(path, f"a nested value in line {_line(value)}"))
    return [(key.value, value.value) for key, value in node.value]


def _json_pairs(path: Path, text: str) -> list[tuple[str, str]]:
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{show_path(path)}: not JSON ({_first_line(error)}).") from error
    if not text.lstrip().startswith("{"):
        raise DataError(_shape_message(path, "no mapping"))
    for _, description in pairs:
        if not isinstance(description, str):
            raise DataError(_shape_message(path, excerpt(description)))
    return [(label, description) for label, description in pairs]


def _require_writable(path: Path, pairs: list[tuple[str, str]]) -> None:
    try:
        "".join(text for pair in pairs for text in pair).encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"{show_path(path)}: found an escaped half of a character ({excerpt(error.object)}), "
            "which cannot be written again; expected whole characters."
        ) from error


def _shape_message(path: Path, found: str) -> str:
    return (
        f"{show_path(path)}: found {found}, expected one description per label, "
        "such as `card_lost: The customer has lost a card`."
    )


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def _line(node: object) -> int:
    mark = getattr(node, "start_mark", None)
    return mark.line + 1 if mark else 0
