"""Two runs side by side as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from advisor.report.recheck import WIDTH, tell_answers, tell_rules
from advisor.report.trial_tables import metric_name
from advisor.report.wording import join_words, p_value, plain_text, signed_interval
from advisor.schema.comparison import ArmDifference, RunComparison, Standing


def render_comparison(found: RunComparison) -> str:
    """Lay two runs out for a terminal: advice, answers, rules, then the arms of both."""
    return "\n".join(
        textwrap.fill(line, WIDTH, subsequent_indent="    ", break_on_hyphens=False)
        for line in _lines(found)
    )


def _lines(found: RunComparison) -> Iterator[str]:
    yield f"First   {_standing(found.first)}"
    yield f"Second  {_standing(found.second)}"
    yield f"Answers: {'different' if found.answers else 'the same'}"
    yield from tell_answers(found.answers)
    yield f"Rules: {_rules(found)}"
    yield from tell_rules(found.rules, found.first.leading)
    yield from (f"Warning: {warning}" for warning in found.warnings)
    if found.arms:
        how = "paired" if found.is_paired else "unpaired"
        yield f"{metric_name(found.metric or '')}, second minus first ({how}):"
        yield from (f"  {_arm(one)}" for one in found.arms)
    for title, names in (("first", found.only_first), ("second", found.only_second)):
        if names:
            yield f"Only in the {title}: {join_words(names)}"


def _rules(found: RunComparison) -> str:
    if not found.rules:
        return "the same here"
    rival = f" against {found.rival.label}" if found.rival else ""
    return f"different (decibans for {found.first.leading.label}{rival})"


def _standing(one: Standing) -> str:
    verb = "recommended" if one.recommended else "leads, no clear winner"
    verdict = f"; measured: {one.verdict.replace('_', ' ')}" if one.verdict else ""
    name, rules = plain_text(one.run, limit=60), plain_text(one.rules_version, limit=60)
    return f"{name}: {one.leading.label} {verb} (rules {rules}){verdict}"


def _arm(one: ArmDifference) -> str:
    interval = signed_interval(one.difference, one.low, one.high)
    significance = "" if one.p_value is None else f", p {p_value(one.p_value)}"
    return f"{one.arm}: {one.first:.3f} → {one.second:.3f}, {interval}{significance}"
