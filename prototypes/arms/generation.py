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
    ArmSpec(
        name="hybrid_knn_lm",
        task=Task.GENERATION,
        approach=Approach.HYBRID,
        title="the tuned model, each piece interpolated with what followed similar states (kNN-LM)",
        factory=f"{_ROOM}.knn_lm:NeighbourWriterArm",
        needs=("training_samples",),
        cost_rank=8,
        on_request=True,
    ),
    ArmSpec(
        name="prompting",
        task=Task.GENERATION,
        approach=Approach.PROMPTING,
        title="a language model given the input, no examples",
        factory=f"{_ROOM}.prompted:ZeroShotWriterArm",
        needs=("generator",),
        cost_rank=90,
    ),
    ArmSpec(
        name="rag_generator",
        task=Task.GENERATION,
        approach=Approach.RAG,
        title="a language model given the 8 nearest training pairs in its prompt",
        factory=f"{_ROOM}.prompted:NearestPairsWriterArm",
        needs=("generator", "training_samples"),
        cost_rank=91,
    ),
    ArmSpec(
        name="prompting_few_shot",
        task=Task.GENERATION,
        approach=Approach.PROMPTING,
        title="a language model given the same 8 training pairs in every prompt",
        factory=f"{_ROOM}.prompted:FixedPairsWriterArm",
        needs=("generator", "training_samples"),
        cost_rank=92,
    ),
    ArmSpec(
        name="fine_tune_generator",
        task=Task.GENERATION,
        approach=Approach.FINE_TUNE,
        title="a language model tuned on the training pairs, whole or by LoRA",
        factory=f"{_ROOM}.tuned_generator:TunedPromptWriterArm",
        needs=("generator", "local_generator", "training_samples"),
        cost_rank=95,
    ),
    ArmSpec(
        name="hybrid_generator",
        task=Task.GENERATION,
        approach=Approach.HYBRID,
        title="a language model tuned to write beside the 8 nearest training pairs",
        factory=f"{_ROOM}.tuned_generator:TunedNearestWriterArm",
        needs=("generator", "local_generator", "training_samples"),
        cost_rank=96,
        on_request=True,
    ),
)
