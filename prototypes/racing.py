"""Who is raced in a trial, against whom, and when; `measure.racing` says by what test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from prototypes.contracts import Approach, ArmSpec, Claim
from prototypes.estimates import answers_slowly
from prototypes.measure.racing import ERROR, choose_looks, draw_order
from prototypes.measure.verdict import choose_representative
from prototypes.results import RaceProtocol
from prototypes.run_folder import MeasuredArm


@dataclass(frozen=True, slots=True)
class Race:
    """What a rival is held against.

    Attributes:
        protocol: What was fixed beforehand.
        claimed: The arm that stands for the claimed approach, measured whole.
        order: The positions of the test samples, in the order in which they are answered.
    """

    protocol: RaceProtocol
    claimed: MeasuredArm
    order: tuple[int, ...]

    @property
    def chunks(self) -> list[tuple[int, ...]]:
        """The positions that are answered between one look and the next."""
        ends = (0, *self.protocol.looks, len(self.order))
        return [self.order[start:end] for start, end in pairwise(ends)]


def plan_race(claim: Claim | None, specs: Sequence[ArmSpec], *, n_test: int) -> RaceProtocol | None:
    """Fix who is raced: the rivals that take long to answer; None if nothing is claimed.

    Neither the arms of the claimed approach nor the baselines are ever dropped, nor arms that
    answer so fast that dropping them would save nothing.
    """
    if claim is None:
        return None
    looks = choose_looks(n_test)
    unraced = (claim.approach, Approach.BASELINE)
    rivals = [spec.name for spec in specs if spec.approach not in unraced and answers_slowly(spec)]
    return RaceProtocol(
        against=claim.approach, arms=rivals if looks else [], looks=looks, error=ERROR
    )


def line_up(specs: Iterable[ArmSpec], claim: Claim | None) -> tuple[ArmSpec, ...]:
    """Put the claimed arms before their rivals and behind the baselines, else as they were."""
    ranks = {Approach.BASELINE: 0, claim.approach if claim else None: 1}
    return tuple(sorted(specs, key=lambda spec: ranks.get(spec.approach, 2)))


@dataclass(frozen=True, slots=True)
class Wave:
    """Arms that may be measured side by side.

    Attributes:
        sent: Those that can begin.
        awaited: Those that have to be in before the next wave, in this order.
    """

    sent: tuple[ArmSpec, ...]
    awaited: tuple[ArmSpec, ...]


def plan_waves(specs: Sequence[ArmSpec], protocol: RaceProtocol | None) -> tuple[Wave, ...]:
    """Keep those that are raced until the claimed arms are in, which they are held against.

    Args:
        specs: As `line_up` orders them.
        protocol: Who is raced; None races nobody.
    """
    if protocol is None or not protocol.arms:
        return (Wave(tuple(specs), tuple(specs)),)
    raced = tuple(spec for spec in specs if spec.name in protocol.arms)
    leading = (Approach.BASELINE, protocol.against)
    ahead = tuple(spec for spec in specs if spec.approach in leading)
    rivals = tuple(spec for spec in specs if spec not in ahead)
    return Wave(tuple(spec for spec in specs if spec not in raced), ahead), Wave(raced, rivals)


def find_race(
    spec: ArmSpec,
    protocol: RaceProtocol | None,
    measured: Iterable[MeasuredArm],
    *,
    seed: int,
    n_test: int,
) -> Race | None:
    """Enter a rival into the race; None has it answer everything.

    That is also what happens where no arm of the claimed approach was measured, or where it
    breaks a hard limit: then any rival that keeps them counts, however good it is.
    """
    if protocol is None or spec.name not in protocol.arms:
        return None
    arms = {each.result.name: each for each in measured}
    champion = choose_representative(protocol.against, [each.result for each in arms.values()])
    if champion is None or not champion.feasible:
        return None
    return Race(protocol, arms[champion.name], tuple(draw_order(n_test, seed=seed)))
