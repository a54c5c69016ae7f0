"""What is still worth asking, and how the approaches stand: looked up after each answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from advisor.inference.asking import Agenda, plan_questions
from advisor.inference.compiled import CompiledRules
from advisor.inference.completions import OpenQuestion
from advisor.inference.evidence import weigh
from advisor.inference.ranking import Ranking, rank_approaches
from advisor.inference.unknowns import Prospect, information, look_ahead
from advisor.schema.answers import Answers
from advisor.vocabulary import Approach, Status

FIRST_QUESTION = "task_kind"
"""Asked first in any case: people know it, and every other question reads better after it."""

WORTH_STAYING = 0.5
"""A question of the topic at hand goes first if it tells at least this share of the best one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One approach as the answers so far see it."""

    approach: Approach
    support: float
    is_excluded: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the answers so far say, and what could still come.

    Attributes:
        worth_asking: The unanswered criteria whose answer may change the result, best first.
        open: All unanswered criteria in file order.
        n_relevant: How many unanswered criteria any undecided rule still waits for.
        standings: The approaches from best to worst.
        is_settled: No answer that is still open can change the leading approach.
        same_decision: Probability that the leading approach stays in front.
    """

    worth_asking: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    n_relevant: int = 0
    standings: tuple[Standing, ...] = ()
    is_settled: bool = False
    same_decision: float = 0.0

    @property
    def is_infeasible(self) -> bool:
        """True if the answers rule out every approach."""
        return bool(self.standings) and all(s.is_excluded for s in self.standings)


Planner = Callable[[Answers], Outlook]
"""Looks ahead from the answers given so far."""


def plan_by_information(compiled: CompiledRules, *, seed: int = 0) -> Planner:
    """Plan to ask next what tells most about the winner, and nothing that tells nothing."""

    def plan(answers: Answers) -> Outlook:
        codes = compiled.encode(answers.answers)
        evidence = weigh(compiled, codes)
        ranking = rank_approaches(compiled, evidence)
        prospect = look_ahead(compiled, codes, seed=seed)
        agenda = plan_questions(compiled, evidence, ranking=ranking, prospect=prospect)
        return Outlook(
            worth_asking=_ordered(compiled, agenda, prospect=prospect, answers=answers),
            open=tuple(c.id for c in compiled.criteria if c.id not in answers.answers),
            n_relevant=len(_by_id(compiled, prospect).keys() - answers.answers.keys()),
            standings=_standings(compiled, ranking),
            is_settled=agenda.is_settled,
            same_decision=prospect.wins[ranking.leader],
        )

    return plan


def _ordered(
    compiled: CompiledRules, agenda: Agenda, *, prospect: Prospect, answers: Answers
) -> tuple[str, ...]:
    """Put the most telling question first, but stay within a topic where that costs little."""
    if agenda.stop:
        return ()
    names = [name for name in agenda.questions if name not in answers.answers]
    first = _first(compiled, prospect, names=names, answers=answers)
    return () if first is None else (first, *(name for name in names if name != first))


def _first(
    compiled: CompiledRules, prospect: Prospect, *, names: Sequence[str], answers: Answers
) -> str | None:
    topics = {criterion.id: criterion.topic for criterion in compiled.criteria}
    if FIRST_QUESTION in topics and FIRST_QUESTION not in answers.answers:
        return FIRST_QUESTION
    if not names:
        return None
    questions = _by_id(compiled, prospect)
    bits = {name: information(prospect, questions[name]) for name in names}
    topic = topics[next(reversed(answers.answers))] if answers.answers else None
    close = (n for n in names if topics[n] == topic and bits[n] >= WORTH_STAYING * bits[names[0]])
    return next(close, names[0])


def _by_id(compiled: CompiledRules, prospect: Prospect) -> dict[str, OpenQuestion]:
    return {compiled.criteria[q.position].id: q for q in prospect.questions}


def _standings(compiled: CompiledRules, ranking: Ranking) -> tuple[Standing, ...]:
    return tuple(
        Standing(
            approach=compiled.approaches[o],
            support=ranking.support[o],
            is_excluded=ranking.status[o] is Status.EXCLUDED,
        )
        for o in ranking.order
    )
