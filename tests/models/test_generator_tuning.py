"""Tuning of language models: what is learnt from, what changes, what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from prototypes.errors import ModelUnavailableError
from prototypes.models.generator_adapters import (
    Method,
    is_adapter,
    load_tuned,
    require_quantising,
    save_tuned,
)
from prototypes.models.generator_local import TransformersGenerator
from prototypes.models.generator_tuning import TuningPlan, _Collation, choose_plan, mean_loss, tune
from prototypes.models.tuning_pairs import TuningPair, write_chat_lines

pytestmark = pytest.mark.usefixtures("one_thread")

PAIRS = tuple(
    TuningPair(f"Return the {word}:", answer)
    for word, answer in {"encoder": "tests", "model": "socket", "random": "json"}.items()
)
RATES = {Method.FULL: 3e-3, Method.LORA: 2e-2, Method.PROMPT: 3e-1}


def load(folder: Path) -> TransformersGenerator:
    """Load a model of one's own."""
    return TransformersGenerator(folder, name="tiny")


def plan(method: Method, **changes: int) -> TuningPlan:
    """Tune fast: few parameters, few pairs."""
    return TuningPlan(method, **({"learning_rate": RATES[method], "max_epochs": 8} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["tiny_causal", "tiny_seq2seq"])
@pytest.mark.parametrize("method", [Method.FULL, Method.LORA, Method.PROMPT])
def test_answers_become_likelier_and_survive_saving(
    method: Method, kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Every method learns on both kinds of model; what is read back answers the same."""
    folder = request.getfixturevalue(kind)
    generator = load(folder)
    before = mean_loss(generator, PAIRS)

    report = tune(generator, PAIRS, plan=plan(method), score=None, progress=lambda fraction: None)
    save_tuned(generator, tmp_path, card="# card")
    again = load_tuned(load(folder), tmp_path, name="tiny")

    assert mean_loss(generator, PAIRS) < 0.98 * before
    assert mean_loss(again, PAIRS) == pytest.approx(mean_loss(generator, PAIRS), rel=0.02)
    prompts = [pair.prompt for pair in PAIRS]
    assert again.generate(prompts, max_tokens=4) == generator.generate(prompts, max_tokens=4)
    assert is_adapter(tmp_path) is (method is not Method.FULL)
    assert 0 < report.n_trained_parameters and report.kept_epoch == report.n_epochs == 8
    assert not list(tmp_path.glob("*.bin")) and (tmp_path / "README.md").read_text() == "# card"


def test_model_that_is_kept_is_the_one_that_was_tuned(
    tiny_causal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In half precision too, down to the frequencies that no file holds."""
    monkeypatch.setattr("prototypes.models.generator_local.generator_precision", lambda: "bfloat16")
    generator = load(tiny_causal)
    tune(generator, PAIRS, plan=plan(Method.FULL), score=None, progress=lambda fraction: None)
    save_tuned(generator, tmp_path, card="# card")

    tuned, again = generator.model, load(tmp_path).model

    for kind in ("named_parameters", "named_buffers"):
        known = dict(getattr(again, kind)())
        assert known and all(torch.equal(known[name], x) for name, x in getattr(tuned, kind)())


@pytest.mark.parametrize("method", [Method.FULL, Method.LORA])
def test_model_held_in_float16_learns_in_float32(
    method: Method, tiny_causal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And answers in float16 again, as what is read back does."""
    monkeypatch.setattr("prototypes.models.generator_local.generator_precision", lambda: "float16")
    generator, seen = load(tiny_causal), set[torch.dtype]()
    before = mean_loss(generator, PAIRS)

    def watch(fraction: float) -> None:
        del fraction
        seen.update(parameter.dtype for parameter in generator.model.parameters())

    tune(generator, PAIRS, plan=plan(method), score=None, progress=watch)
    save_tuned(generator, tmp_path, card="")
    again = load_tuned(load(tiny_causal), tmp_path, name="tiny")

    assert seen == {torch.float32}
    assert mean_loss(generator, PAIRS) < 0.98 * before
    for model in (generator.model, again.model):
        kinds = {name: x.dtype for name, x in model.named_parameters() if "lora_" not in name}
        assert set(kinds.values()) == {torch.float16}
    assert mean_loss(again, PAIRS) == pytest.approx(mean_loss(generator, PAIRS), rel=0.02)


def test_adapter_leaves_the_base_alone(tiny_causal: Path, tmp_path: Path) -> None:
    """Only low-rank matrices are trained and written, and no path of this machine with them."""
    generator = load(tiny_causal)
    before = {n: p.clone() for n, p in generator.model.named_parameters()}
    tune(generator, PAIRS, plan=plan(Method.LORA), score=None, progress=lambda fraction: None)
    save_tuned(generator, tmp_path, card="")
    written = load_file(tmp_path / "adapter_model.safetensors")
    after = dict(generator.model.get_base_model().named_parameters())

    assert all("lora_" in name for name in written)
    unchanged = [n for n in before if n in after and torch.equal(before[n], after[n])]
    assert len(unchanged) > 3 and "lm_head.weight" in unchanged
    assert str(tiny_causal) not in (tmp_path / "adapter_config.json").read_text()


def test_only_answers_are_learnt_from(tiny_causal: Path) -> None:
    """Labels hold the answer and the token that ends it; prompt and padding count for nothing."""
    generator = load(tiny_causal)
    rows = [generator.encode_pair(pair) for pair in PAIRS]
    batch = _Collation(generator).collate(rows)

    for row, (prompt, answer) in enumerate(rows):
        labels = batch["labels"][row]
        assert labels[labels != -100].tolist() == answer and answer[-1] == 2
        assert (labels[: len(prompt)] == -100).all()


def test_best_epoch_is_kept_and_getting_worse_ends_training(tiny_causal: Path) -> None:
    """The score of validation samples decides, not the last step."""
    generator = load(tiny_causal)
    scores, seen = iter([0.1, 0.2, 0.5, 0.5, 0.4, 0.3, 0.9]), []

    def score() -> float:
        seen.append(generator.model.lm_head.weight.detach().clone())
        return next(scores)

    report = tune(
        generator, PAIRS, plan=plan(Method.FULL), score=score, progress=lambda fraction: None
    )

    assert (report.n_epochs, report.kept_epoch) == (5, 3)
    kept = generator.model.lm_head.weight
    assert torch.allclose(kept, seen[3].to(kept.dtype)) and not torch.equal(seen[3], seen[5])


def test_model_that_was_better_before_is_put_back(tiny_causal: Path) -> None:
    """Where tuning only harms on validation samples, nothing of it is kept."""
    generator, untouched = load(tiny_causal), load(tiny_causal)
    scores = iter([0.9, 0.5, 0.4])

    report = tune(
        generator,
        PAIRS,
        plan=plan(Method.FULL),
        score=lambda: next(scores),
        progress=lambda fraction: None,
    )

    assert (report.n_epochs, report.kept_epoch) == (2, 0)
    assert torch.equal(generator.model.lm_head.weight, untouched.model.lm_head.weight)


def test_size_decides_what_is_tuned() -> None:
    """Small models as a whole, larger ones by adapters, unless something else is asked for."""
    assert choose_plan(10_000_000, 99, seed=0).method is Method.FULL
    assert choose_plan(500_000_000, 99, seed=0).method is Method.LORA
    assert choose_plan(10, 99, method=Method.PROMPT, seed=0).method is Method.PROMPT
    assert choose_plan(10, 9, seed=0).max_epochs > choose_plan(10, 9_999, seed=0).max_epochs


def test_qlora_is_refused_where_it_cannot_be_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is named, and what to do instead."""
    monkeypatch.setattr("prototypes.models.generator_adapters.device", lambda: "cpu")

    with pytest.raises(ModelUnavailableError, match=r"here a CUDA device is missing\. Tune with"):
        require_quantising()


def test_pairs_are_written_as_hosted_services_read_them(tmp_path: Path) -> None:
    """One conversation per line, in two turns."""
    write_chat_lines([TuningPair("Où?", "là")], tmp_path / "training.jsonl")

    (line,) = (tmp_path / "training.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "messages": [
            {"role": "user", "content": "Où?"},
            {"role": "assistant", "content": "là"},
        ]
    }
