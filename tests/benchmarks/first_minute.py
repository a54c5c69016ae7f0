"""How long a newcomer waits: `advisor --help`, `advisor recommend`, `advisor demo`.

Run: python tests/benchmarks/first_minute.py [--demo]
Prints the median of seven fresh processes in seconds, beside an interpreter that does nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ANSWERS = """schema_version: 1
answers: {task_kind: document_qa, data_volatility: weekly, labeled_examples: 320,
          source_citation: mandatory, latency_budget: 2s, failure_mode: missing_facts}
"""


def _seconds(command: list[str], *, cwd: str, n: int = 7) -> float:
    times = []
    for _ in range(n):
        start = time.perf_counter()
        subprocess.run(command, cwd=cwd, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true", help="also run the demo once (minutes)")
    arguments = parser.parse_args()
    advisor = str(Path(sys.executable).with_name("advisor"))
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "answers.yaml").write_text(ANSWERS, encoding="utf-8")
        print(f"python -c pass     {_seconds([sys.executable, '-c', 'pass'], cwd=folder):.2f} s")
        print(f"advisor --help     {_seconds([advisor, '--help'], cwd=folder):.2f} s")
        recommend = [advisor, "recommend", "answers.yaml"]
        print(f"advisor recommend  {_seconds(recommend, cwd=folder):.2f} s")
        if arguments.demo:
            print(f"advisor demo       {_seconds([advisor, 'demo'], cwd=folder, n=1):.0f} s")


if __name__ == "__main__":
    main()
