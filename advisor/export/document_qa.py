"""The parts of a project that answers questions about documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

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
from prototypes.approaches.document_qa.tokens import open_tokens
from prototypes.contracts import Passage
from prototypes.retrieval.late_interaction import TokenVectors

_ROOM = "document_qa"
_BASE = {
    "service/api.py": f"{_ROOM}/api.py",
    "service/answers.py": f"{_ROOM}/answers.py",
    "reproduce.py": f"{_ROOM}/reproduce.py",
    "tests/test_service.py": f"{_ROOM}/test_service.py",
}
WORDS = {"service/words.py": f"{_ROOM}/words.py"}
_RARITY = {"service/rarity.py": f"{_ROOM}/rarity.py"}
SEARCH = {
    "service/batches.py": "common/batches.py",
    "service/encoder.py": "common/encoder.py",
    "service/retriever.py": f"{_ROOM}/retriever.py",
}
_CLOSE_SEARCH = {
    **SEARCH,
    "service/retriever.py": f"{_ROOM}/close_retriever.py",
    "service/tokens.py": f"{_ROOM}/tokens.py",
}


def _code(answerer: str, *more: Mapping[str, str]) -> Mapping[str, str]:
    """List the sources of a project whose answerer is of this kind."""
    own = {"service/answerer.py": f"{_ROOM}/answerers/{answerer}.py"}
    return {name: source for part in (_BASE, own, *more) for name, source in part.items()}


def _best_sentence(arm: FittedArm) -> Parts:
    return Parts(
        code=_code("best_sentence", WORDS, _RARITY),
        settings={"function_words": _function_words()},
        files={"passages.jsonl": render_passages(require_passages(arm)), **index_words(arm)},
        packages=("bm25s", "numpy"),
    )


def _search_and_read(arm: FittedArm) -> Parts:
    encoder = find_shared_encoder(arm)
    rule = json.loads((arm.folder / "reading_rule.json").read_text(encoding="utf-8"))
    tuned = arm.folder / TUNED
    return Parts(
        code=_code("search_and_read", WORDS, _RARITY, _CLOSE_SEARCH),
        settings={
            "weights": [1.0, rule["overlap_weight"], rule["passage_weight"]],
            "threshold": rule["threshold"],
            "encoder": describe_encoder(encoder, arm),
            "function_words": _function_words(),
        },
        tensors={"index": {**_read_vectors(arm), **_read_tokens(arm)}},
        files={"passages.jsonl": render_passages(require_passages(arm)), **index_words(arm)},
        folders={"encoder": encoder, **({"search_encoder": tuned} if tuned.is_dir() else {})},
        packages=(*ENCODER_PACKAGES, "bm25s", "faiss-cpu"),
    )


def _marked_span(arm: FittedArm) -> Parts:
    """Take the reader of spans, unless sentences turned out to be the better answers."""
    from prototypes.approaches.document_qa.hybrid_span import SENTENCE, SPAN_SENTENCE

    choice = json.loads((arm.folder / "span_choice.json").read_text(encoding="utf-8"))
    if choice["form"] == SENTENCE:
        return _search_and_read(arm)
    found = _search_and_read(arm)
    reader = {"service/span_reader.py": f"{_ROOM}/span_reader.py"}
    return replace(
        found,
        code=_code("marked_span", WORDS, _CLOSE_SEARCH, reader),
        settings={
            "encoder": found.settings["encoder"],
            "threshold": choice["threshold"],
            "whole_sentence": choice["form"] == SPAN_SENTENCE,
        },
        tensors={"index": {k: v for k, v in found.tensors["index"].items() if k != "sentences"}},
        folders={**found.folders, "span_reader": arm.folder / "span_reader"},
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
    "hybrid_span": _marked_span,
    "fine_tune": _closed_book,
}
"""How each arm becomes a project."""


def require_passages(arm: FittedArm) -> Sequence[Passage]:
    """Return the passages that an arm searches.

    Raises:
        ExportError: If there are none.
    """
    if not arm.bench.passages:
        raise ExportError(
            f"arm '{arm.spec.name}' answers from documents, and the run folder holds none; "
            "expected them in documents.jsonl. Measure again with `advisor prototype`."
        )
    return arm.bench.passages


def render_passages(passages: Sequence[Passage], *, with_sentences: bool = True) -> bytes:
    """Render one line per passage, with the sentences that can be answers."""
    rows = (_describe(each, with_sentences=with_sentences) for each in passages)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _describe(passage: Passage, *, with_sentences: bool) -> dict[str, object]:
    described = {
        "document": passage.document_id,
        "passage": passage.id,
        "title": passage.title,
        "text": passage.text,
    }
    sentences = {"sentences": split_answers(passage.text)} if with_sentences else {}
    return {**described, **sentences}


def _read_vectors(arm: FittedArm) -> Tensors:
    """Return the vectors of the passages, and of their sentences unless they are too many."""
    passages = require_passages(arm)
    sentences = [each for passage in passages for each in split_answers(passage.text)]
    is_small = 0 < len(sentences) <= MAX_EMBEDDED_AHEAD
    ahead = {"sentences": arm.bench.embed(sentences)} if is_small else {}
    tuned = arm.folder / "index" / "vectors.npy"
    if tuned.is_file():
        return {"passages": np.load(tuned, allow_pickle=False), **ahead}
    return {"passages": arm.bench.embed(passage_texts(passages)), **ahead}


def _read_tokens(arm: FittedArm) -> Tensors:
    """Return the vectors of the passages' tokens, and where each passage ends; none if not kept."""
    tuned = arm.folder / "index"
    if tuned.is_dir():
        passages = TokenVectors.load(tuned) if TokenVectors.are_in(tuned) else None
    else:
        passages = late.passages if (late := open_tokens(arm.bench)) else None
    return {"tokens": passages.tokens, "token_ends": passages.ends} if passages else {}


def index_words(arm: FittedArm) -> dict[str, bytes]:
    """Index the passages by words and return the files of the index."""
    require_passages(arm)
    return render_index(arm.bench.lexical(), arm, searched="documents")


def _function_words() -> list[str]:
    return sorted(FUNCTION_WORDS)
