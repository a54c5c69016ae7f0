"""Record the demo in a terminal, as a picture: `python tests/guide/picture.py [-o FILE]`.

What is seen in the end is drawn, colours included; nothing in the picture is loaded from elsewhere.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pexpect
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).resolve().parents[2] / "advisor" / "guide" / "demo.svg"
COMMAND = "advisor demo"
WIDTH = 100
FONT_FACES = re.compile(r"@font-face \{\{.*?\}\}", re.DOTALL)
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-LN-Za-ln-z]|\x1b\][^\x07]*\x07")
"""Everything but colours."""


def record() -> str:
    """Run the demo and return what stays on the screen."""
    with TemporaryDirectory() as folder:
        child = pexpect.spawn(
            str(Path(sys.executable).with_name("advisor")),
            ["demo"],
            cwd=folder,
            env=os.environ | {"TERM": "xterm-256color", "COLUMNS": str(WIDTH)},
            dimensions=(60, WIDTH),
            encoding="utf-8",
            timeout=900,
        )
        child.expect(pexpect.EOF)
        child.close()
    if child.exitstatus != 0:
        sys.exit(f"{COMMAND} ended with {child.exitstatus}")
    return _last_state(child.before or "")


def _last_state(printed: str) -> str:
    """Keep what the last overwriting left of each line."""
    lines = (line.split("\r")[-1] for line in printed.replace("\r\n", "\n").split("\n"))
    return ESCAPES.sub("", "\n".join(lines))


def draw(screen: str) -> str:
    """Draw the screen as SVG with the fonts at hand."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(f"$ {COMMAND}\n{screen}"))
    return console.export_svg(title=COMMAND, code_format=FONT_FACES.sub("", CONSOLE_SVG_FORMAT))


def main() -> None:
    """Record and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=PICTURE)
    options = parser.parse_args()
    options.output.write_text(draw(record()), encoding="utf-8")


if __name__ == "__main__":
    main()
