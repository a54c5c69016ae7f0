"""Hands an input over as a user would, in a process of its own, and judges what came back."""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hostile import Channel, Hostile

SECONDS = 60
BYTES = 4_000_000_000
"""How much memory a process may ask for beyond what it has."""
STATISTICS = Path("/proc/self/statm")
_ANSWERED = frozenset({0, 2})
_ADVISED = frozenset({0, 2, 3, 4})
"""A damaged answers file that still reads may well have no feasible or no leading approach."""
_GOOD_QUESTION = {"question": "How many days of leave?", "answers": ["thirty"]}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not happen: what was done to the program, and what it did."""

    cause: str
    fault: str


@dataclass(slots=True)
class Seen:
    """How a process ended."""

    value: object = None
    error: str = ""
    is_sentence: bool = False
    signal: int = 0


def in_child(step: Callable[[], object]) -> Seen:
    """Run a step in a fork, within limits of time and memory."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _limit()
            os.write(writing, json.dumps(_attempt(step)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Seen(signal=os.WTERMSIG(status))
    return Seen(**json.loads(said)) if said else Seen(error="the process ended without a word")


def _limit() -> None:
    signal.alarm(SECONDS)
    faulthandler.dump_traceback_later(SECONDS - 2)
    if STATISTICS.is_file():
        n_bytes = int(STATISTICS.read_text().split()[0]) * resource.getpagesize() + BYTES
        resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)


def _attempt(step: Callable[[], object]) -> dict[str, object]:
    from prototypes.errors import LaboratoryError

    try:
        return {"value": step()}
    except LaboratoryError as error:
        return {"error": str(error), "is_sentence": True}
    except BaseException as error:
        return {"error": f"{type(error).__name__}: {error}"[:2_000]}


def judge(hostile: Hostile, folder: Path) -> list[Finding]:
    """Hand one input over by its door; return what went wrong."""
    folder.mkdir()
    seen = in_child(lambda: hand_over_here(hostile, folder))
    cause = f"{hostile.name} ({hostile.what})"
    if seen.signal == signal.SIGALRM:
        return [Finding(cause, f"took more than {SECONDS} s")]
    if seen.signal:
        return [Finding(cause, f"ended by signal {seen.signal}")]
    if seen.error:
        return [Finding(cause, f"escaped: {seen.error}")]
    assert isinstance(seen.value, list)
    return [Finding(cause, fault) for fault in seen.value]


@dataclass(frozen=True, slots=True)
class _Answer:
    command: str
    code: int
    said: str
    printed: str


def hand_over_here(hostile: Hostile, folder: Path) -> list[str]:
    """Return the faults."""
    (folder / "good.yaml").write_text("answers: {task_kind: classification}\n")
    name = _shown(hostile.name)
    allowed = _ADVISED if hostile.channel is Channel.ANSWERS else _ANSWERED
    faults: list[str] = []
    for command, is_used in _DOORS[hostile.channel](hostile, folder):
        answer = _ask(command)
        if "Traceback" in answer.said or "mistake of ours" in answer.said:
            faults.append(f"{answer.command}: a traceback: {answer.said[-300:]}")
        elif answer.code not in allowed:
            faults.append(f"{answer.command}: exit code {answer.code}: {answer.said[-300:]}")
        elif name not in answer.said + answer.printed and not is_used(answer):
            faults.append(f"{answer.command}: dropped silently: {answer.said[-300:]}")
    return faults


def _shown(name: str) -> str:
    from prototypes.data.wording import printable

    return printable(name)


def _ask(command: Sequence[str]) -> _Answer:
    from typer.testing import CliRunner

    from advisor.cli.main import app

    result = CliRunner().invoke(app, list(command))
    escaped = result.exception is not None and not isinstance(result.exception, SystemExit)
    said = result.stderr + (f"Traceback {result.exception!r}" if escaped else "")
    return _Answer(command[0], result.exit_code, said, result.stdout)


Door = list[tuple[list[str], Callable[[_Answer], bool]]]


def _by_documents(hostile: Hostile, folder: Path) -> Door:
    documents = folder / "qa" / "documents"
    _write_corpus(documents)
    hostile.make(documents / hostile.name)
    command = _prototype(folder, "--data", str(folder / "qa"), task="document_qa")
    return [
        (command, lambda _: _is_read(folder, hostile)),
        (["profile", str(documents), "--format", "json"], lambda answer: _counts(answer, 2)),
    ]


def _is_read(folder: Path, hostile: Hostile) -> bool:
    from prototypes.data.documents import load_documents

    documents, _ = load_documents(folder / "qa" / "documents")
    return any(document.id.startswith(hostile.name) for document in documents)


def _by_table(hostile: Hostile, folder: Path) -> Door:
    path = folder / hostile.name
    hostile.make(path)
    return [
        (_prototype(folder, "--data", str(path)), lambda _: _is_usable(path)),
        (["profile", str(path), "--format", "json"], lambda answer: _counts(answer, 1)),
    ]


def _is_usable(examples: Path, labels: Path | None = None) -> bool:
    from prototypes.data.readers import DataRequest, read_dataset
    from prototypes.errors import DataError

    with suppress(DataError):
        return bool(read_dataset(DataRequest(examples=examples, labels=labels)).samples)
    return False


def _by_questions(hostile: Hostile, folder: Path) -> Door:
    _write_corpus(folder / "qa" / "documents")
    hostile.make(folder / hostile.name)
    documents, questions = str(folder / "qa" / "documents"), str(folder / hostile.name)
    data = ("--documents", documents, "--questions", questions)
    return [(_prototype(folder, *data, task="document_qa"), lambda _: False)]


def _by_labels(hostile: Hostile, folder: Path) -> Door:
    from hostile_tables import as_csv

    hostile.make(folder / hostile.name)
    (folder / "examples.csv").write_text(as_csv())
    table, labels = folder / "examples.csv", folder / hostile.name
    command = _prototype(folder, "--examples", str(table), "--labels", str(labels))
    return [(command, lambda _: _is_usable(table, labels))]


def _by_answers(hostile: Hostile, folder: Path) -> Door:
    hostile.make(folder / hostile.name)
    return [(["recommend", str(folder / hostile.name)], lambda answer: answer.code != 2)]


def _by_material(hostile: Hostile, folder: Path) -> Door:
    path = folder / hostile.name
    hostile.make(path)
    expected = 1
    with suppress(Exception), zipfile.ZipFile(path) as archive:
        expected = max(1, sum(not member.is_dir() for member in archive.infolist()))
    return [(["profile", str(path), "--format", "json"], lambda answer: _counts(answer, expected))]


_DOORS: dict[Channel, Callable[[Hostile, Path], Door]] = {
    Channel.DOCUMENT: _by_documents,
    Channel.TABLE: _by_table,
    Channel.QUESTIONS: _by_questions,
    Channel.LABELS: _by_labels,
    Channel.ANSWERS: _by_answers,
    Channel.MATERIAL: _by_material,
}


def _prototype(folder: Path, *data: str, task: str = "classification") -> list[str]:
    """Ask for an arm that does not exist: the data are read, and nothing is trained."""
    options = ("--task", task, "--arms", "rga", "-o", str(folder / "run"))
    return ["prototype", str(folder / "good.yaml"), *data, *options]


def _counts(answer: _Answer, expected: int) -> bool:
    """Tell whether everything was read or named."""
    if answer.code:
        return False
    profile = json.loads(answer.printed)
    return int(profile["n_files"]) + len(profile["skipped"]) >= expected


def _write_corpus(documents: Path) -> None:
    documents.mkdir(parents=True)
    (documents / "good.md").write_text("# Leave\n\nThirty days a year.\n")
    rows = (
        json.dumps({**_GOOD_QUESTION, "id": f"q{n}", "sources": ["good.md"]}) for n in range(12)
    )
    (documents.parent / "questions.jsonl").write_text("\n".join(rows))


def fault_of(seen: Seen) -> str:
    """Say what is wrong with how a process ended; empty after a result or a sentence."""
    if seen.signal:
        return f"ended by signal {seen.signal}"
    return "" if seen.is_sentence or not seen.error else f"escaped: {seen.error}"
