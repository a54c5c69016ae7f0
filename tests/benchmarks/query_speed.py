"""How long a single question takes the rag arm over 2,000 passages of SQuAD.

    python tests/benchmarks/query_speed.py [dev-v1.1.json] [--passages N] [--queries N]
                                           [--cache FOLDER] [--json]

Prints the median (at most 15 ms) and the 95th percentile of the whole, and the median per stage.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from squad import DEFAULT_PATH, read_squad

from prototypes.approaches.document_qa.rag import RetrievalArm
from prototypes.contracts import Document, LearningData, Task
from prototypes.retrieval.chunking import chunk_document
from prototypes.workbench import Workbench

N_WARM_UP = 20


def take_documents(documents: list[Document], n_passages: int) -> list[Document]:
    """Take documents from the start until they hold that many passages."""
    taken, n_found = [], 0
    for document in documents:
        if n_found >= n_passages:
            break
        taken.append(document)
        n_found += len(chunk_document(document))
    return taken


def main() -> None:
    """Index, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", type=Path, default=DEFAULT_PATH)
    parser.add_argument("--passages", type=int, default=2000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--cache", type=Path, help="keep embeddings here")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    everything, samples = read_squad(options.path)
    documents = take_documents(everything, options.passages)
    bench, arm = Workbench(documents=documents, cache_dir=options.cache), RetrievalArm()
    nothing = LearningData(Task.DOCUMENT_QA, (), (), tuple(documents))
    arm.fit(nothing, bench, seed=0, progress=lambda done: None)
    names = {document.id for document in documents}
    asked = [sample.input for sample in samples if sample.sources[0] in names]
    whole, stages = [], []
    step = max(len(asked) // (options.queries + N_WARM_UP), 1)
    for question in asked[::step]:
        started = time.perf_counter()
        (answer,) = arm.predict([question])
        whole.append((time.perf_counter() - started) * 1000)
        stages.append(answer.timings_ms)
    whole, stages = whole[N_WARM_UP:], stages[N_WARM_UP:]
    figures = {
        "passages": len(bench.passages),
        "queries": len(whole),
        "threads": torch.get_num_threads(),
        "p50_ms": float(np.percentile(whole, 50)),
        "p95_ms": float(np.percentile(whole, 95)),
        "p50_ms_by_stage": {
            name: float(np.median([each[name] for each in stages])) for name in stages[0]
        },
    }
    print(f"python {' '.join(sys.argv)}")
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        print(f"{name:16} {value}")


if __name__ == "__main__":
    main()
