"""Says the parts of a recommendation in the words of a rule base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.report.references import Bibliography, by_weight
from advisor.report.wording import (
    as_sentence,
    decibans,
    identifier,
    inside_sentence,
    join_words,
    plain_text,
    share,
    strength,
)
from advisor.schema.answers import Answers, MeasuredAnswer
from advisor.schema.recommendation import (
    Companion,
    DisputedPoint,
    Flip,
    Notice,
    RankedApproach,
    Reason,
    Recommendation,
    VetoHit,
)
from advisor.schema.report import ApproachEntry, Constraint, Dispute, Evidence, Heed, Suggestion
from advisor.schema.rule import Criterion, RuleBase
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN, Approach, Status

MAX_NEXT_QUESTIONS = 3
_STATUS_WORDS = {
    Status.ALLOWED: "allowed",
    Status.CONDITIONAL: "depends on an open question",
    Status.EXCLUDED: "ruled out",
}
_LEVEL_WORDS = {UNKNOWN: "not known", NOT_APPLICABLE: "does not apply"}


class Phrasebook:
    """Says the parts of a recommendation in the words of one rule base."""

    def __init__(
        self,
        rule_base: RuleBase,
        bibliography: Bibliography,
        measured: Mapping[str, MeasuredAnswer] | None = None,
    ) -> None:
        self._criteria: dict[str, Criterion] = {one.id: one for one in rule_base.criteria}
        self._summaries = {one.id: one.summary for one in rule_base.approaches}
        self._cite = bibliography.numbers
        self._measured = measured or {}

    def question(self, criterion_id: str) -> str:
        """The wording of a question; its id if the rule base no longer has it."""
        criterion = self._criteria.get(criterion_id)
        return plain_text(criterion.question if criterion else criterion_id)

    def level(self, criterion_id: str, level_id: str) -> str:
        """The label of a level; its id if the rule base no longer has it."""
        criterion = self._criteria.get(criterion_id)
        labels = {one.id: one.label for one in criterion.levels} if criterion else {}
        return plain_text(_LEVEL_WORDS.get(level_id) or labels.get(level_id, level_id), limit=120)

    def entry(self, ranked: RankedApproach) -> ApproachEntry:
        """Word one row of the ranking."""
        constraints = tuple(self.constraint(veto) for veto in ranked.vetoes)
        is_out = ranked.status is Status.EXCLUDED
        support = "none" if is_out else share(ranked.support)
        label, status = ranked.approach.label, _STATUS_WORDS[ranked.status]
        standing = status if is_out else f"{status}, support {support}"
        return ApproachEntry(
            approach=ranked.approach,
            label=label,
            heading=f"{label[:1].upper()}{label[1:]}: {standing}",
            summary=plain_text(self._summaries.get(ranked.approach, "")),
            status=ranked.status,
            status_text=status,
            score=decibans(ranked.score_db),
            support=support,
            first="never" if is_out else share(ranked.rank_acceptability),
            reasons=self.evidence(ranked.reasons),
            against=self.evidence(ranked.against),
            constraints=constraints,
            why_not=_why_not(ranked, constraints),
        )

    def evidence(self, reasons: Iterable[Reason]) -> tuple[Evidence, ...]:
        """Word the rules that fired, weightiest first."""
        return tuple(self._one_piece(reason) for reason in by_weight(reasons))

    def _one_piece(self, reason: Reason) -> Evidence:
        return Evidence(
            rule=reason.rule,
            text=as_sentence(plain_text(reason.because)),
            weight=f"{decibans(reason.db)}, {strength(reason.db)}",
            grade=f"grade {reason.grade}" if reason.grade else "",
            answers=tuple(
                f"{self.question(criterion)} {self._level_and_origin(criterion, level)}"
                for criterion, level in reason.answers.items()
            ),
            sources=self._cite(reason.sources),
            opposed_by=self._cite(reason.opposed_by),
        )

    def _level_and_origin(self, criterion: str, level: str) -> str:
        found = self._measured.get(criterion)
        is_measured = found is not None and found.level == level
        return f"{self.level(criterion, level)}{' (measured)' if is_measured else ''}"

    def constraint(self, veto: VetoHit) -> Constraint:
        """Word a veto, with the questions it still waits for."""
        because = inside_sentence(plain_text(veto.because))
        if not veto.is_open:
            text = f"Ruled out because {because}."
        else:
            waiting = " ".join(self.question(one) for one in veto.missing)
            text = f"Ruled out if {because}. Not answered yet: {waiting or 'what decides it.'}"
        return Constraint(rule=veto.veto, text=text, sources=self._cite(veto.sources))

    def notice(self, notice: Notice) -> Heed:
        """Word what has to be said before any ranking."""
        advice, because = plain_text(notice.advice), inside_sentence(plain_text(notice.because))
        return Heed(
            rule=plain_text(notice.rule, limit=60),
            title=as_sentence(plain_text(notice.title, limit=120)).rstrip("."),
            text=f"{as_sentence(advice)} Why: {because}.",
            sources=self._cite(notice.sources),
            opposed_by=self._cite(notice.opposed_by),
        )

    def companion(self, companion: Companion) -> Suggestion:
        """Word a technique worth having beside the approach."""
        return Suggestion(
            subject=as_sentence(identifier(companion.technique)).rstrip("."),
            because=as_sentence(plain_text(companion.because)),
            sources=self._cite(companion.sources),
        )

    def variants(self, recommendation: Recommendation) -> tuple[Suggestion, ...]:
        """Word the form each approach, store or base model should take."""
        return tuple(
            self._variant(recommendation, slot, choice)
            for slot, choice in recommendation.variants.items()
        )

    def _variant(self, recommendation: Recommendation, slot: str, choice: str) -> Suggestion:
        reason = recommendation.variant_reasons.get(slot)
        name = Approach(slot).label if slot in set(Approach) else identifier(slot)
        return Suggestion(
            subject=f"{name[:1].upper()}{name[1:]}: {identifier(choice)}",
            because=as_sentence(plain_text(reason.because)) if reason else "",
            sources=self._cite(reason.sources) if reason else (),
        )

    def flip(self, flip: Flip, answers: Answers) -> str:
        """Say which changed answers would put which approach first."""
        changes = join_words(
            f"“{self.question(criterion)}” were “{self.level(criterion, level)}” "
            f"(now: {self.level(criterion, answers.level(criterion))})"
            for criterion, level in flip.change.items()
        )
        noun = "answer to" if len(flip.change) == 1 else "answers to"
        return f"If the {noun} {changes}, {flip.winner.label} would come first."

    def dispute(self, point: DisputedPoint) -> Dispute:
        """Word a point on which the sources contradict each other."""
        return Dispute(
            rule=point.rule,
            statement=as_sentence(plain_text(point.statement)),
            for_sources=self._cite(point.for_sources),
            against_sources=self._cite(point.against_sources),
        )

    def next_questions(self, recommendation: Recommendation) -> tuple[str, ...]:
        """The open questions most worth answering, with what to type."""
        return tuple(
            f"{self.question(one)} (--set {plain_text(one, limit=60)}=…)"
            for one in recommendation.next_questions[:MAX_NEXT_QUESTIONS]
        )


def _why_not(ranked: RankedApproach, constraints: tuple[Constraint, ...]) -> str:
    if constraints:
        return constraints[0].text
    if not ranked.against:
        return "Nothing speaks against it; less speaks for it."
    worst = by_weight(ranked.against)[0]
    because = inside_sentence(plain_text(worst.because))
    return f"Weighs most against it: {because} ({decibans(worst.db)})."
