"""Similar published cases as text, as Markdown and as JSON."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from advisor.inference.similarity import MIN_SHARED, Disagreement, SimilarCase
from advisor.schema.answers import Answers
from advisor.schema.case import PublishedCase
from advisor.vocabulary import Approach

Neighbour = SimilarCase[PublishedCase]

MAX_WIDTH: Final = 100
INDENT: Final = 4
N_NAMED: Final = 6
"""Answers listed per case; the weightiest come first, the rest is counted."""

EVIDENCE: Final = {
    "measured": "measured",
    "deployed": "in use",
    "expert_verdict": "an expert's verdict",
}

REMARK: Final = (
    "Likeness is a hint, not a proof: `advisor rules test` shows how often the nearest cases alone "
    "are right."
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A project beside the published cases most like it."""

    answers: Answers
    leading: Approach
    similar: tuple[Neighbour, ...]
    n_library: int
    disagreement: Disagreement | None
    has_remarks: bool


def render_text(comparison: Comparison) -> str:
    """Lay similar cases out for a terminal."""
    if not comparison.similar:
        return _explain_none(comparison)
    blocks = [_heading(comparison)]
    blocks += [
        "\n".join(_block(comparison, rank, neighbour))
        for rank, neighbour in enumerate(comparison.similar, start=1)
    ]
    blocks += [_wrap(remark, indent=0) for remark in _remarks(comparison)]
    return "\n\n".join(blocks)


def _explain_none(comparison: Comparison) -> str:
    return (
        f"None of the {comparison.n_library} published cases shares {MIN_SHARED} answers with "
        f"{comparison.answers.project.name}; answer more questions first."
    )


def _heading(comparison: Comparison) -> str:
    return (
        f"{comparison.answers.project.name}: the most similar of {comparison.n_library} "
        "published cases"
    )


def _block(comparison: Comparison, rank: int, neighbour: Neighbour) -> Iterator[str]:
    case = neighbour.case
    yield f"{rank:>2}  {case.title}"
    yield _wrap(f"{_outcome(case)} · {neighbour.similarity:.0%} alike · {_standing(case)}")
    yield _wrap(case.description)
    if case.figures:
        yield _wrap(f"What happened: {case.figures}")
    yield _wrap(f"Same: {_list(list(neighbour.agreeing))}")
    if neighbour.differing:
        yield _wrap(f"Differs: {_list(_differences(comparison, neighbour))}")
    yield _wrap(_cite(case))


def _wrap(text: str, *, indent: int = INDENT) -> str:
    width = min(shutil.get_terminal_size().columns, MAX_WIDTH)
    margin = " " * indent
    return textwrap.fill(
        text,
        width,
        initial_indent=margin,
        subsequent_indent=margin,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _outcome(case: PublishedCase) -> str:
    others = " or ".join(approach.label for approach in case.also_ok)
    label = case.outcome.label
    return f"{label[0].upper()}{label[1:]}" + (f" ({others} as good)" if others else "")


def _standing(case: PublishedCase) -> str:
    return EVIDENCE[case.evidence] + ("" if case.verified else ", known but not rechecked")


def _list(items: list[str]) -> str:
    rest = len(items) - N_NAMED
    return ", ".join(items[:N_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _differences(comparison: Comparison, neighbour: Neighbour) -> list[str]:
    given, theirs = comparison.answers, neighbour.case.answers
    return [f"{c} {theirs[c]} (here {given.level(c)})" for c in neighbour.differing]


def _cite(case: PublishedCase) -> str:
    source = case.source
    return f"{source.authors}, {source.venue}, {source.year}: {source.ref}"


def _remarks(comparison: Comparison) -> list[str]:
    """Say what the cases mean for the advice; the contradiction even when asked to be quiet."""
    if comparison.disagreement is not None:
        yes = [f"Look again: {comparison.disagreement}"]
    else:
        yes = [f"The rules put {comparison.leading.label} first; these cases do not contradict."]
    if not comparison.has_remarks:
        return yes if comparison.disagreement else []
    return [*yes, REMARK]


def render_markdown(comparison: Comparison) -> str:
    """Lay similar cases out as Markdown."""
    if not comparison.similar:
        return _explain_none(comparison)
    parts = [f"# {_heading(comparison)}"]
    for rank, neighbour in enumerate(comparison.similar, start=1):
        parts.append(f"## {rank}. {neighbour.case.title}")
        parts.append("\n".join(_bullets(comparison, neighbour)))
    return "\n\n".join([*parts, *_remarks(comparison)])


def _bullets(comparison: Comparison, neighbour: Neighbour) -> Iterator[str]:
    case = neighbour.case
    yield f"**{_outcome(case)}**, {neighbour.similarity:.0%} alike, {_standing(case)}."
    yield f"{case.description}\n"
    if case.figures:
        yield f"- What happened: {case.figures}"
    yield f"- Same: {_list(list(neighbour.agreeing))}"
    if neighbour.differing:
        yield f"- Differs: {_list(_differences(comparison, neighbour))}"
    yield f"- Source: {_cite(case)}"


def render_json(comparison: Comparison) -> str:
    """Spell similar cases as one JSON object."""
    found = comparison.disagreement
    content = {
        "schema_version": 1,
        "leading": comparison.leading,
        "n_library": comparison.n_library,
        "cases": [_entry(comparison, neighbour) for neighbour in comparison.similar],
        "disagreement": found
        and {
            "outcome": found.outcome,
            "cases": [neighbour.case.id for neighbour in found.cases],
            "n_compared": found.n_compared,
            "because": str(found),
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _entry(comparison: Comparison, neighbour: Neighbour) -> dict[str, Any]:
    case = neighbour.case
    return {
        **case.model_dump(mode="json", exclude={"answers", "group"}),
        "similarity": round(neighbour.similarity, 3),
        "agreeing": {c: case.answers[c] for c in neighbour.agreeing},
        "differing": {
            c: {"here": comparison.answers.level(c), "there": case.answers[c]}
            for c in neighbour.differing
        },
    }


RENDERERS: Final[dict[str, Callable[[Comparison], str]]] = {
    "terminal": render_text,
    "markdown": render_markdown,
    "json": render_json,
}
"""How to show a comparison, by the name of the format."""
