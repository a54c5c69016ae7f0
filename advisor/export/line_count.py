"""How many lines of code a source has: blank lines, comments and docstrings are none."""

from __future__ import annotations

import ast
import io
import tokenize

_NO_CODE = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
)
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def count_code_lines(source: str) -> int:
    """Count the lines of a Python source that hold code."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    spans = [(each.start[0], each.end[0]) for each in tokens if each.type not in _NO_CODE]
    return len(_cover(spans) - _cover(_find_docstrings(source)))


def _find_docstrings(source: str) -> list[tuple[int, int]]:
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, _DOCUMENTED))
    firsts = [node.body[0] for node in nodes if ast.get_docstring(node) is not None]
    return [(first.lineno, first.end_lineno or first.lineno) for first in firsts]


def _cover(spans: list[tuple[int, int]]) -> set[int]:
    return {line for first, last in spans for line in range(first, last + 1)}
