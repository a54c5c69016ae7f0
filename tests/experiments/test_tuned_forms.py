"""The tuned model of a trial, as it is and in eight bits, on the same test samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from prototypes.contracts import Approach, LearningData, Prediction, Sample, Split, Task
from prototypes.data.spans import Span, format_spans
from prototypes.errors import ModelUnavailableError
from prototypes.experiments import tuned_forms
from prototypes.experiments.compression import check_compression
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.material import Material
from prototypes.models.encoder import Encoder
from prototypes.results import ArmResult, Latency
from prototypes.workbench import Workbench

Inquire = Callable[..., Inquiry]
SPAN = format_spans([Span(2, 7, "bird")])
TEST = tuple(Sample(str(row), f"a raven sang {row}", (SPAN,)) for row in range(20))
SPLIT = Split(LearningData(Task.EXTRACTION, TEST, ()), TEST)


class Tagger:
    """Finds every bird; in eight bits those of even days only."""

    def __init__(self, name: str) -> None:
        self.name, self.size_mb = name, 80.0

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Tagger:
        """Return a whole one."""
        return cls(folder.name)

    @property
    def model(self) -> Tagger:
        """It is its own model."""
        return self

    def hold_in_eight_bits(self) -> None:
        """Become smaller."""
        self.size_mb = 30.0

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Find the bird, or not."""
        is_whole = self.size_mb > 50
        return [Prediction(SPAN if is_whole or int(t[-1]) % 2 == 0 else "[]") for t in inputs]


class Brittle(Tagger):
    """Cannot be made smaller."""

    def hold_in_eight_bits(self) -> None:
        """Say so."""
        raise ModelUnavailableError("There are no kernels.")


def _arm(name: str, validation: float, approach: Approach = Approach.FINE_TUNE) -> ArmResult:
    return ArmResult(
        name=name,
        approach=approach,
        title="",
        feasible=True,
        cites=False,
        metrics={},
        latency_ms=Latency(p50=1, p95=2, n_queries=0, queries_ms=[]),
        throughput_per_second=1,
        fit_seconds=1,
        predict_seconds=1,
        cost_per_1000=None,
        size_mb=0,
        validation_score=validation,
    )


ARMS = [
    _arm("fine_tune_head", 0.7),
    _arm("fine_tune_full", 0.9),
    _arm("hybrid", 0.95, Approach.HYBRID),
]


@pytest.fixture
def inquiry(inquire: Inquire, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Inquiry]:
    """Set the experiment up with arms that are there already."""

    def set_up(arms: list[ArmResult], kind: type[Tagger]) -> Inquiry:
        monkeypatch.setattr(tuned_forms, "load_arm_class", lambda spec: kind)
        made = inquire(SPLIT, Workbench(), Material("span_f1", arms, {}))
        for arm in arms:
            made.folder.arm_folder(arm.name).mkdir(parents=True)
            made.folder.checksums_path(arm.name).write_text("")
        return made

    return set_up


def test_tuned_arm_that_was_best_is_made_smaller(inquiry: Callable[..., Inquiry]) -> None:
    """What is lost is lost in span F1, with its interval; the hybrid is no fine-tuning."""
    result = check_compression(inquiry(ARMS, Tagger))

    values = {one.quantity: one.value for one in result.measured}
    assert {one.arm for one in result.measured} == {"fine_tune"}
    assert (values["quality_whole"], values["quality_int8"]) == pytest.approx((1.0, 2 / 3))
    assert values["quality_lost_int8"] == pytest.approx(1 / 3)
    assert (values["size_mb_whole"], values["size_mb_int8"]) == (80.0, 30.0)
    assert "fine_tune_full" in result.notes[0]


@pytest.mark.parametrize(
    ("arms", "kind", "why"),
    [(ARMS[2:], Tagger, "--arms fine_tune measures one"), (ARMS, Brittle, "no kernels")],
)
def test_what_cannot_be_made_smaller_says_why(
    inquiry: Callable[..., Inquiry], arms: list[ArmResult], kind: type[Tagger], why: str
) -> None:
    """No arm was tuned, or the machine has no kernels."""
    assert why in check_compression(inquiry(arms, kind)).untested


def test_looked_up_words_have_no_layers(hashing_encoder: Encoder) -> None:
    """A head on an encoder without layers says so."""
    from prototypes.approaches.extraction.head import TaggingHeadArm

    arm = TaggingHeadArm()
    arm.fit(SPLIT.learning, Workbench(hashing_encoder), seed=0, progress=lambda _: None)

    with pytest.raises(ModelUnavailableError, match="'hashing' has no layers"):
        arm.model.hold_in_eight_bits()
