"""Where a team disagrees, and whether it matters."""

from __future__ import annotations

from advisor.inference.agreement import majority_answers
from advisor.inference.compiled import compile_rules
from advisor.inference.teamwork import compare_people
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers, Opinion
from advisor.schema.team import TeamReport

SHARED = {"task_kind": "document_qa", "corpus_size": "thousands_of_documents"}


def _compare(**said: dict[str, str]) -> TeamReport:
    people = {name: Opinion(answers=SHARED | answers) for name, answers in said.items()}
    answers = Answers(answers=majority_answers(people), people=people)
    return compare_people(compile_rules(load_rules()), answers)


def test_disagreement_that_changes_nothing_is_said_to_change_nothing() -> None:
    """Both positions lead to the same approach."""
    report = _compare(ada={"data_volatility": "daily"}, bo={"data_volatility": "weekly"})

    assert [d.criterion for d in report.disputes] == ["data_volatility"]
    assert not report.disputes[0].matters
    assert report.disputes[0].share_agreeing == 0.5


def test_disagreement_that_decides_comes_first() -> None:
    """A veto that one of two people triggers turns the result."""
    report = _compare(
        ada={"data_volatility": "daily", "corpus_size": "none", "knowledge_source": "none"},
        bo={"data_volatility": "weekly"},
    )

    assert report.disputes[0].matters
    assert len({p.leading for p in report.disputes[0].positions}) == 2


def test_each_person_has_a_result_of_their_own() -> None:
    """What somebody alone would have been told is told."""
    report = _compare(ada={"data_volatility": "daily"}, bo={})

    assert [(p.person, p.n_known) for p in report.people] == [("ada", 3), ("bo", 2)]
    assert report.agreement == {"task_kind": 1.0, "corpus_size": 1.0}
