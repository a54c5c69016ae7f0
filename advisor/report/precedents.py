"""The published cases most like a project, in words."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.inference.similarity import SimilarCase, find_disagreement, similar_cases
from advisor.report.references import address
from advisor.report.wording import inside_sentence, plain_text, share
from advisor.schema.answers import Answers
from advisor.schema.case import PublishedCase
from advisor.schema.report import Precedent
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach

MAX_PRECEDENTS = 3
_GROUNDS = {
    "measured": "measured",
    "deployed": "in use",
    "expert_verdict": "the judgement of experts",
}


def find_precedents(
    rule_base: RuleBase, answers: Answers, library: Sequence[PublishedCase]
) -> tuple[SimilarCase[PublishedCase], ...]:
    """Find the cases most like a project; answers the rule base no longer knows are left out."""
    levels = {one.id: one.level_ids for one in rule_base.criteria}
    known = {c: level for c, level in answers.answers.items() if level in levels.get(c, ())}
    return similar_cases(rule_base, known, library=library)


def word_precedents(similar: Sequence[SimilarCase[PublishedCase]]) -> tuple[Precedent, ...]:
    """Say what happened in the nearest cases."""
    return tuple(_precedent(one) for one in similar[:MAX_PRECEDENTS])


def word_disagreement(similar: Sequence[SimilarCase[PublishedCase]], leading: Approach) -> str:
    """Say that most of the nearest cases ended differently; empty if they did not."""
    disagreement = find_disagreement(similar, leading)
    return plain_text(str(disagreement), limit=800) if disagreement else ""


def _precedent(similar: SimilarCase[PublishedCase]) -> Precedent:
    case, source = similar.case, similar.case.source
    figures = f": {inside_sentence(plain_text(case.figures))}" if case.figures else ""
    return Precedent(
        title=plain_text(case.title, limit=120),
        outcome=f"It ended with {case.outcome.label} ({_GROUNDS[case.evidence]}){figures}.",
        likeness=f"{share(similar.similarity)} alike",
        source=plain_text(f"{source.authors} ({source.year}), {source.venue}, {source.ref}"),
        url=address(source.ref),
    )
