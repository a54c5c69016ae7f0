"""The likeliest of given outputs, against scoring every one of them plainly."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from prototypes.models import output_choice
from prototypes.models.generator_local import TransformersGenerator
from prototypes.models.output_choice import choose_output

pytestmark = pytest.mark.usefixtures("one_thread")

PROMPT = "Return the encoder:"
WORDS = ("tests", "socket", "json", "a socket", "the server", "server", "self", "import")
END = 2


@pytest.mark.parametrize("n_at_once", [1, 3, 16])
@torch.inference_mode()
def test_choice_is_that_of_scoring_all(
    n_at_once: int, tiny_causal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving out what can no longer win changes nothing, and the likelihood is exact."""
    monkeypatch.setattr(output_choice, "N_AT_ONCE", n_at_once)
    monkeypatch.setattr("prototypes.models.generator_local.generator_precision", lambda: "float32")
    generator = TransformersGenerator(tiny_causal, name="tiny")
    encode = generator.tokenizer
    outputs = [[*encode(f" {word}")["input_ids"], END] for word in WORDS]
    known = encode(PROMPT)["input_ids"]
    plain = []
    for output in outputs:
        log_probs = generator.model(torch.tensor([[*known, *output]])).logits[0].log_softmax(-1)
        each = log_probs[len(known) - 1 : -1].gather(1, torch.tensor(output)[:, None])
        plain.append(float(each.sum()))

    chosen, log_likelihood = choose_output(generator, PROMPT, outputs)

    assert chosen == max(range(len(WORDS)), key=plain.__getitem__)
    assert log_likelihood == pytest.approx(plain[chosen], abs=1e-3)
