"""The likeliest of given outputs to a prompt, exactly: nothing but these can be said."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from prototypes.models.generator import Prompt
from prototypes.models.generator_local import TransformersGenerator
from prototypes.models.marginal_decoding import score_outputs

N_AT_ONCE = 16
"""Outputs that are scored together."""


@torch.inference_mode()
def choose_output(
    generator: TransformersGenerator, prompt: Prompt, outputs: Sequence[Sequence[int]]
) -> tuple[int, float]:
    """Find the output that a model is likeliest to write to a prompt.

    No output is likelier than its first token, so those that begin likeliest are scored first, and
    the rest not at all once it can no longer win.

    Args:
        generator: The model.
        prompt: What it reads.
        outputs: Token ids of each output, with the one that ends it.

    Returns:
        The output's position, and the natural logarithm of the probability of writing it.
    """
    reading = generator.read([prompt])
    begins = reading.log_probs[0, [output[0] for output in outputs]].tolist()
    order = sorted(range(len(outputs)), key=begins.__getitem__, reverse=True)
    chosen, best = order[0], float("-inf")
    for start in range(0, len(order), N_AT_ONCE):
        if begins[order[start]] <= best:
            break
        some = order[start : start + N_AT_ONCE]
        scores = score_outputs(reading, [outputs[each] for each in some])
        totals = [float(score.sum()) for score in scores]
        leader = max(range(len(some)), key=totals.__getitem__)
        if totals[leader] > best:
            chosen, best = some[leader], totals[leader]
    return chosen, best
