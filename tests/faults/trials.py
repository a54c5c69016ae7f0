"""Trials of the small arms of `tests/harness`, held in a fork so that anything may befall them."""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from judging import Finding, Seen, fault_of, in_child

Staged = tuple[int, list[Finding]]
"""How often an accident was staged, and what went wrong."""
HARNESS = Path(__file__).resolve().parent.parent / "harness"
TIMES = frozenset(
    {"latency_ms", "throughput_per_second", "fit_seconds", "predict_seconds", "cheaper"}
)


def load_module(path: Path) -> ModuleType:
    """Import a file of the tests, which are no package."""
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[path.stem] = module
    specification.loader.exec_module(module)
    return module


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Everything that a trial needs, imported once.

    Attributes:
        killing: The module that kills at a file operation.
        arms: The small arms.
        root: Where the run folders lie.
        expected: The result of a trial that nothing befell, without times.
        n_operations: How many file operations it had.
    """

    killing: ModuleType
    arms: ModuleType
    root: Path
    expected: object = None
    n_operations: int = 0

    def hold(self, run: Path) -> Seen:
        """Hold or resume a trial in a fork."""
        return in_child(lambda: self.measure(run))

    def measure(self, run: Path) -> None:
        """Hold or resume a trial here."""
        from prototypes import TrialSettings, run_trial
        from prototypes.contracts import Approach, Claim

        settings = TrialSettings(n_bootstrap=200, out=run, resume=True, claim=Claim(Approach.RAG))
        run_trial(self.arms.build_dataset(), settings=settings)

    def finished(self, name: str) -> Path:
        """Return the folder of a trial that nothing befell."""
        run = self.root / name
        seen = self.hold(run)
        assert not seen.error and not seen.signal, seen
        return run

    def check_resumed(self, run: Path, cause: str) -> list[Finding]:
        """Resume a trial; it must end as one that was left alone."""
        seen = self.hold(run)
        if fault := fault_of(seen) or seen.error:
            return [Finding(cause, f"cannot be resumed: {fault}")]
        if read_result(run) != self.expected:
            return [Finding(cause, "ends otherwise than one that was left alone")]
        return []


def open_laboratory(root: Path) -> Laboratory:
    """Import everything and hold one trial that nothing befalls."""
    killing = load_module(HARNESS / "killing.py")
    arms = killing.load_arms(str(HARNESS / "conftest.py"))
    seen = killing.kill_and_resume(arms, root, 0, experiments=())
    expected = read_result(root / "run-0")
    return Laboratory(killing, arms, root, expected, seen["n_operations"])


def read_result(run: Path) -> object:
    """Read `trial.json` without what a clock says; None if there is none that can be read."""
    try:
        return _without_times(json.loads((run / "trial.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _without_times(value: Any) -> Any:  # noqa: ANN401 # any JSON
    if isinstance(value, list):
        timed = (isinstance(v, dict) and v.get("experiment") == "latency_cost" for v in value)
        return [_without_times(v) for v, t in zip(value, timed, strict=True) if not t]
    if isinstance(value, dict):
        return {key: _without_times(each) for key, each in value.items() if key not in TIMES}
    return value


class Refusals:
    """Lets the operating system refuse to write below a folder, from some operation on."""

    def __init__(self) -> None:
        self.folder, self.left, self.code = "", 0, errno.ENOSPC
        self._is_asked = False

    def begin(self, folder: Path, *, after: int, code: int) -> None:
        """Refuse everything after so many operations."""
        if not self._is_asked:
            sys.addaudithook(self._see)
            self._is_asked = True
        self.folder, self.left, self.code = str(folder), after, code

    def _see(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.folder or not _writes(event, arguments):
            return
        if not str(arguments[0]).startswith(self.folder):
            return
        self.left -= 1
        if self.left < 0:
            raise OSError(self.code, os.strerror(self.code), str(arguments[0]))


def _writes(event: str, arguments: tuple[object, ...]) -> bool:
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        is_written = isinstance(mode, str) and bool(set(mode) & set("wax+"))
        return is_written or bool(int(flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))  # type: ignore[call-overload]
    return event in ("os.rename", "os.mkdir")


refusals = Refusals()


def refusing(laboratory: Laboratory, run: Path, *, after: int, code: int) -> Callable[[], None]:
    """Return a trial that is refused to write after so many operations."""

    def step() -> None:
        refusals.begin(run, after=after, code=code)
        laboratory.measure(run)

    return step
