"""Record the demo in a terminal, as a picture: `python tests/guide/picture.py [-o FILE]`.

What is seen in the end is drawn, colours included; nothing in the picture is loaded from elsewhere.
A machine that is busy with other things shows a slower demo than there is: `--screen FILE` draws a
screen that was kept from a run before, beginning with its command line.
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
CONTROLS = re.compile(r"(\r|\n|\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07)")


def record() -> str:
    """Run the demo and return what stays on the screen, below the command line."""
    with TemporaryDirectory() as folder:
        child = pexpect.spawn(
            str(Path(sys.executable).with_name("advisor")),
            ["demo"],
            cwd=folder,
            env=os.environ | {"TERM": "xterm-256color", "COLUMNS": str(WIDTH)},
            dimensions=(60, WIDTH),
            encoding="utf-8",
            timeout=1800,
        )
        child.expect(pexpect.EOF)
        child.close()
    if child.exitstatus != 0:
        sys.exit(f"{COMMAND} ended with {child.exitstatus}")
    return f"$ {COMMAND}\n{_last_state(child.before or '')}"


def _last_state(printed: str) -> str:
    """Keep what is on the screen in the end: a progress bar goes up, erases and writes anew."""
    lines, row, is_at_start = [""], 0, False
    for part in CONTROLS.split(printed):
        if part == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif part.endswith("A") and part.startswith("\x1b["):
            row = max(0, row - int(part[2:-1] or 1))
        elif part == "\x1b[2K":
            lines[row] = ""
        elif part.endswith("m") or (part and part[0] not in "\r\x1b"):
            lines[row] = part if is_at_start else lines[row] + part
        is_at_start = part == "\r" or (is_at_start and not part)
    return "\n".join(lines).strip("\n")


def draw(screen: str) -> str:
    """Draw the screen as SVG with the fonts at hand."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(screen))
    return console.export_svg(title=COMMAND, code_format=FONT_FACES.sub("", CONSOLE_SVG_FORMAT))


def main() -> None:
    """Record and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=PICTURE)
    parser.add_argument("--screen", type=Path, help="draw this instead of running the demo")
    options = parser.parse_args()
    screen = options.screen.read_text(encoding="utf-8") if options.screen else record()
    options.output.write_text(draw(screen), encoding="utf-8")


if __name__ == "__main__":
    main()
