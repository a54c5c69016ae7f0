"""What does a run cost that repeats one with nothing changed?

Run: python tests/benchmarks/repeated_run.py [--only PROJECT] [--budget 10m]
Runs `advisor demo` into a new folder, then the same command again, in fresh processes, and prints
both times, their ratio (asked: at most 5 %), the peak memory of each process (asked: at most
2.5 GB), and whether the two `trial.json` are the same to the byte.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ADVISOR = Path(sys.executable).with_name("advisor")
MOST_MEMORY_GB, LARGEST_RATIO = 2.5, 0.05


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="one of the two demo projects")
    parser.add_argument("--budget", default="10m", help="of the first run")
    arguments = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="repeated-"))
    command = [str(ADVISOR), "demo", "--budget", arguments.budget, "-o", str(root / "demo")]
    command += ["--only", arguments.only] if arguments.only else []
    try:
        first, first_gb = run(command)
        before = fingerprints(root)
        again, again_gb = run(command)
        is_same = fingerprints(root) == before
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(f"first run  {first:6.1f} s  peak memory {first_gb:.2f} GB")
    print(f"again      {again:6.1f} s  peak memory {again_gb:.2f} GB")
    print(f"ratio {again / first:.3f} (asked: at most {LARGEST_RATIO})")
    print(f"trial.json {'the same' if is_same else 'NOT the same'} in {len(before)} projects")
    print(f"memory asked: at most {MOST_MEMORY_GB} GB")


def run(command: list[str]) -> tuple[float, float]:
    """Run a command; return its seconds and the peak memory of its process in GB."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9


def fingerprints(root: Path) -> dict[str, str]:
    """Hash every trial.json below a folder."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("trial.json"))
    }


if __name__ == "__main__":
    main()
