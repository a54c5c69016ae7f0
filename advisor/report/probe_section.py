"""The knowledge probe: closed book, right passages, search, whole corpus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from advisor.report.found import Found, look_up, share_cell
from advisor.report.trial_tables import arm_name
from advisor.report.wording import as_sentence
from advisor.schema.exhibits import Column, Table

if TYPE_CHECKING:
    from prototypes.results import ExperimentResult, TrialResult

_QUANTITIES = {
    "oracle_context": "Answered from the right passages handed over, {}",
    "passage_found": "A right passage among the first five found, {}",
    "answered": "Answered, {}",
}
_READERS = {"rag": "extractive reader", "rag_generator": "language model"}
_CONCLUSIONS = {
    "both_fine": "search finds the right passages and they are read well",
    "search_fails": "handed the right passages it answers well, but search misses them: a problem "
    "of retrieval",
    "reader_fails": "search finds the right passages, but they are misread: a problem of behaviour",
    "both_fail": "search misses the right passages, and handed over they are misread: a problem "
    "of behaviour as well as of retrieval",
}


def build_probe_section(
    trial: TrialResult, result: ExperimentResult
) -> tuple[tuple[str, ...], Table]:
    """Word what fails; one row per way to the answer."""
    found = look_up(result)
    (n,) = {one.n for one in found.values()}
    table = Table(
        caption=f"Ways to the answer, on the {n:,} test questions whose right passages are known",
        columns=(Column(title="Way"), Column(title="Share (95\u00a0%)", is_numeric=True)),
        rows=tuple(
            (_QUANTITIES[quantity].format(_who(quantity, arm)), share_cell(found, arm, quantity))
            for quantity in _QUANTITIES
            for arm, name in found
            if name == quantity
        ),
    )
    return tuple(_remarks(found, result)), table


def _who(quantity: str, arm: str) -> str:
    return _READERS.get(arm, arm_name(arm)) if quantity == "oracle_context" else arm_name(arm)


def _remarks(found: Found, result: ExperimentResult) -> Iterator[str]:
    if words := _CONCLUSIONS.get(result.conclusion):
        yield as_sentence(f"Taking four out of five for enough, {words}")
        yield (
            f"That answers the question oracle_check: {result.conclusion}. Put it into the answers "
            "file, and the recommendation takes it into account."
        )
    else:
        yield "Whether search or reading fails more often than one time in five is not clear here."
    if not any(arm == "rag_generator" for arm, _ in found):
        yield (
            "Reading was tested with the extractive reader only, which takes one sentence; a "
            "language model may read better."
        )
