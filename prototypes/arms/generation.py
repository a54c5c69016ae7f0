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
    ArmSpec(
        name="fine_tune",
        task=Task.GENERATION,
        approach=Approach.FINE_TUNE,
        title="sequence-to-sequence model warm-started from the encoder, taught every pair",
        factory=f"{_ROOM}.tuned:TunedWriterArm",
        needs=("training_samples",),
        cost_rank=5,
    ),
    ArmSpec(
        name="hybrid",
        task=Task.GENERATION,
        approach=Approach.HYBRID,
        title="the same model, shown the output of the nearest training input beside each input",
        factory=f"{_ROOM}.hybrid:ShownExampleArm",
        needs=("training_samples",),
        cost_rank=7,
    ),
)
