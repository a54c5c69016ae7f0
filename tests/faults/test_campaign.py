"""The fault campaign, a few of everything; all of it takes long and is run by its script."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("campaign.py")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the campaign forks")


def campaign(*options: str, seconds: float) -> str:
    """Run the campaign; return its table, which has no fault."""
    done = subprocess.run(
        [sys.executable, SCRIPT, *options],
        check=False,
        capture_output=True,
        text=True,
        timeout=seconds,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("part", ["accidents", "inputs"])
def test_a_few_faults_of_each_kind_do_no_harm(part: str) -> None:
    """A few points of each accident, and a sample of the hostile inputs."""
    table = campaign("--quick", "--only", part, seconds=600)

    assert table.endswith("\n0 faults\n")
