"""The progress bar of reading, on standard error, with the time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)


@contextmanager
def reading_progress(console: Console, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Draw how many bytes of how many are read; nothing where the cursor cannot move."""
    columns = (
        TextColumn("reading"),
        BarColumn(bar_width=None),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    is_still = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=is_still) as progress:
        task = progress.add_task("reading", total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield show
