"""The folder of a trial: what was fixed beforehand, every result, every fitted arm.

    run.lock.json          the protocol, written before the test samples are used
    trial.json             the result
    documents.jsonl        the corpus as it was read, so that a fitted arm needs nothing else
    arms/<arm>.json        what was measured of one arm, written as it ends
    arms/<arm>/            what it learnt
    arms/<arm>.sha256      the checksums of that, as `sha256sum -c` reads them
    experiments/<it>.json  what an experiment found that was asked for
    samples/<arm>.jsonl    its answer to every test sample
    race/<arm>/            the answers of a raced arm, a part at a time (race_folder.py)
    cache/                 parts that several arms share
    groups.json            who may read which document, where that is restricted
    forgetting.json        a document while it is being removed

Every file appears whole or not at all, so that a process may be killed at any point.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from prototypes.cache import MANIFEST, clear_abandoned
from prototypes.checksums import find_damage, keep_checksums
from prototypes.contracts import Document
from prototypes.errors import RunFolderError
from prototypes.folder_lock import LOCK_FILE, OWNER_FILE, held
from prototypes.protocol import RunLock, require_same
from prototypes.results import ArmResult, ExperimentResult, FrozenSchema, SampleResult, TrialResult
from prototypes.storage import read_lines, read_schema, write_lines, write_schema, writing

INCIDENTAL = frozenset({"answers.yaml", "recommendation.json", "cache", LOCK_FILE, OWNER_FILE})
"""What may lie in a folder that no trial has been run in."""
_UNFINISHED_LOCK = re.compile(r"\.run\.lock\.json\.\d+")
"""What a process leaves that is killed while it writes the protocol."""
_BEGIN_ANEW = (
    "What was fixed before the trial cannot be made up afterwards: hold it in a new folder."
)


class StoredDocument(FrozenSchema):
    """One line of `documents.jsonl`."""

    id: str
    title: str
    text: str
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class MeasuredArm:
    """The result of one arm together with its answer to every test sample."""

    result: ArmResult
    samples: tuple[SampleResult, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run folder, read back; `arms` in the order in which they were run."""

    lock: RunLock
    trial: TrialResult
    arms: tuple[MeasuredArm, ...]


class Storable(Protocol):
    """What an arm learnt."""

    def save(self, folder: Path) -> None:
        """Write it into an existing empty folder."""


class RunFolder:
    """Knows where each thing lies and writes it in one step."""

    def __init__(self, root: Path) -> None:
        """Name the folder; nothing is read or written."""
        self.root = root
        self.cache = root / "cache"
        self.races = root / "race"
        self.lock_path = root / "run.lock.json"
        self.trial_path = root / "trial.json"
        self.documents_path = root / "documents.jsonl"

    def arm_folder(self, name: str) -> Path:
        """Return where the fitted parts of an arm lie."""
        return self.root / "arms" / _require_plain(name)

    def result_path(self, name: str) -> Path:
        """Return the file with what was measured of an arm."""
        return self.root / "arms" / f"{_require_plain(name)}.json"

    def checksums_path(self, name: str) -> Path:
        """Return the file with the checksums of the fitted parts of an arm."""
        return self.root / "arms" / f"{_require_plain(name)}.sha256"

    def intact_arm(self, name: str) -> Path:
        """Return the folder of a fitted arm once its files are found to be as they were written.

        Raises:
            RunFolderError: If one of them is not.
        """
        folder = self.arm_folder(name)
        if damaged := find_damage(folder, self.checksums_path(name)):
            raise RunFolderError(
                f"{folder.parent / damaged} is damaged or gone: it is not as it was written. "
                "Repeat the command that ran the trial with --resume, which fits this arm again."
            )
        return folder

    def samples_path(self, name: str) -> Path:
        """Return the file with an arm's answers to the test samples."""
        return self.root / "samples" / f"{_require_plain(name)}.jsonl"

    def fix(self, lock: RunLock) -> None:
        """Write the protocol, or check that it is the one this folder was begun with.

        Raises:
            RunFolderError: If the folder was begun with another protocol; names what differs.
        """
        if self.lock_path.exists():
            require_same(self.read_lock(), lock, self.lock_path)
        else:
            write_schema(self.lock_path, lock)

    def read_lock(self) -> RunLock:
        """Read the protocol.

        Raises:
            RunFolderError: If it is missing or damaged, which nothing can put right.
        """
        return read_schema(RunLock, self.lock_path, remedy=_BEGIN_ANEW)

    def keep_documents(self, documents: Sequence[Document]) -> None:
        """Write the corpus; after an interruption again, for what is there may be damaged."""
        if documents:
            stored = (StoredDocument(**asdict(document)) for document in documents)
            write_lines(self.documents_path, stored)

    def read_documents(self) -> tuple[Document, ...]:
        """Read the corpus back; empty if the trial had none."""
        if not self.documents_path.exists():
            return ()
        stored = read_lines(StoredDocument, self.documents_path)
        return tuple(Document(**document.model_dump()) for document in stored)

    def keep_arm(self, name: str, arm: Storable) -> float:
        """Save what an arm learnt, with its checksums; return its size in megabytes."""
        target = self.arm_folder(name)
        unfinished = target.with_name(f".{name}.unfinished")
        with writing(target):
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            arm.save(unfinished)
            for manifest in unfinished.rglob(MANIFEST):
                manifest.unlink()  # the seconds that a part took differ from run to run
            shutil.rmtree(target, ignore_errors=True)
            unfinished.replace(target)
            keep_checksums(target, self.checksums_path(name))
        files = (path for path in target.rglob("*") if path.is_file())
        return sum(path.stat().st_size for path in files) / 1e6

    def keep_result(self, measured: MeasuredArm) -> None:
        """Write the samples, then the result: where a result is, everything is."""
        name = measured.result.name
        write_lines(self.samples_path(name), measured.samples)
        write_schema(self.result_path(name), measured.result)

    def has_result(self, name: str) -> bool:
        """Tell whether an arm was measured before and everything of it is there and undamaged."""
        needed = (self.result_path(name), self.samples_path(name), self.arm_folder(name))
        if not all(path.exists() for path in needed):
            return False
        return not find_damage(self.arm_folder(name), self.checksums_path(name))

    def read_arm(self, name: str) -> MeasuredArm:
        """Read back a measured arm.

        Raises:
            RunFolderError: If its files are missing or damaged.
        """
        result = read_schema(ArmResult, self.result_path(name))
        return MeasuredArm(result, tuple(read_lines(SampleResult, self.samples_path(name))))

    def experiment_path(self, name: str) -> Path:
        """Return the file with what an experiment of its own found."""
        return self.root / "experiments" / f"{_require_plain(name)}.json"

    def keep_experiment(self, result: ExperimentResult) -> None:
        """Write what an experiment of its own found."""
        write_schema(self.experiment_path(result.experiment), result)

    def read_experiments(self) -> list[ExperimentResult]:
        """Read what every experiment of its own found, by name."""
        paths = sorted((self.root / "experiments").glob("*.json"))
        return [read_schema(ExperimentResult, path) for path in paths]

    def keep_trial(self, trial: TrialResult) -> None:
        """Write `trial.json`."""
        write_schema(self.trial_path, trial)


@contextmanager
def open_run_folder(path: Path | None, *, resume: bool = False) -> Iterator[RunFolder]:
    """Hold a run folder for writing; without a path, one that vanishes afterwards.

    Raises:
        RunFolderError: If it cannot be created or written, another process holds it, or it
            already holds something and `resume` is false.
    """
    if path is None:
        with tempfile.TemporaryDirectory(prefix="trial-") as temporary:
            yield RunFolder(Path(temporary))
        return
    _create(path)
    with held(path):
        _require_usable(path, resume=resume)
        folder = RunFolder(path)
        clear_abandoned(folder.cache)
        yield folder


def load_trial(path: Path) -> TrialResult:
    """Read the result of the trial in a run folder.

    Raises:
        RunFolderError: If the folder holds no trial, or a damaged one.
    """
    return read_schema(TrialResult, RunFolder(path).trial_path)


def load_run(path: Path) -> Run:
    """Read a whole run folder: protocol, result and every answer to every test sample.

    Raises:
        RunFolderError: If a file is missing or damaged.
    """
    folder, trial = RunFolder(path), load_trial(path)
    arms = tuple(folder.read_arm(arm.name) for arm in trial.arms)
    return Run(folder.read_lock(), trial, arms)


def load_lock(path: Path) -> RunLock:
    """Read what was fixed before the trial.

    Raises:
        RunFolderError: If the folder holds no protocol, or a damaged one.
    """
    return RunFolder(path).read_lock()


def _create(path: Path) -> None:
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise RunFolderError(
            f"The run folder {path} cannot be created ({error.strerror}); expected a folder, or a "
            "new name inside a folder that exists and is writable. Choose another one."
        ) from error


def _require_usable(path: Path, *, resume: bool) -> None:
    names = (entry.name for entry in path.iterdir() if entry.name not in INCIDENTAL)
    found = sorted(name for name in names if not _UNFINISHED_LOCK.fullmatch(name))
    if not found:
        return
    if "run.lock.json" not in found:
        raise RunFolderError(
            f"The folder {path} holds {found[0]} but no run.lock.json, so it is not the folder of "
            "a trial; expected an empty or a new one. Choose another one."
        )
    if not resume:
        raise RunFolderError(
            f"The run folder {path} already holds a trial; go on with it by --resume, or choose "
            "another folder."
        )


def _require_plain(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise RunFolderError(
            f"'{name}' cannot be the name of an arm; expected lower-case letters, digits and "
            "underscores, such as fine_tune_head."
        )
    return name
