"""What people really hand over: each mistake is one sentence, the right exit code, no loss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app

BIG = 50_000_000
"""Bytes of a file that is a mistake."""

ANSWERS = {
    "empty file": ("", ["the file is empty", "answers"]),
    "not YAML": ("a: [1, 2\nb: }{", ["line 2", "not YAML"]),
    "not a mapping": ("just words", ["the single value", "answers"]),
    "duplicate key": (
        "answers:\n  deployment: edge\n  deployment: offline\n",
        ["line 3", "'deployment'", "first on line 2", "Keep one"],
    ),
    "unknown criterion": (
        "answers:\n  data_volatillity: weekly\n",
        ["line 2", "'data_volatillity'", "Did you mean 'data_volatility'?"],
    ),
    "unknown level": (
        "answers:\n  data_volatility: wekly\n",
        ["line 2", "'wekly'", "Did you mean 'weekly'?", "static, yearly"],
    ),
    "YAML no": ("answers:\n  source_citation: no\n", ["line 2", "'no' in quotes"]),
    "answers not indented": ("task_kind: code\n", ["line 1", "under `answers:`"]),
    "version of the future": ("schema_version: 9\n", ["line 1", "schema_version is 9"]),
}

TABLES = {
    "empty file": ("examples.csv", "", ["the file is empty"]),
    "no such column": (
        "examples.csv",
        "foo,bar\na,b\n",
        ["column 'text'", "'foo', 'bar'", "--column"],
    ),
    "one class only": (
        "examples.csv",
        "text,label\n" + "".join(f"words about {n},x\n" for n in range(40)),
        ["'x' is the only one", "at least two labels"],
    ),
    "a label for each text": (
        "examples.csv",
        "text,label\n" + "".join(f"words about {n},x{n}\n" for n in range(40)),
        ["Each of the 40 samples has a label of its own", "--column label=NAME"],
    ),
    "three samples": (
        "examples.csv",
        "text,label\nhello you,x\ngood bye,y\nthanks a lot,x\n",
        ["Found 3 usable samples", "about 9 would do"],
    ),
    "nothing but a broken line": (
        "examples.jsonl",
        '{"text": "a", \n',
        ["line 1", "not JSON"],
    ),
}

OPTIONS = {
    "no budget": (["--budget", "soon"], ["--budget", "'soon'", "10m"]),
    "unknown arm": (["--arms", "rga"], ["'rga'", "Did you mean 'rag'?", "fine_tune_head"]),
    "no such experiment": (["--experiments", "freshnes"], ["freshnes", "learning_curve"]),
    "no such price list": (["--prices", "none.yaml"], ["none.yaml", "cannot be read"]),
    "no arm": (["--arms", ","], ["--arms", "names nothing"]),
    "unknown task": (
        ["--task", "clasification"],
        ["--task", "Did you mean 'classification'?", "document_qa"],
    ),
    "training texts as test split": (
        ["--test", "good.csv"],
        ["texts of all 30 samples", "Check --test"],
    ),
    "missing test split": (["--test", "nothere.csv"], ["nothere.csv", "no such file"]),
    "odd column": (["--column", "text"], ["--column", "text=utterance"]),
    "column that is not there": (["--column", "text=txet"], ["Did you mean 'text'?", "'label'"]),
    "output below a file": (["-o", "good.csv/run"], ["good.csv/run", "Not a directory"]),
    "output that is a file": (["-o", "good.csv"], ["good.csv", "cannot be created"]),
    "unknown encoder": (["--encoder", "nothere"], ["'nothere'", "hub id"]),
    "unknown generator": (["--generator", "nothere"], ["'nothere'", "openai:MODEL@URL"]),
    "judge of labels": (["--judge", "nothere"], ["document_qa, generation", "leave --judge out"]),
    "server without an address": (["--generator", "openai:gpt"], ["openai:MODEL@URL"]),
    "word for a price": (["--token-price", "free"], ["'free'", "0.15,0.60"]),
    "one price": (["--token-price", "1"], ["--token-price", "0.15,0.60"]),
    "price below nothing": (["--token-price=-1,nan"], ["'-1,nan'", "0.15,0.60"]),
    "no such templates": (
        ["--generator", "openai:m@http://127.0.0.1:9", "--prompts", "nothere"],
        ["'nothere'", "qa_passages.txt"],
    ),
}


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with one good answers file and one good table."""
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text("answers: {task_kind: classification}\n")
    rows = [
        f'"{verb} the {thing}",{verb}\n'
        for verb in ("buy", "sell", "lend")
        for thing in (
            "lamp",
            "book",
            "shoe",
            "chair",
            "phone",
            "table",
            "coat",
            "cup",
            "hose",
            "radio",
        )
    ]
    Path("good.csv").write_text("text,label\n" + "".join(rows))
    return tmp_path


@pytest.mark.parametrize(("content", "words"), ANSWERS.values(), ids=ANSWERS)
def test_bad_answers_file_is_explained(content: str, words: list[str]) -> None:
    """Every fault of an answers file names the file, the line and the way out."""
    Path("bad.yaml").write_text(content)

    _assert_sentence(_advisor("recommend", "bad.yaml"), "bad.yaml", *words)


def test_missing_answers_file_is_explained() -> None:
    """A wrong path says which command writes such a file."""
    _assert_sentence(_advisor("recommend", "lost.yaml"), "lost.yaml", "advisor interview -o")


def test_answers_file_in_another_encoding_is_explained() -> None:
    """Latin-1 is refused, not guessed."""
    Path("latin.yaml").write_bytes("project: {name: Café}\n".encode("latin-1"))

    _assert_sentence(_advisor("recommend", "latin.yaml"), "latin.yaml", "not UTF-8")


@pytest.mark.parametrize("override", ["data_volatillity=weekly", "data_volatility=wekly", "edge"])
def test_bad_override_is_explained(override: str) -> None:
    """`--set` is checked like a file."""
    _assert_sentence(_advisor("recommend", "good.yaml", "--set", override), "--set")


def test_recommendation_that_cannot_be_written_is_explained() -> None:
    """A read-only place is named; nothing half-written stays."""
    result = _advisor("recommend", "good.yaml", "--format", "html", "-o", "good.csv/report.html")

    _assert_sentence(result, "good.csv/report.html", "cannot write here", "-o")


def test_file_of_no_known_format_is_explained() -> None:
    """A report for Word would be plain text under a wrong name."""
    result = _advisor("recommend", "good.yaml", "-o", "advice.docx")

    said = " ".join(result.stderr.replace("│", " ").split())
    assert result.exit_code == 2
    assert "No format goes with the ending of advice.docx; expected .html, .htm, .md" in said
    assert not Path("advice.docx").exists()


@pytest.mark.parametrize(("name", "content", "words"), TABLES.values(), ids=TABLES)
def test_bad_table_is_explained(name: str, content: str, words: list[str]) -> None:
    """Every fault of a table that leaves nothing to measure is an error with a way out."""
    Path(name).write_text(content)

    _assert_sentence(_prototype(name), *words)
    assert not Path("run/trial.json").exists()


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--store", "chroma"), ["no store 'chroma'", "faiss, lancedb, qdrant"]),
        (("--experiments", "freshnes"), ["freshnes", "learning_curve"]),
    ],
)
def test_names_are_checked_before_any_data_is_read(
    option: tuple[str, str], words: list[str]
) -> None:
    """Reading may take minutes; a misspelt name is told at once."""
    _assert_sentence(_prototype("lost.csv", *option), *words)


def test_table_in_another_encoding_is_explained() -> None:
    """The line and the command that converts it are named."""
    Path("latin.csv").write_bytes("text,label\ncafé,x\n".encode("latin-1"))

    _assert_sentence(_prototype("latin.csv"), "latin.csv, line 2", "UTF-8", "iconv")


def test_broken_line_among_good_ones_is_refused_by_name() -> None:
    """A broken line is named and left out; with --strict it is an error."""
    lines = [json.dumps({"text": f"text {n}", "label": "ab"[n % 2]}) for n in range(30)]
    Path("examples.jsonl").write_text("\n".join([*lines[:4], '{"text": ', *lines[4:]]) + "\n")
    lenient = _prototype("examples.jsonl", "--arms", "rga")
    strict = _prototype("examples.jsonl", "--strict")

    assert "refused: examples.jsonl, line 5: not JSON" in lenient.stderr
    _assert_sentence(strict, "examples.jsonl, line 5", "not JSON")


def test_dry_run_names_what_will_not_be_used() -> None:
    """Refused rows and test labels that nothing can learn are told before anybody waits."""
    Path("holes.csv").write_text(Path("good.csv").read_text() + "no label here,\n")
    Path("test.csv").write_text('text,label\n"keep it",keep\n"buy a pen",buy\n"buy ink",buy\n')
    result = _prototype("holes.csv", "--test", "test.csv", "--dry-run")

    assert result.exit_code == 0
    assert "refused: holes.csv, line 32: label is empty" in result.stderr
    assert "1 test sample of 3 cannot be got right" in result.stderr
    assert "no training sample has the label 'keep'" in result.stderr


def test_line_of_fifty_megabytes_is_refused_by_name() -> None:
    """A gigantic text is named, not swallowed."""
    Path("big.csv").write_text(f"text,label\n{'a' * BIG},x\nhello,y\n")
    result = _prototype("big.csv")

    assert result.exit_code == 2
    assert "refused: big.csv, line 2: text has 50,000,000 characters" in result.stderr


def test_document_of_fifty_megabytes_is_refused_by_name() -> None:
    """A gigantic document is named with its size and the limit."""
    _write_questions(source="lamp.md")
    Path("qa/documents/big.txt").write_text("The cat sat on the mat. " * (BIG // 24))
    result = _advisor(
        "prototype", "good.yaml", "--task", "document_qa", "--data", "qa", "--arms", "rga"
    )

    assert result.exit_code == 2
    assert "refused: big.txt: 50.0 MB, expected at most 20 MB" in result.stderr


def test_question_about_a_document_that_is_not_there_is_explained() -> None:
    """The source, the line and what was expected are named."""
    _write_questions(source="lost.md")
    result = _advisor("prototype", "good.yaml", "--task", "document_qa", "--data", "qa")

    _assert_sentence(result, "questions.jsonl, line 1", "'lost.md'", "relative to the documents")


@pytest.mark.parametrize(("options", "words"), OPTIONS.values(), ids=OPTIONS)
def test_bad_option_is_explained(options: list[str], words: list[str]) -> None:
    """A mistyped option costs a second, not a trial."""
    _assert_sentence(_prototype("good.csv", *options), *words)
    assert not Path("run/trial.json").exists()


def test_prototype_without_data_is_explained() -> None:
    """Without data there is nothing to measure."""
    _assert_sentence(_advisor("prototype", "good.yaml"), "--data", "advisor demo")


@pytest.mark.parametrize("margin", ["-1", "1.5", "wide"])
def test_margin_outside_its_range_is_a_usage_error(margin: str) -> None:
    """A margin is a share."""
    result = _prototype("good.csv", "--margin", margin)

    assert result.exit_code == 2
    assert "--margin" in result.stderr


@pytest.mark.parametrize("command", [("ask", "{}", "Who?"), ("report", "{}")])
@pytest.mark.parametrize("run", ["lost", ".", "good.csv"])
def test_folder_that_is_no_run_is_explained(command: tuple[str, ...], run: str) -> None:
    """The command that makes a run folder is named."""
    result = _advisor(*(word.format(run) for word in command))

    _assert_sentence(result, run, "advisor prototype")


def test_command_that_does_not_exist_is_a_usage_error() -> None:
    """Help is one option away."""
    result = _advisor("recomend", "good.yaml")

    assert result.exit_code == 2
    assert "recomend" in result.stderr


def test_nobody_is_asked_without_a_terminal() -> None:
    """Each command that asks says what to do instead."""
    for command in ((), ("interview",), ("ask", ".")):
        _assert_sentence(_advisor(*command), "there is no terminal here", "advisor ")


def _write_questions(*, source: str) -> None:
    Path("qa/documents").mkdir(parents=True)
    Path("qa/documents/lamp.md").write_text("# Lamps\n\nA lamp costs nine euros.\n")
    question = {"question": "What does a lamp cost?", "answers": ["nine euros"], "source": source}
    lines = [json.dumps(question | {"id": str(n)}) for n in range(12)]
    Path("qa/questions.jsonl").write_text("\n".join(lines))


def _prototype(data: str, *options: str) -> Result:
    return _advisor("prototype", "good.yaml", "--data", data, "-o", "run", *options)


def _advisor(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _assert_sentence(result: Result, *words: str) -> None:
    """Expect exit code 2, a clean stdout, and one line that holds all the words."""
    *refused, sentence = result.stderr.rstrip("\n").split("\n")

    assert (result.exit_code, result.stdout) == (2, "")
    assert [line for line in refused if not line.startswith("refused: ")] == []
    assert sentence.startswith("advisor: ")
    assert [word for word in words if word not in result.stderr] == []
    assert "Traceback" not in result.stderr


def test_unknown_format_is_explained_in_plain_words() -> None:
    """What was found and what was expected, without the name of an exception."""
    result = _advisor("recommend", "good.yaml", "--format", "word")

    assert result.exit_code == 2
    assert "Invalid value for '--format': 'word' is not one of 'terminal'" in result.stderr
