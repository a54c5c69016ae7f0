"""What the user's own data say about the rules used, as a section of the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.evidence.claims import check_rules
from advisor.evidence.costs import price_arms, rates_from
from advisor.evidence.gaps import Gap
from advisor.evidence.support import SupportUpdate, update_support
from advisor.evidence.verification import Finding, RuleCheck
from advisor.report.trial_tables import NONE, arm_name
from advisor.report.wording import (
    MINUS,
    as_sentence,
    count_of,
    join_words,
    milliseconds,
    plain_text,
    points,
    roughly,
    share,
    tiny_dollars,
)
from advisor.schema.exhibits import Column, RuleCheckSection, Table
from advisor.schema.recommendation import Recommendation
from advisor.schema.rule import Expectation, RuleBase

if TYPE_CHECKING:
    from advisor.evidence.prices import Price
    from prototypes.results import TrialResult

_COMPARED = {
    "latency": "{0} answers faster than {1}",
    "cost": "an answer of {0} costs less than one of {1}",
    "citation": "{0} cites a right source more often than {1}",
    "abstention": "{0} tells unanswerable questions apart better than {1}",
    "quality": "{0} answers better than {1}",
    "labels": "with the labels at hand {0} is better than {1}",
    "freshness": "after a change of the documents {0}, indexed anew, answers better than {1} that "
    "is not trained anew",
    "robustness": "with 20 % wrong labels {0} loses less than {1}",
    "knowledge": "{0} answers better than {1} without documents",
}
_BOUNDED = {
    "latency": "5 % of the answers of {0} take {1} {2:g} ms",
    "citation": "{0} cites a right source in {1} {3:.0f} % of its answers",
    "abstention": "{0} leaves {1} {3:.0f} % of the unanswerable questions unanswered",
    "compression": "in eight bits {0} loses {1} {3:g} points",
    "distillation": "a small student of {0} loses {1} {3:g} points",
}
_QUANTITIES = {
    "mean_ms": "mean time of {0} minus {1}",
    "p95_ms": "95th percentile of {0}",
    "usd_per_1000": "1,000 answers of {0} minus {1}",
    "citation_correct": "right citations of {0} minus {1}",
    "abstention_correct": "rightly silent, {0}",
    "informedness": "informedness of {0} minus {1}",
    "quality": "{0} minus {1}, as built",
    "at_hand": "{0} minus {1}",
    "labels_to_match": "labels a tuned model needs to equal {0}",
    "error_overlap": "errors of either parent that both make",
    "right_after_change": "right on what changed, {0} minus {1}",
    "quality_change": "change by wrong labels, {0} minus {1}",
    "knowledge": "{0} minus {1}",
    "quality_lost_int8": "lost in eight bits, {0}",
    "quality_lost_distilled": "lost by the student of {0}",
    "router_gain": "a perfect choice between both parents minus {1}",
}
_ORDER = (Finding.FAILS, Finding.HOLDS, Finding.OPEN)


def build_rule_checks(
    trial: TrialResult,
    recommendation: Recommendation,
    rule_base: RuleBase,
    *,
    prices: Sequence[Price],
) -> RuleCheckSection | None:
    """Word what became of the rules; None if the trial held no experiment."""
    if not trial.experiments:
        return None
    costs = price_arms(trial, rates_from(prices, trial))
    checks = check_rules(rule_base, recommendation, trial, costs=costs)
    won = {approach.value: won for approach, won in trial.first_shares.items()}
    updates = update_support(recommendation, won)
    return RuleCheckSection(
        remarks=(*_remarks(checks), *_reservation(trial)),
        checks=_checks_table(checks),
        support=_support(updates),
    )


def _remarks(checks: Sequence[RuleCheck]) -> Iterator[str]:
    claims = {(_claim(check), check.finding) for check in checks if check.expects}
    n_of = Counter(finding for _, finding in claims)
    if n_of:
        said = (f"{n_of[finding]} {_in_plural(finding, n_of[finding])}" for finding in _ORDER)
        yield as_sentence(
            f"Of {count_of(n_of.total(), 'claim')} put to the test, {join_words(said)}"
        )
        yield (
            "The intervals shown hold at 95 % each; a finding rests on wider ones, which hold for "
            "all claims at once (Bonferroni). A rule that fails here may hold elsewhere."
        )
    if untestable := [check for check in checks if check.expects is None]:
        yield as_sentence(_not_held(untestable))


def _reservation(trial: TrialResult) -> Iterator[str]:
    if trial.data.n_synthetic_test:
        yield "Support stays as it was: it is not weighed by questions that nobody asked."


def _in_plural(finding: Finding, number: int) -> str:
    words = {
        Finding.HOLDS: ("holds", "hold"),
        Finding.FAILS: ("does not hold", "do not hold"),
        Finding.OPEN: ("could not be tested here", "could not be tested here"),
    }
    return words[finding][number != 1]


def _not_held(checks: Iterable[RuleCheck]) -> str:
    """List the rules whose experiment was not held, or measures nothing they expect."""
    by_experiment: dict[str, list[str]] = {}
    for check in checks:
        by_experiment.setdefault(check.experiment, []).append(plain_text(check.rule, limit=40))
    listed = [
        f"{plain_text(name, limit=40).replace('_', ' ')} ({', '.join(rules)})"
        for name, rules in by_experiment.items()
    ]
    return (
        "Could not be tested here, because a trial like this one does not measure what they "
        f"expect: {'; '.join(listed)}"
    )


def _checks_table(checks: Sequence[RuleCheck]) -> Table:
    tested = [check for check in checks if check.expects]
    rows = dict.fromkeys(_row(check)[1:] for check in sorted(tested, key=_place))
    rules = {row: ", ".join(c.rule for c in tested if _row(c)[1:] == row) for row in rows}
    return Table(
        caption="Claims of the rules used, held against your data",
        columns=tuple(
            Column(title=title) for title in ("Rule", "Claim", "Measured (95\u00a0%)", "Finding")
        ),
        rows=tuple((plain_text(rules[row], limit=120), *row) for row in rows),
    )


def _place(check: RuleCheck) -> int:
    return _ORDER.index(check.finding)


def _row(check: RuleCheck) -> tuple[str, str, str, str]:
    because = f": {plain_text(check.because)}" if check.because else ""
    measured = "; ".join(_gap(gap) for gap in check.gaps) or NONE
    return check.rule, _claim(check), measured, f"{check.finding.value}{because}"


def _claim(check: RuleCheck) -> str:
    expects = check.expects
    if expects is None:
        return NONE
    if check.rival is not None:
        words = _COMPARED[expects.quantity]
        return as_sentence(words.format(expects.approach.label, check.rival.label))
    return as_sentence(_bounds(expects))


def _bounds(expects: Expectation) -> str:
    bounds = (("at least", expects.at_least), ("at most", expects.at_most))
    return " and ".join(
        _BOUNDED[expects.quantity].format(expects.approach.label, words, bound, 100 * bound)
        for words, bound in bounds
        if bound is not None
    )


def _gap(gap: Gap) -> str:
    template = _QUANTITIES[gap.quantity]
    if not gap.against:
        template = template.removesuffix(" minus {1}")
    words = template.format(arm_name(gap.arm), arm_name(gap.against))
    low, value, high = (_amount(gap, each) for each in (gap.low, gap.value, gap.high))
    if gap.against and gap.quantity not in ("mean_ms", "usd_per_1000"):
        value = f"{value} points"
    return f"{words}: {value} ({low} to {high})"


def _amount(gap: Gap, value: float) -> str:
    sign = MINUS if value < 0 else "+" if gap.against and value > 0 else ""
    if gap.quantity.endswith("_ms"):
        return f"{sign}{milliseconds(abs(value))}"
    if gap.quantity == "usd_per_1000":
        return f"{sign}{tiny_dollars(abs(value))}"
    if gap.quantity == "labels_to_match":
        return roughly(round(value))
    return points(value) if gap.against else f"{100 * value:.0f} %"


def _support(updates: Sequence[SupportUpdate]) -> Table:
    columns = ("Before", "Feasible and best in", "After")
    return Table(
        caption="Support before and after the measurement",
        columns=(
            Column(title="Approach"),
            *(Column(title=title, is_numeric=True) for title in columns),
        ),
        rows=tuple(
            (
                one.approach.label,
                share(one.before),
                "not measured" if one.first_share is None else _of_resamples(one.first_share),
                share(one.after),
            )
            for one in updates
            if any(each.first_share is not None for each in updates)
        ),
    )


def _of_resamples(part: float) -> str:
    return f"{share(part)} of the resamples"
