"""What may befall a trial: each accident is staged for real, and the trial is then resumed."""

from __future__ import annotations

import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from judging import Finding, fault_of, in_child
from trials import Laboratory, Staged, read_result, refusing

DAY = 86_400.0


def kill_anywhere(laboratory: Laboratory, chance: random.Random, *, count: int) -> Staged:
    """`kill -9` before any file operation."""
    points = chance.sample(range(1, laboratory.n_operations + 1), count)
    found: list[Finding] = []
    for point in sorted(points):
        seen = laboratory.killing.kill_and_resume(
            laboratory.arms, laboratory.root, point, experiments=()
        )
        cause = f"killed before file operation {point}"
        if not seen["killed"]:
            found.append(Finding(cause, "was not killed"))
        if read_result(laboratory.root / f"run-{point}") != laboratory.expected:
            found.append(Finding(cause, "ends otherwise than one that was left alone"))
    return count, found


def fill_the_disk(laboratory: Laboratory, chance: random.Random, *, count: int) -> Staged:
    """No space left, from any operation on: as an error, and on a file system of a few pages."""
    found = _refuse(laboratory, chance, count, errno.ENOSPC)
    found += _limit_files(laboratory, chance, count=3)
    with _tiny_disk(laboratory.root / "disk") as resize:
        if resize is None:
            return count + 3, found
        for kilobytes in chance.sample(range(4, 60, 4), 4):
            resize(f"{kilobytes}k")
            run = laboratory.root / "disk" / "run"
            cause = f"a disk of {kilobytes} kB"
            found += _expect_sentence(laboratory, run, cause)
            resize("20m")
            found += laboratory.check_resumed(run, cause)
            shutil.rmtree(run)
    return count + 7, found


def _expect_sentence(laboratory: Laboratory, run: Path, cause: str) -> list[Finding]:
    fault = fault_of(laboratory.hold(run))
    return [Finding(cause, fault)] if fault else []


def forbid_writing(laboratory: Laboratory, chance: random.Random, *, count: int) -> Staged:
    """A folder that is, or becomes, read-only."""
    found = _refuse(laboratory, chance, count, errno.EROFS)
    with _tiny_disk(laboratory.root / "read-only") as resize:
        if resize is None:
            return count, found
        resize("20m,ro")
        run = laboratory.root / "read-only" / "run"
        found += _expect_sentence(laboratory, run, "a read-only file system")
        resize("20m,rw")
        found += laboratory.check_resumed(run, "a read-only file system")
    return count + 1, found


def _refuse(laboratory: Laboratory, chance: random.Random, count: int, code: int) -> list[Finding]:
    found: list[Finding] = []
    for number, after in enumerate([0, *chance.sample(range(1, 40), count - 1)]):
        run = laboratory.root / f"refused-{code}-{number}"
        cause = f"{os.strerror(code)} after {after} operations"
        if fault := fault_of(in_child(refusing(laboratory, run, after=after, code=code))):
            found.append(Finding(cause, fault))
        found += laboratory.check_resumed(run, cause)
    return found


def _limit_files(laboratory: Laboratory, chance: random.Random, *, count: int) -> list[Finding]:
    """Let the kernel cut every file off at some length."""
    found: list[Finding] = []
    for n_bytes in chance.sample(range(200, 5_000), count):
        run = laboratory.root / f"short-{n_bytes}"

        def step(run: Path = run, n_bytes: int = n_bytes) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))
            laboratory.measure(run)

        cause = f"no file longer than {n_bytes} bytes"
        if fault := fault_of(in_child(step)):
            found.append(Finding(cause, fault))
        found += laboratory.check_resumed(run, cause)
    return found


@contextmanager
def _tiny_disk(folder: Path) -> Iterator[Callable[[str], None] | None]:
    """Mount a disk that can be resized; None where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        yield None
        return

    def resize(options: str) -> None:
        again = ["mount", "-o", f"remount,size={options}", str(folder)]
        subprocess.run(again, check=True, capture_output=True)

    try:
        yield resize
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def turn_back_the_clock(laboratory: Laboratory, chance: random.Random, *, count: int) -> Staged:
    """Time runs backwards during a trial, or files are older or newer than now."""
    found: list[Finding] = []
    for number in range(count):
        run = laboratory.root / f"clock-{number}"
        days = chance.choice([-400, -1, 1, 400])
        if fault := fault_of(in_child(lambda run=run: _measure_backwards(laboratory, run))):
            found.append(Finding("the clock runs backwards", fault))
        for path in [run, *run.rglob("*")]:
            os.utime(path, (time.time() + days * DAY,) * 2)
        (run / "trial.json").unlink(missing_ok=True)
        found += laboratory.check_resumed(run, f"files of {days:+} days from now")
    return count, found


def _measure_backwards(laboratory: Laboratory, run: Path) -> None:
    now = [2e9]

    def tick() -> float:
        now[0] -= 3_600.0
        return now[0]

    time.time = tick
    time.time_ns = lambda: int(tick() * 1e9)
    laboratory.measure(run)


def run_out_of_memory(laboratory: Laboratory, _: random.Random, *, count: int) -> Staged:
    """An arm asks for more memory than there is."""
    found: list[Finding] = []
    for number in range(count):
        run = laboratory.root / f"memory-{number}"
        seen = in_child(lambda run=run: _starve(laboratory, run))
        if fault := fault_of(seen) or seen.value:
            found.append(Finding("no memory left", str(fault)))
        found += laboratory.check_resumed(run, "no memory left")
    return count, found


def _starve(laboratory: Laboratory, run: Path) -> str | None:
    laboratory.arms.RecordedArm.before_fit["WordVoteArm"] = lambda _: bytearray(10**12)
    laboratory.measure(run)
    return _check_starved(run)


def _check_starved(run: Path) -> str | None:
    """The arm that had no memory has to be listed, and the others measured."""
    from prototypes.run_folder import load_trial

    trial = load_trial(run)
    starved = [arm.reason for arm in trial.not_run if arm.name == "votes"]
    if not starved:
        return "memory did not run out"
    is_told = "no memory left" in starved[0] and "nearest" in [arm.name for arm in trial.arms]
    return None if is_told else f"told as {starved}"


def squeeze_memory(laboratory: Laboratory, chance: random.Random, *, count: int) -> Staged:
    """Memory really runs out, wherever it happens to; or the kernel kills who asks for most."""
    found: list[Finding] = []
    for number in range(count):
        run = laboratory.root / f"squeezed-{number}"
        megabytes = chance.choice([1, 2, 4, 8, 16, 32])
        cause = f"{megabytes} MB of memory left"
        seen = in_child(lambda run=run, megabytes=megabytes: _squeeze(laboratory, run, megabytes))
        if fault := fault_of(seen) or seen.value:
            found.append(Finding(cause, str(fault)))
        found += laboratory.check_resumed(run, cause)
    return count, found


def _squeeze(laboratory: Laboratory, run: Path, megabytes: int) -> str | None:
    import typer

    from advisor.cli.boundary import boundary

    def grow(_: object) -> None:
        kept = []
        while True:
            kept.append(bytearray(100_000))

    laboratory.arms.RecordedArm.before_fit["WordVoteArm"] = grow
    n_pages = int(Path("/proc/self/statm").read_text().split()[0])
    n_bytes = n_pages * resource.getpagesize() + megabytes * 1_000_000
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (n_bytes, most))
    try:
        with boundary():
            laboratory.measure(run)
    except typer.Exit as error:
        return None if error.exit_code == 2 else f"exit code {error.exit_code}"
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    return _check_starved(run)


def kill_a_child(laboratory: Laboratory, _: random.Random, *, count: int) -> Staged:
    """The kernel takes the browser that prints a report, or git: what a lack of memory does."""
    found: list[Finding] = []
    tools = laboratory.root / "tools"
    tools.mkdir()
    for name in ("browser", "git"):
        (tools / name).write_text("#!/bin/sh\nkill -9 $$\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    for _number in range(count):
        seen = in_child(lambda: _use_children(tools))
        if fault := fault_of(seen) or seen.value:
            found.append(Finding("a child was killed", str(fault)))
    return count, found


def _use_children(tools: Path) -> str | None:
    from advisor.errors import NoBrowserError
    from advisor.evidence.profile.history import read_history
    from advisor.report.printing import print_pdf

    os.environ |= {"ADVISOR_BROWSER": str(tools / "browser"), "PATH": str(tools)}
    if read_history(tools) is not None:
        return "git was killed, and a history was read"
    try:
        print_pdf("<p>report</p>")
    except NoBrowserError as error:
        return None if "killed by signal 9" in str(error) else f"said: {error}"
    return "the browser was killed, and a report was printed"


def share_a_folder(laboratory: Laboratory, _: random.Random, *, count: int) -> Staged:
    """Two processes on one folder: the second is told who the first is, and may when it is gone."""
    found: list[Finding] = []
    for number in range(count):
        run = laboratory.root / f"shared-{number}"
        ready, waiting = os.pipe()
        child = os.fork()
        if child == 0:
            _hold_until_killed(run, waiting)
        os.close(waiting)
        os.read(ready, 1)
        os.close(ready)
        error = laboratory.hold(run).error
        if f"in use by process {child} on " not in error or " since " not in error:
            found.append(Finding("two processes on one folder", f"said: {error!r}"))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found += laboratory.check_resumed(run, "the first of two processes was killed")
    return count, found


def _hold_until_killed(run: Path, waiting: int) -> None:
    from prototypes.run_folder import open_run_folder

    try:
        with open_run_folder(run):
            os.write(waiting, b"1")
            time.sleep(60)
    finally:
        os._exit(0)
