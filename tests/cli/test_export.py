"""`advisor export`: one line says what was written, two how to use it; faults are sentences."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.export import _describe
from advisor.cli.main import app
from advisor.export.exporting import export_arm
from prototypes.contracts import Dataset, Sample, Task
from prototypes.harness import run_trial
from prototypes.models.lexical import LexicalEncoder
from prototypes.plan import TrialSettings


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the two baselines."""
    run = tmp_path_factory.mktemp("desk") / "run"
    things = [f"{how} {what}" for how in ("old", "new") for what in ("lamp", "book", "shoe", "cup")]
    samples = tuple(
        Sample(f"{verb} {thing}", f"{verb} the {thing}", (verb,))
        for verb in ("buy", "sell")
        for thing in things
    )
    data = Dataset(task=Task.CLASSIFICATION, samples=samples, fingerprint="abc")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("prototypes.workbench.load_encoder", lambda _: LexicalEncoder())
        run_trial(data, settings=TrialSettings(arms=("baseline",), out=run, n_bootstrap=50))
    return run


@pytest.fixture
def run(measured: Path, tmp_path: Path) -> Path:
    """A copy of the run that may be broken."""
    return Path(shutil.copytree(measured, tmp_path / "run"))


def test_last_screen_tells_the_two_commands(run: Path, tmp_path: Path) -> None:
    """What was written, how large it is, and what to type next."""
    result = _advisor("export", str(run), str(tmp_path / "desk"), "--arm", "baseline_tfidf")

    assert result.exit_code == 0
    assert "baseline_tfidf: logistic regression on TF-IDF" in result.stdout
    assert "MB" in result.stdout and "lines of code" in result.stdout
    assert f"  cd {tmp_path / 'desk'} && pip install .\n  serve\n" in result.stdout
    assert result.stderr == ""


def test_last_screen_tells_what_the_project_needs(run: Path, tmp_path: Path) -> None:
    """Such as a language model that was not copied, in lines that fit."""
    exported = export_arm(run, tmp_path / "desk", name="baseline_tfidf")
    remark = "The language model `large` (9.1 GB) is not copied into this project; it lies apart."

    told = _describe(replace(exported, remark=remark)).splitlines()

    assert told[3:6] == [*textwrap.wrap(remark, 80), ""]
    assert max(map(len, told[:2])) <= 80


def test_quiet_says_nothing(run: Path, tmp_path: Path) -> None:
    """A script looks at the folder."""
    result = _advisor("export", str(run), str(tmp_path / "desk"), "--quiet")

    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "desk" / "README.md").exists()


def test_unknown_arm_gets_a_suggestion(run: Path, tmp_path: Path) -> None:
    """The nearest name and all names are told."""
    _assert_sentence(
        _advisor("export", str(run), str(tmp_path / "desk"), "--arm", "baseline_tfid"),
        "Did you mean 'baseline_tfidf'?",
        "baseline_majority",
    )


def test_arm_that_is_no_small_project_is_refused(run: Path, tmp_path: Path) -> None:
    """Why, and which other arms can be exported."""
    trial = json.loads((run / "trial.json").read_text())
    trial["arms"].append({**trial["arms"][0], "name": "fine_tune_qlora", "approach": "fine_tune"})
    (run / "trial.json").write_text(json.dumps(trial))

    _assert_sentence(
        _advisor("export", str(run), str(tmp_path / "desk"), "--arm", "fine_tune_qlora"),
        "need a CUDA device",
        "baseline_majority, baseline_tfidf",
    )


def test_lost_arm_is_explained(run: Path, tmp_path: Path) -> None:
    """The folder that is missing is named."""
    shutil.rmtree(run / "arms" / "baseline_tfidf")

    _assert_sentence(
        _advisor("export", str(run), str(tmp_path / "desk"), "--arm", "baseline_tfidf"),
        "baseline_tfidf is gone",
        "--resume",
    )


def test_folder_without_a_trial_is_explained(tmp_path: Path) -> None:
    """There is nothing to export."""
    _assert_sentence(_advisor("export", str(tmp_path), str(tmp_path / "desk")), "trial.json")


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda path: (path / "desk").write_text(""), "is not a folder"),
        (lambda path: (path / "desk" / "mine").mkdir(parents=True), "is not empty"),
        (lambda path: (path / "desk").symlink_to(path / "nowhere"), "is not a folder"),
    ],
)
def test_destination_in_use_is_left_alone(
    run: Path, tmp_path: Path, make: Callable[[Path], object], fault: str
) -> None:
    """Nothing of anybody's is overwritten."""
    make(tmp_path)
    before = sorted(path.name for path in tmp_path.rglob("*"))

    _assert_sentence(_advisor("export", str(run), str(tmp_path / "desk")), fault, "another name")
    assert before == sorted(path.name for path in tmp_path.rglob("*"))


def test_destination_inside_nothing_is_explained(run: Path, tmp_path: Path) -> None:
    """The folder that is missing is named."""
    _assert_sentence(
        _advisor("export", str(run), str(tmp_path / "no" / "desk")), f"no folder {tmp_path / 'no'}"
    )


def _advisor(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _assert_sentence(result: Result, *words: str) -> None:
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert [word for word in words if word not in result.stderr] == []
