"""The progress bar: where it is drawn, and where not."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from advisor.cli.profile_progress import reading_progress


@pytest.mark.parametrize(
    ("is_terminal", "quiet", "is_drawn"),
    [(True, False, True), (True, True, False), (False, False, False)],
)
def test_bar_is_drawn_on_a_terminal_only(is_terminal: bool, quiet: bool, is_drawn: bool) -> None:
    """With how much is read of how much, and the time left."""
    stream = StringIO()
    console = Console(file=stream, force_terminal=is_terminal, width=100)

    with reading_progress(console, quiet=quiet) as show:
        show(5_000_000, 10_000_000)

    assert ("5.0/10.0 MB" in stream.getvalue()) is is_drawn
