"""The arms of extraction."""

from __future__ import annotations

from prototypes.contracts import Approach, ArmSpec, Task

_ROOM = "prototypes.approaches.extraction"

ARMS: tuple[ArmSpec, ...] = (
    ArmSpec(
        name="baseline_dictionary",
        task=Task.EXTRACTION,
        approach=Approach.BASELINE,
        title="spans seen in training, looked up word for word, the longest first",
        factory=f"{_ROOM}.baseline:DictionaryArm",
        needs=("training_samples",),
        cost_rank=0,
    ),
    ArmSpec(
        name="prompting_zero_shot",
        task=Task.EXTRACTION,
        approach=Approach.PROMPTING,
        title="runs of words nearest to a label description (no generator, no samples)",
        factory=f"{_ROOM}.prompting:ZeroShotSpansArm",
        cost_rank=3,
    ),
    ArmSpec(
        name="prompting_few_shot",
        task=Task.EXTRACTION,
        approach=Approach.PROMPTING,
        title="head for words on 8 texts per label, frozen encoder (no generator)",
        factory=f"{_ROOM}.head:FewShotTaggingArm",
        needs=("training_samples",),
        cost_rank=2,
    ),
    ArmSpec(
        name="rag",
        task=Task.EXTRACTION,
        approach=Approach.RAG,
        title="vote of the nearest words of the training texts in a FAISS index",
        factory=f"{_ROOM}.rag:NearestWordsArm",
        cites=True,
        needs=("training_samples",),
        cost_rank=4,
    ),
    ArmSpec(
        name="fine_tune_head",
        task=Task.EXTRACTION,
        approach=Approach.FINE_TUNE,
        title="head for words (BIO tags) trained on the frozen encoder",
        factory=f"{_ROOM}.head:TaggingHeadArm",
        needs=("training_samples",),
        cost_rank=5,
    ),
    ArmSpec(
        name="fine_tune_full",
        task=Task.EXTRACTION,
        approach=Approach.FINE_TUNE,
        title="all parameters of the encoder and a head for words tuned with the Trainer",
        factory=f"{_ROOM}.full:FullTaggingArm",
        needs=("training_samples",),
        cost_rank=6,
    ),
    ArmSpec(
        name="hybrid",
        task=Task.EXTRACTION,
        approach=Approach.HYBRID,
        title="tuned encoder interpolated with the vote of its nearest words",
        factory=f"{_ROOM}.hybrid:InterpolatedTaggingArm",
        cites=True,
        needs=("training_samples",),
        cost_rank=7,
    ),
    ArmSpec(
        name="prompting_generator",
        task=Task.EXTRACTION,
        approach=Approach.PROMPTING,
        title="a language model given the labels in its prompt, no samples",
        factory=f"{_ROOM}.prompted:ZeroShotSpansPromptArm",
        needs=("generator",),
        cost_rank=90,
    ),
    ArmSpec(
        name="rag_generator",
        task=Task.EXTRACTION,
        approach=Approach.RAG,
        title="a language model given the labels and the 8 nearest texts with their spans",
        factory=f"{_ROOM}.prompted:NearestSpansPromptArm",
        cites=True,
        needs=("generator", "training_samples"),
        cost_rank=91,
    ),
    ArmSpec(
        name="fine_tune_generator",
        task=Task.EXTRACTION,
        approach=Approach.FINE_TUNE,
        title="a language model tuned to write the spans of a text, whole or by LoRA",
        factory=f"{_ROOM}.prompted:TunedSpansArm",
        needs=("generator", "local_generator", "training_samples"),
        cost_rank=95,
    ),
)
