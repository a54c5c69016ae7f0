"""Where the people of a team disagree, and whether it matters for the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advisor.inference.agreement import concordance, is_disputed, share_agreeing, votes
from advisor.inference.compiled import CompiledRules
from advisor.inference.evidence import weigh
from advisor.inference.priorities import THEMES, prioritise
from advisor.inference.ranking import rank_approaches
from advisor.schema.answers import Answers, Opinion
from advisor.schema.team import Dispute, PersonalResult, Position, TeamReport
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN, Approach


def compare_people(compiled: CompiledRules, answers: Answers) -> TeamReport:
    """Compare what the people of a team said, and what it leads to."""
    people = answers.people
    criteria = [criterion.id for criterion in compiled.criteria]
    shares = {name: share_agreeing(people, name) for name in criteria}
    disputes = [_dispute(compiled, answers, name) for name in criteria if is_disputed(people, name)]
    orders = [said.priorities for said in people.values() if said.priorities]
    return TeamReport(
        people=[_result(compiled, name, said) for name, said in people.items()],
        agreement={name: share for name, share in shares.items() if share is not None},
        disputes=sorted(disputes, key=lambda d: (not d.matters, d.share_agreeing)),
        concordance=concordance(orders, THEMES),
        leading=_leading(compiled, answers.answers, answers.priorities),
    )


def _dispute(compiled: CompiledRules, answers: Answers, criterion: str) -> Dispute:
    given = votes(answers.people, criterion)
    positions = [
        Position(
            level=level,
            people=[name for name, said in given.items() if said == level],
            leading=_leading(compiled, {**answers.answers, criterion: level}, answers.priorities),
        )
        for level in dict.fromkeys(given.values())
    ]
    return Dispute(
        criterion=criterion,
        share_agreeing=share_agreeing(answers.people, criterion) or 0.0,
        positions=positions,
        matters=len({position.leading for position in positions}) > 1,
    )


def _result(compiled: CompiledRules, person: str, said: Opinion) -> PersonalResult:
    known = [v for v in said.answers.values() if v not in (UNKNOWN, NOT_APPLICABLE)]
    leading = _leading(compiled, said.answers, said.priorities)
    return PersonalResult(person=person, n_known=len(known), leading=leading)


def _leading(
    compiled: CompiledRules, answers: Mapping[str, str], priorities: Sequence[str]
) -> Approach | None:
    weighed = prioritise(compiled, tuple(priorities))
    ranking = rank_approaches(weighed, weigh(weighed, weighed.encode(answers)))
    return weighed.approaches[ranking.leader] if ranking.feasible else None
