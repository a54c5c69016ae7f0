"""The parts of projects that ask a language model, for every task."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from advisor.export import document_qa
from advisor.export.encoders import ENCODER_PACKAGES, describe_encoder, find_shared_encoder
from advisor.export.generators import find_generator
from advisor.export.project import FittedArm, Parts, Tensors
from prototypes.approaches.document_qa.extractive import passage_texts
from prototypes.approaches.generation.examples import load_examples
from prototypes.approaches.prompted import MAX_ANSWER_TOKENS, MAX_LABEL_TOKENS, N_PASSAGES
from prototypes.contracts import Passage, Task

Recipe = Callable[[FittedArm], Parts]
"""Makes the project of an arm."""

_ROLES = {
    Task.CLASSIFICATION: "classifier",
    Task.DOCUMENT_QA: "answerer",
    Task.GENERATION: "writer",
}
_OWN: Mapping[str, tuple[str, ...]] = {
    Task.CLASSIFICATION: ("labels", "examples", "reading"),
    Task.DOCUMENT_QA: ("answers", "reading"),
    Task.GENERATION: ("texts",),
}
"""The sources in `service/` that belong to a task."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What a language model is given beside the input.

    Attributes:
        name: Of the source that finds it.
        code: Further sources.
        settings: What these need to know.
        tensors: As in `Parts`.
        files: As in `Parts`.
        folders: As in `Parts`.
        packages: As in `Parts`.
    """

    name: str
    code: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    tensors: Mapping[str, Tensors] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)
    packages: tuple[str, ...] = ()


def _prompted(arm: FittedArm, context: _Context, **settings: object) -> Parts:
    """Put together a project around a language model and what it is given."""
    generator = find_generator(arm)
    template = _read_json(arm.folder / "prompt.json")["template"]
    return Parts(
        code={**_list_code(arm.spec.task, context), **generator.code, **context.code},
        settings={
            "template": template,
            **settings,
            **context.settings,
            "generator": generator.settings,
        },
        tensors=context.tensors,
        files={**context.files, **generator.files},
        folders={**context.folders, **generator.folders},
        left_out=generator.left_out,
        packages=tuple(sorted({*generator.packages, *context.packages})),
        asks=generator.asks,
        container=generator.container,
        remark=generator.remark,
    )


def _list_code(task: Task, context: _Context) -> dict[str, str]:
    role = _ROLES[task]
    api = "api" if task is Task.CLASSIFICATION else "api_streaming"
    return {
        "service/api.py": f"{task}/{api}.py",
        f"service/{role}.py": f"{task}/{role}s/prompted.py",
        "service/context.py": f"{task}/contexts/{context.name}.py",
        **{f"service/{name}.py": f"{task}/{name}.py" for name in _OWN[task]},
        "reproduce.py": f"{task}/reproduce.py",
        "tests/test_service.py": f"{task}/test_service.py",
    }


def _answer(arm: FittedArm, context: Callable[[FittedArm], _Context]) -> Parts:
    return _prompted(arm, context(arm), n_tokens=MAX_ANSWER_TOKENS)


def _nothing(_: FittedArm) -> _Context:
    return _Context("nothing", settings={"fewest": 0, "most": 0})


def _corpus(arm: FittedArm) -> _Context:
    documents = [Passage(each.id, each.id, each.title, each.text) for each in arm.bench.documents]
    n_all = len(documents)
    return _Context(
        "corpus",
        settings={"fewest": n_all, "most": n_all},
        files={"passages.jsonl": document_qa.render_passages(documents, with_sentences=False)},
    )


def _retrieved(arm: FittedArm) -> _Context:
    encoder, passages = find_shared_encoder(arm), document_qa.require_passages(arm)
    return _Context(
        "retrieved",
        code={**document_qa.WORDS, **document_qa.SEARCH},
        settings={"fewest": 1, "most": N_PASSAGES, "encoder": describe_encoder(encoder, arm)},
        tensors={"index": {"passages": arm.bench.embed(passage_texts(passages))}},
        files={
            "passages.jsonl": document_qa.render_passages(passages, with_sentences=False),
            **document_qa.index_words(arm),
        },
        folders={"encoder": encoder},
        packages=(*ENCODER_PACKAGES, "bm25s", "faiss-cpu"),
    )


def _label(arm: FittedArm, *, nearest: bool) -> Parts:
    content = _read_json(arm.folder / "prompt.json")
    labels, described = content["labels"], content["descriptions"]
    listed = [f"- {x}: {described[x]}" if described.get(x) else f"- {x}" for x in labels]
    context = _show_examples(arm, content["examples"], key="text", nearest=nearest)
    shown = {"labels": labels, "list": "\n".join(listed)}
    return _prompted(arm, context, **shown, n_tokens=MAX_LABEL_TOKENS)


def _write(arm: FittedArm, *, nearest: bool) -> Parts:
    content = _read_json(arm.folder / "prompt.json")
    examples = load_examples(arm.folder)
    rows = [{"id": each.id, "input": each.input, "output": each.typical} for each in examples]
    context = _show_examples(arm, rows, key="input", nearest=nearest)
    return _prompted(arm, context, words=str(content["words"]), n_tokens=content["max_tokens"])


def _show_examples(
    arm: FittedArm, rows: Sequence[Mapping[str, str]], *, key: str, nearest: bool
) -> _Context:
    """Show all examples, or those whose vectors are nearest to that of the input."""
    files = {"examples.json": json.dumps(rows, ensure_ascii=False).encode()}
    if not nearest:
        return _Context("fixed", files=files)
    encoder = find_shared_encoder(arm)
    return _Context(
        "nearest",
        code={"service/encoder.py": "common/encoder.py", "service/batches.py": "common/batches.py"},
        settings={"encoder": describe_encoder(encoder, arm)},
        tensors={"index": {"inputs": arm.bench.embed([row[key] for row in rows])}},
        files=files,
        folders={"encoder": encoder},
        packages=(*ENCODER_PACKAGES, "faiss-cpu"),
    )


CLASSIFICATION: Mapping[str, Recipe] = {
    "prompting_generator": partial(_label, nearest=False),
    "prompting_generator_few_shot": partial(_label, nearest=False),
    "rag_generator": partial(_label, nearest=True),
}
DOCUMENT_QA: Mapping[str, Recipe] = {
    "prompting": partial(_answer, context=_nothing),
    "prompting_whole_corpus": partial(_answer, context=_corpus),
    "rag_generator": partial(_answer, context=_retrieved),
    "fine_tune_generator": partial(_answer, context=_nothing),
    "fine_tune_soft_prompt": partial(_answer, context=_nothing),
    "hybrid_raft": partial(_answer, context=_retrieved),
}
GENERATION: Mapping[str, Recipe] = {
    "prompting": partial(_write, nearest=False),
    "prompting_few_shot": partial(_write, nearest=False),
    "rag_generator": partial(_write, nearest=True),
    "fine_tune_generator": partial(_write, nearest=False),
    "hybrid_generator": partial(_write, nearest=True),
}
"""How each arm becomes a project."""


def _read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
