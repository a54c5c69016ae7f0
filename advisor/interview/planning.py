"""What is still worth asking, and how the approaches stand: looked up after each answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from advisor.inference.compiled import NOT_APPLICABLE_CODE, CompiledRules
from advisor.inference.completions import find_open_questions
from advisor.inference.evidence import Evidence, weigh
from advisor.inference.precedent import (
    Precedents,
    answer_tables,
    complete_like,
    gather_precedents,
    weigh_precedents,
)
from advisor.inference.priorities import prioritise
from advisor.inference.ranking import Ranking, rank_approaches
from advisor.inference.settling import is_settled
from advisor.inference.silence import Hardness, expect_silence, measure_hardness
from advisor.inference.stopping import (
    ENOUGH_SAME_DECISION,
    WORTH_ASKING_BITS,
    reason_to_stop,
)
from advisor.inference.unknowns import Prospect, expected_drop, look_at, wins_by_level
from advisor.schema.answers import Answers
from advisor.vocabulary import UNKNOWN, Approach, Status

FIRST_QUESTION = "task_kind"
"""Asked first in any case: people know it, and every other question reads better after it."""

WORTH_STAYING = 0.8
"""A question that feeds an open veto, or stays within the topic at hand, goes first if it tells at
least this share of the best one."""

N_DRAWS = 4_096
"""Enough to tell .95 to half a percent, and quick enough to be asked after every key."""

WORTH_OF_ENDING = 0.3
"""So many bits is it worth if a question is surely the last: what tells most in one step is not
what ends soonest. Chosen, as the .8 above, by the number of questions over published cases."""

CERTAIN = 1.1
"""No probability reaches it: ask until it is settled."""


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
        relevant: The unanswered criteria that any undecided rule still waits for.
        standings: The approaches from best to worst.
        is_settled: No answer that is still open can change the leading approach.
        same_decision: Probability that the leading approach stays in front.
    """

    worth_asking: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    relevant: tuple[str, ...] = ()
    standings: tuple[Standing, ...] = ()
    is_settled: bool = False
    same_decision: float = 0.0

    @property
    def is_infeasible(self) -> bool:
        """True if the answers rule out every approach."""
        return bool(self.standings) and all(s.is_excluded for s in self.standings)


Planner = Callable[[Answers], Outlook]
"""Looks ahead from the answers given so far."""


@dataclass(frozen=True, slots=True)
class Experience:
    """What published projects teach: which answers people do not know, and which go together."""

    hardness: Hardness
    precedents: Precedents


def learn(compiled: CompiledRules, projects: Sequence[Mapping[str, str]]) -> Experience:
    """Learn from the answers of published projects; from none, that everybody knows everything."""
    criteria = [criterion.id for criterion in compiled.criteria]
    return Experience(
        hardness=measure_hardness(criteria, projects) if projects else {},
        precedents=gather_precedents(compiled, projects),
    )


def plan_by_information(
    compiled: CompiledRules,
    *,
    experience: Experience | None = None,
    enough: float = ENOUGH_SAME_DECISION,
    seed: int = 0,
) -> Planner:
    """Plan to ask next what tells most about the winner, and nothing that tells nothing.

    Args:
        compiled: The rule base.
        experience: What published projects teach; by default everybody knows every answer, and
            no answer says anything about another.
        enough: Stop if the leader stays in front with this probability; with `CERTAIN`, only if
            no answer can change it, nor any further "I don't know".
        seed: Seed of the draws, where there are too many ways to answer.
    """
    known = learn(compiled, ()) if experience is None else experience

    def plan(answers: Answers) -> Outlook:
        weighed = prioritise(compiled, answers.priorities)
        prospect = _look_ahead(weighed, answers, experience=known, seed=seed)
        evidence = weigh(weighed, prospect.codes)
        ranking = rank_approaches(weighed, evidence)
        settled = is_settled(weighed, ranking=ranking, prospect=prospect)
        same_decision = prospect.wins[ranking.leader]
        telling = _telling(weighed, evidence, prospect, is_exact=enough >= CERTAIN)
        stop = reason_to_stop(
            is_feasible=bool(ranking.feasible),
            is_settled=settled,
            same_decision=same_decision,
            n_worth_asking=len(telling),
            enough=enough,
        )
        return Outlook(
            worth_asking=() if stop else _ordered(weighed, telling, answers=answers.answers),
            open=tuple(c.id for c in compiled.criteria if c.id not in answers.answers),
            relevant=tuple(weighed.criteria[q.position].id for q in prospect.questions),
            standings=_standings(weighed, ranking),
            is_settled=settled,
            same_decision=same_decision,
        )

    return plan


def _look_ahead(
    compiled: CompiledRules, answers: Answers, *, experience: Experience, seed: int
) -> Prospect:
    """Complete what has not been asked; what has been asked in vain stays unanswered."""
    codes = [
        NOT_APPLICABLE_CODE if answers.answers.get(criterion.id) == UNKNOWN else code
        for criterion, code in zip(compiled.criteria, compiled.encode(answers.answers), strict=True)
    ]
    open_questions = find_open_questions(compiled, codes)
    silence = expect_silence(experience.hardness, answers.answers)
    names = [compiled.criteria[question.position].id for question in open_questions]
    weights = weigh_precedents(compiled, experience.precedents, codes)
    tables = answer_tables(
        experience.precedents, open_questions, [silence.get(name, 0.0) for name in names]
    )
    questions, completions = complete_like(
        codes, open_questions, weights=weights, tables=tables, seed=seed, n_draws=N_DRAWS
    )
    return look_at(compiled, codes, questions, completions)


@dataclass(frozen=True, slots=True)
class _Telling:
    """What a question tells about the winner.

    Attributes:
        bits: How much less uncertain the winner is after its answer.
        ending: Probability that its answer makes the winner sure enough to stop.
        is_urgent: An open veto waits for it.
    """

    bits: float
    ending: float
    is_urgent: bool

    @property
    def worth(self) -> float:
        """What to order questions by."""
        return self.bits + WORTH_OF_ENDING * self.ending


def _telling(
    compiled: CompiledRules, evidence: Evidence, prospect: Prospect, *, is_exact: bool
) -> dict[str, _Telling]:
    """Find the questions that tell enough, or feed a veto against somebody who may still win."""
    urgent = 0
    for excluder, wins in zip(compiled.excluders, prospect.wins, strict=True):
        urgent |= evidence.open & excluder if wins > 0 else 0
    found = {}
    for question in prospect.questions:
        joint, totals = wins_by_level(prospect, question)
        is_sure = joint.max(axis=0) >= ENOUGH_SAME_DECISION * totals
        found[compiled.criteria[question.position].id] = _Telling(
            bits=expected_drop(joint, totals),
            ending=float(totals[is_sure].sum()),
            is_urgent=bool(question.readers & urgent),
        )
    least = 0.0 if is_exact else WORTH_ASKING_BITS
    return {name: told for name, told in found.items() if told.is_urgent or told.bits >= least}


def _ordered(
    compiled: CompiledRules, telling: Mapping[str, _Telling], *, answers: Mapping[str, str]
) -> tuple[str, ...]:
    """Put the most telling question first, but see to vetoes and topics where that costs little."""
    names = sorted(telling, key=lambda name: -telling[name].worth)
    topics = {criterion.id: criterion.topic for criterion in compiled.criteria}
    if FIRST_QUESTION in topics and FIRST_QUESTION not in answers:
        first = FIRST_QUESTION
    else:
        topic = topics[list(answers)[-1]] if answers else None
        least = WORTH_STAYING * telling[names[0]].worth
        first = min(
            (name for name in names if telling[name].worth >= least),
            key=lambda name: (not telling[name].is_urgent, topics[name] != topic),
        )
    return (first, *(name for name in names if name != first))


def _standings(compiled: CompiledRules, ranking: Ranking) -> tuple[Standing, ...]:
    return tuple(
        Standing(
            approach=compiled.approaches[o],
            support=ranking.support[o],
            is_excluded=ranking.status[o] is Status.EXCLUDED,
        )
        for o in ranking.order
    )
