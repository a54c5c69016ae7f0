"""The reference pages say what the program says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("reference.py")


def test_reference_is_current() -> None:
    """Commands, criteria and rules on the pages are those of the program."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True, timeout=120, check=False
    )

    assert done.stderr == ""
    assert done.returncode == 0
