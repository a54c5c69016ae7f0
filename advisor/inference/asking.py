"""What to ask next, or why to stop."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.inference.compiled import CompiledRules
from advisor.inference.evidence import Evidence
from advisor.inference.ranking import Ranking
from advisor.inference.settling import is_settled
from advisor.inference.stopping import StopReason, reason_to_stop
from advisor.inference.unknowns import Prospect, next_questions


@dataclass(frozen=True, slots=True)
class Agenda:
    """The questions still worth asking."""

    questions: tuple[str, ...]
    """Ids of criteria, the most telling first; empty if it is time to stop."""
    is_settled: bool
    """No answer that is still open can change the leading approach."""
    stop: StopReason | None
    """Why nothing more has to be asked."""


def plan_questions(
    compiled: CompiledRules, evidence: Evidence, *, ranking: Ranking, prospect: Prospect
) -> Agenda:
    """Order the questions worth asking, or say why there are none."""
    settled = is_settled(compiled, ranking=ranking, prospect=prospect)
    questions = next_questions(compiled, evidence, prospect)
    stop = reason_to_stop(
        is_feasible=bool(ranking.feasible),
        is_settled=settled,
        same_decision=prospect.wins[ranking.leader],
        n_worth_asking=len(questions),
    )
    return Agenda(() if stop else questions, settled, stop)
