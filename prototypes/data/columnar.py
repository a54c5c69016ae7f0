"""Records from formats that know their columns: Parquet, Arrow and Excel, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from prototypes.data.files import require_unpacked_size, show_path
from prototypes.data.wording import excerpt
from prototypes.errors import DataError

Records: TypeAlias = tuple[tuple[str, ...], Iterator[Mapping[str, object]]]
"""The names of the columns, and the records as they are asked for."""

_BATCH = 2_048
_MISSING = {
    "Parquet": ("pyarrow", "parquet"),
    "Arrow": ("pyarrow", "parquet"),
    "Excel": ("openpyxl", "excel"),
}


def read_parquet(path: Path) -> Records:
    """Read a Parquet file batch by batch.

    Raises:
        DataError: If pyarrow is missing, or the file is damaged (perhaps only while it is read).
    """
    with _readable(path, "Parquet"):
        from pyarrow import parquet

        file = parquet.ParquetFile(path)
        columns = tuple(file.schema_arrow.names)
    return columns, _records(path, "Parquet", file.iter_batches(_BATCH))


def read_arrow(path: Path) -> Records:
    """Read an Arrow file or stream, as Hugging Face's datasets library saves them.

    Raises:
        DataError: If pyarrow is missing, or the file is damaged (perhaps only while it is read).
    """
    with _readable(path, "Arrow"):
        import pyarrow as pa

        try:
            reader = pa.ipc.open_stream(pa.memory_map(str(path)))
            batches = iter(reader)
        except pa.ArrowInvalid:
            reader = pa.ipc.open_file(pa.memory_map(str(path)))
            batches = map(reader.get_batch, range(reader.num_record_batches))
        columns = tuple(reader.schema.names)
    return columns, _records(path, "Arrow", batches)


def read_excel(path: Path) -> Records:
    """Read the first sheet of an Excel workbook row by row; its first row names the columns.

    Raises:
        DataError: If openpyxl is missing, or the file is damaged (perhaps only while it is read).
    """
    rows = _sheet_rows(path)
    columns = tuple("" if cell is None else str(cell).strip() for cell in next(rows, ()))
    return columns, (
        dict(zip(columns, row, strict=False))
        for row in rows
        if any(cell is not None for cell in row)
    )


def _records(path: Path, kind: str, batches: Iterator[Any]) -> Iterator[Mapping[str, object]]:
    with _readable(path, kind):
        for batch in batches:
            for start in range(0, batch.num_rows, _BATCH):
                yield from batch.slice(start, _BATCH).to_pylist()


def _sheet_rows(path: Path) -> Iterator[tuple[object, ...]]:
    with _readable(path, "Excel"), path.open("rb") as stream:
        import openpyxl

        require_unpacked_size(path)
        workbook = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        yield from workbook.worksheets[0].iter_rows(values_only=True)


@contextmanager
def _readable(path: Path, kind: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        library, extra = _MISSING[kind]
        raise DataError(
            f"{show_path(path)}: reading {kind} needs {library}. "
            f'Install it with `pip install "adaptation-advisor[{extra}]"`.'
        ) from error
    except (DataError, GeneratorExit):
        raise
    except Exception as error:  # damaged files fail in ways that the libraries do not list
        reason = excerpt(str(error).split("\n", 1)[0], n_characters=100)
        raise DataError(f"{show_path(path)}: not a readable {kind} file ({reason}).") from error


COLUMNAR: dict[str, Callable[[Path], Records]] = {
    ".parquet": read_parquet,
    ".arrow": read_arrow,
    ".xlsx": read_excel,
}
