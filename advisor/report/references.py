"""The list of sources: which are cited, in which order, and where they can be looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from advisor.report.wording import plain_text, with_stop
from advisor.schema.recommendation import RankedApproach, Reason, Recommendation
from advisor.schema.report import CitedSource
from advisor.schema.rule import RuleBase, Source

_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\)\]]+")
_ARXIV = re.compile(r"arxiv[:\s]*((?:\d{4}\.\d{4,5})|(?:[a-z-]+/\d{7}))", re.IGNORECASE)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s<>\"'`\\)\],;]+")


class Bibliography(Mapping[str, CitedSource]):
    """The sources of a report by id, numbered in the order in which they are first cited."""

    def __init__(self, entries: Iterable[CitedSource]) -> None:
        self._entries = {entry.id: entry for entry in entries}

    def __getitem__(self, source_id: str) -> CitedSource:
        return self._entries[source_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def numbers(self, source_ids: Iterable[str]) -> tuple[int, ...]:
        """The numbers that stand for some sources, ascending, each once."""
        return tuple(sorted({self[source_id].number for source_id in source_ids}))


def build_bibliography(rule_base: RuleBase, recommendation: Recommendation) -> Bibliography:
    """Number every source a recommendation cites, for or against."""
    known = {source.id: source for source in rule_base.sources}
    cited = dict.fromkeys(_cited(recommendation))
    return Bibliography(
        _entry(number, source_id, known.get(source_id))
        for number, source_id in enumerate(cited, start=1)
    )


def address(where: str) -> str:
    """Turn a venue into an http(s) address; empty if it names none."""
    if found := _ADDRESS.search(where):
        return found.group().rstrip(".,;")
    if found := _ARXIV.search(where):
        return f"https://arxiv.org/abs/{found.group(1)}"
    if found := _DOI.search(where):
        return f"https://doi.org/{found.group().rstrip('.')}"
    return ""


def _entry(number: int, source_id: str, source: Source | None) -> CitedSource:
    if source is None:
        text = f"{plain_text(source_id, limit=80)} (cited when the advice was given; "
        return CitedSource(number=number, id=source_id, text=text + "not in this rule base)")
    url = address(source.where)
    venue = source.where.replace(url, "").strip() if url else source.where
    parts = (f"{source.authors} ({source.year})", source.title, venue)
    text = " ".join(with_stop(part) for part in parts if part)
    return CitedSource(number=number, id=source_id, text=plain_text(text), url=url)


def _cited(recommendation: Recommendation) -> Iterator[str]:
    for notice in recommendation.notices:
        yield from (*notice.sources, *notice.opposed_by)
    for ranked in recommendation.ranking:
        yield from _cited_for(ranked)
    for companion in recommendation.companions:
        yield from companion.sources
    for variant in recommendation.variant_reasons.values():
        yield from variant.sources
    for point in recommendation.disputed:
        yield from (*point.for_sources, *point.against_sources)


def _cited_for(ranked: RankedApproach) -> Iterator[str]:
    for reason in by_weight([*ranked.reasons, *ranked.against]):
        yield from (*reason.sources, *reason.opposed_by)
    for veto in ranked.vetoes:
        yield from veto.sources


def by_weight(reasons: Iterable[Reason]) -> list[Reason]:
    """Order reasons from the weightiest down; ties by rule id."""
    return sorted(reasons, key=lambda reason: (-abs(reason.db), reason.rule))
