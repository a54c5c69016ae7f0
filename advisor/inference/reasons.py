"""All explanations of one consultation, gathered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from advisor.inference.compiled import CompiledRules
from advisor.inference.contrast import explain_why_not
from advisor.inference.curiosity import explain_question
from advisor.inference.evidence import Evidence
from advisor.inference.flips import Change
from advisor.inference.ranking import Ranking
from advisor.inference.sensitivity import find_tipping_points, leave_sources_out, weigh_equally
from advisor.inference.sufficiency import find_sufficient_reason
from advisor.inference.unknowns import Prospect
from advisor.schema.explanation import Explanation

N_QUESTIONS = 3
"""So many of the next questions are explained."""


def explain(
    compiled: CompiledRules,
    answers: Mapping[str, str],
    *,
    view: tuple[Evidence, Ranking, Prospect],
    flips: Sequence[tuple[Change, int]],
    questions: Sequence[str],
) -> Explanation:
    """Explain a recommendation from every side.

    Args:
        compiled: The rule base, weighed by the priorities if there are any.
        answers: What was answered.
        view: What the answers say, the order that follows, and what is still open.
        flips: The smallest changes with another winner.
        questions: The criteria most worth asking for, best first.
    """
    evidence, ranking, prospect = view
    tips = find_tipping_points(compiled, evidence, ranking)
    tipping = {tip.finding.rule for tip in tips}
    return Explanation(
        sufficient=find_sufficient_reason(
            compiled, evidence, codes=prospect.codes, leader=ranking.leader, seed=0
        ),
        n_flips=dict(Counter(len(change) for change, _ in flips)),
        tipping_points=tips,
        n_without_tipping_point=len(evidence.firings) - len(tipping),
        sources_left_out=leave_sources_out(compiled, evidence, ranking),
        equal_weights=weigh_equally(compiled, evidence, ranking),
        why_not=explain_why_not(compiled, answers, evidence=evidence, ranking=ranking),
        why_ask=[
            explain_question(compiled, prospect.codes, criterion=name, prospect=prospect)
            for name in questions[:N_QUESTIONS]
        ],
    )
