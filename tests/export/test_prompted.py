"""Arms that ask a language model become projects that bring it, name its place, or its server."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest

from advisor.errors import ExportError
from advisor.export import generators
from advisor.export.exporting import export_arm, require_exportable
from prototypes.contracts import Dataset
from prototypes.harness import run_trial
from prototypes.models.generator_source import LocalSource
from prototypes.plan import TrialSettings
from prototypes.run_folder import load_trial

SERVICE = (
    "import json; from fastapi.testclient import TestClient; from service.api import app; "
    "client = TestClient(app); "
)
QUESTION = "What is glass made from?"
EVENT = 'data: {"choices": [{"index": 0, "delta": {"content": "%s"}}]}\n\n'


@pytest.fixture
def asked_run(chat_server: Any, questions: Dataset, tmp_path: Path, without_model: None) -> Path:  # noqa: ANN401 # of conftest
    """A run of the arm that gives a server the whole corpus."""
    chat_server.answer = _read
    chat_server.context_tokens = 100_000
    arms, source = ("prompting_whole_corpus",), chat_server.source
    settings = TrialSettings(arms=arms, generator=source, out=tmp_path / "run", n_bootstrap=50)
    run_trial(questions, settings=settings)
    return tmp_path / "run"


def _read(prompt: str) -> str:
    """Quote the document whose title stands in the question, with its number."""
    asked = prompt.rsplit("<quoted_question>", 1)[1].lower()
    for number, title, text in re.findall(
        r"\[(\d+)\]\n<quoted_passage>\n(\w+)\n(.*?)</q", prompt, re.S
    ):
        if title.lower() in asked:
            return f"{' '.join(text.split())} [{number}]"
    return "NO ANSWER"


def _reply_also(server: Any) -> None:  # noqa: ANN401 # of conftest
    """Let a server stream what is to be streamed, refuse on request, and wait for company."""
    complete, company = server.reply, Barrier(2)

    def reply(body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        question = body["messages"][-1]["content"].rsplit("<quoted_question>", 1)[1]
        if "refuse" in question:
            return 401, {}, b"{}"
        if "together" in question:
            company.wait(timeout=20)
        if not body.get("stream"):
            replied: tuple[int, dict[str, str], bytes] = complete(body)
            return replied
        events = (EVENT % "Quartz", EVENT % " sand", "data: [DONE]\n\n")
        return 200, {"Content-Type": "text/event-stream"}, "".join(events).encode()

    server.reply = reply


def test_project_asks_the_server_that_was_measured(
    asked_run: Path,
    chat_server: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """The figure comes out again, answers stream and name documents; the key is kept nowhere.

    Requests are sent side by side, and what the server refuses is no success in either form.
    """
    export_arm(asked_run, tmp_path / "out", name="prompting_whole_corpus")
    value = load_trial(asked_run).arms[-1].metrics["correct"].value
    _reply_also(chat_server)
    probe = (
        f"asked = {{'question': {QUESTION!r}}}\n"
        "answer = client.post('/ask', json=asked).json()\n"
        "lines = client.post('/ask/stream', json=asked).text.splitlines()\n"
        "def status(path, question):\n"
        "    return client.post(path, json={'question': question}).status_code\n"
        "refused = [status(path, 'Can you refuse?') for path in ('/ask', '/ask/stream')]\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "both = ThreadPoolExecutor(2).map(status, ['/ask'] * 2, ['Asked together?'] * 2)\n"
        "streamed = list(map(json.loads, lines))\n"
        "from reproduce import reproduce\n"
        "print(json.dumps([answer, streamed, [*refused, *both], reproduce()]))"
    )

    answer, streamed, statuses, found = json.loads(
        _run(tmp_path / "out", "-c", f"{SERVICE}\n{probe}")
    )

    assert answer["answer"].endswith("is made from quartz sand. Its history is long.")
    assert [each["document"] for each in answer["sources"]] == ["Glass.md"]
    assert [each["answer"] for each in streamed] == ["Quartz", "Quartz sand", "Quartz sand"]
    assert statuses == [502, 502, 200, 200] and found == [value, 0] and value > 0
    assert {each["authorization"] for each in chat_server.headers} == {"Bearer sk-secret"}
    assert b"sk-secret" not in b"".join(path.read_bytes() for path in _files(tmp_path / "out"))


@pytest.mark.slow
def test_own_tests_leave_the_server_in_peace(
    asked_run: Path,
    chat_server: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They pass where no server is; the one that needs it is only run on request."""
    export_arm(asked_run, tmp_path / "out", name="prompting_whole_corpus")
    command = ("-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider")
    n_asked = len(chat_server.asked)

    alone = _run(tmp_path / "out", *command)
    n_alone = len(chat_server.asked) - n_asked
    monkeypatch.setenv("ASK_SERVER", "1")
    asking = _run(tmp_path / "out", *command)

    assert "1 skipped" in alone and "set ASK_SERVER=1" in alone and n_alone == 0
    assert "skipped" not in asking and len(chat_server.asked) > n_asked
    _run(tmp_path / "out", "-m", "ruff", "check", "-q", "--no-cache", ".")
    _run(tmp_path / "out", "-m", "ruff", "format", "-q", "--check", "--no-cache", ".")


@pytest.mark.parametrize("arm", ["rag_token", "rag_sequence", "hybrid_knn_lm", "fine_tune_qlora"])
def test_arm_that_cannot_be_exported_says_why(arm: str, question_run: Path) -> None:
    """Not every arm fits into a small project."""
    with pytest.raises(ExportError, match=rf"'{arm}' cannot be exported \(its "):
        require_exportable(arm, load_trial(question_run), run=question_run)


def test_model_of_the_hub_is_referred_to_by_its_revision(tmp_path: Path) -> None:
    """Not by where it happens to lie on this machine."""
    folder = tmp_path / "snapshots" / "0a1b"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"parameters")
    source = LocalSource("org/large", folder, n_parameters=1, sha256=None)
    arm = SimpleNamespace(lock=SimpleNamespace(generator_source="org/large"))

    place = json.loads(generators._refer(source, (folder / "model.safetensors",), arm))

    assert place == {
        "named": "org/large",
        "revision": "0a1b",
        "sha256": {"model.safetensors": hashlib.sha256(b"parameters").hexdigest()},
    }


GENERATORS = [
    ("classification", "prompting_generator"),
    ("classification", "prompting_generator_few_shot"),
    ("classification", "rag_generator"),
    ("document_qa", "prompting"),
    ("document_qa", "prompting_whole_corpus"),
    ("document_qa", "rag_generator"),
    ("document_qa", "fine_tune_generator"),
    ("document_qa", "fine_tune_soft_prompt"),
    ("document_qa", "hybrid_raft"),
    ("document_qa", "hybrid_span"),
    ("generation", "prompting"),
    ("generation", "prompting_few_shot"),
    ("generation", "rag_generator"),
    ("lora", "fine_tune_generator"),
]


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize(("which", "arm"), GENERATORS)
def test_model_on_this_machine_is_as_good_as_it_was_measured(
    which: str, arm: str, generator_runs: dict[str, Path], tmp_path: Path
) -> None:
    """The script gives exactly the figure, the project is short and clean, its own tests pass."""
    exported = export_arm(generator_runs[which], tmp_path / "out", name=arm)
    trial = load_trial(generator_runs[which])
    (result,) = (each for each in trial.arms if each.name == arm)
    value = result.metrics[trial.primary_metric].value

    assert _run(tmp_path / "out", "reproduce.py") == (
        f"{trial.primary_metric} {value}, measured {value}; 0 answers differ\n"
    )
    assert exported.n_code_lines <= 300
    _run(tmp_path / "out", "-m", "ruff", "check", "-q", "--no-cache", ".")
    _run(tmp_path / "out", "-m", "ruff", "format", "-q", "--check", "--no-cache", ".")
    _run(tmp_path / "out", "-m", "pytest", "-q", "-p", "no:cacheprovider")


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize(
    ("which", "arm", "path", "body"),
    [
        ("document_qa", "rag_generator", "/ask", {"question": "Where is the axe kept?"}),
        ("document_qa", "fine_tune_soft_prompt", "/ask", {"question": "Where is the axe kept?"}),
        ("generation", "rag_generator", "/write", {"input": "name Kim food Thai"}),
    ],
)
def test_stream_ends_with_the_whole_answer(
    which: str,
    arm: str,
    path: str,
    body: dict[str, str],
    *,
    generator_runs: dict[str, Path],
    tmp_path: Path,
) -> None:
    """Lines grow word by word; the last one is what comes without a stream."""
    export_arm(generator_runs[which], tmp_path / "out", name=arm)
    probe = (
        f"lines = client.post('{path}/stream', json={body!r}).text.splitlines()\n"
        f"whole = client.post('{path}', json={body!r}).json()\n"
        "print(json.dumps([list(map(json.loads, lines)), whole]))"
    )

    lines, whole = json.loads(_run(tmp_path / "out", "-c", f"{SERVICE}\n{probe}"))

    assert len(lines) > 1 and lines[-1] == whole


@pytest.mark.slow
@pytest.mark.weights
def test_large_model_stays_where_it_is(
    generator_runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place and checksum are written down; another model at that place fails the tests."""
    monkeypatch.setattr(generators, "MAX_COPIED_BYTES", 1)
    exported = export_arm(generator_runs["document_qa"], tmp_path / "out", name="prompting")
    place = json.loads((tmp_path / "out/service/model/place.json").read_text())

    assert _run(tmp_path / "out", "reproduce.py").endswith("; 0 answers differ\n")
    assert not (tmp_path / "out/service/model/generator").exists()
    assert "is not copied into this project" in exported.remark
    _run(tmp_path / "out", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_model.py")
    place["sha256"] = dict.fromkeys(place["sha256"], "0" * 64)
    (tmp_path / "out/service/model/place.json").write_text(json.dumps(place))
    with pytest.raises(subprocess.CalledProcessError):
        _run(tmp_path / "out", "-m", "pytest", "-q", "tests/test_model.py")


def _run(folder: Path, *arguments: str) -> str:
    """Run Python in a project without sight of our sources, and return what it prints."""
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=alone, capture_output=True, text=True
    )
    if done.returncode:
        print(done.stdout[-3000:], done.stderr[-3000:])  # noqa: T201 # shown where a test fails
    done.check_returncode()
    return done.stdout


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
