"""Language models on this machine: loading, batching, what is refused and why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from prototypes.errors import ModelUnavailableError
from prototypes.models import generator_memory
from prototypes.models.generator import Generator, fits_context, strip_thought
from prototypes.models.generator_local import TransformersGenerator
from prototypes.models.generator_source import (
    GeneratorOptions,
    LocalSource,
    find_generator,
    load_generator,
)
from prototypes.models.model_folder import count_on_hub

pytestmark = pytest.mark.usefixtures("one_thread")

PROMPTS = ("def", "Return an encoder that needs no model, whatever it takes.", "socket.connect")


def load(folder: Path, **options: int) -> Generator:
    """Load a model as a trial does."""
    return load_generator(find_generator(str(folder)), GeneratorOptions(**options))


@pytest.mark.parametrize("kind", ["tiny_causal", "tiny_seq2seq"])
def test_order_and_company_of_prompts_do_not_matter(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """Padding and sorting by length leave each prompt its own answer and count."""
    generator = load(request.getfixturevalue(kind))

    together = generator.generate(PROMPTS, max_tokens=8)
    alone = [generator.generate([prompt], max_tokens=8)[0] for prompt in PROMPTS]

    assert [each.n_input_tokens for each in together] == [each.n_input_tokens for each in alone]
    assert [each.text for each in together] == [each.text for each in alone]
    assert generator.generate([], max_tokens=8) == []


def test_answers_are_those_of_plain_greedy_decoding(tiny_causal: Path) -> None:
    """One prompt, decoded step by step without padding, gives the same tokens."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_causal)
    generator = load(tiny_causal)
    model = AutoModelForCausalLM.from_pretrained(tiny_causal, dtype=generator.model.dtype)
    ids = tokenizer(PROMPTS[1], return_tensors="pt")["input_ids"]
    length = ids.shape[1]
    for _ in range(6):
        ids = torch.cat([ids, model(ids).logits[:, -1:].argmax(-1)], dim=1)

    (answer,) = generator.generate(PROMPTS[1:2], max_tokens=6)

    assert answer.n_input_tokens == length
    assert answer.text == tokenizer.decode(ids[0, length:], skip_special_tokens=True).strip()


def test_chat_template_is_honoured(tiny_causal: Path, tmp_path: Path) -> None:
    """A tokenizer with a template wraps the prompt, and adds nothing else."""
    folder = shutil.copytree(tiny_causal, tmp_path / "chat")
    template = "<s>{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}[answer]"
    (folder / "chat_template.jinja").write_text(template)
    tokenizer = AutoTokenizer.from_pretrained(tiny_causal)
    expected = tokenizer("<s>[user]def[answer]", add_special_tokens=False)["input_ids"]

    generator = load(folder)

    assert generator._tokenize(["def"]) == [expected]


def test_publishers_sampling_is_set_aside(tiny_causal: Path, tmp_path: Path) -> None:
    """A model published with a temperature still answers the same every time."""
    folder = shutil.copytree(tiny_causal, tmp_path / "sampling")
    settings = {"do_sample": True, "temperature": 5.0, "top_k": 50, "eos_token_id": [2]}
    (folder / "generation_config.json").write_text(json.dumps(settings))

    sampled, greedy = (load(f).generate(PROMPTS, max_tokens=6) for f in (folder, tiny_causal))

    assert sampled == greedy


def test_context_is_read_from_the_model_and_may_be_said(tiny_causal: Path) -> None:
    """What is longer than the context is known before it is asked."""
    generator, shorter = load(tiny_causal), load(tiny_causal, context_tokens=20)

    assert (generator.context_tokens, shorter.context_tokens) == (512, 20)
    assert fits_context(generator, PROMPTS[1], max_tokens=8)
    assert not fits_context(shorter, PROMPTS[1], max_tokens=8)


def test_model_beyond_free_memory_is_refused_with_the_arithmetic(
    tiny_causal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parameters, bytes, free memory and what would fit are named; nothing is loaded."""
    monkeypatch.setattr(generator_memory, "free_bytes", lambda: 100_000)
    monkeypatch.setattr(generator_memory, "generator_precision", lambda: "float32")

    with pytest.raises(ModelUnavailableError, match=r"0\.1 million parameters × 4 bytes") as caught:
        find_generator(str(tiny_causal))

    assert "0.0 GB of memory are free" in str(caught.value)
    assert "up to 0.0 million parameters would fit" in str(caught.value)


def test_model_that_only_fits_in_four_bits_may_be_named_where_they_are_computed_with(
    tiny_causal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tuning over four bits is for such models; whoever wants the whole one is refused."""
    monkeypatch.setattr(generator_memory, "can_quantise", lambda: True)
    monkeypatch.setattr(generator_memory, "generator_precision", lambda: "bfloat16")
    n_parameters = generator_memory.count_parameters([tiny_causal / "model.safetensors"])
    monkeypatch.setattr(generator_memory, "free_bytes", lambda: n_parameters)

    source = find_generator(str(tiny_causal))

    with pytest.raises(ModelUnavailableError, match="with --arms fine_tune_qlora, or behind"):
        load_generator(source, GeneratorOptions())
    monkeypatch.setattr(generator_memory, "free_bytes", lambda: n_parameters // 2)
    with pytest.raises(ModelUnavailableError, match=r"not fit even in four bits: 0\.1 million"):
        generator_memory.require_room_in_four_bits("tiny", [tiny_causal / "model.safetensors"])


def test_parameters_are_counted_without_loading(tiny_causal: Path) -> None:
    """The headers of the files say how many there are."""
    model = AutoModelForCausalLM.from_pretrained(tiny_causal)

    counted = generator_memory.count_parameters([tiny_causal / "model.safetensors"])

    assert counted == sum(each.numel() for each in model.parameters())


def test_divided_model_is_one_model(tiny_causal: Path, tmp_path: Path) -> None:
    """Several files with an index are hashed, counted and loaded together."""
    model = AutoModelForCausalLM.from_pretrained(tiny_causal)
    model.save_pretrained(tmp_path, max_shard_size="100KB")
    AutoTokenizer.from_pretrained(tiny_causal).save_pretrained(tmp_path)
    source = find_generator(str(tmp_path))

    divided, whole = load(tmp_path), load(tiny_causal)

    assert isinstance(source, LocalSource) and len(list(tmp_path.glob("*.safetensors"))) > 1
    assert divided.generate(PROMPTS, max_tokens=4) == whole.generate(PROMPTS, max_tokens=4)


def test_index_may_not_point_outside(tmp_path: Path) -> None:
    """An index that names a file elsewhere, or a pickle, is refused."""
    index = {"weight_map": {"a": "../model.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))

    with pytest.raises(ModelUnavailableError, match="not a safetensors file beside it"):
        find_generator(str(tmp_path))


@pytest.mark.parametrize(
    ("configuration", "sentence"),
    [
        ({"architectures": ["BertModel"]}, "does not write text"),
        ({"auto_map": {"AutoModelForCausalLM": "evil.Model"}}, "auto_map"),
    ],
)
def test_model_that_is_no_generator_is_refused(
    tiny_causal: Path, tmp_path: Path, configuration: dict[str, object], sentence: str
) -> None:
    """An encoder, or a model with code of its own, is named before it is loaded."""
    folder = shutil.copytree(tiny_causal, tmp_path / "refused")
    (folder / "config.json").write_text(json.dumps(configuration))

    with pytest.raises(ModelUnavailableError, match=sentence):
        find_generator(str(folder))


def test_model_with_parameters_missing_is_refused(tiny_causal: Path, tmp_path: Path) -> None:
    """What transformers would fill in at random is not taken for a model."""
    folder = shutil.copytree(tiny_causal, tmp_path / "incomplete")
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"num_hidden_layers": 3}))

    with pytest.raises(ModelUnavailableError, match="lacks parameters"):
        TransformersGenerator(folder, name="incomplete")


@pytest.mark.parametrize("name", ["./missing", "missing", "a/b/c"])
def test_missing_folder_is_not_looked_up_on_the_hub(name: str) -> None:
    """A mistyped path must not turn into a download."""
    with pytest.raises(ModelUnavailableError, match="no folder"):
        find_generator(name)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>so it is</think>\n yes", "yes"),
        ("so it is</think>yes", "yes"),
        ("<think>endless", ""),
        (" yes ", "yes"),
    ],
)
def test_thoughts_are_no_part_of_the_answer(text: str, answer: str) -> None:
    """What a reasoning model writes first is removed, even without its opening mark."""
    assert strip_thought(text) == answer


def test_model_of_the_hub_is_refused_before_it_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the hub says of its size is held against free memory; four bits may still fit."""
    told = SimpleNamespace(safetensors=SimpleNamespace(total=70_000_000_000))
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *_, **__: told)
    monkeypatch.setattr(generator_memory, "free_bytes", lambda: 64_000_000_000)
    monkeypatch.setattr(generator_memory, "generator_precision", lambda: "bfloat16")

    with pytest.raises(
        ModelUnavailableError, match=r"70\.0 billion parameters × 2 bytes"
    ) as caught:
        find_generator("someone/large")

    assert "this one in four bits (about 47.0 GB) behind a local server" in str(caught.value)


def test_unreachable_hub_is_not_asked_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the hub nothing is known of a model's size, and that is no error of its own."""

    def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", fail)

    assert count_on_hub("someone/large") is None
    assert count_on_hub("./folder") is None
