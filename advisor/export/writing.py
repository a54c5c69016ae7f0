"""Write a project: beside its place first, then moved there in one step."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.resources import files
from pathlib import Path

import numpy as np

from advisor.errors import ExportError
from advisor.export.evaluation import render_measured, render_samples
from advisor.export.line_count import count_code_lines
from advisor.export.project import FittedArm, Parts, Tensors
from advisor.export.templates import (
    DOCKERIGNORE,
    render_dockerfile,
    render_pyproject,
    render_readme,
)

Listener = Callable[[int, int], None]
"""Told how many of how many bytes are written."""

_SETTINGS = ("config.json", "tokenizer_config.json")
_PATHS_OF_A_MACHINE = ("_name_or_path", "name_or_path")
"""What in the settings of a model may hold the folder it was once loaded from."""


def write_project(
    arm: FittedArm, parts: Parts, destination: Path, *, on_progress: Listener
) -> tuple[int, int, int]:
    """Write all files of a project; return how many, of how many bytes, and lines of its service.

    Raises:
        ExportError: If the folder cannot be written.
    """
    texts = _render_texts(arm, parts, name=destination.absolute().name)
    with _appearing(destination) as folder:
        writer = _Writer(folder, on_progress, total=_expect_bytes(texts, parts))
        for name, text in texts.items():
            writer.write(name, text.encode())
        for name, content in parts.files.items():
            writer.write(f"service/model/{name}", content)
        for name, tensors in parts.tensors.items():
            writer.write_tensors(f"service/model/{name}.safetensors", tensors)
        for name, source in parts.folders.items():
            writer.copy_files(f"service/model/{name}", source, _list(source, parts.left_out))
    sources = (text for name, text in texts.items() if fnmatch(name, "service/*.py"))
    n_lines = sum(map(count_code_lines, sources))
    return writer.n_files, writer.n_bytes, n_lines


def _render_texts(arm: FittedArm, parts: Parts, *, name: str) -> dict[str, str]:
    """Render every file that is text, by its path in the project."""
    handover = files("advisor") / "handover"
    code = {
        target: (handover / source).read_text(encoding="utf-8")
        for target, source in parts.code.items()
    }
    return {
        "README.md": render_readme(arm, parts, name=name),
        "pyproject.toml": render_pyproject(arm, parts, name=name),
        "Dockerfile": render_dockerfile(arm),
        ".dockerignore": DOCKERIGNORE,
        **code,
        "service/__init__.py": f'"""{arm.spec.title[0].upper()}{arm.spec.title[1:]}."""\n',
        "service/model/settings.json": _as_json(parts.settings),
        "evaluation/samples.jsonl": render_samples(arm),
        "evaluation/measured.json": _as_json(render_measured(arm)),
    }


def _as_json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _expect_bytes(texts: dict[str, str], parts: Parts) -> int:
    tensors = sum(array.nbytes for each in parts.tensors.values() for array in each.values())
    files = (file for each in parts.folders.values() for file in _list(each, parts.left_out))
    copied = sum(file.stat().st_size for file in files)
    written = sum(len(text.encode()) for text in texts.values())
    return written + sum(map(len, parts.files.values())) + tensors + copied


def _list(folder: Path, left_out: frozenset[str]) -> list[Path]:
    """List the files of a model's folder, without hidden ones and those to be left out."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if not path.name.startswith(".") and path.name not in left_out]


@dataclass
class _Writer:
    """Writes files below a folder and counts them."""

    folder: Path
    on_progress: Listener
    total: int
    n_files: int = 0
    n_bytes: int = 0

    def write(self, name: str, content: bytes) -> None:
        path = self._make_room(name)
        path.write_bytes(content)
        self._count(path)

    def write_tensors(self, name: str, tensors: Tensors) -> None:
        from safetensors.numpy import save_file

        path = self._make_room(name)
        contiguous = {key: np.ascontiguousarray(value) for key, value in tensors.items()}
        save_file(contiguous, path)
        self._count(path)

    def copy_files(self, name: str, source: Path, files: Iterable[Path]) -> None:
        for file in files:
            path = self._make_room(f"{name}/{file.relative_to(source).as_posix()}")
            if file.name in _SETTINGS:
                path.write_text(_without_paths(file), encoding="utf-8", newline="\n")
            else:
                shutil.copyfile(file, path)
            self._count(path)

    def _make_room(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _count(self, path: Path) -> None:
        self.n_files += 1
        self.n_bytes += path.stat().st_size
        self.on_progress(min(self.n_bytes, self.total), self.total)


def _without_paths(file: Path) -> str:
    """Render a model's settings without the folder they once lay in."""
    return _as_json(_drop_paths(json.loads(file.read_text(encoding="utf-8"))))


def _drop_paths(content: object) -> object:
    if not isinstance(content, dict):
        return content
    kept = {name: value for name, value in content.items() if name not in _PATHS_OF_A_MACHINE}
    return {name: _drop_paths(value) for name, value in kept.items()}


@contextmanager
def _appearing(destination: Path) -> Iterator[Path]:
    """Give a folder to write into; it takes its place at the end, or vanishes."""
    try:
        unfinished = Path(
            tempfile.mkdtemp(prefix=f".{destination.name}.", dir=destination.absolute().parent)
        )
        try:
            yield unfinished
            unfinished.chmod(0o777 & ~_umask())
            if destination.exists():
                destination.rmdir()
            unfinished.replace(destination)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise ExportError(
            f"{destination} cannot be written ({error.strerror or error}); nothing is left there. "
            "Make room or choose another folder."
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
