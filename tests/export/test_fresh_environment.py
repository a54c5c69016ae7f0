"""Every kind of project, installed where nothing of ours is, measured and served again."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from advisor.export.exporting import RECIPES, export_arm
from prototypes.registry import arms_for
from prototypes.run_folder import load_trial

pytestmark = [pytest.mark.slow, pytest.mark.weights]

ARMS = [
    (str(spec.task), spec.name)
    for task, recipes in RECIPES.items()
    for spec in arms_for(task)
    if spec.name in recipes and "generator" not in spec.needs and spec.name != "hybrid_span"
]
"""Those of language models and of spans are in `test_prompted.py`."""

SERVED = [
    ("classification", "hybrid"),
    ("document_qa", "rag"),
    ("document_qa", "fine_tune"),
    ("extraction", "hybrid"),
    ("generation", "fine_tune"),
    ("generation", "hybrid"),
]
ASKED = {
    "document_qa": ("/ask", {"question": "What is glass made from?"}),
    "generation": ("/write", {"input": "name Kim food Thai"}),
}
STREAMED = [("document_qa", "fine_tune"), ("generation", "fine_tune"), ("generation", "hybrid")]
FUZZ = """
import schemathesis
from hypothesis import HealthCheck, settings
from service.api import app

schema = schemathesis.openapi.from_asgi("/openapi.json", app)

@schema.parametrize()
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_api_keeps_its_word(case):
    case.call_and_validate()
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that sees this one's packages, but nothing of ours."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(folder, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    # A path line in a .pth file adds the folder but not the editable install named inside it.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return folder


@pytest.mark.parametrize(("task", "arm"), ARMS)
def test_every_arm_is_as_good_as_it_was_measured(
    task: str, arm: str, full_runs: dict[str, Path], environment: Path, tmp_path: Path
) -> None:
    """The script gives exactly the figure of `trial.json`, and no answer differs."""
    exported = export_arm(full_runs[task], tmp_path / "desk", name=arm)
    trial = load_trial(full_runs[task])
    (result,) = (each for each in trial.arms if each.name == arm)
    value = result.metrics[trial.primary_metric].value

    told = _run(environment, "python", "reproduce.py", cwd=tmp_path / "desk")

    assert told == f"{trial.primary_metric} {value}, measured {value}; 0 answers differ\n"
    assert exported.n_code_lines <= 300
    assert _run(sys.prefix, "ruff", "check", "-q", "--no-cache", ".", cwd=tmp_path / "desk") == ""


@pytest.mark.parametrize(("task", "arm"), SERVED)
def test_project_is_installed_tested_and_served(
    task: str, arm: str, full_runs: dict[str, Path], environment: Path, tmp_path: Path
) -> None:
    """Its own tests pass, whatever its schema allows is answered, and `serve` serves."""
    _install_and_serve(full_runs[task], arm, environment, tmp_path)


def test_project_of_a_language_model_is_installed_tested_and_served(
    generator_runs: dict[str, Path], environment: Path, tmp_path: Path
) -> None:
    """One that searches, reads with a model, and streams is no different."""
    _install_and_serve(generator_runs["document_qa"], "rag_generator", environment, tmp_path)


def _install_and_serve(run: Path, arm: str, environment: Path, tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    export_arm(run, folder, name=arm)
    (folder / "tests" / "test_fuzz.py").write_text(FUZZ)
    _install(environment, folder)

    with pytest.raises(subprocess.CalledProcessError):
        _run(environment, "python", "-c", "import advisor", cwd=tmp_path)
    _run(environment, "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=folder)
    assert _serve(environment, cwd=tmp_path) == {"/health": 200, "/docs": 200, "/openapi.json": 200}


@pytest.mark.parametrize("arm", ["fine_tune_full", "hybrid"])
def test_model_folder_is_an_ordinary_one(
    arm: str, full_runs: dict[str, Path], tmp_path: Path
) -> None:
    """Plain transformers and sentence-transformers read it, without any code of ours."""
    from sentence_transformers import SentenceTransformer
    from transformers import AutoModel

    export_arm(full_runs["classification"], tmp_path / "desk", name=arm)
    encoder = str(tmp_path / "desk" / "service" / "model" / "encoder")

    assert AutoModel.from_pretrained(encoder, local_files_only=True).config.hidden_size == 32
    assert SentenceTransformer(encoder, local_files_only=True).encode("Hello").shape == (32,)


@pytest.mark.parametrize(("task", "arm"), STREAMED)
def test_streamed_answer_ends_with_the_whole_one(
    task: str, arm: str, full_runs: dict[str, Path], environment: Path, tmp_path: Path
) -> None:
    """Lines grow piece by piece; the last one is what comes without a stream."""
    export_arm(full_runs[task], tmp_path / "desk", name=arm)
    path, body = ASKED[task]
    probe = (
        "from fastapi.testclient import TestClient\nfrom service.api import app\nimport json\n"
        f"client, body = TestClient(app), {body!r}\n"
        f"lines = client.post('{path}/stream', json=body).text.splitlines()\n"
        f"whole = client.post('{path}', json=body).json()\n"
        "print(json.dumps([list(map(json.loads, lines)), whole]))"
    )

    (*_, last), whole = json.loads(
        _run(environment, "python", "-c", probe, cwd=tmp_path / "desk").splitlines()[-1]
    )

    assert last == whole


@pytest.mark.parametrize(("task", "arm"), [("document_qa", "rag"), ("generation", "hybrid")])
def test_requests_at_once_get_the_answers_they_get_alone(
    task: str, arm: str, full_runs: dict[str, Path], environment: Path, tmp_path: Path
) -> None:
    """Sixteen threads share tokenizers and models, and none gets another's answer."""
    export_arm(full_runs[task], tmp_path / "desk", name=arm)
    path, body = ASKED[task]
    probe = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from fastapi.testclient import TestClient\nfrom service.api import app\n"
        f"(field, text), client = *{body!r}.items(), TestClient(app)\n"
        "texts = [text + ' Please!' * n for n in range(16)]\n"
        f"def ask(text): return client.post('{path}', json={{field: text}}).json()\n"
        "alone = list(map(ask, texts))\n"
        "print(list(ThreadPoolExecutor(16).map(ask, texts)) == alone)"
    )

    told = _run(environment, "python", "-c", probe, cwd=tmp_path / "desk")

    assert told == "True\n"


def _run(environment: Path | str, program: str, *arguments: str, cwd: Path) -> str:
    """Run a program of an environment without sight of our sources, and return what it prints."""
    done = subprocess.run(
        [str(Path(environment) / "bin" / program), *arguments],
        cwd=cwd,
        env=_alone(),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        print(done.stdout[-3000:], done.stderr[-3000:])  # noqa: T201 # shown where a test fails
    done.check_returncode()
    return done.stdout


def _alone() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _install(environment: Path, folder: Path) -> None:
    python = str(environment / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--force-reinstall"]
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "--no-index", str(folder)],
        check=True,
        capture_output=True,
    )


def _serve(environment: Path, *, cwd: Path) -> dict[str, int]:
    """Run the command `serve` away from the project's folder and look at its pages."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(environment / "bin" / "serve"), "--port", str(port)]
    with subprocess.Popen(command, cwd=cwd, env=_alone(), stderr=subprocess.DEVNULL) as server:
        try:
            pages = ("/health", "/docs", "/openapi.json")
            return {page: _status(f"http://127.0.0.1:{port}{page}") for page in pages}
        finally:
            server.terminate()


def _status(url: str) -> int:
    """Fetch a page; wait for the service to be up for two minutes at most."""
    for _ in range(240):
        try:
            with urlopen(Request(url), timeout=30) as reply:
                return int(reply.status)
        except URLError:
            time.sleep(0.5)
    raise AssertionError(f"{url} does not answer")
