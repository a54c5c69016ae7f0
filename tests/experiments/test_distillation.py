"""A head that learns from what a language model says, held against both its teachers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from prototypes.approaches.classification.prompted import ZeroShotPromptArm
from prototypes.contracts import Approach, LearningData, Sample, Split, Task
from prototypes.experiments import active_labelling, distillation
from prototypes.experiments.distillation import STUDENT, TAUGHT_BY_PEOPLE, TEACHER, distil_generator
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.material import Material
from prototypes.measure.significance import Resampling
from prototypes.measure.summary import score_predictions
from prototypes.models.generator_source import GeneratorOptions, GeneratorSupply, find_generator
from prototypes.results import ArmResult, ExperimentResult, Interval, Latency
from prototypes.run_folder import RunFolder
from prototypes.workbench import Workbench

WORDS = ("card", "wire", "login")
Inquire = Callable[..., Inquiry]
Distil = Callable[..., ExperimentResult]


def _samples(n: int) -> tuple[Sample, ...]:
    return tuple(
        Sample(str(row), f"number {row} about my {WORDS[row % 3]}", (WORDS[row % 3],))
        for row in range(n)
    )


SAMPLES = _samples(90)
LEARNING = LearningData(Task.CLASSIFICATION, SAMPLES[:48], SAMPLES[48:60], labels=WORDS)
TEST = SAMPLES[60:]


def _measured_arm() -> ArmResult:
    return ArmResult(
        name=TEACHER,
        approach=Approach.PROMPTING,
        title="",
        feasible=True,
        cites=False,
        metrics={"accuracy": Interval(value=0.5, low=0.4, high=0.6)},
        latency_ms=Latency(p50=400, p95=500, n_queries=20, queries_ms=[400.0] * 20),
        throughput_per_second=1,
        fit_seconds=1,
        predict_seconds=1,
        cost_per_1000=None,
        size_mb=0,
    )


@pytest.fixture
def distil(inquire: Inquire, chat_server: Any, hashing_encoder: Any) -> Distil:  # noqa: ANN401 # of conftest
    """Fit the prompting arm on a server that answers as told, then hold the experiment."""

    def run(answer: Callable[[str], str]) -> ExperimentResult:
        chat_server.answer = lambda prompt: answer(
            prompt.split("<quoted_text>\n")[1].split("\n")[0]
        )
        supply = GeneratorSupply(find_generator(chat_server.source), GeneratorOptions())
        bench = Workbench(hashing_encoder, generator=supply)
        arm = ZeroShotPromptArm()
        arm.fit(LEARNING, bench, seed=0, progress=lambda _: None)
        said = arm.predict([sample.input for sample in TEST])
        material = Material(
            "accuracy",
            [_measured_arm()],
            {TEACHER: score_predictions(Task.CLASSIFICATION, TEST, said)},
            Resampling(n_resamples=500),
        )
        inquiry = inquire(Split(LEARNING, TEST), bench, material)
        _keep(inquiry.folder, arm)
        chat_server.asked.clear()
        return distil_generator(inquiry)

    return run


def _keep(folder: RunFolder, arm: ZeroShotPromptArm) -> None:
    folder.keep_arm(TEACHER, arm)


def _values(result: ExperimentResult, quantity: str) -> dict[str, float]:
    return {one.arm: one.value for one in result.measured if one.quantity == quantity}


def test_student_of_a_good_teacher_keeps_its_quality(distil: Distil, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """It asks about every text it learns from, about none of the test, and answers faster."""
    result = distil(lambda text: text.split()[-1])

    assert _values(result, "quality") == {TEACHER: 1.0, STUDENT: 1.0, TAUGHT_BY_PEOPLE: 1.0}
    assert _values(result, "labelled_rightly") == {TEACHER: 1.0}
    assert len(chat_server.asked) == 60
    assert not any(sample.input in prompt for prompt in chat_server.asked for sample in TEST)
    times = next(one for one in result.differences if one.metric == "mean_ms")
    assert (times.arm, times.against) == (STUDENT, TEACHER) and times.high < 0


def test_student_learns_the_errors_of_its_teacher(distil: Distil) -> None:
    """It is worse than the head that people taught, and no worse than its teacher."""
    result = distil(lambda text: "wire" if text.endswith("login") else text.split()[-1])

    quality = _values(result, "quality")
    assert quality[STUDENT] == pytest.approx(quality[TEACHER]) == pytest.approx(2 / 3)
    against = {one.against: one for one in result.differences if one.metric == "quality"}
    assert against[TAUGHT_BY_PEOPLE].high < 0
    assert against[TEACHER].difference == 0 and against[TEACHER].low < 0


def test_texts_without_a_label_are_left_out_and_counted(distil: Distil) -> None:
    """What cannot be read as a label teaches nothing."""
    result = distil(lambda text: "hm" if text.startswith("number 1") else text.split()[-1])

    n_silent = sum(sample.input.startswith("number 1") for sample in SAMPLES[:60])
    assert _values(result, "unlabelled") == {TEACHER: pytest.approx(n_silent / 60)}
    assert _values(result, "quality")[STUDENT] > 0.9


def test_teacher_that_says_one_thing_teaches_nothing(distil: Distil) -> None:
    """A head needs two labels, and the reason is told."""
    assert "only the label 'card'" in distil(lambda text: "card").untested


def test_many_texts_are_thinned_out(distil: Distil, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a prompt, so a note says how many were labelled."""
    monkeypatch.setattr(distillation, "MOST", 30)

    result = distil(lambda text: text.split()[-1])

    assert result.notes == ["30 of 60 texts were labelled, evenly spread, since each is a prompt"]


def test_without_the_arm_there_is_no_teacher(inquire: Inquire) -> None:
    """What would supply it is named."""
    result = distil_generator(inquire(Split(LEARNING, TEST), Workbench()))

    assert "--generator MODEL" in result.untested


def test_a_quarter_of_the_labels_is_chosen_and_drawn(
    distil: Distil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With labels enough both are measured on every test sample, and compared."""
    monkeypatch.setattr(active_labelling, "FEWEST", 48)

    result = distil(lambda text: text.split()[-1])

    quality = _values(result, "quality")
    assert quality[active_labelling.CHOSEN] > 0.8 and quality[active_labelling.DRAWN] > 0.8
    (gap,) = (one for one in result.differences if one.arm == active_labelling.CHOSEN)
    expected = quality[active_labelling.CHOSEN] - quality[active_labelling.DRAWN]
    assert gap.against == active_labelling.DRAWN and gap.difference == pytest.approx(expected)
