"""The parts of a classifier's project, one function per kind of classifier."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from advisor.export.encoders import (
    ENCODER_PACKAGES,
    describe_encoder,
    find_encoder,
    find_shared_encoder,
    merge_encoder,
)
from advisor.export.parameters import read_head, read_neighbours
from advisor.export.project import FittedArm, Parts

_ROOM = "classification"
_BASE = {
    "service/api.py": f"{_ROOM}/api.py",
    "service/labels.py": f"{_ROOM}/labels.py",
    "reproduce.py": f"{_ROOM}/reproduce.py",
    "tests/test_service.py": f"{_ROOM}/test_service.py",
}
_ENCODER = {"service/encoder.py": "common/encoder.py", "service/batches.py": "common/batches.py"}
_HEAD = {"service/head.py": f"{_ROOM}/head.py"}
_NEIGHBOURS = {"service/neighbours.py": f"{_ROOM}/neighbours.py"}


def _code(classifier: str, *more: Mapping[str, str]) -> Mapping[str, str]:
    """List the sources of a project whose classifier is of this kind."""
    own = {"service/classifier.py": f"{_ROOM}/classifiers/{classifier}.py"}
    return {name: source for part in (_BASE, own, *more) for name, source in part.items()}


def _majority(arm: FittedArm) -> Parts:
    content = _read_json(arm.folder / "majority.json")
    settings = {**content, "labels": [content["label"]]}
    return Parts(code=_code("majority"), settings=settings, packages=("numpy",))


def _words(arm: FittedArm) -> Parts:
    labels, head = read_head(arm.folder)
    content = _read_json(arm.folder / "words.json")
    return Parts(
        code=_code("words"),
        settings={"labels": labels, "words": content["words"]},
        tensors={"words": {**head, "idf": np.array(content["idf"])}},
        packages=("numpy", "safetensors"),
    )


def _descriptions(arm: FittedArm) -> Parts:
    encoder = find_encoder(arm)
    with np.load(arm.folder / "labels.npz", allow_pickle=False) as content:
        labels, vectors = content["labels"].tolist(), content["vectors"]
    return Parts(
        code=_code("descriptions", _ENCODER),
        settings={"labels": labels, "encoder": describe_encoder(encoder, arm)},
        tensors={"descriptions": {"vectors": vectors}},
        folders={"encoder": encoder},
        packages=ENCODER_PACKAGES,
    )


def _logistic(arm: FittedArm) -> Parts:
    return _with_head(arm, find_encoder(arm))


def _soft_prompt(arm: FittedArm) -> Parts:
    plain = _with_head(arm, find_shared_encoder(arm))
    reader = {"service/soft_prompt.py": f"{_ROOM}/soft_prompt.py"}
    return replace(
        plain,
        code=_code("soft_prompt", _ENCODER, _HEAD, reader),
        folders={**plain.folders, "adapter": arm.folder / "adapter"},
        packages=(*plain.packages, "peft"),
    )


def _merged(arm: FittedArm) -> Parts:
    return _with_head(arm, merge_encoder(arm))


def _with_head(arm: FittedArm, encoder: Path) -> Parts:
    labels, head = read_head(arm.folder)
    return Parts(
        code=_code("logistic", _ENCODER, _HEAD),
        settings={"labels": labels, "encoder": describe_encoder(encoder, arm)},
        tensors={"head": head},
        folders={"encoder": encoder},
        packages=ENCODER_PACKAGES,
    )


def _votes(arm: FittedArm) -> Parts:
    encoder, content = find_encoder(arm), _read_json(arm.folder / "samples.json")
    return Parts(
        code=_code("votes", _ENCODER, _NEIGHBOURS),
        settings={
            "labels": content["labels"],
            "vote": {"k": content["k"], "temperature": content["temperature"]},
            "encoder": describe_encoder(encoder, arm),
        },
        tensors={"neighbours": read_neighbours(arm.folder)},
        files={"examples.json": json.dumps(content["samples"], ensure_ascii=False).encode()},
        folders={"encoder": encoder},
        packages=(*ENCODER_PACKAGES, "faiss-cpu"),
    )


def _interpolated(arm: FittedArm) -> Parts:
    voting, (_, head) = _votes(arm), read_head(arm.folder)
    weight = _read_json(arm.folder / "interpolation.json")["vote_weight"]
    return Parts(
        code=_code("interpolated", _ENCODER, _HEAD, _NEIGHBOURS),
        settings={**voting.settings, "vote_weight": weight},
        tensors={**voting.tensors, "head": head},
        files=voting.files,
        folders=voting.folders,
        packages=voting.packages,
    )


RECIPES: Mapping[str, Callable[[FittedArm], Parts]] = {
    "baseline_majority": _majority,
    "baseline_tfidf": _words,
    "prompting_zero_shot": _descriptions,
    "prompting_few_shot": _logistic,
    "rag": _votes,
    "fine_tune_head": _logistic,
    "fine_tune_full": _logistic,
    "fine_tune_lora": _merged,
    "fine_tune_prompt": _soft_prompt,
    "hybrid": _interpolated,
}
"""How each arm becomes a project."""


def _read_json(path: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return content
