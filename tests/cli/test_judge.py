"""From `--judge` to verdicts in the report, held against labels given in the terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app
from prototypes.experiments.judge_labels import open_labelling

pytestmark = pytest.mark.weights

PLACES = tuple(f"{kind}{n}" for kind in ("Mill", "Punter", "Cotto", "Eagle") for n in range(10))
FOODS = ("French", "Thai", "Indian", "English")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Work in a folder with pairs to be written, and a judge with a rule of its own."""
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text("answers: {task_kind: style_or_format}\n")
    rows = [f"name {p} food {f},{p} serves {f} food.\n" for p in PLACES for f in FOODS]
    Path("pairs.csv").write_text("input,output\n" + "".join(rows))
    chat_server.answer = lambda prompt: judge(prompt.split("<quoted_answer>\n")[1].split("\n")[0])


def judge(given: str) -> str:
    """Call an output right if the number of its place is even."""
    place = given.split(" ")[0]
    return "WRONG" if int(place[-1]) % 2 else "RIGHT"


@pytest.fixture
def label(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the labelling with somebody at the keyboard who types these keys."""

    def run(keys: str, *options: str) -> Result:
        typed = iter(keys)
        monkeypatch.setattr("advisor.cli.judge.require_terminal", lambda *_: None)
        monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
        return _advisor("judge", "run", *options)

    return run


def _advisor(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _prototype(server: Any, *further: str) -> Result:  # noqa: ANN401 # of conftest
    return _advisor(
        *("prototype", "answers.yaml", "--data", "pairs.csv", "--arms", "baseline"),
        *("--judge", server.source, *further),
    )


def _judged() -> Any:  # noqa: ANN401 # JSON
    trial = json.loads(Path("run/trial.json").read_text())
    (found,) = (one for one in trial["experiments"] if one["experiment"] == "judge")
    return found


def _told(result: Result) -> str:
    assert (result.exit_code, result.exception) == (0, None), result.stderr
    return " ".join((result.stdout + result.stderr).split())


def test_labels_make_a_judge_that_agrees_more_than_secondary(
    chat_server: Any,  # noqa: ANN401 # of conftest
    label: Callable[..., Result],
) -> None:
    """A first sitting is kept, a second goes on; the report follows."""
    said = _told(_prototype(chat_server))
    assert re.search(r"judge tiny at \S+: about [\d,]+ tokens, never more than 5,000,000", said)
    assert _judged()["conclusion"] == "secondary" and "0 of the 20 human labels" in said
    assert "Judged by a language model" in said

    label("?ysq")
    with open_labelling(Path("run")) as labelling:
        answers = labelling.list_open()
    kept = Path("run/judge/labels.jsonl").read_text().splitlines()
    assert [json.loads(line)["said"] for line in kept] == ["right", "skipped"]
    keys = "".join("y" if judge(each.output or "") == "RIGHT" else "n" for each in answers)
    Path("run/report.html").write_text("as it was")
    said = _told(label(keys, "-n", "22"))

    assert "22 labels are in run/judge/labels.jsonl" in said and "Cohen's kappa of" in said
    (kappa,) = (one for one in _judged()["measured"] if one["quantity"] == "kappa")
    assert kappa["n"] == 22 and kappa["value"] > 0.8 and _judged()["conclusion"] == "checked"
    assert "Cohen's kappa of" in _advisor("report", "run", "--format", "markdown").stdout
    assert "kappa of" in Path("run/report.html").read_text()


def test_answers_are_shown_without_their_arm(
    chat_server: Any,  # noqa: ANN401 # of conftest
    label: Callable[..., Result],
) -> None:
    """What was asked, what is accepted and what was answered is all there is."""
    _prototype(chat_server, "--quiet")

    shown = label("q").stdout.split("0 labels")[0]

    assert "Asked:" in shown and "Accepted:" in shown and "Answer:" in shown
    assert "baseline" not in shown.split("Its verdicts")[0]


def test_judge_is_asked_nothing_twice_when_a_trial_goes_on(chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Verdicts are kept, and so is what they come to."""
    _prototype(chat_server, "--quiet")
    n_asked, before = len(chat_server.asked), _judged()

    done = _prototype(chat_server, "--quiet", "--resume")

    assert (done.exit_code, len(chat_server.asked)) == (0, n_asked)
    assert n_asked > 40 and _judged() == before


def test_model_of_the_arms_may_not_judge(chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Nothing is begun, and the sentence says what to name."""
    done = _prototype(chat_server, "--generator", chat_server.source)

    assert done.exit_code == 2 and not Path("run/run.lock.json").exists()
    assert "no model judges its own answers" in done.stderr


def test_labels_are_not_judged() -> None:
    """Neither before a trial nor after it."""
    Path("answers.yaml").write_text("answers: {task_kind: classification}\n")
    rows = (f"{verb} {n} lamps,{verb}\n" for verb in ("buy", "sell") for n in range(30))
    Path("labels.csv").write_text("text,label\n" + "".join(rows))
    fixed = ("prototype", "answers.yaml", "--data", "labels.csv", "--arms", "baseline", "-q")

    done = _advisor(*fixed, "--judge", "openai:m@http://127.0.0.1:9")

    assert done.exit_code == 2 and "leave --judge out" in done.stderr


def test_without_a_terminal_nobody_can_label() -> None:
    """The sentence says where to run it."""
    done = _advisor("judge", "run")

    assert done.exit_code == 2 and "there is no terminal here" in done.stderr
