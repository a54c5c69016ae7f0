"""The arms of questions about documents."""

from __future__ import annotations

from prototypes.contracts import Approach, ArmSpec, Task

_ROOM = "prototypes.approaches.document_qa"

ARMS: tuple[ArmSpec, ...] = (
    ArmSpec(
        name="baseline",
        task=Task.DOCUMENT_QA,
        approach=Approach.BASELINE,
        title="best sentence of the first BM25 passage",
        factory=f"{_ROOM}.baseline:BestSentenceBaseline",
        cites=True,
        needs=("documents",),
        cost_rank=0,
    ),
    ArmSpec(
        name="rag",
        task=Task.DOCUMENT_QA,
        approach=Approach.RAG,
        title="BM25 and dense search fused, extractive answer with citation",
        factory=f"{_ROOM}.rag:RetrievalArm",
        cites=True,
        needs=("documents",),
        cost_rank=1,
    ),
    ArmSpec(
        name="hybrid",
        task=Task.DOCUMENT_QA,
        approach=Approach.HYBRID,
        title="retriever tuned on the training questions, then fused retrieval with citation",
        factory=f"{_ROOM}.hybrid:TunedRetrievalArm",
        cites=True,
        needs=("documents", "training_samples"),
        cost_rank=2,
    ),
    ArmSpec(
        name="hybrid_span",
        task=Task.DOCUMENT_QA,
        approach=Approach.HYBRID,
        title="retriever and reader both tuned; the reader marks the answer in the passage",
        factory=f"{_ROOM}.hybrid_span:TunedReaderArm",
        cites=True,
        needs=("documents", "training_samples"),
        cost_rank=4,
        on_request=True,
    ),
    ArmSpec(
        name="fine_tune",
        task=Task.DOCUMENT_QA,
        approach=Approach.FINE_TUNE,
        title="closed book: a tuned model answers without access to the documents",
        factory=f"{_ROOM}.closed_book:ClosedBookArm",
        needs=("training_samples",),
        cost_rank=3,
    ),
    ArmSpec(
        name="prompting",
        task=Task.DOCUMENT_QA,
        approach=Approach.PROMPTING,
        title="closed book: a language model answers from what it knows",
        factory=f"{_ROOM}.prompted:ClosedBookPromptArm",
        needs=("generator",),
        cost_rank=90,
    ),
    ArmSpec(
        name="rag_generator",
        task=Task.DOCUMENT_QA,
        approach=Approach.RAG,
        title="a language model answers from the 5 best passages of fused retrieval and cites them",
        factory=f"{_ROOM}.prompted:RetrievalPromptArm",
        cites=True,
        needs=("generator", "documents"),
        cost_rank=91,
    ),
    ArmSpec(
        name="prompting_whole_corpus",
        task=Task.DOCUMENT_QA,
        approach=Approach.PROMPTING,
        title="a language model answers with the whole corpus in its prompt and cites documents",
        factory=f"{_ROOM}.prompted:WholeCorpusPromptArm",
        cites=True,
        needs=("generator", "documents"),
        cost_rank=92,
    ),
)
