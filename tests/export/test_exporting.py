"""An arm becomes a project that needs nothing of ours and is as good as it was measured."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from advisor.errors import ExportError
from advisor.export.exporting import Exported, export_arm
from advisor.export.line_count import count_code_lines
from advisor.export.writing import _without_paths
from prototypes.run_folder import load_trial

HANDOVER = Path(__file__).resolve().parents[2] / "advisor" / "handover"


@pytest.fixture(scope="module")
def exported(label_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The project of the words baseline."""
    folder = tmp_path_factory.mktemp("exported") / "Help Desk"
    return export_arm(label_run, folder, name="baseline_tfidf")


def test_project_is_complete(exported: Exported) -> None:
    """Code, parameters, evaluation, tests and what installs and runs them."""
    found = {path.relative_to(exported.folder).as_posix() for path in _files(exported.folder)}

    assert found == {
        ".dockerignore",
        "Dockerfile",
        "README.md",
        "evaluation/measured.json",
        "evaluation/samples.jsonl",
        "pyproject.toml",
        "reproduce.py",
        "service/__init__.py",
        "service/api.py",
        "service/classifier.py",
        "service/labels.py",
        "service/model/settings.json",
        "service/model/words.safetensors",
        "tests/test_service.py",
    }
    assert exported.n_files == len(found)


def test_project_is_short(exported: Exported) -> None:
    """A reader is through with it in one sitting."""
    lines = sum(path.read_text().count("\n") for path in exported.folder.rglob("*.py"))

    assert exported.n_code_lines < lines <= 300
    assert exported.n_code_lines == sum(
        count_code_lines(path.read_text()) for path in exported.folder.glob("service/*.py")
    )


def test_project_imports_nothing_of_ours() -> None:
    """No source of any project knows Advisor or the laboratory."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in HANDOVER.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {
        alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}

    assert {name.split(".")[0] for name in imported} & {"advisor", "prototypes", "rules"} == set()


def test_project_is_clean(exported: Exported) -> None:
    """Lint and format find nothing."""
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=exported.folder,
            capture_output=True,
            text=True,
        )

        assert done.returncode == 0, done.stdout


def test_project_names_no_path_of_this_machine(exported: Exported, label_run: Path) -> None:
    """What was here stays here."""
    content = b"".join(path.read_bytes() for path in _files(exported.folder))

    assert str(label_run.parent).encode() not in content
    assert str(Path(__file__).resolve().parents[2]).encode() not in content


def test_image_is_made_of_what_there_is(exported: Exported) -> None:
    """Every instruction is one of Docker's, what is copied and started exists, nobody is root."""
    lines = (exported.folder / "Dockerfile").read_text().splitlines()
    steps = [line.split(maxsplit=1) for line in lines if not line.startswith("#")]
    project = tomllib.loads((exported.folder / "pyproject.toml").read_text())["project"]
    command = json.loads(dict(steps)["CMD"])
    known = ["FROM", "ARG", "WORKDIR", "COPY", "RUN", "USER", "ENV", "EXPOSE", "HEALTHCHECK", "CMD"]

    assert [name for name, _ in steps] == known
    assert re.fullmatch(r"python:3\.\d+-slim", dict(steps)["FROM"])
    assert dict(steps)["COPY"] == ". ." and (exported.folder / project["readme"]).is_file()
    assert command[0] in project["scripts"]
    assert project["scripts"][command[0]] == "service.api:serve"
    assert f"127.0.0.1:{dict(steps)['EXPOSE']}/health" in dict(steps)["HEALTHCHECK"]
    ast.parse(dict(steps)["HEALTHCHECK"].split("-c ")[1].strip('"'))


def test_versions_are_those_of_the_measurement(exported: Exported, label_run: Path) -> None:
    """The figure is tied to them."""
    measured = load_trial(label_run).protocol.versions
    required = (exported.folder / "pyproject.toml").read_text()

    assert f'"numpy=={measured["numpy"]}"' in required
    assert "torch" not in required
    assert 'name = "help-desk"' in required


@pytest.mark.parametrize(
    ("which", "arm"),
    [
        ("label_run", "baseline_tfidf"),
        ("question_run", "baseline"),
        ("span_run", "baseline_dictionary"),
        ("pair_run", "baseline_copy"),
    ],
)
def test_script_reproduces_the_figure_exactly(
    which: str, arm: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Same number, same answers, in a process that cannot see the laboratory's sources."""
    run: Path = request.getfixturevalue(which)
    export_arm(run, tmp_path / "out", name=arm)
    trial = load_trial(run)
    (result,) = (each for each in trial.arms if each.name == arm)

    told = reproduce(tmp_path / "out")

    value = result.metrics[trial.primary_metric].value
    assert told == f"{trial.primary_metric} {value}, measured {value}; 0 answers differ\n"


def test_changed_parameters_do_not_pass_unnoticed(exported: Exported, tmp_path: Path) -> None:
    """A figure that is not the measured one makes the script fail."""
    copy = shutil.copytree(exported.folder, tmp_path / "copy")
    settings = json.loads((copy / "service/model/settings.json").read_text())
    settings["labels"].reverse()
    (copy / "service/model/settings.json").write_text(json.dumps(settings))

    with pytest.raises(subprocess.CalledProcessError):
        reproduce(copy)


@pytest.mark.parametrize("room", ["document_qa", "generation"])
def test_streaming_service_differs_by_streaming_alone(room: str) -> None:
    """What both services have in common is the same, line by line."""
    plain, streaming = (
        (HANDOVER / room / name).read_text().splitlines()[1:]
        for name in ("api.py", "api_streaming.py")
    )
    without = [line for line in plain if line not in streaming]

    assert without == ["from fastapi.responses import JSONResponse"]


def test_spans_are_served_with_their_texts(span_run: Path, tmp_path: Path) -> None:
    """What `/extract` says can be read without counting characters."""
    export_arm(span_run, tmp_path / "out", name="baseline_dictionary")

    answer = ask(tmp_path / "out", "/extract", {"text": "Is it ANN? A table for two at noon!"})

    assert [tuple(span.values()) for span in answer["spans"]] == [
        (6, 9, "name", "ANN"),
        (30, 34, "time", "noon"),
    ]


def test_copy_is_served_with_its_example(pair_run: Path, tmp_path: Path) -> None:
    """What `/write` says names where it comes from; where nothing is alike, it is silent."""
    export_arm(pair_run, tmp_path / "out", name="baseline_copy")

    answer = ask(tmp_path / "out", "/write", {"input": "name Kim food Thai"})
    silence = ask(tmp_path / "out", "/write", {"input": "Nothing alike"})

    assert answer["text"] == answer["example"]["output"]
    assert silence == {"text": None, "confidence": 0.0, "example": None}


def test_settings_of_a_model_forget_where_it_lay(tmp_path: Path) -> None:
    """The folder that a model was once loaded from is nobody's business; the rest stays."""
    settings = {"_name_or_path": "/home/me/model", "decoder": {"_name_or_path": "x", "size": 1e-12}}
    (tmp_path / "config.json").write_text(json.dumps(settings))

    assert json.loads(_without_paths(tmp_path / "config.json")) == {"decoder": {"size": 1e-12}}


def test_empty_folder_is_filled(question_run: Path, tmp_path: Path) -> None:
    """Who made the folder already may use it."""
    (tmp_path / "out").mkdir()
    export_arm(question_run, tmp_path / "out")

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "README.md").exists()


def test_nothing_is_left_where_writing_fails(
    label_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk leaves no half of a project behind."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.numpy.save_file", fail)
    with pytest.raises(ExportError, match="No space left on device"):
        export_arm(label_run, tmp_path / "out", name="baseline_tfidf")

    assert list(tmp_path.iterdir()) == []


def test_encoder_without_a_folder_is_refused(
    label_run: Path, tmp_path: Path, without_model: None
) -> None:
    """The fallback encoder is no model folder that others could load."""
    with pytest.raises(ExportError, match=r"cannot be exported.*--encoder FOLDER"):
        export_arm(label_run, tmp_path / "out", name="fine_tune_head")


def reproduce(folder: Path) -> str:
    """Run the script of a project and return what it prints."""
    return _run(folder, "reproduce.py")


def ask(folder: Path, path: str, body: dict[str, str]) -> dict[str, Any]:
    """Put a request to the service of a project and return what it answers."""
    code = (
        "from fastapi.testclient import TestClient; from service.api import app; "
        f"print(TestClient(app).post({path!r}, json={body!r}).text)"
    )
    answer: dict[str, Any] = json.loads(_run(folder, "-c", code))
    return answer


def _run(folder: Path, *arguments: str) -> str:
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=alone,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
