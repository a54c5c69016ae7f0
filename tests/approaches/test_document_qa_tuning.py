"""How settings are chosen, and how much of a tuned retriever is kept."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes.approaches.document_qa.choosing import choose_setting
from prototypes.approaches.document_qa.tuning import Probe
from prototypes.models.encoder import Encoder

TEN_RIGHT = np.ones(10)
TEN_WRONG = np.zeros(10)


def test_setting_that_is_clearly_better_is_chosen() -> None:
    """Ten questions out of ten found better is no chance."""
    values = {"default": TEN_WRONG, "same": TEN_WRONG, "better": TEN_RIGHT}

    assert choose_setting(values, default="default") == "better"


def test_setting_that_may_be_better_by_chance_is_not_chosen() -> None:
    """One question found better and none worse is no reason to leave the default."""
    values = {"default": np.zeros(11), "lucky": np.array([1.0, *TEN_WRONG])}

    assert choose_setting(values, default="default") == "default"


@pytest.mark.parametrize("n_questions", [0, 1])
def test_default_is_kept_where_nothing_can_be_told(n_questions: int) -> None:
    """Neither no question nor a single one decides anything."""
    values = {"default": np.zeros(n_questions), "other": np.ones(n_questions)}

    assert choose_setting(values, default="default") == "default"


def test_probe_ranks_the_answering_passage_in_fused_retrieval(hashing_encoder: Encoder) -> None:
    """The passage that both indexes put first has reciprocal rank 1."""
    probe = Probe(["copper ore"], [frozenset({1})], ["salt water", "copper ore", "quartz sand"])

    assert probe.reciprocal_ranks(hashing_encoder).tolist() == [1.0]


def test_probe_looks_at_tokens_where_the_encoder_gives_them(hashing_encoder: Encoder) -> None:
    """Of two passages that neither index tells apart, the one with a token met comes first."""
    probe = Probe(["ore"], [frozenset({1})], ["sand", "sand"])
    tokens = {"ore": [[1.0, 0.0]], "sand": [[0.0, 1.0]]}
    passages = [[[0.0, 1.0]], [[1.0, 0.0]]]

    def encode_tokens(texts: list[str]) -> list[NDArray[np.float32]]:
        rows = [tokens[text] for text in texts] if len(texts) == 1 else passages
        return [np.array(each, dtype=np.float32) for each in rows]

    def encode_with_tokens(
        texts: list[str],
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        return hashing_encoder.encode(texts), encode_tokens(texts)

    assert probe.reciprocal_ranks(hashing_encoder).tolist() == [0.5]
    hashing_encoder.encode_tokens = encode_tokens  # type: ignore[attr-defined]
    hashing_encoder.encode_with_tokens = encode_with_tokens  # type: ignore[attr-defined]
    assert probe.reciprocal_ranks(hashing_encoder).tolist() == [1.0]
