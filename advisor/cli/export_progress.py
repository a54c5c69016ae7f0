"""How far an export has come, in megabytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn


@contextmanager
def writing_progress(console: Console, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Draw a bar on `console`; nothing if `quiet` or where the cursor cannot move."""
    columns = (TextColumn("writing"), BarColumn(bar_width=None), DownloadColumn())
    is_still = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=is_still) as progress:
        bar = progress.add_task("writing", total=None)

        def show(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        yield show
