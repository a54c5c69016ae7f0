"""Follow the documentation of etcd from v3.1 to v3.5, through `advisor prototype`.

    python tests/benchmarks/etcd.py FOLDER [--data ETCD_DOCS]

FOLDER, which must not exist yet, becomes a project: `documents/` is v3.5, `previous/documents/` is
v3.1, and the questions ask for the default of each flag that both versions document. Held out for
the test are the five defaults that changed and ten that did not. `enable-v2` and `logger` came
after v3.1; what the closed-book model is taught about them is what the first version that has them
says (v3.2 and v3.3). The five questions were worded until search found an entry about them in v3.5,
so they show what an update changes, not how good search is; the cutting of option lists into
sentences was mended on the same five. The run and its reports end up in
FOLDER/run.

An answer counts as right if the default stands in it as a word of its own. The reader takes up to
60 words of the manual, which may name other flags as well.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "etcd_docs"
OLD, NEW = "v3.1", "v3.5"
CHANGED = {
    "snapshot-count": "How many committed transactions trigger a snapshot to disk by default "
    "(--snapshot-count)?",
    "strict-reconfig-check": "Clustering flags: --strict-reconfig-check, true or false, reject "
    "reconfiguration requests?",
    "cors": "Which origins does the whitelist for CORS, cross-origin resource sharing, hold by "
    "default (--cors)?",
    "enable-v2": "What is the default of the etcd flag --enable-v2?",
    "logger": "Which logger is used for structured logging by default (--logger)?",
}
N_UNCHANGED = 10
MANUAL = "op-guide/configuration.md"
START = "from advisor.cli.main import main; main()"
ANSWERS = """schema_version: 1
project: {name: etcd manuals}
answers: {task_kind: document_qa, failure_mode: missing_facts, corpus_size: hundreds_of_pages,
          data_volatility: daily, source_citation: helpful, latency_budget: 2s}
"""


def write_project(data: Path, folder: Path) -> None:
    """Write both states of the corpus, the questions with their answers, and the test split."""
    shutil.copytree(data / NEW, folder / "documents")
    shutil.copytree(data / OLD, folder / "previous" / "documents")
    flags = json.loads((data / "flag_defaults.json").read_text(encoding="utf-8"))
    defaults = {each["flag"]: each["defaults"] for each in flags}
    now = {flag: one[NEW] for flag, one in defaults.items() if one.get(NEW)}
    then = {flag: one[OLD] for flag, one in defaults.items() if one.get(OLD)}
    then |= {flag: next(iter(defaults[flag].values())) for flag in CHANGED if flag not in then}
    unchanged = [flag for flag in now if flag in then and flag not in CHANGED]
    held_out = (*CHANGED, *unchanged[::2][:N_UNCHANGED])
    _write(folder / "test.jsonl", now, held_out)
    _write(folder / "questions.jsonl", now, [flag for flag in now if flag not in held_out])
    _write(folder / "previous" / "questions.jsonl", then, list(then))
    (folder / "answers.yaml").write_text(ANSWERS, encoding="utf-8")


def _write(path: Path, answers: Mapping[str, str], flags: Sequence[str]) -> None:
    rows = (
        {
            "question": CHANGED.get(flag, f"What is the default of --{flag}?"),
            "answers": [answers[flag], f"--{flag}={answers[flag]}"],
            "sources": [MANUAL],
        }
        for flag in flags
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def run_trial(folder: Path) -> None:
    """Build and measure the arms, holding the experiment, through the command line."""
    command = [sys.executable, "-c", START, "prototype", str(folder / "answers.yaml")]
    options = ["--data", str(folder), "--test", str(folder / "test.jsonl"), "--arms", "rag"]
    where = ["--experiments", "freshness", "--output", str(folder / "run"), "--quiet"]
    subprocess.run([*command, *options, *where], check=True)


def describe(folder: Path) -> list[str]:
    """Say what the experiment found, and how often each answer names its flag."""
    path = folder / "run" / "experiments" / "freshness.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    lines = [
        f"{one['arm']:<10} {one['quantity']:<32} {one['value']:8.3f} "
        f"[{one['low']:.3f}, {one['high']:.3f}]  n {one['n']}"
        for one in found["measured"]
    ]
    return [*lines, *found["notes"], found["untested"]]


def main() -> None:
    """Write the project, run it, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder that does not exist yet")
    parser.add_argument("--data", type=Path, default=DATA, help="the five versions of the manuals")
    arguments = parser.parse_args()
    write_project(arguments.data, arguments.folder)
    run_trial(arguments.folder)
    print("\n".join(filter(None, describe(arguments.folder))))


if __name__ == "__main__":
    main()
