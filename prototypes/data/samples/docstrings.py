"""Docstrings of a package's public functions and classes, read without importing anything.

Parsing is quicker than importing and sets off nothing. A name is public if its own module or an
`__init__` of the sub-package lists it in `__all__`, or if it is documented by `add_newdoc`, which
is how SciPy describes what is written in C.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

_SKIPPED_FOLDERS = frozenset({"tests", "_lib", "externals"})
_SIGNATURE = re.compile(r"[\w.]+\(.*\)\S*", re.DOTALL)
_DIRECTIVE_OR_SECTION = re.compile(r"\.\. |\w+\n---")
_OWN_NAME = re.compile(r"\(:mod:`[^`]*`\)")
_ROLE = re.compile(r":[\w:]+:`~?([^`<]+?)(?:\s*<[^>]*>)?`")
_HEADING_RULE = re.compile(r"^=+$", re.MULTILINE)


def public_docstrings(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield `module.name` and the docstring of what a sub-package offers, sorted by module."""
    exported = {name for path in _modules(folder, "__init__.py") for name in _read_exports(path)}
    for path in _modules(folder, "*.py"):
        source = path.read_bytes()
        if exported or b"__all__" in source or b"add_newdoc(" in source:
            module = ".".join(path.relative_to(folder).with_suffix("").parts)
            for name, docstring in _documented_names(ast.parse(source), exported):
                yield f"{module}.{name}", docstring


def read_module_docstring(path: Path) -> str:
    """Return the heading or first paragraph of a module's docstring on one line."""
    docstring = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    return summarise(_OWN_NAME.sub("", _HEADING_RULE.sub("", docstring)))


def summarise(docstring: str) -> str:
    """Return the first paragraph of prose on one line, without markup; empty if there is none."""
    for paragraph in re.split(r"\n[ \t]*\n", inspect.cleandoc(docstring)):
        if _DIRECTIVE_OR_SECTION.match(paragraph) or _SIGNATURE.fullmatch(paragraph.strip()):
            continue
        return " ".join(_ROLE.sub(r"\1", paragraph).replace("`", "").split())
    return ""


def _modules(folder: Path, pattern: str) -> list[Path]:
    """List the modules of a sub-package, its tests and vendored code left out."""
    return [
        path
        for path in sorted(folder.rglob(pattern))
        if not _SKIPPED_FOLDERS.intersection(path.relative_to(folder).parts)
    ]


def _read_exports(path: Path) -> Iterator[str]:
    return _listed_names(ast.parse(path.read_bytes()))


def _documented_names(module: ast.Module, exported: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the public definitions and the `add_newdoc` calls of one module."""
    public = {*exported, *_listed_names(module)}
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if name in public:
                yield name, ast.get_docstring(node, clean=False) or ""
            case ast.Expr(
                ast.Call(
                    ast.Name("add_newdoc"), [ast.Constant(str(name)), ast.Constant(str(docstring))]
                )
            ) if not name.startswith("_"):
                yield name, docstring


def _listed_names(module: ast.Module) -> Iterator[str]:
    """Yield the strings that a module puts into its `__all__`."""
    for node in module.body:
        match node:
            case ast.Assign([ast.Name("__all__")], value) | ast.AugAssign(
                ast.Name("__all__"), _, value
            ):
                constants = (n.value for n in ast.walk(value) if isinstance(n, ast.Constant))
                yield from (constant for constant in constants if isinstance(constant, str))
