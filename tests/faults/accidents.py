"""What may befall a trial: each accident is staged for real, and the trial is then resumed."""

from __future__ import annotations

import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from judging import Finding, fault_of, in_child
from trials import Laboratory, read_result, refusing

Staged = tuple[int, list[Finding]]
"""How often an accident was staged, and what went wrong."""
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


def damage_files(laboratory: Laboratory, chance: random.Random, *, count: int) -> Staged:
    """A half-written or overwritten file anywhere in a finished run folder."""
    whole = laboratory.finished("whole")
    _store_advice(whole)
    files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    files = [path for path in files if not path.name.startswith(".lock")]
    found: list[Finding] = []
    for number in range(count):
        name = files[number % len(files)]
        run = laboratory.root / f"damaged-{number}"
        shutil.copytree(whole, run)
        _damage(run / name, chance)
        found += _check_reading(laboratory, run, f"{name} is damaged")
        found += _check_repair(laboratory, run, name)
    return count, found


def _store_advice(run: Path) -> None:
    from advisor.api import advise
    from advisor.evidence.run_files import store_advice
    from advisor.schema.answers import Answers

    answers = Answers(answers={"task_kind": "classification", "data_volatility": "weekly"})
    store_advice(run, answers, advise(answers))


def _damage(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    place = chance.randrange(max(1, len(content)))
    if chance.random() < 0.7:
        path.write_bytes(content[:place])
    else:
        path.write_bytes(content[:place] + chance.randbytes(5) + content[place + 5 :])


def _check_reading(laboratory: Laboratory, run: Path, cause: str) -> list[Finding]:
    """Every way to read a damaged folder ends in its content or a sentence."""
    from prototypes.harness import load_fitted_arm
    from prototypes.run_folder import load_run

    steps: Mapping[str, Callable[[], object]] = {
        "load_run": lambda: load_run(run) and None,
        "ask": lambda: load_fitted_arm(run, "nearest").predict(["my card"]) and None,
        "report": lambda: _command("report", str(run)),
        "export": lambda: _command("export", str(run), "-o", str(run / "exported")),
    }
    found = []
    for name, step in steps.items():
        seen = in_child(step)
        if fault := fault_of(seen) or seen.value:
            found.append(Finding(f"{cause}, {name}", str(fault)))
    return found


def _command(*arguments: str) -> str | None:
    """Run a command; return what is wrong with how it ended."""
    from typer.testing import CliRunner

    from advisor.cli.main import app

    result = CliRunner().invoke(app, list(arguments))
    if result.exit_code in (0, 2) and "Traceback" not in result.stderr:
        return None
    return f"exit code {result.exit_code}: {result.stderr[-300:]}"


def _check_repair(laboratory: Laboratory, run: Path, name: Path) -> list[Finding]:
    """Resuming says which file is damaged, and without it ends as if nothing had happened."""
    seen = laboratory.hold(run)
    if fault := fault_of(seen):
        return [Finding(f"{name} is damaged, resumed", fault)]
    if seen.error and name.name not in seen.error:
        return [Finding(f"{name} is damaged, resumed", f"the file is not named: {seen.error}")]
    if name.name == "run.lock.json":
        is_final = not seen.error or "in a new folder" in seen.error
        return [] if is_final else [Finding(f"{name} is damaged", f"says: {seen.error}")]
    if seen.error:
        (run / name).unlink()
    return laboratory.check_resumed(run, f"{name} was damaged")


def damage_parts(laboratory: Laboratory, chance: random.Random, *, count: int) -> Staged:
    """A damaged entry of the caches is made anew, never used."""
    from prototypes.cache import PartCache
    from prototypes.models.generation_cache import GenerationCache, Remembered
    from prototypes.models.generator import Generation

    found: list[Finding] = []
    for number in range(count):
        root = laboratory.root / f"cache-{number}"
        part = PartCache(root).make("part", _build_part).folder
        victim = chance.choice(sorted(part.iterdir()))
        before = victim.read_bytes()
        _damage(victim, chance)
        is_same = victim.read_bytes() == before
        if (PartCache(root).find("part") is None) == is_same:
            found.append(Finding(f"{victim.name} of a part is damaged", "it is used"))
        answers = GenerationCache(root / "answers")
        kept = Remembered(Generation("yes", 3, 1), 0.5)
        answers.keep("ab" * 32, kept)
        (path,) = (root / "answers").glob("*/*.json")
        path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size - 1)])
        if answers.find("ab" * 32) is not None:
            found.append(Finding("half an answer is kept", "it is used"))
    return 2 * count, found


def _build_part(folder: Path) -> float:
    (folder / "vectors.npy").write_bytes(bytes(range(256)) * 8)
    (folder / "names.json").write_text(json.dumps(["a", "b"]))
    return 1.0


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
    import typer

    from advisor.cli.boundary import boundary

    laboratory.arms.RecordedArm.before_fit["WordVoteArm"] = lambda _: bytearray(10**12)
    try:
        with boundary():
            laboratory.measure(run)
    except typer.Exit as error:
        kept = (run / "arms" / "nearest.json").is_file()
        return None if error.exit_code == 2 and kept else f"exit code {error.exit_code}"
    return "memory did not run out"


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
