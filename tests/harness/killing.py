"""Run a trial again and again, killed at another point each time, then resumed; say what was seen.

Called by `test_killed.py` as `killing.py CONFTEST FOLDER EXPERIMENTS POINT…` in a fresh process,
which imports once and forks for every trial. `race` among the experiments has a rival added that
is as bad as a guess, and it and the votes raced. A point is the number of the file operation inside
the run folder (open, rename, mkdir, remove) before which the process is killed; 0 kills nothing.
Each trial prints one line of JSON.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

FILE_OPERATIONS = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir")


def main() -> None:
    """Kill and resume once per point."""
    conftest, root, experiments, *points = sys.argv[1:]
    arms = load_arms(conftest)
    wanted = tuple(name for name in experiments.split(",") if name)
    if "race" in wanted:
        add_runners(arms)
    for point in map(int, points):
        seen = kill_and_resume(arms, Path(root), point, experiments=wanted)
        sys.stdout.write(json.dumps(seen) + "\n")
        sys.stdout.flush()


def kill_and_resume(
    arms: ModuleType, root: Path, point: int, *, experiments: tuple[str, ...]
) -> dict[str, object]:
    """Hold one trial up to a point, then to its end."""
    run, log = root / f"run-{point}", root / f"fits-{point}.txt"
    answers = root / f"answers-{point}.txt"

    def hold(kill_at: int) -> None:
        arms.WordVoteArm.predict = note_answers(arms.WordVoteArm.predict, answers)
        measure(arms, run, log, kill_at=kill_at, experiments=experiments)

    status, n_operations = in_child(lambda: hold(point), log)
    kept = sorted(path.stem for path in run.glob("arms/*.json")) if point else []
    log.unlink(missing_ok=True)
    if point:
        in_child(lambda: hold(0), log)
    return {
        "point": point,
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
        "n_operations": n_operations,
        "kept": kept,
        "resumed_fits": log.read_text().split() if log.exists() else [],
        "answered": answers.read_text().splitlines() if answers.exists() else [],
    }


def load_arms(conftest: str) -> ModuleType:
    """Import all that a trial needs, and put the small arms in the place of the real ones."""
    import prototypes.harness
    import prototypes.registry
    import prototypes.workbench

    for module in ("torch", "sklearn.decomposition", "sklearn.feature_extraction.text"):
        importlib.import_module(module)

    specification = importlib.util.spec_from_file_location("arms", conftest)
    assert specification is not None and specification.loader is not None
    arms = importlib.util.module_from_spec(specification)
    sys.modules["arms"] = arms
    specification.loader.exec_module(arms)
    prototypes.registry.ARMS = arms.ARMS
    prototypes.workbench.load_encoder = lambda _: arms.LexicalEncoder()
    return arms


def in_child(step: Callable[[], None], log: Path) -> tuple[int, int]:
    """Run a step in a fork; return how it ended and how many file operations it had."""
    counted = log.with_suffix(".count")
    child = os.fork()
    if child == 0:
        try:
            step()
            counted.write_text(str(operations.n))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return status, int(counted.read_text()) if counted.exists() else 0


def measure(
    arms: ModuleType, run: Path, log: Path, *, kill_at: int, experiments: tuple[str, ...]
) -> None:
    """Hold a trial with every kind of result, begun or gone on with."""
    from prototypes import TrialSettings, run_trial
    from prototypes.contracts import Approach, Claim

    for name in ("MajorityArm", "NearestTextArm", "WordVoteArm"):
        arms.RecordedArm.before_fit[name] = note(log, name)
    operations.watch(run, kill_at)
    race, dataset = "race" in experiments, arms.build_dataset()
    settings = TrialSettings(
        n_bootstrap=200,
        out=run,
        resume=True,
        claim=Claim(Approach.RAG),
        experiments=tuple(name for name in experiments if name != "race"),
        race=race,
    )
    if race:
        dataset = replace(dataset, samples=dataset.samples[::2], given_test=dataset.samples[1::2])
    run_trial(dataset, settings=settings)


def add_runners(arms: ModuleType) -> None:
    """Race the votes and a rival that always says the same."""
    import prototypes.racing
    import prototypes.registry
    from prototypes.contracts import Approach

    majority = next(arm for arm in arms.ARMS if arm.name == "majority")
    guess = replace(majority, name="guess", approach=Approach.PROMPTING, cost_rank=3)
    prototypes.registry.ARMS = (*arms.ARMS, guess)
    prototypes.racing.answers_slowly = lambda spec: spec.name in ("votes", "guess")


def note_answers(predict: Callable[..., Any], log: Path) -> Callable[..., Any]:
    """Write down which inputs are answered together; single ones are timings."""

    def noted(arm: object, inputs: Sequence[str]) -> Any:  # noqa: ANN401 # predictions
        found = predict(arm, inputs)
        if len(inputs) > 1:
            with log.open("a") as file:
                file.write("".join(f"{text}\n" for text in inputs))
        return found

    return noted


def note(log: Path, name: str) -> Callable[[object], None]:
    """Write down that an arm begins to learn."""

    def write(_: object) -> None:
        with log.open("a") as file:
            file.write(f"{name}\n")

    return write


class Operations:
    """Counts what happens to files inside a folder, and ends the process at one of them."""

    def __init__(self) -> None:
        self.n, self.kill_at, self.folder = 0, 0, ""
        sys.addaudithook(self.see)

    def watch(self, folder: Path, kill_at: int) -> None:
        """Begin to count."""
        self.n, self.kill_at, self.folder = 0, kill_at, str(folder)

    def see(self, event: str, arguments: tuple[object, ...]) -> None:
        """Count one event."""
        is_inside = bool(self.folder) and event in FILE_OPERATIONS and arguments
        if not is_inside or not str(arguments[0]).startswith(self.folder):
            return
        self.n += 1
        if self.n == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


operations = Operations()

if __name__ == "__main__":
    main()
