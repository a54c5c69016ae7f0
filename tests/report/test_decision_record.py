"""The decision record: MADR's sections in order, what was decided and why, and nothing injected."""

from __future__ import annotations

import datetime
import re

from advisor.report.builder import build_report
from advisor.report.decision_record import render_decision_record
from advisor.schema.answers import Answers, Project
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Report
from advisor.schema.rule import RuleBase

DATE = datetime.date(2026, 1, 31)


def test_sections_are_those_of_madr(report: Report) -> None:
    """Tools that read MADR find every section where its template has it."""
    record = render_decision_record(report, date=DATE)

    assert re.findall(r"^## (.+)$", record, re.MULTILINE) == [
        "Context and Problem Statement",
        "Decision Drivers",
        "Considered Options",
        "Decision Outcome",
        "Pros and Cons of the Options",
        "More Information",
    ]


def test_front_matter_proposes_on_a_date(report: Report) -> None:
    """Nobody has accepted it yet."""
    record = render_decision_record(report, date=DATE)

    assert record.startswith("---\nstatus: proposed\ndate: 2026-01-31\n---\n\n# Use RAG for ")


def test_outcome_names_the_option_and_why(report: Report) -> None:
    """The chosen option is one of those considered, with the reason in one sentence."""
    record = render_decision_record(report, date=DATE)

    assert 'Chosen option: "RAG", because it leads ' in record
    assert "\n* RAG\n" in record


def test_every_option_has_its_pros_or_cons(report: Report) -> None:
    """No option is listed without a word about it."""
    record = render_decision_record(report, date=DATE)
    options = record.partition("## Pros and Cons of the Options")[2]

    assert [
        one for one in ("RAG", "Prompting", "Hybrid", "Fine-tuning") if one not in options
    ] == []
    assert "* Good, because " in options
    assert "* Bad, because " in options


def test_measurement_is_the_confirmation(report: Report) -> None:
    """What was measured stands under Confirmation."""
    confirmation = render_decision_record(report, date=DATE).partition("### Confirmation")[2]

    assert confirmation.lstrip().startswith("**Confirmed.**")


def test_abstention_chooses_nothing(
    rule_base: RuleBase, answers: Answers, recommendation: Recommendation
) -> None:
    """Without a clear winner the record says so instead of choosing."""
    open_case = recommendation.model_copy(
        update={"recommended": None, "abstention": "No clear winner: they are close."}
    )
    record = render_decision_record(build_report(rule_base, answers, open_case), date=DATE)

    assert "No option is chosen yet; RAG leads. No clear winner: they are close." in record
    assert "Chosen option" not in record


def test_sources_shown_are_those_cited(report: Report) -> None:
    """The list at the end has the numbers of the text, and no others."""
    body, _, listed = render_decision_record(report, date=DATE).partition("Sources, numbered")
    cited = {n for group in re.findall(r"\\\[([\d, ]+)\\\]", body) for n in group.split(", ")}

    assert set(re.findall(r"^\* \\\[(\d+)\\\]", listed, re.MULTILINE)) == cited


def test_hostile_name_stays_text(rule_base: RuleBase, recommendation: Recommendation) -> None:
    """A project's name can neither open a tag nor end the front matter."""
    hostile = Answers(project=Project(name="<script>\n---\n# x", description="| a | `b`"))
    record = render_decision_record(build_report(rule_base, hostile, recommendation), date=DATE)

    assert "<script>" not in record
    assert record.count("\n---\n") == 1
    assert "\\| a \\| \\`b\\`" in record
