"""The arms of writing a text for an input: free text, a house style, a fixed format."""

from __future__ import annotations

from prototypes.contracts import Approach, ArmSpec, Task

_ROOM = "prototypes.approaches.generation"

ARMS: tuple[ArmSpec, ...] = (
    ArmSpec(
        name="baseline_copy",
        task=Task.GENERATION,
        approach=Approach.BASELINE,
        title="copy of the output of the training input that shares most words (BM25)",
        factory=f"{_ROOM}.copying:LexicalCopyArm",
        cites=True,
        needs=("training_samples",),
        cost_rank=0,
    ),
    ArmSpec(
        name="rag",
        task=Task.GENERATION,
        approach=Approach.RAG,
        title="copy of the output of the training input nearest in meaning (dense search)",
        factory=f"{_ROOM}.copying:DenseCopyArm",
        cites=True,
        needs=("training_samples",),
        cost_rank=1,
    ),
)
