"""An interview from start to file: saved after each answer, resumable, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.errors import AnswersError, InterviewInterrupted, OutputError
from advisor.interview.conflicts import Conflict
from advisor.interview.desk import Desk, open_record
from advisor.interview.flow import Interview, Suggestion
from advisor.interview.planning import Outlook
from advisor.interview.session import Move, Place, run_interview
from advisor.knowledge.answers_file import load_answers, write_answers
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers, MeasuredAnswer, Project
from advisor.schema.rule import Criterion, RuleBase

QUESTIONS = ("data_volatility", "source_citation", "deployment")


def _plan(answers: Answers) -> Outlook:
    left = tuple(criterion for criterion in QUESTIONS if criterion not in answers.answers)
    return Outlook(worth_asking=left, open=left, relevant=left)


class Script:
    """Answers from a list; an exception in the list is raised."""

    def __init__(self, *replies: str | type[BaseException], reviews: tuple[str, ...] = ()) -> None:
        self._replies: Iterator[str | type[BaseException]] = iter(replies)
        self._reviews = iter((*reviews, Move.FINISH))
        self.asked: list[tuple[str, str | None]] = []
        self.told: list[str] = []

    def ask_project(self, known: Project) -> Project:
        """Name the project."""
        return Project(name="Test")

    def ask(self, criterion: Criterion, place: Place) -> str | Move:
        """Give the next reply."""
        self.asked.append((criterion.id, place.current))
        reply = next(self._replies)
        if isinstance(reply, type):
            raise reply
        return reply

    def review(self, rule_base: RuleBase, interview: Interview, outlook: Outlook) -> str | Move:
        """Give the next decision of the review."""
        return next(self._reviews)

    def ask_priorities(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """Put cost first."""
        return ("cost", "quality")

    def tell(self, text: str) -> None:
        """Keep what was said."""
        self.told.append(text)


@pytest.fixture(scope="module")
def rule_base() -> RuleBase:
    """The shipped rules."""
    return load_rules()


def _run(
    rule_base: RuleBase, script: Script, path: Path, *, resume: bool = False, **options: object
) -> Answers:
    person = options.pop("person", None)
    assert person is None or isinstance(person, str)
    record = open_record(path, rule_base, is_resumed=resume, person=person)
    desk = replace(Desk(rule_base, _plan), **options)  # type: ignore[arg-type]
    return run_interview(desk, script, record=record, start=Interview.resume(record.start))


def test_answers_end_up_in_the_file(rule_base: RuleBase, tmp_path: Path) -> None:
    """What was answered is what the file holds, with the project's name."""
    path = tmp_path / "answers.yaml"
    answers = _run(rule_base, Script("daily", "unknown", "not_applicable"), path)
    saved = load_answers(path, rule_base)

    assert saved == answers.model_copy(update={"rules_version": rule_base.version})
    assert answers.project.name == "Test"
    assert answers.answers == {
        "data_volatility": "daily",
        "source_citation": "unknown",
        "deployment": "not_applicable",
    }


def test_going_back_shows_the_answer_given_before(rule_base: RuleBase, tmp_path: Path) -> None:
    """`b` asks the question before again, pointing at its answer."""
    script = Script("daily", Move.BACK, "weekly", "helpful", "offline")
    answers = _run(rule_base, script, tmp_path / "answers.yaml")

    assert script.asked[2] == ("data_volatility", "daily")
    assert answers.answers["data_volatility"] == "weekly"


def test_interruption_keeps_every_answer_and_tells_how_to_go_on(
    rule_base: RuleBase, tmp_path: Path
) -> None:
    """Ctrl-C after one answer leaves that answer on disk and names the resume command."""
    path = tmp_path / "answers.yaml"
    with pytest.raises(InterviewInterrupted, match="--resume"):
        _run(rule_base, Script("daily", KeyboardInterrupt), path)

    assert load_answers(path, rule_base).answers == {"data_volatility": "daily"}


def test_resuming_asks_only_what_is_open(rule_base: RuleBase, tmp_path: Path) -> None:
    """Saved answers are not asked again."""
    path = tmp_path / "answers.yaml"
    with pytest.raises(InterviewInterrupted):
        _run(rule_base, Script("daily", KeyboardInterrupt), path)
    script = Script("helpful", "offline")
    _run(rule_base, script, path, resume=True)

    assert [criterion for criterion, _ in script.asked] == ["source_citation", "deployment"]


def test_review_changes_one_answer(rule_base: RuleBase, tmp_path: Path) -> None:
    """An answer chosen in the review is asked again; the others stay."""
    script = Script("daily", "helpful", "offline", "static", reviews=("data_volatility",))
    answers = _run(rule_base, script, tmp_path / "answers.yaml")

    assert answers.answers == {
        "data_volatility": "static",
        "source_citation": "helpful",
        "deployment": "offline",
    }


def test_finishing_early_keeps_the_rest_open(rule_base: RuleBase, tmp_path: Path) -> None:
    """Review and finish after one question leaves the others unanswered."""
    answers = _run(rule_base, Script("daily", Move.REVIEW), tmp_path / "answers.yaml")

    assert answers.answers == {"data_volatility": "daily"}


def test_going_on_after_a_review_asks_the_rest(rule_base: RuleBase, tmp_path: Path) -> None:
    """Somebody who only wanted to look is asked the open questions afterwards."""
    script = Script("daily", Move.REVIEW, "helpful", "offline", reviews=(Move.GO_ON,))
    answers = _run(rule_base, script, tmp_path / "answers.yaml")

    assert [criterion for criterion, _ in script.asked] == [
        "data_volatility",
        "source_citation",
        "source_citation",
        "deployment",
    ]
    assert len(answers.answers) == 3


def test_place_that_cannot_be_written_is_found_before_the_first_question(
    rule_base: RuleBase, tmp_path: Path
) -> None:
    """Nobody answers thirty questions to learn then that they cannot be saved."""
    with pytest.raises(OutputError, match="missing"):
        open_record(tmp_path / "missing" / "answers.yaml", rule_base, is_resumed=False)


def test_existing_answers_are_not_overwritten(rule_base: RuleBase, tmp_path: Path) -> None:
    """Starting anew on a file with answers is refused, naming --resume."""
    path = tmp_path / "answers.yaml"
    path.write_text("schema_version: 1\nanswers: {}\n")

    with pytest.raises(AnswersError, match="--resume"):
        open_record(path, rule_base, is_resumed=False)


def test_quitting_saves_and_tells_how_to_go_on(rule_base: RuleBase, tmp_path: Path) -> None:
    """`q` is as safe as Ctrl-C."""
    path = tmp_path / "answers.yaml"
    with pytest.raises(InterviewInterrupted, match="--resume"):
        _run(rule_base, Script("daily", Move.QUIT), path)

    assert load_answers(path, rule_base).answers == {"data_volatility": "daily"}


def test_question_put_off_is_asked_at_the_end(rule_base: RuleBase, tmp_path: Path) -> None:
    """`l` moves a question behind all others."""
    script = Script(Move.LATER, "helpful", "offline", "daily")
    _run(rule_base, script, tmp_path / "answers.yaml")

    assert [c for c, _ in script.asked] == [*QUESTIONS, "data_volatility"]


def test_changed_answer_repeats_only_what_it_contradicts(
    rule_base: RuleBase, tmp_path: Path
) -> None:
    """Two steps back and a new answer: the one in doubt is asked again, the other is kept."""
    conflict = Conflict(
        (("data_volatility", ("static",)), ("deployment", ("offline",))), "they do not fit."
    )
    script = Script("daily", "helpful", "offline", "static", "edge", reviews=("data_volatility",))
    answers = _run(rule_base, script, tmp_path / "answers.yaml", conflicts=(conflict,))

    assert [c for c, _ in script.asked[3:]] == ["data_volatility", "deployment"]
    assert answers.answers["source_citation"] == "helpful"


def test_suggested_answer_is_asked_for_and_never_assumed(
    rule_base: RuleBase, tmp_path: Path
) -> None:
    """A suggestion comes first, with the level it starts from; the reply decides."""
    script = Script("edge", "daily", "helpful")
    script.ask_project = lambda known: Project(name="T", description="It runs on a ship.")  # type: ignore[method-assign]
    answers = _run(
        rule_base,
        script,
        tmp_path / "answers.yaml",
        read=lambda text: [Suggestion("deployment", "offline", note=text)],
    )

    assert script.asked[0] == ("deployment", "offline")
    assert answers.answers["deployment"] == "edge"


def test_other_rules_are_told_on_resuming(rule_base: RuleBase, tmp_path: Path) -> None:
    """Answers given under other rules are kept, and that is said."""
    path = tmp_path / "answers.yaml"
    path.write_text("schema_version: 1\nanswers: {data_volatility: daily}\nrules_version: old\n")
    script = Script("helpful", "offline")
    _run(rule_base, script, path, resume=True)

    assert "The rules have changed" in script.told[0]


def test_priorities_are_kept(rule_base: RuleBase, tmp_path: Path) -> None:
    """What matters most can be said in the review."""
    script = Script("daily", "helpful", "offline", reviews=(Move.PRIORITIES,))
    answers = _run(rule_base, script, tmp_path / "answers.yaml")

    assert answers.priorities == ("cost", "quality")


def test_second_person_joins_the_same_file(rule_base: RuleBase, tmp_path: Path) -> None:
    """Each person starts without answers; the file holds what most say, a tie is unknown."""
    path = tmp_path / "answers.yaml"
    _run(rule_base, Script("daily", "helpful", "offline"), path, person="Ada")
    _run(rule_base, Script("weekly", "helpful", "unknown"), path, person="Bo")
    saved = load_answers(path, rule_base)

    assert saved.people["Bo"].answers["data_volatility"] == "weekly"
    assert saved.answers == {
        "data_volatility": "unknown",
        "source_citation": "helpful",
        "deployment": "offline",
    }


def test_measured_answer_stays_beside_what_is_said_now(tmp_path: Path) -> None:
    """Going on with an interview drops neither what was measured nor what is said against it."""
    path = tmp_path / "answers.yaml"
    shipped = load_rules()
    found = MeasuredAnswer(level="none", finding="no label was found", how="counted")
    write_answers(Answers().with_measured({"labeled_examples": found}), path)
    record = open_record(path, shipped, is_resumed=True)

    record.save(record.start.model_copy(update={"answers": {"labeled_examples": "5k_to_50k"}}))

    kept = load_answers(path, shipped)
    assert kept.level("labeled_examples") == "none"
    assert kept.measured["labeled_examples"].stated == "5k_to_50k"


def test_folder_is_not_mistaken_for_answers(rule_base: RuleBase, tmp_path: Path) -> None:
    """It holds no answers to go on with."""
    with pytest.raises(AnswersError, match="this is a folder"):
        open_record(tmp_path, rule_base, is_resumed=False)
