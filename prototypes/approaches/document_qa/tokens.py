"""The vectors of the passages' tokens, by the encoder that a workbench has.

Reading a passage gives its own vector, too; so whoever opens the tokens first finds the passages
embedded, and is charged for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prototypes.retrieval.late_interaction import (
    LateInteraction,
    TokenEncoder,
    encode_passages,
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
    texts = [f"{passage.title}\n{passage.text}" for passage in workbench.passages]
    name = workbench.fingerprint("token-vectors", *texts)

    def build(folder: Path) -> None:
        vectors, tokens = encode_passages(encoder, texts)
        tokens.save(folder)
        workbench.keep_embedded(texts, vectors)

    return LateInteraction.open(workbench.part(name, build), encoder.encode_tokens)
