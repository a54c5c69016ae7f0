"""A whole trial with a language model behind a server on loopback."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForCausalLM

from prototypes import TrialSettings, run_trial
from prototypes.contracts import Approach, Claim, Dataset, Limits, Task
from prototypes.errors import ModelUnavailableError, RunFolderError
from prototypes.events import Event, TrialPlanned
from prototypes.fitted import load_fitted_arm
from prototypes.measure.verdict import choose_representative
from prototypes.models.generator_source import GeneratorSupply
from prototypes.registry import ARMS as REAL_ARMS
from prototypes.run_folder import load_lock, load_run

NAMES = ("baseline_majority", "prompting_generator")
ARMS = tuple(arm for arm in REAL_ARMS if arm.task is Task.CLASSIFICATION and arm.name in NAMES)
"""The majority label and zero-shot prompting."""


@pytest.fixture(autouse=True)
def answering(chat_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401 # of conftest
    """Run the real arms against a server that knows which words speak of a transfer or a card."""

    def answer(prompt: str) -> str:
        text = re.findall(r"<quoted_text>\n(.*?)\n", prompt)[-1]
        if text.startswith(("chip", "wire")):
            return "I cannot tell."
        return "transfer" if text.split()[0] in "transfer iban sender beneficiary" else "card"

    chat_server.answer = answer
    monkeypatch.setattr("prototypes.registry.ARMS", ARMS)


def settings(server: Any, **changes: Any) -> TrialSettings:  # noqa: ANN401 # of conftest
    """Name the server and draw few resamples."""
    return TrialSettings(**{"generator": server.source, "n_bootstrap": 200} | changes)


def test_arm_is_measured_like_every_other(
    dataset: Dataset,
    chat_server: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """Quality, latency, tokens, faults; every unreadable answer is wrong and told."""
    claim = Claim(Approach.PROMPTING)
    trial = run_trial(dataset, settings=settings(chat_server, out=tmp_path / "run", claim=claim))
    arm = trial.arms[1]
    samples = load_run(tmp_path / "run").arms[1].samples
    unread = [sample for sample in samples if sample.fault]

    assert (arm.name, trial.not_run) == ("prompting_generator", [])
    assert unread and all(sample.scores["accuracy"] == 0 for sample in unread)
    assert f"{len(unread)} of {trial.n_test}: {unread[0].fault}" in arm.notes
    assert arm.input_tokens and arm.output_tokens and arm.latency_ms.stages["generate"] > 0
    assert arm.validation_score is not None
    assert trial.verdict is not None and trial.verdict.arm == "prompting_generator"


def test_second_run_asks_nothing_but_takes_as_long(
    dataset: Dataset,
    chat_server: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """Answers are remembered in the run folder, and so is the time they took."""
    chat_server.faults = [0.02] * 200
    out = tmp_path / "run"
    first = run_trial(dataset, settings=settings(chat_server, out=out)).arms[1]
    n_asked = len(chat_server.asked)
    (out / "arms" / "prompting_generator.json").unlink()

    again = run_trial(dataset, settings=settings(chat_server, out=out, resume=True)).arms[1]

    assert len(chat_server.asked) == n_asked == len(set(chat_server.asked))
    assert again.metrics == first.metrics
    assert again.latency_ms.p50 > 20


def test_student_is_taught_once_the_arms_are_measured(
    dataset: Dataset,
    chat_server: Any,  # noqa: ANN401 # of conftest
) -> None:
    """The experiment stands in the result, with what the labels took."""
    asked = settings(chat_server, experiments=("distillation",), machine_hour_usd=1.0)
    (found,) = (
        one
        for one in run_trial(dataset, settings=asked).experiments
        if one.experiment == "distillation"
    )

    quantities = {(one.arm, one.quantity) for one in found.measured}
    assert found.untested == ""
    assert ("distilled_head", "quality") in quantities
    assert ("prompting_generator", "label_usd") in quantities


def test_loading_is_charged_to_fitting_once(
    dataset: Dataset,
    chat_server: Any,  # noqa: ANN401 # of conftest
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A model that takes long to load is not slow to answer."""
    load = GeneratorSupply.load

    def load_slowly(supply: GeneratorSupply) -> Any:  # noqa: ANN401 # a generator
        time.sleep(0.5)
        return load(supply)

    monkeypatch.setattr(GeneratorSupply, "load", load_slowly)
    arm = run_trial(dataset, settings=settings(chat_server)).arms[1]

    assert arm.fit_seconds > 0.5
    assert arm.latency_ms.p95 < 400


def test_key_is_nowhere_in_the_run_folder(
    dataset: Dataset,
    chat_server: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """A folder may be handed on."""
    run_trial(dataset, settings=settings(chat_server, out=tmp_path / "run"))
    files = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]

    assert chat_server.headers[0]["authorization"] == "Bearer sk-secret"
    assert not [path for path in files if b"sk-secret" in path.read_bytes()]


def test_what_is_asked_is_locked(
    dataset: Dataset,
    chat_server: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """Generator and templates are in the protocol; others cannot be mixed in."""
    own = tmp_path / "prompts"
    own.mkdir()
    (own / "classification_zero_shot.txt").write_text("$labels $text Label:")
    out = tmp_path / "run"
    run_trial(dataset, settings=settings(chat_server, out=out))
    lock = load_lock(out)

    assert lock.generator_source == chat_server.source and lock.prompts_sha256
    with pytest.raises(RunFolderError, match="prompts_sha256"):
        run_trial(dataset, settings=settings(chat_server, out=out, resume=True, prompts=own))


def test_fitted_arm_is_asked_again(
    dataset: Dataset,
    chat_server: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """A finished run knows its server."""
    run_trial(dataset, settings=settings(chat_server, out=tmp_path / "run"))

    arm = load_fitted_arm(tmp_path / "run", "prompting_generator")

    assert arm.predict(["wire it", "iban?", "sender is who"])[2].output == "transfer"


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_changed_model_is_refused_only_where_it_is_needed(
    dataset: Dataset, tiny_causal: Path, tmp_path: Path
) -> None:
    """Another model in the same place would not be the arm that was measured."""
    folder, out = Path(shutil.copytree(tiny_causal, tmp_path / "model")), tmp_path / "run"
    few = replace(dataset, samples=dataset.samples[::3])
    run_trial(few, settings=TrialSettings(generator=str(folder), n_bootstrap=200, out=out))
    load_fitted_arm(out, "prompting_generator")
    model = AutoModelForCausalLM.from_pretrained(folder)
    model.lm_head.weight.data.add_(1.0)
    model.save_pretrained(folder)

    with pytest.raises(ModelUnavailableError, match="the run was made with"):
        load_fitted_arm(out, "prompting_generator")
    load_fitted_arm(out, "baseline_majority")


def test_plan_tells_tokens_and_cap_before_anything_is_asked(
    dataset: Dataset,
    chat_server: Any,  # noqa: ANN401 # of conftest
) -> None:
    """The estimate is right within a factor of two."""
    planned: list[TrialPlanned] = []

    def listen(event: Event) -> None:
        if isinstance(event, TrialPlanned):
            assert not chat_server.asked
            planned.append(event)

    run_trial(dataset, settings=settings(chat_server, max_tokens_total=99_999), on_event=listen)
    prompts = planned[0].prompts
    really = sum(len(prompt) / 4 for prompt in set(chat_server.asked))

    assert prompts is not None and prompts.max_tokens == 99_999
    assert really / 2 < prompts.n_tokens < really * 2


def test_cap_ends_the_arm_and_names_the_flag(dataset: Dataset, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """The other arms are measured; what was used and what would help is said."""
    trial = run_trial(dataset, settings=settings(chat_server, max_tokens_total=500))
    (missing,) = trial.not_run

    assert [arm.name for arm in trial.arms] == ["baseline_majority"]
    assert "of the 500 tokens allowed" in missing.reason
    assert missing.enable == "--resume with a larger --max-tokens-total"


def test_server_elsewhere_breaks_offline_and_has_no_machine_price(
    dataset: Dataset,
    chat_server: Any,  # noqa: ANN401 # of conftest
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What leaves the machine is told; its price is that of tokens, or unknown."""
    monkeypatch.setattr("prototypes.models.generator_source._LOOPBACK", frozenset())
    offline = settings(chat_server, limits=Limits(offline=True), machine_hour_usd=1.0)
    priced = settings(chat_server, token_prices_usd=(1.0, 10.0), machine_hour_usd=1.0)

    arm, same = (run_trial(dataset, settings=each).arms[1] for each in (offline, priced))

    assert not arm.feasible and "sends every input to 127.0.0.1" in arm.infeasible_because[0]
    assert arm.cost_per_1000 is None
    assert same.cost_per_1000 == pytest.approx((same.input_tokens + 10 * same.output_tokens) / 1000)


def test_arm_with_the_best_validation_stands_for_its_approach(
    dataset: Dataset,
    chat_server: Any,  # noqa: ANN401 # of conftest
) -> None:
    """Several arms of one approach are told apart by validation samples alone."""
    arm = run_trial(dataset, settings=settings(chat_server)).arms[1]
    rival = arm.model_copy(update={"name": "prompting_few_shot", "validation_score": 0.99})

    assert choose_representative(Approach.PROMPTING, [arm, rival]) is rival
    assert choose_representative(Approach.PROMPTING, [rival, arm]) is rival


def test_generator_that_cannot_be_used_is_refused_before_the_trial(
    dataset: Dataset, tmp_path: Path
) -> None:
    """A mistyped name costs no time and leaves no run folder to be resumed."""
    with pytest.raises(ModelUnavailableError, match=r"no folder '\./missing'"):
        run_trial(dataset, settings=TrialSettings(generator="./missing", out=tmp_path / "run"))

    assert not (tmp_path / "run" / "run.lock.json").exists()


@pytest.mark.usefixtures("one_thread")
@pytest.mark.slow
def test_local_model_runs_through_a_trial(
    dataset: Dataset, tiny_causal: Path, tmp_path: Path
) -> None:
    """An untrained model answers nonsense, and all of it is told as such."""
    local = TrialSettings(generator=str(tiny_causal), n_bootstrap=200, out=tmp_path / "run")
    trial = run_trial(dataset, settings=local)
    arm = trial.arms[1]

    assert trial.protocol.generator == tiny_causal.name and trial.protocol.generator_sha256
    assert arm.metrics["accuracy"].value < 0.5
    assert any("no label of the list" in note for note in arm.notes)
