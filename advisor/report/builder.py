"""Build the one report that terminal, Markdown, HTML and JSON render.

Everything a reader sees is decided here and in the modules it calls: wording, rounding, order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from advisor import __version__
from advisor.knowledge.calibration import load_calibration
from advisor.knowledge.case_library import load_case_library
from advisor.report.advice import build_advice
from advisor.report.brief import build_brief
from advisor.report.glance import build_glance
from advisor.report.headline import state_badge, state_headline
from advisor.report.measurement import Case, build_trial_section
from advisor.report.precedents import find_precedents, word_disagreement, word_precedents
from advisor.report.references import build_bibliography
from advisor.report.reliability import caution, describe_calibration, state_reliability
from advisor.report.reproduction import list_commands
from advisor.report.wording import plain_text
from advisor.schema.answers import Answers
from advisor.schema.calibration import Calibration
from advisor.schema.case import PublishedCase
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Fact, Report, TrialSection
from advisor.schema.rule import RuleBase

if TYPE_CHECKING:
    from advisor.evidence.prices import Price
    from advisor.evidence.sample_files import Answered
    from prototypes.results import TrialResult


def build_report(
    rule_base: RuleBase,
    answers: Answers,
    recommendation: Recommendation,
    *,
    trial: TrialResult | None = None,
    library: Sequence[PublishedCase] | None = None,
    prices: Sequence[Price] = (),
    samples: Answered | None = None,
) -> Report:
    """Word a consultation.

    Args:
        rule_base: Where questions, levels and sources are spelt out. Ids it does not know (advice
            given by an older rule base) are shown as they are.
        answers: What the recommendation was made from.
        recommendation: What is recommended and why.
        trial: What was measured, if anything.
        library: The published cases to look for similar ones in. Left out, ours are read for a
            report with a trial only: `advisor recommend` has no time for it.
        prices: The dated prices that measured seconds and tokens are multiplied with.
        samples: Per arm, what it answered to the test samples; left out, none are shown.
    """
    bibliography = build_bibliography(rule_base, recommendation)
    calibration = _calibration(recommendation)
    advice = build_advice(
        rule_base, answers, recommendation, bibliography=bibliography, is_headline=trial is None
    )
    if library is None:
        library = load_case_library() if trial else ()
    similar = find_precedents(rule_base, answers, library)
    advice = advice.model_copy(
        update={
            "confidence": (*advice.confidence, *_reliability(recommendation, calibration)),
            "precedents": word_precedents(similar),
            "precedents_note": word_disagreement(similar, recommendation.leading),
        }
    )
    case = Case(rule_base, answers, recommendation)
    section = _measurement(case, trial, prices, samples or {})
    badge, tone = state_badge(recommendation, trial)
    return Report(
        headline=state_headline(recommendation, trial),
        badge=badge,
        tone=tone,
        project=plain_text(answers.project.name, limit=120) or "Unnamed project",
        description=plain_text(answers.project.description, limit=600),
        glance=build_glance(recommendation, trial),
        brief=build_brief(case, trial, advice=advice, section=section, prices=prices),
        advice=advice,
        trial=section,
        limits=(*_limits(trial), *_caveats(calibration)),
        sources=tuple(bibliography.values()),
        reproduce=tuple(list_commands(trial)),
        versions=tuple(_versions(rule_base, recommendation, trial)) + _method(calibration),
    )


def _measurement(
    case: Case, trial: TrialResult | None, prices: Sequence[Price], samples: Answered
) -> TrialSection | None:
    return build_trial_section(trial, case, prices=prices, samples=samples) if trial else None


def _calibration(recommendation: Recommendation) -> Calibration | None:
    """The calibration, if it belongs to the rules and the weights that gave this support."""
    calibration = load_calibration()
    if calibration is None or not calibration.holds_for(recommendation.rules_version):
        return None
    robustness = recommendation.robustness
    return None if robustness and robustness.priorities else calibration


def _reliability(recommendation: Recommendation, calibration: Calibration | None) -> Iterator[str]:
    if calibration and (sentence := state_reliability(recommendation, calibration)):
        yield sentence


def _caveats(calibration: Calibration | None) -> tuple[str, ...]:
    return (caution(calibration),) if calibration else ()


def _method(calibration: Calibration | None) -> tuple[Fact, ...]:
    return (describe_calibration(calibration),) if calibration else ()


def _limits(trial: TrialResult | None) -> Iterator[str]:
    yield (
        "Support weighs the cited evidence for one approach against another. It is not a "
        "probability, and it cannot know what the interview did not ask."
    )
    if trial is None:
        yield "Nothing has been measured on your data yet; `advisor prototype` does that."
        return
    yield (
        "The intervals cover the choice of test samples. They do not cover other users, later "
        "data, or another random start of the training."
    )
    yield (
        "Each arm is one fair attempt with its defaults. A larger model or more tuning may move "
        "it, and an arm that was not run is not judged."
    )
    yield "Latency and cost were measured on one machine with one query at a time."


def _versions(
    rule_base: RuleBase, recommendation: Recommendation, trial: TrialResult | None
) -> Iterator[Fact]:
    yield Fact(name="Advisor", value=__version__)
    yield Fact(name="Rules", value=_rules_version(rule_base, recommendation))
    for name, version in sorted((trial.protocol.versions if trial else {}).items()):
        yield Fact(name=plain_text(name, limit=60), value=plain_text(version, limit=60))


def _rules_version(rule_base: RuleBase, recommendation: Recommendation) -> str:
    given_by = plain_text(recommendation.rules_version, limit=60)
    if rule_base.version == recommendation.rules_version:
        return given_by
    return f"{given_by} (the rules installed now are {plain_text(rule_base.version, limit=60)})"
