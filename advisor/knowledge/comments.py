"""Comments that somebody wrote into a YAML file outlive its being written anew."""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisor.knowledge.yaml_text import YamlError, read_yaml

_KEY = re.compile(r"(?P<indent> *)(?P<key>[\w.-]+):(?P<rest>\s.*|)$")
_BESIDE = re.compile(r"\s#.*$")
_QUOTES = ("'", '"')

Place = tuple[str, ...]
"""The keys that lead to a line; empty for the end of the file."""


def keep_comments(old: str, new: str) -> str:
    """Put the comments of the old text beside the same keys of the new one.

    Comments of keys that are gone move to the end. Should a comment change what the text means,
    the new text is left without any.
    """
    above, beside = _collect(old)
    if not above and not beside:
        return new
    lines = []
    for place, line in _places(new):
        lines += above.pop(place, []) if place else []
        lines.append(line + beside.pop(place, "") if place else line)
    lines += [comment for block in above.values() for comment in block]
    lines += [comment.strip() for comment in beside.values()]
    text = "\n".join(lines) + "\n"
    return text if _means_the_same(text, new) else new


def _collect(text: str) -> tuple[dict[Place, list[str]], dict[Place, str]]:
    """Find the comments above and beside each key."""
    above: dict[Place, list[str]] = {}
    beside: dict[Place, str] = {}
    waiting: list[str] = []
    for place, line in _places(text):
        if line.lstrip().startswith("#"):
            waiting.append(line)
        if not place:
            continue
        if waiting:
            above[place], waiting = waiting, []
        value = line.partition(":")[2]
        found = None if value.strip().startswith(_QUOTES) else _BESIDE.search(value)
        if found:
            beside[place] = f"  {found[0].strip()}"
    if waiting:
        above[()] = waiting
    return above, beside


def _places(text: str) -> Iterator[tuple[Place, str]]:
    """Yield each line with the keys that lead to it; none where a line opens no key."""
    parents: list[tuple[int, str]] = []
    for line in text.splitlines():
        found = _KEY.match(line)
        if found is None:
            yield (), line
            continue
        indent = len(found["indent"])
        parents = [parent for parent in parents if parent[0] < indent] + [(indent, found["key"])]
        yield tuple(key for _, key in parents), line


def _means_the_same(text: str, other: str) -> bool:
    try:
        return read_yaml(text) == read_yaml(other)
    except YamlError:
        return False
