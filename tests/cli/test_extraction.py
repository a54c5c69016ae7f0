"""Spans from the file to the answer: `advisor prototype`, its report, `advisor ask`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app

pytestmark = pytest.mark.weights

NAMES = ("Ann", "Bob", "Kim", "Eve", "Tom", "Liz")
TIMES = ("noon", "8 pm", "six", "half past ten")


def _rows() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name in NAMES:
        for time in TIMES:
            text = f"a table for {name} at {time}"
            at = len(text) - len(time)
            time_span = {"start": at, "end": len(text), "label": "time", "value": time}
            rows.append({"text": text, "spans": [[12, 12 + len(name), "name"], time_span]})
        rows.append({"text": f"is {name} still there", "spans": [[3, 3 + len(name), "name"]]})
    rows += [{"text": f"do you {verb} wine", "spans": []} for verb in ("sell", "have", "serve")]
    return rows


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the baseline and retrieval, told by the file alone to be extraction."""
    desk = tmp_path_factory.mktemp("desk")
    data = desk / "bookings.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in _rows()))
    (desk / "answers.yaml").write_text("answers: {deployment: offline}\n")
    done = _advisor(
        *("prototype", str(desk / "answers.yaml"), "--data", str(data)),
        *("-o", str(desk / "run"), "--arms", "rag", "--quiet"),
    )
    assert done.exit_code == 0, done.output
    return desk / "run"


def test_run_is_measured_by_span_f1(measured: Path) -> None:
    """The contract's file names task and metric, and every arm has the figure."""
    trial = json.loads((measured / "trial.json").read_text())

    assert (trial["task"], trial["primary_metric"]) == ("extraction", "span_f1")
    assert [arm["name"] for arm in trial["arms"]] == ["baseline_dictionary", "rag"]
    assert all(0 <= arm["metrics"]["span_f1"]["value"] <= 1 for arm in trial["arms"])
    assert trial["data"]["n_labels"] == 2


def test_samples_hold_the_spans_in_one_canonical_form(measured: Path) -> None:
    """Another program can compare what was found with what is right."""
    lines = (measured / "samples" / "rag.jsonl").read_text().splitlines()

    for sample in map(json.loads, lines):
        found, right = json.loads(sample["output"]), json.loads(sample["targets"][0])
        is_exact = sample["output"] == sample["targets"][0]
        assert sample["scores"]["exact_match"] == float(is_exact)
        assert sample["scores"]["spans_given"] == len(found)
        assert sample["scores"]["spans_expected"] == len(right)


@pytest.mark.parametrize("kind", ["markdown", "html", "json"])
def test_report_speaks_of_spans(measured: Path, kind: str, tmp_path: Path) -> None:
    """The table of arms is headed by the metric, and counts texts."""
    target = tmp_path / f"report.{kind}"
    _advisor("report", str(measured), "--format", kind, "-o", str(target), "--quiet")

    said = target.read_text()
    assert "Span F1" in said
    assert "Arms on the same" in said
    assert "spans_right" not in said


def test_answer_shows_the_spans_in_the_text(measured: Path) -> None:
    """Marked text, then each span with its label, then the texts that decided."""
    result = _advisor("ask", str(measured), "a table for Bob at noon", "--arm", "rag")

    lines = result.stdout.splitlines()
    assert lines[:3] == ["a table for [Bob](name) at [noon](time)", "  name: Bob", "  time: noon"]
    assert lines[3].startswith("  source: line-")


def test_text_without_spans_is_answered_in_words(measured: Path) -> None:
    """Nothing found is an answer."""
    result = _advisor("ask", str(measured), "???", "--arm", "baseline_dictionary", "--quiet")

    assert result.stdout == "(no span found)\n"


def test_run_compares_with_itself(measured: Path) -> None:
    """The same samples are paired by their counts."""
    result = _advisor("compare", str(measured), str(measured))

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([[0, 5, "a"], [3, 7, "b"]], "line 1: the spans 'at 8' (a, 0 to 4) and '8 pm'"),
        ([[0, 99, "a"]], "line 1: the span 0 to 99 (a) does not lie in the text"),
        ([{"start": 0, "end": 2}], "line 1: a span lacks 'label'"),
    ],
)
def test_unusable_spans_end_in_one_sentence(tmp_path: Path, spans: object, said: str) -> None:
    """File, line, what was found and what was expected; exit code 2 and no traceback."""
    data = tmp_path / "data.jsonl"
    data.write_text(json.dumps({"text": "at 8 pm", "spans": spans}) + "\n")
    (tmp_path / "answers.yaml").write_text("answers: {task_kind: extraction}\n")

    result = _advisor("prototype", str(tmp_path / "answers.yaml"), "--data", str(data))

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def _advisor(*arguments: str) -> Result:
    words: Sequence[str] = arguments
    return CliRunner().invoke(app, list(words))
