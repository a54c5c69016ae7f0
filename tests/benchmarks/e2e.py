"""Put the arms that write through a trial on the E2E restaurant descriptions.

    python tests/benchmarks/e2e.py [--arms NAME ...] [--references N] [--data devset.csv]
        [--generator MODEL] [--keep FOLDER] [--seed N]

`devset.csv` (`mr,ref`; Novikova et al. 2017, CC BY-SA 4.0) holds 4,672 sentences for 547 meaning
representations. 60 of these, drawn by the seed, are held out with all their sentences; the trial
takes validation samples from the others. Printed per arm: BLEU in lower case against all
sentences of a meaning representation, BLEU as written, chrF, the seconds it took to fit, and
those of fitting and answering together. Expected of `fine_tune`: 64 BLEU in lower case, in six
minutes on two idle cores with bfloat16.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections import defaultdict
from pathlib import Path
from random import Random

from prototypes import run_trial
from prototypes.contracts import Task
from prototypes.data.readers import read_dataset
from prototypes.data.request import DataRequest
from prototypes.events import ArmFinished, ArmSkipped
from prototypes.plan import TrialSettings
from prototypes.results import ArmResult
from prototypes.runtime import n_threads, precision

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "e2e_nlg" / "devset.csv"
N_TEST = 60


def read_references(path: Path) -> dict[str, list[str]]:
    """Read the sentences of each meaning representation."""
    references: defaultdict[str, list[str]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            references[row["mr"]].append(row["ref"])
    return references


def write_project(references: dict[str, list[str]], folder: Path, *, seed: int, most: int) -> None:
    """Write `examples.csv` and `test.csv`, of the first at most so many sentences."""
    drawn = Random(seed).sample(sorted(references), len(references))
    parts = {"test": drawn[:N_TEST], "examples": drawn[N_TEST:]}
    for name, inputs in parts.items():
        pairs = [(text, said) for text in inputs for said in references[text]]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("input", "output"))
            writer.writerows(pairs if name == "test" else pairs[:most])


def show(event: object) -> None:
    """Print an arm as it ends, so that an interrupted run has said something."""
    if isinstance(event, ArmFinished):
        print(describe(event.result), flush=True)
    elif isinstance(event, ArmSkipped):
        print(f"{event.arm.name:20} not run: {event.arm.reason}", flush=True)


def describe(arm: ArmResult) -> str:
    """Put an arm on one line."""
    figures = [100 * arm.metrics[name].value for name in ("bleu_lowercased", "bleu", "chrf")]
    low, high = (100 * getattr(arm.metrics["bleu_lowercased"], end) for end in ("low", "high"))
    return (
        f"{arm.name:20} {figures[0]:9.1f}  [{low:4.1f}, {high:4.1f}] {figures[1]:6.1f} "
        f"{figures[2]:6.1f} {arm.fit_seconds:8.1f} {arm.fit_seconds + arm.predict_seconds:10.1f} "
        f"{arm.latency_ms.p50:8.1f}  {'; '.join(arm.notes)}"
    )


def main() -> None:
    """Run the trial and print one line for each arm."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arms", nargs="*", default=None)
    parser.add_argument("--references", type=int, default=10**9, help="learn from at most so many")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--generator", default=None)
    parser.add_argument("--keep", type=Path, default=None, help="leave the run folder here")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        references = read_references(options.data)
        write_project(references, folder, seed=options.seed, most=options.references)
        request = DataRequest(folder, test=folder / "test.csv", task=Task.GENERATION)
        dataset = read_dataset(request)
    settings = TrialSettings(
        arms=tuple(options.arms) if options.arms else None,
        generator=options.generator,
        seed=options.seed,
        out=options.keep,
    )
    print(f"{n_threads()} threads, {precision()}: {len(dataset.samples)} inputs to learn from")
    print("arm                  BLEU l.c.  95 %           BLEU   chrF    fit s  + answers   p50 ms")
    run_trial(dataset, settings=settings, on_event=show)


if __name__ == "__main__":
    main()
