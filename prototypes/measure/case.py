"""The claim, what was measured, and the arm that stands for the claim: what a verdict looks at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prototypes.contracts import Approach, Claim, Limits
from prototypes.measure.comparisons import find_comparison
from prototypes.measure.grouped import design_effect, grouped_non_inferiority_p
from prototypes.measure.groups import Groups
from prototypes.measure.keeping import may_keep
from prototypes.measure.significance import (
    Scores,
    adjust_holm,
    samples_to_bound,
    samples_to_detect,
)
from prototypes.results import ArmResult, Comparison, DroppedArm, NotRun


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a trial measured, as far as a verdict needs it.

    Attributes:
        metric: The primary metric, in [0, 1], larger is better.
        arms: The arms that were measured.
        scores: Per arm, the primary metric of each test sample in one order.
        comparisons: All pairs of arms on the primary metric.
        not_run: The arms that were not measured.
        dropped: Rivals that were left halfway, being shown to be worse than the claimed arm.
        groups: Which test samples belong together; None if each stands for itself.
        limits: What the arms were held against.
    """

    metric: str
    arms: Sequence[ArmResult]
    scores: Mapping[str, Scores]
    comparisons: Sequence[Comparison]
    not_run: Sequence[NotRun] = ()
    dropped: Sequence[DroppedArm] = ()
    groups: Groups | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Case:
    """A claim under judgement; `champion` is the arm that stands for it."""

    claim: Claim
    evidence: Evidence
    champion: ArmResult

    def rivals(self) -> list[ArmResult]:
        """List the arms of other approaches, the baseline aside."""
        return [arm for arm in self.evidence.arms if self.is_rival(arm.approach)]

    def is_rival(self, approach: Approach) -> bool:
        """Tell whether an approach is neither the claimed one nor the baseline."""
        return approach not in (self.claim.approach, Approach.BASELINE)

    def may_keep_limits(self, arm: ArmResult) -> bool:
        """Tell whether an arm keeps the limits, or breaks that on time as chance may have it."""
        return may_keep(arm, self.evidence.limits.latency_ms)

    def against(self, arm: ArmResult) -> Comparison:
        """Compare an arm with the champion; positive means that the arm is better."""
        return find_comparison(self.evidence.comparisons, arm.name, self.champion.name)

    def differences(self, arm: ArmResult) -> Scores:
        """Subtract the champion's score on each sample from that of an arm."""
        return self.evidence.scores[arm.name] - self.evidence.scores[self.champion.name]

    def not_ahead_p(self, arm: ArmResult) -> float:
        """Test whether an arm is at most the margin better than the champion."""
        groups = self.evidence.groups
        return grouped_non_inferiority_p(self.differences(arm), self.claim.margin, groups)

    def not_behind_p(self, arm: ArmResult) -> float:
        """Test whether an arm is at most the margin worse than the champion."""
        groups = self.evidence.groups
        return grouped_non_inferiority_p(-self.differences(arm), self.claim.margin, groups)

    def correct(self, p_values: Sequence[float], *, n_sided: int) -> list[float]:
        """Correct the p-values of the rivals for each other and for those that were dropped."""
        dropped = [min(1.0, n_sided * arm.corrected_p) for arm in self.evidence.dropped]
        return adjust_holm([*p_values, *dropped])[: len(p_values)]

    def score(self, arm: ArmResult) -> float:
        """Return what an arm reached."""
        return arm.metrics[self.evidence.metric].value

    def samples_to_beat(self, arm: ArmResult) -> float:
        """Estimate how many samples would show the difference to an arm to be real."""
        return self._in_groups(arm, samples_to_detect(self.differences(arm)))

    def samples_to_decide(self, rival: ArmResult, *, n_tests: int) -> float:
        """Estimate how many samples would settle on which side of the margin a rival stands."""
        differences, margin = self.differences(rival), self.claim.margin
        if self.against(rival).difference > margin:
            return self._in_groups(rival, samples_to_detect(differences, n_tests=n_tests))
        return self._in_groups(rival, samples_to_bound(differences, margin, n_tests=n_tests))

    def _in_groups(self, arm: ArmResult, needed: float) -> float:
        """Never ask for fewer samples than there were: those did not tell."""
        differences = self.differences(arm)
        effect = design_effect(differences, self.evidence.groups)
        return max(math.inf if math.isinf(needed) else effect * needed, differences.size + 1)
