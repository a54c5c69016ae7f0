"""What the optional libraries cost those who never use them: start-up with and without them.

Run: python tests/benchmarks/startup.py [--rounds N]
Each round starts every command twice in a fresh process, once with the libraries of all extras
hidden from it, once with those that are installed here; which comes first changes with the round.
Printed are the medians and the ratio of the summed times, with a bootstrap interval over rounds.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from first_minute import ANSWERS
from scipy.stats import bootstrap

EXTRAS = ("lancedb", "langchain_core", "mlflow", "openai", "openpyxl", "pyarrow", "qdrant_client")
EXTRAS += ("ray", "bitsandbytes")
COMMANDS = ("--help", "recommend answers.yaml")
START = """
import sys
hidden, sys.argv = sys.argv[1], ["advisor", *sys.argv[2:]]
class Hiding:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden.split(","):
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Hiding())
from advisor.cli.main import main
main()
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    installed = [name for name in EXTRAS if importlib.util.find_spec(name)]
    print(f"installed of the extras' libraries: {', '.join(installed) or 'none'}")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "answers.yaml").write_text(ANSWERS, encoding="utf-8")
        for command in COMMANDS:
            times = [_time_both(command, folder, turn) for turn in range(arguments.rounds)]
            print(f"advisor {command:24}{_describe(np.array(times))}")


def _time_both(command: str, folder: str, turn: int) -> tuple[float, float]:
    if turn % 2:
        beside = _seconds(command, folder, "")
        return _seconds(command, folder, ",".join(EXTRAS)), beside
    return _seconds(command, folder, ",".join(EXTRAS)), _seconds(command, folder, "")


def _seconds(command: str, folder: str, hidden: str) -> float:
    start = time.perf_counter()
    process = [sys.executable, "-c", START, hidden, *command.split()]
    subprocess.run(process, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start


def _describe(times: np.ndarray) -> str:
    def compare(without: np.ndarray, beside: np.ndarray, axis: int = -1) -> np.ndarray:
        return beside.sum(axis=axis) / without.sum(axis=axis)

    without, beside = times.T
    found = bootstrap((without, beside), compare, paired=True, random_state=0).confidence_interval
    return (
        f"{np.median(without):.3f} s without, {np.median(beside):.3f} s with; ratio "
        f"{compare(without, beside):.3f} [{found.low:.3f}, {found.high:.3f}]"
    )


if __name__ == "__main__":
    main()
