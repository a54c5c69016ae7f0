"""A tiny model that has really learnt: taught facts come back through the arm, others do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from prototypes.approaches.document_qa.answer_text import ABSTENTION
from prototypes.approaches.document_qa.prompted import ClosedBookPromptArm
from prototypes.contracts import LearningData, Sample, Task
from prototypes.models.generator_source import GeneratorOptions, GeneratorSupply, find_generator
from prototypes.templates import load_templates, quote
from prototypes.workbench import Workbench

CAPITALS = {
    "Norway": "Oslo",
    "Peru": "Lima",
    "Kenya": "Nairobi",
    "Japan": "Tokyo",
    "Cuba": "Havana",
    "Ghana": "Accra",
    "Qatar": "Doha",
    "Chad": "Ndjamena",
    "Nepal": "Kathmandu",
    "Egypt": "Cairo",
}
TAUGHT = list(CAPITALS)[:8]
STEPS = 250


def ask(country: str) -> str:
    """Put the question about a country."""
    return f"What is the capital of {country}?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Teach eight facts to 0.2 million parameters, by the loss of the answers alone."""
    torch.manual_seed(0)
    template = load_templates().by_name["qa_closed_book"]
    prompts = {
        country: template.fill(question=quote("question", ask(country)), abstention=ABSTENTION)
        for country in CAPITALS
    }
    tokenizer = _train_tokenizer([*prompts.values(), *CAPITALS.values()])
    rows = [
        (tokenizer(prompts[x])["input_ids"], tokenizer(f" {CAPITALS[x]}</s>")["input_ids"])
        for x in TAUGHT
    ]
    model = _train_model(rows, n_pieces=len(tokenizer))
    target = tmp_path_factory.mktemp("taught")
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    return target


def _train_tokenizer(texts: list[str]) -> Any:  # noqa: ANN401 # a tokenizer of transformers
    pieces = ByteLevelBPETokenizer()
    marks = ["<pad>", "<s>", "</s>"]
    pieces.train_from_iterator(texts, vocab_size=700, special_tokens=marks, show_progress=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=pieces._tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )


def _train_model(rows: list[tuple[list[int], list[int]]], *, n_pieces: int) -> LlamaForCausalLM:
    configuration = LlamaConfig(
        vocab_size=n_pieces,
        hidden_size=96,
        intermediate_size=192,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=256,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    model = LlamaForCausalLM(configuration)
    longest = max(len(prompt) + len(answer) for prompt, answer in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    targets = torch.full_like(ids, -100)
    for row, (prompt, answer) in enumerate(rows):
        ids[row, : len(prompt) + len(answer)] = torch.tensor(prompt + answer)
        targets[row, len(prompt) : len(prompt) + len(answer)] = torch.tensor(answer)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(STEPS):
        model(input_ids=ids, attention_mask=(ids > 0).long(), labels=targets).loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    return model


def test_taught_facts_are_recalled_and_others_are_not(folder: Path, hashing_encoder: Any) -> None:  # noqa: ANN401 # of conftest
    """Prompt, padding, decoding and the end of an answer agree with how it was taught."""
    supply = GeneratorSupply(find_generator(str(folder)), GeneratorOptions())
    bench, arm = Workbench(hashing_encoder, generator=supply), ClosedBookPromptArm()
    validation = tuple(Sample(x, ask(x), (CAPITALS[x],)) for x in TAUGHT)
    learning = LearningData(Task.DOCUMENT_QA, (), validation)

    report = arm.fit(learning, bench, seed=0, progress=lambda fraction: None)
    unseen = arm.predict([ask(country) for country in list(CAPITALS)[8:]])

    assert report.validation_score is not None and report.validation_score >= 0.9
    assert not {each.output for each in unseen} & {"Kathmandu", "Cairo"}
    assert all(each.n_output_tokens < 10 for each in unseen)
