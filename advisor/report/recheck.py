"""A re-checked decision as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from advisor.report.wording import (
    as_sentence,
    count_of,
    inside_sentence,
    join_words,
    plain_text,
)
from advisor.schema.decision import Recheck, RuleDrift, ValueDrift
from advisor.vocabulary import Approach

WIDTH = 80
MAX_RULES = 8
"""Rules that are told; the JSON form has all."""


def render_recheck(found: Recheck) -> str:
    """Lay a re-checked decision out for a terminal: the sentence, then what drifted."""
    said = textwrap.fill(found.sentence or state_recheck(found), WIDTH, break_on_hyphens=False)
    lines = (
        textwrap.fill(line, WIDTH, subsequent_indent="    ", break_on_hyphens=False)
        for line in _lines(found)
    )
    return "\n".join((said, "", *lines))


def state_recheck(found: Recheck) -> str:
    """Say in one sentence whether the decision still stands, and what has changed."""
    drifted = join_words(_drifted(found))
    if not drifted:
        return as_sentence(f"{_finding(found)}; nothing it rests on has changed")
    again = "; measure again, for the data are not those measured" if found.is_outdated else ""
    said = f"{_finding(found)}; changed since: {drifted}{_tell_cheapest(found)}{again}"
    return as_sentence(said)


def _tell_cheapest(found: Recheck) -> str:
    """Say which arm has become the cheapest one; empty if none has."""
    arms = found.cheapest
    if arms is None or arms.before == arms.now:
        return ""
    now, before = (plain_text(str(each), limit=60) for each in (arms.now, arms.before))
    return f"; {now} is now the cheapest arm, no longer {before}"


def _finding(found: Recheck) -> str:
    name, leader = found.decision.label, found.leading_now.label
    if found.outcome == "infeasible":
        return "the decision no longer stands: every approach is ruled out now"
    if found.outcome == "changed":
        return f"the decision no longer stands: {leader} now leads instead of {name}"
    if found.outcome == "weakened":
        return f"{name} still leads, but no longer clearly: {say_unclear(found.why_unclear)}"
    firm = "is recommended" if found.is_clear_now else "leads, if not by a clear margin"
    return f"the decision still stands: {name} {firm}"


def say_unclear(abstention: str) -> str:
    """Put the reason for an abstention behind a colon."""
    return inside_sentence(plain_text(abstention)).removeprefix("no clear winner: ")


def _drifted(found: Recheck) -> list[str]:
    """Name what has changed, in the words of the sentence."""
    is_dearer = found.prices is not None and found.prices.before != found.prices.now
    names = (
        _drifted_rules(found),
        "the answers" if found.answers else "",
        "the data" if found.is_outdated else "",
        "the price of a machine hour" if is_dearer else "",
        "the prices of tokens" if any(o.before != o.now for o in found.token_prices) else "",
    )
    return [name for name in names if name]


def _drifted_rules(found: Recheck) -> str:
    n = len(found.rules)
    speak = f"{n} {'speaks' if n == 1 else 'speak'} otherwise here" if n else "none that fires here"
    if found.rules_version.before != found.rules_version.now:
        return f"the rules ({speak})"
    return f"what {count_of(n, 'rule')} count here" if n else ""


def _lines(found: Recheck) -> Iterator[str]:
    yield from _standing(found)
    yield f"Rules: {_then_and_now(found.rules_version)}"
    yield from tell_rules(found.rules, found.decision)
    yield f"Answers: {'changed' if found.answers else 'unchanged'}"
    yield from tell_answers(found.answers)
    yield f"Data: {_data(found)}"
    if found.prices:
        yield f"Price of a machine hour, US dollars: {_then_and_now(found.prices)}"
    yield from (f"Price of {one.name}: {_then_and_now(one)}" for one in found.token_prices)
    if found.cheapest:
        yield f"Cheapest arm at your volume: {_then_and_now(found.cheapest)}"
    if found.verdict:
        yield f"Measured then: {found.verdict.replace('_', ' ')}"


def _standing(found: Recheck) -> Iterator[str]:
    if found.rival is None or found.lead_before_db is None or found.lead_now_db is None:
        return
    lead = f"{found.lead_before_db:+.1f} → {found.lead_now_db:+.1f} db"
    yield f"{found.decision.label} against {found.rival.label}: {lead}"


def tell_answers(answers: Iterable[ValueDrift]) -> Iterator[str]:
    """Say what each answer was and is."""
    return (f"  {plain_text(one.name, limit=60)}: {_then_and_now(one)}" for one in answers)


def tell_rules(rules: Sequence[RuleDrift], decision: Approach) -> Iterator[str]:
    """Say what each rule counted for a decision then and counts now, the weightiest ones."""
    yield from (f"  {_rule(one, decision)}" for one in rules[:MAX_RULES])
    if len(rules) > MAX_RULES:
        yield f"  and {len(rules) - MAX_RULES} more; --format json lists all"


def _rule(one: RuleDrift, decision: Approach) -> str:
    rule = plain_text(one.rule, limit=60)
    because = inside_sentence(plain_text(one.because, limit=120))
    if one.excludes_before or one.excludes_now:
        sides = (one.excludes_before, one.excludes_now)
        then, now = (join_words(a.label for a in side) or "nothing" for side in sides)
        return f"{rule} ({because}): excluded {then}, now excludes {now}"
    before, now = (
        f"{lead:+.1f}" if weights else "silent"
        for weights, lead in ((one.before, one.lead_before_db), (one.now, one.lead_now_db))
    )
    return f"{rule} ({because}): {before} → {now} db for {decision.label}"


def _data(found: Recheck) -> str:
    if found.data is None:
        return "not compared; --data does that" if found.verdict else "none were measured"
    return _then_and_now(
        found.data.model_copy(
            update={side: str(getattr(found.data, side))[:10] for side in ("before", "now")}
        )
    )


def _then_and_now(value: ValueDrift) -> str:
    before, now = (plain_text(str(side), limit=60) for side in (value.before, value.now))
    return f"unchanged ({now})" if before == now else f"{before} → {now}"
