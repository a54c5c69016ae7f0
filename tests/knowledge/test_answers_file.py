"""The answers file: what is accepted, and how what is not is told."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.errors import AnswersError, OutputError, UnknownCriterionError, UnknownLevelError
from advisor.knowledge.answers_file import apply_overrides, load_answers, write_answers
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers, Project
from advisor.schema.rule import RuleBase


@pytest.fixture
def rule_base(write_rules: Callable[..., Path]) -> RuleBase:
    """Three criteria, two of them numeric."""
    return load_rules(write_rules())


@pytest.fixture
def load(tmp_path: Path, rule_base: RuleBase) -> Callable[[str], Answers]:
    """Load an answers file with this text."""

    def load(text: str) -> Answers:
        path = tmp_path / "answers.yaml"
        path.write_text(text, encoding="utf-8")
        return load_answers(path, rule_base)

    return load


Load = Callable[[str], Answers]


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        ("data_volatility: weekly", "weekly"),
        ("data_volatility: unknown", "unknown"),
        ("data_volatility: not_applicable", "not_applicable"),
        ("labeled_examples: none", "none"),
        ("labeled_examples: 0", "none"),
        ("labeled_examples: 1", "under_50"),
        ("labeled_examples: 49", "under_50"),
        ("labeled_examples: 50", "many"),
        ("labeled_examples: 5k", "many"),
        ("labeled_examples: '1,200'", "many"),
        ("latency_budget: 400ms", "under_500ms"),
        ("latency_budget: 0.4s", "under_500ms"),
        ("latency_budget: 2 s", "batch"),
        ("latency_budget: 99", "under_100ms"),
        ("latency_budget: 100", "under_500ms"),
    ],
)
def test_answer_becomes_its_level(load: Load, answer: str, level: str) -> None:
    """Words are taken as they are, numbers are put into their range."""
    answers = load(f"answers:\n  {answer}\n")

    assert answers.level(answer.partition(":")[0]) == level


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("data_volatility: hourly", "line 2: data_volatility cannot be 'hourly'."),
        ("data_volatility: wekly", "Did you mean 'weekly'?"),
        ("data_volatility: 7", "data_volatility cannot be 7."),
        ("data_volatility: true", "data_volatility cannot be True."),
        ("data_volatility:", "data_volatility cannot be None."),
        ("data_volatility: [weekly]", "data_volatility cannot be ['weekly']."),
        ("labeled_examples: -3", "labeled_examples cannot be -3."),
        ("labeled_examples: .nan", "labeled_examples cannot be nan."),
        ("labeled_examples: 3 kg", "labeled_examples cannot be '3 kg'."),
        ("labeled_examples: true", "labeled_examples cannot be True."),
    ],
)
def test_level_that_does_not_exist_is_told(load: Load, answer: str, message: str) -> None:
    """The sentence names file, line, what was found and what there is."""
    with pytest.raises(UnknownLevelError) as caught:
        load(f"answers:\n  {answer}\n")

    assert message in str(caught.value)
    assert "answers.yaml, line 2" in str(caught.value)


def test_criterion_that_does_not_exist_is_told(load: Load) -> None:
    """With its line and the word that was probably meant."""
    with pytest.raises(UnknownCriterionError) as caught:
        load("answers:\n  labeled_examples: 3\n  data_volatillity: weekly\n")

    assert "answers.yaml, line 3" in str(caught.value)
    assert "Did you mean 'data_volatility'?" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("- a\n- b\n", "found a list"),
        ("hello", "found the single value 'hello'"),
        ("answers: {a: [}", "line 1: this is not YAML"),
        ("answers: {}\nanswers: {}\n", "line 2: the key 'answers' stands here again"),
        ("answers:\n  data_volatility: no\n", "line 2: YAML reads no as true or false"),
        ("answers:\n  - weekly\n", "line 1: answers must be lines such as"),
        ("anwsers: {}\n", "line 1: unknown key 'anwsers'. Did you mean 'answers'?"),
        ("data_volatility: weekly\n", "Answers belong under `answers:`"),
        ("schema_version: 2\n", "schema_version is 2"),
        ("project: [a]\n", "project must be a mapping"),
        ("priorities: quality\n", "priorities must be a list"),
        ("priorities: [qualty]\n", "Did you mean 'quality'?"),
        ("priorities: [cost, cost]\n", "'cost' is listed twice"),
        ("? [a, b]\n: c\n", "line 1: expected a single word"),
        ("answers: \x00", "this is not YAML"),
        ("answers: &a {b: *a}", "nested too deeply"),
        ("answers: " + "[" * 5000, "nested too deeply"),
        ("answers: {data_volatility: 2024-13-45}", "cannot be read"),
    ],
)
def test_unusable_file_is_told_in_one_sentence(load: Load, text: str, message: str) -> None:
    """Whatever is wrong with the file, it is said, with its name."""
    with pytest.raises(AnswersError) as caught:
        load(text)

    assert message in str(caught.value)
    assert "answers.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_is_told(tmp_path: Path, rule_base: RuleBase) -> None:
    """And so is the command that would write it."""
    with pytest.raises(AnswersError, match="no such file; `advisor interview"):
        load_answers(tmp_path / "answers.yaml", rule_base)


def test_file_in_another_encoding_is_told(tmp_path: Path, rule_base: RuleBase) -> None:
    """Latin-1 is not guessed at."""
    path = tmp_path / "answers.yaml"
    path.write_bytes("project: {name: Büro}\n".encode("latin-1"))

    with pytest.raises(AnswersError, match="byte 17 is not UTF-8"):
        load_answers(path, rule_base)


def test_folder_in_place_of_a_file_is_told(tmp_path: Path, rule_base: RuleBase) -> None:
    """What cannot be read is named."""
    with pytest.raises(AnswersError, match="this is a folder; expected an answers file"):
        load_answers(tmp_path, rule_base)


def test_dash_reads_standard_input(rule_base: RuleBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers can be piped in."""
    stdin = io.TextIOWrapper(io.BytesIO(b"answers: {data_volatility: daily}\n"))
    monkeypatch.setattr(sys, "stdin", stdin)

    assert load_answers(Path("-"), rule_base).level("data_volatility") == "daily"


def test_what_is_written_is_read_back(tmp_path: Path, rule_base: RuleBase) -> None:
    """Nothing is lost on the way through the file, whatever the text."""
    answers = Answers(
        project=Project(name="no: 'yes' – #1", description="two\nlines"),
        answers={"data_volatility": "weekly", "labeled_examples": "unknown"},
        priorities=("quality", "cost"),
    )
    write_answers(answers, tmp_path / "a.yaml")

    assert load_answers(tmp_path / "a.yaml", rule_base) == answers


def test_answers_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    """A folder that is not there is named, and what to do about it."""
    with pytest.raises(OutputError, match="Choose another place"):
        write_answers(Answers(), tmp_path / "nowhere" / "a.yaml")


def test_writing_leaves_no_temporary_file(tmp_path: Path) -> None:
    """Whole or not at all."""
    write_answers(Answers(), tmp_path / "a.yaml")
    write_answers(Answers(answers={"data_volatility": "daily"}), tmp_path / "a.yaml")

    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_override_replaces_one_answer(rule_base: RuleBase) -> None:
    """`--set` wins over the file and accepts numbers too."""
    answers = Answers(answers={"data_volatility": "static"})

    changed = apply_overrides(answers, ["data_volatility=daily", "labeled_examples=60"], rule_base)

    assert changed.answers == {"data_volatility": "daily", "labeled_examples": "many"}


@pytest.mark.parametrize("override", ["data_volatility", "=daily", "data_volatility="])
def test_override_without_both_sides_is_told(rule_base: RuleBase, override: str) -> None:
    """The form that is expected is shown."""
    with pytest.raises(AnswersError, match="expected criterion=level"):
        apply_overrides(Answers(), [override], rule_base)


def test_override_of_an_unknown_criterion_is_told(rule_base: RuleBase) -> None:
    """In the same words as in a file."""
    with pytest.raises(UnknownCriterionError, match="--set: there is no criterion"):
        apply_overrides(Answers(), ["volatility=daily"], rule_base)
