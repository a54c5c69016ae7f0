"""How settings are chosen, and how much of a tuned retriever is kept."""

from __future__ import annotations

import numpy as np
import pytest

from prototypes.approaches.document_qa.choosing import choose_setting
from prototypes.approaches.document_qa.tuning import Probe

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


def test_probe_ranks_the_answering_passage_in_fused_retrieval() -> None:
    """The passage that both indexes put first has reciprocal rank 1."""
    probe = Probe(["copper ore"], [frozenset({1})], ["salt water", "copper ore", "quartz sand"])
    vectors = {"copper ore": [0, 1, 0], "salt water": [1, 0, 0], "quartz sand": [0, 0, 1]}

    ranks = probe.reciprocal_ranks(
        lambda texts: np.array([vectors[text] for text in texts], dtype=np.float32)
    )

    assert ranks.tolist() == [1.0]
