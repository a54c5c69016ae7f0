"""The parts of a project that writes texts, one function per kind of writer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from advisor.export.encoders import ENCODER_PACKAGES, describe_encoder, find_shared_encoder
from advisor.export.project import FittedArm, Parts, Tensors
from advisor.export.word_index import render_index
from prototypes.approaches.generation.examples import Example, load_examples

_ROOM = "generation"
_BASE = {
    "service/api.py": f"{_ROOM}/api.py",
    "service/texts.py": f"{_ROOM}/texts.py",
    "reproduce.py": f"{_ROOM}/reproduce.py",
    "tests/test_service.py": f"{_ROOM}/test_service.py",
}
_SEARCH = {"service/encoder.py": "common/encoder.py", "service/batches.py": "common/batches.py"}
_MODEL = {"service/model.py": f"{_ROOM}/model.py", "service/surface.py": f"{_ROOM}/surface.py"}
_STREAM = {"service/api.py": f"{_ROOM}/api_streaming.py"}
_FOUND_BY = frozenset({"examples.json", "encoder.json"})
"""What the hybrid keeps beside its model to find examples; the project has it elsewhere."""


def _code(writer: str, *more: Mapping[str, str]) -> Mapping[str, str]:
    """List the sources of a project whose writer is of this kind."""
    own = {"service/writer.py": f"{_ROOM}/writers/{writer}.py"}
    return {name: source for part in (_BASE, own, *more) for name, source in part.items()}


def _copy_by_words(arm: FittedArm) -> Parts:
    from prototypes.retrieval.lexical import LexicalIndex

    examples = load_examples(arm.folder)
    index = LexicalIndex([example.input for example in examples])
    return Parts(
        code=_code("copy_by_words"),
        settings={},
        files={**_render(examples), **render_index(index, arm, searched="examples")},
        packages=("bm25s", "numpy"),
    )


def _copy_by_meaning(arm: FittedArm) -> Parts:
    encoder, examples = find_shared_encoder(arm), load_examples(arm.folder)
    return Parts(
        code=_code("copy_by_meaning", _SEARCH),
        settings={"encoder": describe_encoder(encoder, arm)},
        tensors={"index": _embed(examples, arm)},
        files=_render(examples),
        folders={"encoder": encoder},
        packages=(*ENCODER_PACKAGES, "faiss-cpu"),
    )


def _tuned(arm: FittedArm) -> Parts:
    return Parts(
        code=_code("tuned", _MODEL, _STREAM),
        settings={"precision": arm.lock.precision},
        folders={"writer": arm.folder},
        packages=("numpy", "tokenizers", "torch", "transformers"),
    )


def _shown_example(arm: FittedArm) -> Parts:
    copying = _copy_by_meaning(arm)
    return Parts(
        code=_code("shown_example", _MODEL, _SEARCH, _STREAM),
        settings={**copying.settings, "precision": arm.lock.precision},
        tensors=copying.tensors,
        files=copying.files,
        folders={**copying.folders, "writer": arm.folder},
        left_out=_FOUND_BY,
        packages=copying.packages,
    )


RECIPES: Mapping[str, Callable[[FittedArm], Parts]] = {
    "baseline_copy": _copy_by_words,
    "rag": _copy_by_meaning,
    "fine_tune": _tuned,
    "hybrid": _shown_example,
}
"""How each arm becomes a project."""


def _embed(examples: Sequence[Example], arm: FittedArm) -> Tensors:
    return {"inputs": arm.bench.embed([example.input for example in examples])}


def _render(examples: Sequence[Example]) -> dict[str, bytes]:
    """Render the examples, each with the most typical of its outputs, which is what is shown."""
    rows = [{"id": each.id, "input": each.input, "output": each.typical} for each in examples]
    return {"examples.json": json.dumps(rows, ensure_ascii=False).encode()}
