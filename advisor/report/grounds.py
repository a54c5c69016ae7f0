"""What a recommendation rests on, in sentences: answers, weights, sources, and rival beliefs.

Answers are spelt as the answers file spells them, so that a reader can try them with `--set`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.report.references import Bibliography
from advisor.report.wording import (
    as_sentence,
    decibans,
    inside_sentence,
    join_words,
    plain_text,
    share,
)
from advisor.schema.answers import Answers
from advisor.schema.explanation import (
    EqualWeights,
    Explanation,
    FailedTest,
    Finding,
    Robustness,
    SilentRule,
    SourceLeftOut,
    SufficientReason,
    TippingPoint,
)
from advisor.schema.recommendation import Recommendation
from advisor.vocabulary import Approach

MAX_TIPPING_POINTS = 3
MAX_SILENT = 3
_SIZES = {
    1: ("change of one answer", "changes of one answer"),
    2: ("of two", "of two"),
    3: ("of three", "of three"),
}


def state_grounds(recommendation: Recommendation, bibliography: Bibliography) -> Iterator[str]:
    """Say what fixes the winner and what would unseat it, in whole sentences."""
    explanation = recommendation.explanation
    if explanation is None:
        return
    yield _sufficient(explanation.sufficient)
    tipping = explanation.tipping_points[:MAX_TIPPING_POINTS]
    yield from map(_tipping_point, tipping)
    if not tipping:
        yield "No rule decides alone: none counts enough, from nothing to ten times its weight."
    yield from _sources_left_out(explanation.sources_left_out, bibliography)
    yield _equal_weights(explanation.equal_weights, recommendation.leading)


def state_measured(answers: Answers) -> Iterator[str]:
    """Say which answers were measured, what was found, and what had been said instead."""
    for criterion, found in answers.measured.items():
        if answers.level(criterion) == found.level:
            said = f"; you said {plain_text(found.stated, limit=60)}" if found.stated else ""
            origin = f"{plain_text(found.finding)}; {plain_text(found.how)}"
            yield f"Measured: {_answer(criterion, found.level)} ({origin}){said}."


def decisive_sources(recommendation: Recommendation, bibliography: Bibliography) -> tuple[int, ...]:
    """Number the sources without which another approach would come first."""
    explanation = recommendation.explanation
    left_out = explanation.sources_left_out if explanation else ()
    return bibliography.numbers(
        one.source for one in left_out if one.changes_winner and one.source in bibliography
    )


def count_flips(explanation: Explanation) -> str:
    """Say how many smallest changes have another winner; empty if none has."""
    said = [
        f"{n:,} {_SIZES[size][n != 1]}"
        for size, n in sorted(explanation.n_flips.items())
        if n and size in _SIZES
    ]
    return f"In all, {join_words(said)} would put another approach first." if said else ""


def state_robustness(recommendation: Recommendation) -> Iterator[str]:
    """Say how often the leading approach beats each other one, and under which priorities."""
    robustness = recommendation.robustness
    if robustness is None:
        return
    leading = recommendation.leading
    beaten = robustness.pairwise.get(leading, {})
    if beaten:
        wins = join_words(f"{rival.label} in {share(won)}" for rival, won in beaten.items())
        yield f"Of {robustness.n_draws:,} draws, {leading.label} beats {wins}."
    yield from _priorities(robustness)


def state_beliefs(recommendation: Recommendation) -> Iterator[str]:
    """Say what one would have to believe for each rival to win, best first."""
    robustness = recommendation.robustness
    for beliefs in robustness.beliefs if robustness else ():
        if beliefs.approach != recommendation.leading:
            yield as_sentence(plain_text(beliefs.sentence, limit=800))


def state_silent(recommendation: Recommendation, approach: Approach) -> Iterator[str]:
    """Say which rules would speak for an approach, and which answers they lack."""
    explanation = recommendation.explanation
    for why_not in explanation.why_not if explanation else ():
        if why_not.approach == approach:
            yield from map(state_silent_rule, why_not.silent[:MAX_SILENT])


def _sufficient(reason: SufficientReason) -> str:
    if not reason.answers:
        return "The answers given do not fix who leads: an open question could still change it."
    answers = ", ".join(_answer(criterion, level) for criterion, level in reason.answers.items())
    n_answers = len(reason.answers)
    subject = "This answer" if n_answers == 1 else f"These {n_answers} answers"
    verb = "fixes" if n_answers == 1 else "fix"
    others = "given were" if reason.scope == "given" else "are"
    return f"{subject} alone {verb} who leads, whatever the other answers {others}: {answers}."


def _answer(criterion: str, level: str) -> str:
    return f"{plain_text(criterion, limit=60)}={plain_text(level, limit=60)}"


def _finding(finding: Finding) -> str:
    because = inside_sentence(plain_text(finding.because))
    return f"“{because}” ({plain_text(finding.rule, limit=60)})"


def _tipping_point(point: TippingPoint) -> str:
    if point.multiplier == 0:
        return f"If {_finding(point.finding)} did not count, {point.winner.label} would win."
    counted = f"counted {point.multiplier:.2f} times as much"
    return f"If {_finding(point.finding)} {counted}, {point.winner.label} would win."


def _sources_left_out(
    left_out: Iterable[SourceLeftOut], bibliography: Bibliography
) -> Iterator[str]:
    by_winner: dict[Approach | None, list[str]] = {}
    for one in left_out:
        if one.changes_winner:
            by_winner.setdefault(one.winner, []).append(one.source)
    if not by_winner:
        yield "No single source changes who leads."
    for winner, sources in by_winner.items():
        names = join_words(_named(sources, bibliography), last="or")
        yield f"Without {names}, {winner.label if winner else 'no approach'} would come first."


def _named(sources: Iterable[str], bibliography: Bibliography) -> list[str]:
    """Spell sources as their numbers, ascending, and those without one as their ids."""
    ids = list(sources)
    numbers = bibliography.numbers(one for one in ids if one in bibliography)
    unlisted = [plain_text(one, limit=80) for one in ids if one not in bibliography]
    return [*(f"[{number}]" for number in numbers), *unlisted]


def _equal_weights(equal: EqualWeights, leading: Approach) -> str:
    if equal.agrees:
        return f"If every finding counted the same, {leading.label} would lead, too."
    winners = join_words(one.label for one in equal.winners) or "no approach"
    return f"If every finding counted the same, {winners} would lead."


def _priorities(robustness: Robustness) -> Iterator[str]:
    if robustness.priorities:
        named = ", ".join(plain_text(one, limit=60) for one in robustness.priorities)
        yield f"Your priorities were applied, most important first: {named}."


def state_silent_rule(silent: SilentRule) -> str:
    """Say what a rule would be worth if it applied, and which answers it lacks."""
    needs = join_words(_failed_test(one) for one in silent.failed)
    return f"{decibans(silent.db)} if {_finding(silent.finding)} applied: {needs}."


def _failed_test(failed: FailedTest) -> str:
    needed = join_words((plain_text(one, limit=60) for one in failed.needed), last="or")
    criterion = plain_text(failed.criterion, limit=60)
    return f"{criterion} would have to be {needed} (now {plain_text(failed.found, limit=60)})"
