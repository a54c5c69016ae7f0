"""The tuned model of a trial with its linear layers in eight bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from prototypes.contracts import Approach, Arm
from prototypes.errors import ModelUnavailableError, TooFewSamplesError
from prototypes.experiments.compression import EIGHT_BITS, NAME, WHOLE, Form, compare_forms
from prototypes.experiments.inquiry import Inquiry
from prototypes.registry import arms_for, load_arm_class
from prototypes.results import ArmResult, ExperimentResult

if TYPE_CHECKING:
    from prototypes.models.eight_bits import Reducible

FINE_TUNING = Approach.FINE_TUNE.value


class _TunedArm(Arm, Protocol):
    @property
    def model(self) -> Reducible:
        """What was tuned, or what its head is on."""


def compress_tuned(inquiry: Inquiry) -> ExperimentResult:
    """Load the best tuned arm twice, as it is and in eight bits, and ask both."""
    best = _find_best(inquiry)
    if best is None:
        untested = "no tuned arm was measured; --arms fine_tune measures one"
        return ExperimentResult(experiment=NAME, untested=untested)
    whole, smaller = _load(best.name, inquiry), _load(best.name, inquiry)
    inquiry.progress(0.1)
    try:
        size_mb = whole.model.size_mb
        smaller.model.hold_in_eight_bits()
        forms = {
            WHOLE: Form(whole.predict, size_mb),
            EIGHT_BITS: Form(smaller.predict, smaller.model.size_mb),
        }
        notes = [f"measured of {best.name}; its embeddings and norms stay as they are"]
        return compare_forms(FINE_TUNING, forms, inquiry, notes=notes)
    except (ModelUnavailableError, TooFewSamplesError) as error:
        return ExperimentResult(experiment=NAME, untested=str(error))


def _find_best(inquiry: Inquiry) -> ArmResult | None:
    """Choose the tuned arm that was best on the validation samples; the cheapest of equals."""
    own = {
        spec.name
        for spec in arms_for(inquiry.learning.task)
        if spec.approach is Approach.FINE_TUNE and "generator" not in "".join(spec.needs)
    }
    tuned = [arm for arm in inquiry.material.arms if arm.name in own]
    return max(tuned, key=lambda arm: arm.validation_score or 0.0, default=None)


def _load(name: str, inquiry: Inquiry) -> _TunedArm:
    spec = next(spec for spec in arms_for(inquiry.learning.task) if spec.name == name)
    arm = load_arm_class(spec).load(inquiry.folder.intact_arm(name), inquiry.bench)
    return cast("_TunedArm", arm)
