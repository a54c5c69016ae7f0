"""The parts of a project that answers questions about documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from advisor.errors import ExportError
from advisor.export.encoders import (
    ENCODER_PACKAGES,
    TUNED,
    describe_encoder,
    find_shared_encoder,
)
from advisor.export.project import FittedArm, Parts, Tensors
from advisor.export.word_index import render_index
from prototypes.approaches.document_qa.extractive import passage_texts
from prototypes.approaches.document_qa.reader import MAX_EMBEDDED_AHEAD
from prototypes.approaches.document_qa.sentences import FUNCTION_WORDS, split_answers
from prototypes.contracts import Passage

_ROOM = "document_qa"
_BASE = {
    "service/api.py": f"{_ROOM}/api.py",
    "service/answers.py": f"{_ROOM}/answers.py",
    "reproduce.py": f"{_ROOM}/reproduce.py",
    "tests/test_service.py": f"{_ROOM}/test_service.py",
}
_WORDS = {"service/words.py": f"{_ROOM}/words.py"}
_SEARCH = {
    "service/encoder.py": "common/encoder.py",
    "service/retriever.py": f"{_ROOM}/retriever.py",
}


def _code(answerer: str, *more: Mapping[str, str]) -> Mapping[str, str]:
    """List the sources of a project whose answerer is of this kind."""
    own = {"service/answerer.py": f"{_ROOM}/answerers/{answerer}.py"}
    return {name: source for part in (_BASE, own, *more) for name, source in part.items()}


def _best_sentence(arm: FittedArm) -> Parts:
    return Parts(
        code=_code("best_sentence", _WORDS),
        settings={"function_words": _function_words()},
        files={"passages.jsonl": _render_passages(_passages(arm)), **_index_words(arm)},
        packages=("bm25s", "numpy"),
    )


def _search_and_read(arm: FittedArm) -> Parts:
    encoder = find_shared_encoder(arm)
    rule = json.loads((arm.folder / "reading_rule.json").read_text(encoding="utf-8"))
    tuned = arm.folder / TUNED
    return Parts(
        code=_code("search_and_read", _WORDS, _SEARCH),
        settings={
            "weights": [1.0, rule["overlap_weight"], rule["passage_weight"]],
            "threshold": rule["threshold"],
            "encoder": describe_encoder(encoder, arm),
            "function_words": _function_words(),
        },
        tensors={"index": _read_vectors(arm)},
        files={"passages.jsonl": _render_passages(_passages(arm)), **_index_words(arm)},
        folders={"encoder": encoder, **({"search_encoder": tuned} if tuned.is_dir() else {})},
        packages=(*ENCODER_PACKAGES, "bm25s", "faiss-cpu"),
    )


def _closed_book(arm: FittedArm) -> Parts:
    from prototypes.models.decoder_vocabulary import ABSTENTION_PIECE, MAX_OUTPUT_PIECES
    from prototypes.models.seq2seq import MAX_INPUT_PIECES, VOCABULARY_FILE

    return Parts(
        code=_code("closed_book", {"service/api.py": f"{_ROOM}/api_streaming.py"}),
        settings={
            **json.loads((arm.folder / VOCABULARY_FILE).read_text(encoding="utf-8")),
            "precision": arm.lock.precision,
            "max_input_pieces": MAX_INPUT_PIECES,
            "max_output_pieces": MAX_OUTPUT_PIECES,
            "abstention": ABSTENTION_PIECE,
        },
        folders={"writer": arm.folder},
        packages=("tokenizers", "torch", "transformers"),
    )


RECIPES: Mapping[str, Callable[[FittedArm], Parts]] = {
    "baseline": _best_sentence,
    "rag": _search_and_read,
    "hybrid": _search_and_read,
    "fine_tune": _closed_book,
}
"""How each arm becomes a project."""


def _passages(arm: FittedArm) -> Sequence[Passage]:
    if not arm.bench.passages:
        raise ExportError(
            f"arm '{arm.spec.name}' answers from documents, and the run folder holds none; "
            "expected them in documents.jsonl. Measure again with `advisor prototype`."
        )
    return arm.bench.passages


def _render_passages(passages: Sequence[Passage]) -> bytes:
    """Render one line per passage, with the sentences that can be answers."""
    return "".join(
        json.dumps(_describe(each), ensure_ascii=False) + "\n" for each in passages
    ).encode()


def _describe(passage: Passage) -> dict[str, object]:
    return {
        "document": passage.document_id,
        "passage": passage.id,
        "title": passage.title,
        "text": passage.text,
        "sentences": split_answers(passage.text),
    }


def _read_vectors(arm: FittedArm) -> Tensors:
    """Return the vectors of the passages, and of their sentences unless they are too many."""
    passages = _passages(arm)
    sentences = [each for passage in passages for each in split_answers(passage.text)]
    is_small = 0 < len(sentences) <= MAX_EMBEDDED_AHEAD
    ahead = {"sentences": arm.bench.embed(sentences)} if is_small else {}
    tuned = arm.folder / "index" / "vectors.npy"
    if tuned.is_file():
        return {"passages": np.load(tuned, allow_pickle=False), **ahead}
    return {"passages": arm.bench.embed(passage_texts(passages)), **ahead}


def _index_words(arm: FittedArm) -> dict[str, bytes]:
    """Index the passages by words and return the files of the index."""
    _passages(arm)
    return render_index(arm.bench.lexical(), arm, searched="documents")


def _function_words() -> list[str]:
    return sorted(FUNCTION_WORDS)
