"""The vectors of the passages' tokens, by the encoder that a workbench has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prototypes.retrieval.late_interaction import (
    LateInteraction,
    TokenEncoder,
    TokenVectors,
    is_affordable,
)

if TYPE_CHECKING:
    from prototypes.workbench import Workbench


def open_tokens(workbench: Workbench) -> LateInteraction | None:
    """Return what orders found passages by their tokens; None if the corpus is too large.

    An encoder that gives no vectors of single tokens has none either.
    """
    encoder = workbench.encoder
    if not isinstance(encoder, TokenEncoder) or not is_affordable(len(workbench.passages)):
        return None
    encode = encoder.encode_tokens
    texts = [f"{passage.title}\n{passage.text}" for passage in workbench.passages]
    name = workbench.fingerprint("token-vectors", *texts)
    folder = workbench.part(name, lambda place: TokenVectors.encode(texts, encode).save(place))
    return LateInteraction.open(folder, encode)
