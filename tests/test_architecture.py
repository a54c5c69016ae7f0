"""The house rules, as tests: which room may import what, and that nothing goes in circles."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HANDOVER = ROOT / "advisor" / "handover"
"""Sources of exported projects, which are no part of Advisor."""
MODULES = [
    path
    for room in ("advisor", "prototypes")
    for path in sorted((ROOT / room).rglob("*.py"))
    if HANDOVER not in path.parents
]
HEAVY = ("torch", "transformers", "faiss", "sklearn", "scipy", "matplotlib", "questionary", "ray")

PROMPTS = "advisor/interview/prompts"
MAY_IMPORT_RICH = ("advisor/report/terminal", PROMPTS, "advisor/cli/")
MAY_IMPORT_YAML = (
    "advisor/knowledge/yaml_text",
    "advisor/knowledge/loader",
    "advisor/knowledge/answers_file",
    "prototypes/data/",
)
PURE_ROOM = "advisor/inference/"
IMPURE = ("pathlib", "os", "time", "datetime", "random", "io", "tempfile", "shutil")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix()


@cache
def _imports(path: Path) -> tuple[tuple[str, bool], ...]:
    """List (imported module, whether it is imported when the module is loaded)."""
    return tuple(_find_imports(path))


def _find_imports(path: Path) -> Iterator[tuple[str, bool]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        is_deferred = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        is_typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        if is_deferred or is_typing_only:
            inside.update(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node not in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node not in inside
            yield from ((f"{node.module}.{alias.name}", node not in inside) for alias in node.names)


def _within(*rooms: str) -> list[Path]:
    return [path for path in MODULES if _name(path).startswith(rooms)]


def _root(module: str) -> str:
    return module.split(".")[0]


@pytest.mark.parametrize("path", _within("prototypes/"), ids=_name)
def test_laboratory_never_imports_advisor(path: Path) -> None:
    """The laboratory can be taken away and used alone."""
    assert [module for module, _ in _imports(path) if _root(module) == "advisor"] == []


@pytest.mark.parametrize(
    "path", [path for path in _within("advisor/") if _name(path) != PROMPTS], ids=_name
)
def test_advisor_loads_nothing_heavy(path: Path) -> None:
    """`advisor --help` and `advisor recommend` answer at once."""
    assert [m for m, at_load in _imports(path) if at_load and _root(m) in HEAVY] == []


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("rich", MAY_IMPORT_RICH),
        ("jinja2", ("advisor/report/documents",)),
        ("yaml", MAY_IMPORT_YAML),
        ("questionary", (PROMPTS,)),
    ],
)
def test_library_stays_behind_its_door(library: str, allowed: tuple[str, ...]) -> None:
    """Each library with traps of its own is used in one place."""
    trespassers = [
        _name(path)
        for path in MODULES
        if any(_root(module) == library for module, _ in _imports(path))
        and not _name(path).startswith(allowed)
    ]

    assert trespassers == []


@pytest.mark.parametrize("path", _within(PURE_ROOM), ids=_name)
def test_inference_is_pure(path: Path) -> None:
    """Inference touches no file, clock or unseeded random number."""
    source = path.read_text(encoding="utf-8")

    assert [m for m, _ in _imports(path) if _root(m) in IMPURE] == []
    assert "open(" not in source
    assert "default_rng()" not in source


def test_ray_is_loaded_only_when_a_cluster_is_asked_for() -> None:
    """Only the cluster's room knows Ray, and inside its functions; nothing else loads that room."""
    using = [
        (_name(path), at_load)
        for path in MODULES
        for module, at_load in _imports(path)
        if _root(module) == "ray"
        or (module.startswith("prototypes.cluster") and "/cluster/" not in _name(path))
    ]

    assert [name for name, at_load in using if at_load] == []
    assert {name for name, _ in using if "/cluster/" not in name} == {"prototypes/scale"}


def test_no_import_goes_in_circles() -> None:
    """The modules can be put in an order in which each imports only earlier ones."""
    import graphlib

    names = {_name(path).removesuffix("/__init__").replace("/", "."): path for path in MODULES}
    graph = {
        name: {m for m, at_load in _imports(path) if at_load and m in names and m != name}
        for name, path in names.items()
    }

    graphlib.TopologicalSorter(graph).prepare()


def test_command_line_starts_without_heavy_libraries() -> None:
    """Importing the command line in a fresh interpreter loads none of the slow libraries."""
    probe = (
        "import sys, advisor.cli, advisor.cli.main;"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.strip() == "[]"


def test_every_module_says_what_it_is_for() -> None:
    """Each module opens with a docstring."""
    silent = [
        _name(path)
        for path in MODULES
        if ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]

    assert silent == []


def test_no_module_outgrows_one_sitting() -> None:
    """No module is longer than 300 lines and no function than 60."""
    too_long = [
        _name(path) for path in MODULES if path.read_text(encoding="utf-8").count("\n") > 300
    ]
    functions = [
        f"{_name(path)}:{node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    ]

    assert (too_long, functions) == ([], [])
