"""`advisor compare`: what two runs share, and what the difference between them is worth."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app

MakeRun = Callable[..., Path]


def test_same_samples_are_compared_in_pairs(make_run: MakeRun) -> None:
    """The difference is that of the arm with itself, sample by sample."""
    first = make_run("first", right={"rag": "1100000000", "baseline": "0000000000"})
    second = make_run("second", right={"rag": "1111111110", "hybrid": "1111111111"})
    found = _json(first, second)

    (rag,) = found["arms"]

    assert (found["is_paired"], found["warnings"]) == (True, [])
    assert rag["difference"] == pytest.approx(0.7)
    assert rag["p_value"] == pytest.approx(2 * 0.5**7)
    assert (found["only_first"], found["only_second"]) == (["baseline"], ["hybrid"])


def test_order_of_the_samples_does_not_matter(make_run: MakeRun) -> None:
    """Samples are paired by their id."""
    runs = [make_run(name, right={"rag": "110100"}) for name in ("first", "second")]
    path = runs[1] / "samples" / "rag.jsonl"
    path.write_text("\n".join(reversed(path.read_text().splitlines())) + "\n")
    (rag,) = _json(runs[0], runs[1])["arms"]

    assert rag["difference"] == 0
    assert rag["low"] == -rag["high"] > -0.25


def test_other_samples_are_compared_unpaired_with_a_warning(make_run: MakeRun) -> None:
    """Independent values get a wider interval and no p-value, and the reader is told."""
    first = make_run("first", right={"rag": "1100000000"})
    second = make_run("second", right={"rag": "1111100000"}, test_sha256="b" * 64)
    (rag,) = _json(first, second)["arms"]

    assert rag["p_value"] is None
    assert (rag["low"], rag["high"]) == pytest.approx((0.3 - 0.02**0.5, 0.3 + 0.02**0.5))
    assert "not measured on the same test samples" in " ".join(
        _compare(first, second).stdout.split()
    )


def test_answers_and_advice_are_set_side_by_side(make_run: MakeRun) -> None:
    """What differs in the answers is named, with both leaders."""
    first = make_run("first")
    second = make_run("second", answers={"task_kind": "document_qa", "data_volatility": "static"})
    result = _compare(first, second)

    assert result.exit_code == 0
    assert "  data_volatility: weekly → static" in result.stdout
    assert "Nothing was measured in at least one of the runs" in result.stdout


def test_run_is_the_same_as_itself(make_run: MakeRun) -> None:
    """Nothing differs between a run and itself."""
    run = make_run(right={"rag": "1100"})
    found = _json(run, run)

    assert (found["answers"], found["rules"]) == ([], [])


def test_samples_that_are_missing_are_named(make_run: MakeRun) -> None:
    """A file that was lost is one sentence with its path."""
    runs = [make_run(name, right={"rag": "1100"}) for name in ("first", "second")]
    (runs[1] / "samples" / "rag.jsonl").unlink()
    result = _compare(runs[0], runs[1])

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "rag.jsonl" in result.stderr


def test_samples_cut_short_are_named(make_run: MakeRun) -> None:
    """Two files that cannot belong to one test split are not compared."""
    runs = [make_run(name, right={"rag": "1100"}) for name in ("first", "second")]
    path = runs[1] / "samples" / "rag.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:3]))
    result = _compare(runs[0], runs[1])

    assert result.exit_code == 2
    assert "holds 3 samples, not the 4 of the other run" in result.stderr


def test_missing_run_is_named(make_run: MakeRun, tmp_path: Path) -> None:
    """A folder that is not there leaves with 2."""
    result = _compare(make_run(), tmp_path / "none")

    assert result.exit_code == 2
    assert "there is no such run folder" in result.stderr


def test_file_of_a_run_is_no_run(make_run: MakeRun) -> None:
    """Who names a file of a run is told which folder was meant."""
    run = make_run()
    result = _compare(run, run / "recommendation.json")

    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert f"this is a file; expected the folder of a run, here {run}." in result.stderr


def _compare(first: Path, second: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["compare", str(first), str(second), *arguments])


def _json(first: Path, second: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_compare(first, second, "--format", "json").stdout)
    return found
