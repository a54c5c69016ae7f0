"""Train in processes that a launcher starts, such as torchrun or `accelerate launch`.

The launcher starts `prototypes.models.launched` on every device. What is to be trained lies in a
folder: a description as JSON, the parameters as safetensors. The Trainer finds in its environment
what the launcher put there, and the first process writes the trained parameters back.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prototypes.contracts import Progress
from prototypes.errors import LaunchError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from prototypes.models.training import Recipe

MODULE = "prototypes.models.launched"
JOB, BEFORE, AFTER = "job.json", "before.safetensors", "after.safetensors"
PROGRESS, N_PROCESSES = "progress.txt", "n_processes.txt"
_OUTPUT = "output.txt"
_POLL_SECONDS, _GRACE_SECONDS = 0.2, 20.0
_SEVERAL = "such as 'torchrun --standalone --nproc_per_node 2'"

_OF_THE_LAUNCHER = re.compile(r"ChildFailedError|CalledProcessError")
"""How launchers end when one of their processes has: the reason stands before it."""
_RANK = re.compile(r"^\[rank\d+\]:")
_SIGNAL = re.compile(r"Signal \d+ \(\w+\) received by PID \d+")

_launcher: ContextVar[tuple[str, ...] | None] = ContextVar("launcher", default=None)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """How another process sets up the same training.

    Attributes:
        builder: `module:function`; gets the settings, the recipe and the number of processes,
            and returns model, lesson and the recipe of one process.
        settings: What it needs to know, as JSON has it.
    """

    builder: str
    settings: Mapping[str, Any]


@contextmanager
def launched_by(command: str | None) -> Iterator[None]:
    """Let a launcher start whatever is trained inside this context; None trains as ever.

    Raises:
        LaunchError: If there is no such command.
    """
    if command is None:
        yield
        return
    before = _launcher.set(_parse(command))
    try:
        yield
    finally:
        _launcher.reset(before)


def is_launching() -> bool:
    """Tell whether training is to be started by a launcher."""
    return launch_command() is not None


def launch_command() -> tuple[str, ...] | None:
    """Return the command that training is started by; None if it is done in this process."""
    return _launcher.get()


def train_launched(
    model: PreTrainedModel, blueprint: Blueprint, *, recipe: Recipe, progress: Progress
) -> None:
    """Train `model` in place, in the processes of the launcher, and leave it in evaluation mode.

    Args:
        model: Its parameters are where training begins, and what it ends with.
        blueprint: How each process sets itself up.
        recipe: For all processes together: they share each batch.
        progress: Told how far the first process is; what it raises ends them all.

    Raises:
        LaunchError: If the launcher fails, or starts only one process.
    """
    from safetensors.torch import load_model, save_model

    command = _launcher.get()
    assert command is not None
    with tempfile.TemporaryDirectory(prefix="launch-") as name:
        folder = Path(name)
        job = {
            "builder": blueprint.builder,
            "settings": dict(blueprint.settings),
            "recipe": asdict(recipe),
        }
        (folder / JOB).write_text(json.dumps(job), encoding="utf-8")
        save_model(model, str(folder / BEFORE))
        _run((*command, "-m", MODULE, str(folder)), folder, progress)
        load_model(model, folder / AFTER)
    model.eval()


def _parse(command: str) -> tuple[str, ...]:
    """Take a command apart; its program may lie beside this Python instead of on the path."""
    try:
        program, *arguments = shlex.split(command) or [""]
    except ValueError as error:
        raise LaunchError(
            f"--launch {command!r} cannot be read ({error}); expected a command {_SEVERAL}."
        ) from error
    found = shutil.which(program) or shutil.which(program, path=str(Path(sys.executable).parent))
    if found is None:
        raise LaunchError(
            f"--launch: there is no program {program!r} here; expected a launcher {_SEVERAL} or "
            "'accelerate launch --multi_gpu'. Check its name, or leave out --launch."
        )
    return (found, *arguments)


def _run(command: tuple[str, ...], folder: Path, progress: Progress) -> None:
    """Run the launcher to its end; whatever interrupts this process ends the others, too."""
    with (folder / _OUTPUT).open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=os.name != "nt"
        )
        try:
            while process.poll() is None:
                progress(_read_progress(folder))
                _pause(process)
        except BaseException:
            _end(process)
            raise
    _require_success(command, process.returncode, folder)


def _pause(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the launcher to end its processes, and insist after a while."""
    process.terminate()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _read_progress(folder: Path) -> float:
    try:
        return float((folder / PROGRESS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0.0


def _require_success(command: tuple[str, ...], status: int, folder: Path) -> None:
    shown = shlex.join([Path(command[0]).name, *command[1:-3]])
    if (folder / N_PROCESSES).is_file():
        raise LaunchError(
            f"The launcher '{shown}' started a single process, which trains no faster than none; "
            f"expected several, {_SEVERAL} (accelerate starts several on processors only through "
            "MPI). Name another one, or leave out --launch, in another run folder."
        )
    if status != 0 or not (folder / AFTER).is_file():
        raise LaunchError(
            f"The launcher '{shown}' ended with exit code {status}: {_find_reason(folder)}. Try "
            "the command by itself, or leave out --launch, in another run folder."
        )


def _find_reason(folder: Path) -> str:
    """Take the last line that names an error, or a signal, out of what the processes wrote."""
    text = (folder / _OUTPUT).read_text(encoding="utf-8", errors="replace")
    lines = [_RANK.sub("", line).strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if not _OF_THE_LAUNCHER.search(line)]
    named = [line for line in told if "Error" in line.split(":")[0].split(" ")[-1]]
    killed = [found[0] for line in told if (found := _SIGNAL.search(line))]
    return (named or killed or told or lines or ["it said nothing"])[-1].rstrip(".")
