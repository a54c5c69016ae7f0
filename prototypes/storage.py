"""Schemas on disk: written in one step, read with a sentence for every fault."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from prototypes.errors import LaboratoryError, RunFolderError
from prototypes.results import FrozenSchema

SchemaT = TypeVar("SchemaT", bound=FrozenSchema)

_REMEDY = "Delete the file and resume the trial with --resume."

_REFUSALS = tuple(
    os.strerror(code)
    for code in (errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)
)
"""How the operating system says no; libraries that are not written in Python only quote it."""


def write_schema(path: Path, value: FrozenSchema) -> None:
    """Write one value as indented JSON.

    Raises:
        RunFolderError: If the file cannot be written.
    """
    write_atomically(path, value.model_dump_json(indent=2) + "\n")


def write_lines(path: Path, values: Iterable[FrozenSchema]) -> None:
    """Write one value per line.

    Raises:
        RunFolderError: If the file cannot be written.
    """
    write_atomically(path, "".join(value.model_dump_json() + "\n" for value in values))


def read_schema(schema: type[SchemaT], path: Path, *, remedy: str = _REMEDY) -> SchemaT:
    """Read one value.

    Args:
        schema: What it is.
        path: The file.
        remedy: What to do about a damaged one.

    Raises:
        RunFolderError: If the file is missing, unreadable or does not hold such a value.
    """
    return _parse(schema, _read_text(path), where=str(path), remedy=remedy)


def read_lines(schema: type[SchemaT], path: Path) -> list[SchemaT]:
    """Read one value per line.

    Raises:
        RunFolderError: If the file is missing or unreadable, or a line holds no such value.
    """
    # Not splitlines: an answer may hold a line separator that JSON leaves as it is.
    lines = [line for line in _read_text(path).split("\n") if line]
    return [
        _parse(schema, line, where=f"{path}, line {number}", remedy=_REMEDY)
        for number, line in enumerate(lines, start=1)
    ]


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that it is there whole or not at all, whenever power is cut.

    Raises:
        RunFolderError: If the file cannot be written.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with unfinished.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a fault of the file system into a sentence.

    Raises:
        RunFolderError: If the operating system refuses to write inside this context.
    """
    try:
        yield
    except LaboratoryError:
        raise
    except Exception as error:
        reason = _find_refusal(error)
        if reason is None:
            raise
        raise RunFolderError(
            f"{path} cannot be written ({reason}); make room or make the folder "
            "writable, or choose another one, then resume with --resume."
        ) from error


def _find_refusal(error: Exception) -> str | None:
    """Say what the operating system refused; None if the error is of another kind."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return next((refusal for refusal in _REFUSALS if refusal in str(error)), None)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise RunFolderError(
            f"{path} cannot be read ({reason}); expected a file in the folder of a finished trial."
        ) from error


def _parse(schema: type[SchemaT], text: str, *, where: str, remedy: str) -> SchemaT:
    try:
        return schema.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise RunFolderError(
            f"{where} is damaged or from another version ({field}: {first['msg']}); expected a "
            f"{schema.__name__}. {remedy}"
        ) from error
