"""The page for somebody who decides but was not at the terminal: five answers in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.evidence.winner import winning_arm
from advisor.report.advice import is_infeasible
from advisor.report.brief_costs import state_costs
from advisor.report.measurement import Case
from advisor.report.trial_tables import arm_name, metric_cells, metric_name
from advisor.report.verdicts import samples_word
from advisor.report.wording import (
    as_sentence,
    count_of,
    inside_sentence,
    join_words,
    plain_text,
    roughly,
    share,
)
from advisor.schema.exhibits import Brief
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import AdviceSection, TrialSection
from advisor.vocabulary import Approach

if TYPE_CHECKING:
    from advisor.evidence.prices import Price
    from prototypes.results import TrialResult

MAX_CHANGES = 3
MAX_CHANGE_TEXT = 600
"""Characters of them in all, so that the page stays one page."""

MAX_RISKS = 6
MAX_AGAINST = 3
_BASELINE = "baseline"
_RIGHT_OR_NOT = frozenset({"accuracy", "correct", "exact_match"})
_FIRM = 0.8
"""Share of the draws from which on a lead counts as firm."""


def build_brief(
    case: Case,
    trial: TrialResult | None,
    *,
    advice: AdviceSection,
    section: TrialSection | None,
    prices: Sequence[Price] = (),
) -> Brief:
    """Answer what a manager asks: what, how sure, at what cost, until when, at what risk.

    Args:
        case: What was answered and recommended.
        trial: What was measured, if anything.
        advice: The recommendation in words.
        section: The trial in words, if there was one.
        prices: What seconds and tokens cost.
    """
    return Brief(
        decision=tuple(_decision(case, trial)),
        confidence=tuple(_confidence(case.recommendation, advice, trial)),
        costs=tuple(state_costs(case, trial, prices=prices)),
        changes=tuple(_changes(advice, trial)),
        risks=tuple(_risks(advice, section, trial))[:MAX_RISKS],
    )


def _decision(case: Case, trial: TrialResult | None) -> Iterator[str]:
    recommendation = case.recommendation
    if is_infeasible(recommendation):
        yield "None of the four approaches fits what was answered: change an answer, or the aim."
        return
    yield _choice(recommendation, trial)
    yield from _quality(trial)
    name = recommendation.leading.label
    for one in case.rule_base.approaches:
        if one.id == recommendation.leading and one.summary:
            meaning = inside_sentence(plain_text(one.summary))
            yield as_sentence(f"{name[:1].upper()}{name[1:]} means: {meaning}")
    titles = [plain_text(one.title, limit=120) for one in recommendation.notices]
    if titles:
        yield as_sentence(f"Before anything else: {inside_sentence(titles[0])}")


def _choice(recommendation: Recommendation, trial: TrialResult | None) -> str:
    name = recommendation.leading.label
    outcome = _outcome(trial)
    if outcome == "contradicted":
        better = _rival(trial)
        instead = f"; {better} did better on your data" if better else ""
        return f"Do not go ahead with {name} on the strength of the advice{instead}."
    if outcome == "confirmed":
        return f"Go ahead with {name}: what was measured on your data bears the advice out."
    if outcome == "cannot_tell":
        rival = _rival(trial)
        between = f"it and {rival} lie too close together" if rival else "that was not enough"
        return f"Begin with {name}, but do not commit to it yet: measured, {between}."
    if recommendation.recommended is None:
        return f"Decide nothing yet: {name} leads, but not clearly."
    return f"Plan with {name}, and measure it on your own data before money is committed."


def _outcome(trial: TrialResult | None) -> str:
    return trial.verdict.outcome.value if trial and trial.verdict else ""


def _quality(trial: TrialResult | None) -> Iterator[str]:
    """Say how good the arm to keep is, and the best baseline beside it."""
    if trial is None or not trial.arms:
        return
    metric = trial.primary_metric
    arms = sorted(trial.arms, key=lambda arm: -arm.metrics[metric].value)
    chosen = [arm for arm in arms if arm.name == winning_arm(trial)]
    baselines = [arm for arm in arms if arm.approach.value == _BASELINE and arm not in chosen]
    shown = (*chosen, *baselines[:1])
    cells = metric_cells([arm.metrics[metric] for arm in shown])
    said = (f"{arm_name(arm.name)} {cell}" for arm, cell in zip(shown, cells, strict=True))
    samples = count_of(trial.n_test, samples_word(trial.task))
    yield f"{metric_name(metric)} on {samples}: {', '.join(said)}."


def _rival(trial: TrialResult | None) -> str:
    """Name the approach of the arm that decided a verdict; empty if there is none."""
    wanted = trial.verdict.deciding_rival if trial and trial.verdict else None
    for arm in trial.arms if trial else ():
        if arm.name == wanted:
            known = arm.approach.value in set(Approach)
            return Approach(arm.approach.value).label if known else "a simple baseline"
    return ""


def _confidence(
    recommendation: Recommendation, advice: AdviceSection, trial: TrialResult | None
) -> Iterator[str]:
    leader = recommendation.ranking[0]
    name, outcome = recommendation.leading.label, _outcome(trial)
    is_firm = recommendation.recommended is not None and leader.rank_acceptability >= _FIRM
    yield _level(outcome, is_firm=is_firm, is_clean=_is_clean(trial))
    yield as_sentence(
        f"{share(leader.support)} of the cited evidence speaks for {name}; it stays first in "
        f"{share(leader.rank_acceptability)} of the ways to weigh that evidence"
    )
    yield from (line for line in advice.confidence[2:] if line)


def _level(outcome: str, *, is_firm: bool, is_clean: bool) -> str:
    """Say how sure we are in one word and why; a flawed test never makes for high confidence."""
    if outcome == "contradicted":
        return "Low: the published evidence and the measurement on your data disagree."
    if outcome == "confirmed":
        if is_firm and is_clean:
            return "High: the published evidence and the measurement on your data agree."
        flaw = "the evidence behind it is divided" if is_clean else "the test data have flaws"
        return f"Moderate: the measurement on your data agrees, but {flaw}."
    measured = "the measurement could not separate it from its rivals yet"
    missing = measured if outcome == "cannot_tell" else "nothing was measured on your data yet"
    if is_firm:
        return f"Moderate: the published evidence is clear, but {missing}."
    return f"Low: the published evidence is divided, and {missing}."


def _errors(trial: TrialResult | None) -> Iterator[str]:
    """Say how often the arm to keep was not right, where an answer is right or not."""
    if trial is None or trial.primary_metric not in _RIGHT_OR_NOT:
        return
    for arm in trial.arms:
        if arm.name == winning_arm(trial):
            n_wrong = round(100 * (1 - arm.metrics[trial.primary_metric].value))
            yield (
                f"Of 100 answers of {arm_name(arm.name)} about {n_wrong} were not right: it was "
                "tested which approach is best, not whether that is good enough."
            )


def _is_clean(trial: TrialResult | None) -> bool:
    data = trial.data if trial else None
    return data is not None and not (data.n_test_seen_in_train or data.n_synthetic_test)


def _changes(advice: AdviceSection, trial: TrialResult | None) -> Iterator[str]:
    needed = trial.verdict.samples_needed if trial and trial.verdict else None
    if trial and needed and needed > trial.n_test:
        noun = f"{samples_word(trial.task)}s"
        yield f"About {roughly(needed - trial.n_test)} more test {noun} would settle it."
    shown = tuple(_short(advice.flips[:MAX_CHANGES]))
    yield from shown
    if not advice.flips:
        yield advice.flips_note
    elif len(advice.flips) > len(shown):
        more = count_of(len(advice.flips) - len(shown), "further change")
        yield f"{more} of the same size: see “What would change it”."


def _short(flips: Sequence[str]) -> Iterator[str]:
    """Take changes as long as they leave the page to be one page; the first in any case."""
    total = 0
    for number, flip in enumerate(flips):
        total += len(flip)
        if number and total > MAX_CHANGE_TEXT:
            return
        yield flip


def _risks(
    advice: AdviceSection, section: TrialSection | None, trial: TrialResult | None
) -> Iterator[str]:
    leader = advice.ranking[0]
    yield from section.remarks if section else ()
    yield from _errors(trial)
    yield from (one.text for one in leader.constraints)
    against = [inside_sentence(one.text) for one in leader.against[:MAX_AGAINST]]
    if against:
        yield f"What speaks against {leader.label}: {join_words(against)}."
    if advice.precedents_note:
        yield advice.precedents_note
    if advice.disputed:
        points = count_of(len(advice.disputed), "point")
        yield f"The sources disagree on {points} that this rests on."
    if section:
        yield "Measured on one machine, in one attempt with default settings, before real use."
