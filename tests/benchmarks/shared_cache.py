"""What does a run into a new folder cost that finds its parts in `--cache`?

Run: python tests/benchmarks/shared_cache.py ANSWERS EXAMPLES [--arms NAMES]
Runs `advisor prototype` on the same examples into two new folders with one cache, in fresh
processes, and prints both times, their ratio, and whether every figure but times is the same.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from repeated_run import ADVISOR, run


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("answers", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--arms", help="arms or approaches, by comma")
    arguments = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="shared-"))
    command = [str(ADVISOR), "prototype", str(arguments.answers), "-q", "--cache", str(root / "c")]
    command += ["--examples", str(arguments.examples)]
    command += ["--arms", arguments.arms] if arguments.arms else []
    try:
        seconds = [run([*command, "-o", str(root / name)])[0] for name in ("first", "again")]
        is_same = figures(root / "first") == figures(root / "again")
        size_mb = sum(path.stat().st_size for path in (root / "c").rglob("*")) / 1e6
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(f"first folder   {seconds[0]:6.1f} s")
    print(f"second folder  {seconds[1]:6.1f} s, ratio {seconds[1] / seconds[0]:.3f}")
    print(f"figures {'the same' if is_same else 'NOT the same'}; cache {size_mb:.0f} MB")


def figures(folder: Path) -> tuple[Any, Any]:
    """Return the metrics of every arm and all comparisons."""
    trial = json.loads((folder / "trial.json").read_text(encoding="utf-8"))
    return {arm["name"]: arm["metrics"] for arm in trial["arms"]}, trial["comparisons"]


if __name__ == "__main__":
    main()
