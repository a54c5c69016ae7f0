"""`advisor profile`: what goes to stdout, into the answers file, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app
from advisor.knowledge.answers_file import load_answers
from advisor.knowledge.loader import load_rules
from advisor.schema.profile import Profile
from advisor.vocabulary import ExitCode


def _run(command: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, [command, *arguments], env={"COLUMNS": "100"})


@pytest.fixture
def tickets(tmp_path: Path) -> str:
    """Two hundred different tickets with two labels, ten of them twice."""
    rows = [f"ticket {n} came,{'pay' if n % 2 else 'ship'}" for n in range(200)]
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join(["text,label", *rows, *rows[:10]]), encoding="utf-8")
    return str(path)


@pytest.fixture
def said(tmp_path: Path) -> str:
    """Answers that overstate the labels."""
    path = tmp_path / "said.yaml"
    path.write_text("answers: {labeled_examples: over_50k, deployment: edge}\n", encoding="utf-8")
    return str(path)


def test_contradiction_opens_the_profile(tickets: str, said: str) -> None:
    """What somebody must hear first."""
    result = _run("profile", tickets, "--answers", said)

    assert result.exit_code == ExitCode.OK
    assert result.stdout.startswith(
        "You said over_50k labels; 200 remain after removing 10 duplicates."
    )


def test_json_is_the_profile_and_nothing_else(tickets: str) -> None:
    """Standard output parses as the published schema, and is the same each time."""
    once, again = (_run("profile", tickets, "--format", "json") for _ in range(2))

    assert Profile.model_validate_json(once.stdout).examples[0].n_duplicates == 10
    assert (once.stdout, once.stderr) == (again.stdout, "")


def test_measured_answers_are_saved_beside_the_stated_ones(
    tickets: str, said: str, tmp_path: Path
) -> None:
    """The measured level counts; what was said stays noted."""
    target = tmp_path / "out.yaml"

    _run("profile", tickets, "--answers", said, "-o", str(target))

    answers = load_answers(target, load_rules())
    assert answers.answers["labeled_examples"] == "50_to_500"
    assert answers.answers["deployment"] == "edge"
    assert answers.measured["labeled_examples"].stated == "over_50k"


def test_answers_file_that_is_there_is_added_to(tickets: str, said: str) -> None:
    """Nothing that somebody answered is overwritten, also when it is profiled again."""
    for _ in range(2):
        result = _run("profile", tickets, "-o", said)

    assert "You said over_50k labels" in result.stdout
    assert load_answers(Path(said), load_rules()).answers["deployment"] == "edge"


def test_recommendation_says_what_was_measured(tickets: str, said: str) -> None:
    """In the grounds, with what had been said."""
    _run("profile", tickets, "-o", said)

    report = " ".join(_run("recommend", said, "--format", "markdown").stdout.split())
    assert "Measured: labeled" in report
    assert "200 remain after removing 10 duplicates" in report
    assert "you said over" in report


def test_override_beats_what_was_measured(tickets: str, said: str) -> None:
    """Somebody wants to know what if."""
    _run("profile", tickets, "-o", said)

    report = _run("recommend", said, "--format", "markdown", "--set", "labeled_examples=none")
    assert "200 remain after" not in report.stdout


def test_columns_with_other_names_can_be_named(tmp_path: Path) -> None:
    """As for `advisor prototype`."""
    path = tmp_path / "a.csv"
    path.write_text("ticket,team\na b,x\n", encoding="utf-8")

    result = _run(
        *("profile", str(path), "--format", "json"),
        *("--column", "text=ticket", "--column", "label=team"),
    )

    assert json.loads(result.stdout)["examples"][0]["n_rows"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere: no such folder or file."),
        (["{tickets}", "--answers", "none.yaml"], "there is no such file"),
        (["{tickets}", "--column", "text"], "expected name=column"),
        (["{tickets}", "--previous", "nowhere"], "nowhere: no such folder or file."),
        (["{tickets}", "-o", "no/folder/a.yaml"], "Choose another place with -o."),
    ],
)
def test_bad_input_is_one_sentence_and_exit_two(
    tickets: str, arguments: list[str], message: str
) -> None:
    """No traceback for a user's mistake."""
    result = _run("profile", *(one.format(tickets=tickets) for one in arguments))

    assert result.exit_code == ExitCode.USAGE
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    """Only how many there are."""
    (tmp_path / "a.md").write_text("Write to ann@example.org, card 4111 1111 1111 1111.", "utf-8")

    for output_format in ("terminal", "json"):
        result = _run("profile", str(tmp_path), "--format", output_format)

        assert "ann@" not in result.output
        assert "4111" not in result.output
    assert '"emails": 1' in result.stdout


def test_every_section_is_shown(tmp_path: Path) -> None:
    """Documents, changes, questions, what was not read; whatever the width."""
    (tmp_path / "previous").mkdir()
    (tmp_path / "previous/a.md").write_text("It is 3. [bold]No markup.[/bold]", encoding="utf-8")
    (tmp_path / "a.md").write_text("It is 4. [bold]No markup.[/bold]", encoding="utf-8")
    (tmp_path / "b.md").write_bytes(b"\xff")
    (tmp_path / "q.jsonl").write_text('{"question": "Who?", "answers": ["Ann"]}', "utf-8")
    arguments = ["profile", str(tmp_path)]

    for columns in ("40", "200"):
        shown = CliRunner().invoke(app, arguments, env={"COLUMNS": columns}).stdout

        for heading in ("Documents", "Changes since", "Questions", "Not read"):
            assert heading in shown
        assert max(map(len, shown.splitlines())) <= int(columns)
