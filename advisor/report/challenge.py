"""The case against a decision in words: one page for the terminal, or Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from advisor.report.grounds import state_silent_rule
from advisor.report.markdown import escape_markdown
from advisor.report.phrasebook import Phrasebook
from advisor.report.recheck import WIDTH, say_unclear
from advisor.report.references import Bibliography
from advisor.report.wording import (
    as_sentence,
    decibans,
    inside_sentence,
    p_value,
    plain_text,
    signed_interval,
    strength,
)
from advisor.schema.answers import Answers
from advisor.schema.challenge import Challenge, MeasuredRival
from advisor.schema.rule import RuleBase

MAX_LINES = 3
"""Items per heading; the JSON form has all."""

Section = tuple[str, list[str]]
"""A heading and what stands under it."""


def state_challenge(found: Challenge) -> str:
    """Say in one sentence what became of the decision."""
    name = found.chosen.label
    if found.outcome == "ruled_out":
        because = next((hit.because for hit in found.vetoes if not hit.is_open), "")
        said = f"{name} is ruled out because {inside_sentence(plain_text(because))}"
    elif found.outcome == "outranked":
        lead = -(found.lead_db or 0.0)
        said = (
            f"{name} was decided on, but {found.leading.label} leads it by {round(lead)} db "
            f"({strength(lead)})"
        )
    elif found.outcome == "disputed":
        why = say_unclear(found.why_unclear)
        said = f"{name} leads, but not clearly: {why}"
    else:
        lead = round(found.lead_db or 0)
        ahead = f" and leads {found.rival.label} by {lead} db" if found.rival else ""
        said = f"{name} withstands the rules{ahead}"
    return as_sentence(f"{said}{_measured(found)}")


def _measured(found: Challenge) -> str:
    """Say what the measurement adds: the verdict, else a rival that was better."""
    if found.verdict:
        return f"; measured: {found.verdict.replace('_', ' ')}"
    better = next((one.arm for one in found.measured if one.low > 0), None)
    return f"; measured: {better} is better" if better else ""


def render_challenge_text(found: Challenge, rule_base: RuleBase, answers: Answers) -> str:
    """Lay the case against a decision out for a terminal."""
    blocks = [textwrap.fill(state_challenge(found), WIDTH, break_on_hyphens=False)]
    for title, lines in _sections(found, rule_base, answers):
        blocks += ["", title]
        blocks += [
            textwrap.fill(
                line,
                WIDTH,
                initial_indent="- ",
                subsequent_indent="  ",
                break_on_hyphens=False,
            )
            for line in lines
        ]
    return "\n".join(blocks)


def render_challenge_markdown(found: Challenge, rule_base: RuleBase, answers: Answers) -> str:
    """Render the case against a decision as Markdown, for a pull request."""
    blocks = [
        f"# The case against {found.chosen.label}",
        "",
        f"**{escape_markdown(state_challenge(found))}**",
    ]
    for title, lines in _sections(found, rule_base, answers):
        blocks += ["", f"## {escape_markdown(title)}", ""]
        blocks += [f"- {escape_markdown(line)}" for line in lines]
    return "\n".join(blocks)


def _sections(found: Challenge, rule_base: RuleBase, answers: Answers) -> Iterator[Section]:
    """Word every part that has something to say, the most damning first."""
    words = Phrasebook(rule_base, Bibliography(()))
    name, rival = found.chosen.label, found.rival.label if found.rival else ""
    parts: tuple[Section, ...] = (
        (f"What rules {name} out", list(_vetoes(found))),
        (f"What was measured against {name}", list(_measurements(found))),
        (f"What speaks against {name}", list(_against(found))),
        (f"What speaks for {rival} instead", list(_contrasts(found))),
        ("What would overturn it", [words.flip(one, answers) for one in found.overturned_by]),
        (f"What would make {name} win", [words.flip(one, answers) for one in found.rescued_by]),
        (
            f"What would speak for {name} but does not apply",
            [state_silent_rule(rule) for rule in found.silent],
        ),
        ("What has to be believed", list(_beliefs(found))),
        ("Where the sources disagree", list(_disputes(found))),
    )
    for title, lines in parts:
        n_more = len(lines) - MAX_LINES
        more = [f"and {n_more} more; --format json lists all"] if n_more > 0 else []
        if lines:
            yield title, [*lines[:MAX_LINES], *more]


def _vetoes(found: Challenge) -> Iterator[str]:
    for hit in found.vetoes:
        because = inside_sentence(plain_text(hit.because))
        waiting = f" (not answered yet: {', '.join(hit.missing)})" if hit.is_open else ""
        start = "If" if hit.is_open else "Because"
        yield f"{start} {because}{waiting}. {_cite(hit.veto, hit.sources)}"


def _against(found: Challenge) -> Iterator[str]:
    for one in found.against:
        because = as_sentence(plain_text(one.because))
        yield f"{because} {decibans(one.db)}. {_cite(one.rule, one.sources)}"


def _contrasts(found: Challenge) -> Iterator[str]:
    for one in found.contrasts:
        because = as_sentence(plain_text(one.finding.because))
        yield f"{because} {decibans(one.db)}. {_cite(one.finding.rule, one.finding.sources)}"


def _cite(rule: str, sources: list[str]) -> str:
    """Name a rule and the first of its sources; `advisor rules show` has them all."""
    named = ", ".join(plain_text(source, limit=40) for source in sources[:3])
    more = f" and {len(sources) - 3} more" if len(sources) > 3 else ""
    return f"({rule}{': ' if named else ''}{named}{more})"


def _measurements(found: Challenge) -> Iterator[str]:
    yield from (as_sentence(plain_text(limit)) for limit in found.broken_limits)
    yield from (_rival(one) for one in found.measured)


def _rival(one: MeasuredRival) -> str:
    rest = "is worse" if one.high < 0 else "cannot be told apart"
    judged = "is better" if one.low > 0 else rest
    interval = f"{signed_interval(one.difference, one.low, one.high)}, p {p_value(one.p_value)}"
    return f"{one.arm} {judged}: {one.metric} {interval} against {one.against}."


def _beliefs(found: Challenge) -> Iterator[str]:
    for beliefs in (found.beliefs, found.rival_beliefs):
        if beliefs:
            yield plain_text(beliefs.sentence, limit=600)


def _disputes(found: Challenge) -> Iterator[str]:
    for point in found.disputed:
        against = ", ".join(plain_text(source, limit=40) for source in point.against_sources[:3])
        yield f"{as_sentence(plain_text(point.statement))} Denied by {against} ({point.rule})."
