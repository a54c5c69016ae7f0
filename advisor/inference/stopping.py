"""When to stop asking: everything that decides it, in one place."""

from __future__ import annotations

from enum import StrEnum

ENOUGH_SAME_DECISION = 0.95
"""If the leading approach stays in front with this probability, asking on is not worth it."""

WORTH_ASKING_BITS = 0.02
"""A question that promises less information than this is not worth asking."""


class StopReason(StrEnum):
    """Why nothing more has to be asked."""

    INFEASIBLE = "infeasible"
    SETTLED = "settled"
    SAME_DECISION = "same_decision"
    NOTHING_TELLS = "nothing_tells"


def reason_to_stop(
    *,
    is_feasible: bool,
    is_settled: bool,
    same_decision: float,
    n_worth_asking: int,
    enough: float = ENOUGH_SAME_DECISION,
) -> StopReason | None:
    """Say why no further question is worth asking; None if one is.

    Args:
        is_feasible: Some approach is not excluded.
        is_settled: No answer that is still open can change the leading approach.
        same_decision: Probability that the leading approach stays in front.
        n_worth_asking: How many open questions promise enough, or feed an open veto.
        enough: The same-decision probability from which on asking is not worth it.
    """
    if not is_feasible:
        return StopReason.INFEASIBLE
    if is_settled:
        return StopReason.SETTLED
    if same_decision >= enough:
        return StopReason.SAME_DECISION
    return None if n_worth_asking else StopReason.NOTHING_TELLS
