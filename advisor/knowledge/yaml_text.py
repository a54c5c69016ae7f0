"""Reads YAML without its traps: repeated keys, `no` for false, `1e-4` for text."""

from __future__ import annotations

import re

import yaml

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: the same, faster."""

_BOOLEAN_TRAPS = re.compile(r"yes|no|on|off", re.IGNORECASE)
_MAX_VALUES = 500_000
"""Texts that stand for more are refused: a few lines of anchors can stand for billions."""
_TOO_DEEP = re.compile(r"(?:[\[{][^\[\]{}]*){1000}|(?:[-?] ){1000}")
"""What opens so often without closing would overflow the stack of libyaml."""
_NUMBER_TRAP = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")


class YamlError(Exception):
    """A text is not YAML, or a part of it would not be read as it looks."""

    def __init__(self, message: str, *, line: int) -> None:
        self.message = message
        self.line = line
        super().__init__(f"line {line}: {message}")


class LocatedMapping(dict[object, object]):
    """A mapping that knows its line and the line of each of its keys, counted from 1."""

    line: int
    key_lines: dict[object, int]


def read_yaml(text: str) -> object:
    """Read one YAML document into plain values; mappings know their lines.

    Raises:
        YamlError: If it is not YAML, repeats a key or walks into one of YAML's traps.
    """
    if _TOO_DEEP.search(text):
        raise YamlError("this is nested too deeply.", line=1)
    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if "&" in text:
            _require_bearable(node)
        return _value(loader, node)
    except yaml.YAMLError as error:
        raise _syntax_error(error) from error
    except RecursionError as error:
        raise YamlError("this is nested too deeply, or refers to itself.", line=1) from error
    finally:
        loader.dispose()


def _require_bearable(root: yaml.Node) -> None:
    """Refuse a text whose anchors repeat each other until nothing could hold the result."""
    counted: dict[int, int] = {}

    def count(node: yaml.Node) -> int:
        if id(node) not in counted:
            parts = node.value if isinstance(node, yaml.CollectionNode) else ()
            nested = (part if isinstance(part, tuple) else (part,) for part in parts)
            counted[id(node)] = 1 + sum(count(part) for group in nested for part in group)
        return counted[id(node)]

    if (n_values := count(root)) > _MAX_VALUES:
        raise YamlError(
            f"the anchors (&name, *name) make this {n_values:,} values, expected at most "
            f"{_MAX_VALUES:,}; write out what is meant.",
            line=_line(root),
        )


def _syntax_error(error: yaml.YAMLError) -> YamlError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    return YamlError(f"this is not YAML: {problem}.", line=mark.line + 1 if mark else 1)


def line_of(value: object, path: tuple[object, ...]) -> int:
    """Find the line of the deepest part of `path` that exists in a value read from YAML."""
    line = value.line if isinstance(value, LocatedMapping) else 0
    for key in path:
        if isinstance(value, LocatedMapping) and key in value:
            line = value.key_lines[key]
            value = value[key]
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        if isinstance(value, LocatedMapping):
            line = max(line, value.line)
    return line


def _value(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item) for item in node.value]
    return _scalar(loader, _require_scalar(node))


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> LocatedMapping:
    mapping = LocatedMapping()
    mapping.line = node.start_mark.line + 1
    mapping.key_lines = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = _scalar(loader, _require_scalar(key_node))
        if key in mapping:
            raise YamlError(
                f"the key {key!r} stands here again (first on line {mapping.key_lines[key]}); "
                "YAML would drop the first one silently. Keep one of them.",
                line=line,
            )
        mapping.key_lines[key] = line
        mapping[key] = _value(loader, value_node)
    return mapping


def _require_scalar(node: yaml.Node) -> yaml.ScalarNode:
    if not isinstance(node, yaml.ScalarNode):
        raise YamlError("expected a single word or number here.", line=_line(node))
    return node


def _scalar(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    kind = node.tag.rpartition(":")[2]
    is_plain = not node.style
    if is_plain and kind == "bool" and _BOOLEAN_TRAPS.fullmatch(node.value):
        raise _trap(node, f"write '{node.value}' in quotes, or true or false")
    if kind == "str":
        if is_plain and _NUMBER_TRAP.fullmatch(node.value):
            raise _trap(node, f"write {_spell_number(node.value)}, or put it in quotes")
        return node.value
    try:
        value: object = loader.construct_object(node)
        return value
    except ValueError as error:
        raise YamlError(f"{node.value!r} cannot be read: {error}.", line=_line(node)) from error


def _trap(node: yaml.Node, advice: str) -> YamlError:
    kind = node.tag.rpartition(":")[2]
    found = "true or false" if kind == "bool" else "text, not as a number"
    return YamlError(f"YAML reads {node.value} as {found}; {advice}.", line=_line(node))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _spell_number(text: str) -> str:
    """Spell a number with an exponent the way YAML 1.1 recognises it: 1e-4 → 1.0e-4."""
    mantissa, exponent = re.split("[eE]", text)
    sign = "" if exponent[0] in "+-" else "+"
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{sign}{exponent}"


def write_yaml(value: object) -> str:
    """Spell plain values as YAML, in their order."""
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)
    return text
