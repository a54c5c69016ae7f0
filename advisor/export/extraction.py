"""The parts of a project that finds spans, one function per kind of extractor."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from advisor.export.encoders import ENCODER_PACKAGES, describe_encoder, find_encoder
from advisor.export.parameters import read_head, read_neighbours
from advisor.export.project import FittedArm, Parts

_ROOM = "extraction"
_BASE = {
    "service/api.py": f"{_ROOM}/api.py",
    "service/spans.py": f"{_ROOM}/spans.py",
    "reproduce.py": f"{_ROOM}/reproduce.py",
    "tests/test_service.py": f"{_ROOM}/test_service.py",
}
_WORDS = {
    "service/batches.py": "common/batches.py",
    "service/encoder.py": f"{_ROOM}/encoder.py",
    "service/tags.py": f"{_ROOM}/tags.py",
}
_WHOLE_TEXTS = {
    "service/batches.py": "common/batches.py",
    "service/encoder.py": "common/encoder.py",
}
_NEIGHBOURS = {"service/neighbours.py": f"{_ROOM}/neighbours.py"}


def _code(extractor: str, *more: Mapping[str, str]) -> Mapping[str, str]:
    """List the sources of a project whose extractor is of this kind."""
    own = {"service/extractor.py": f"{_ROOM}/extractors/{extractor}.py"}
    return {name: source for part in (_BASE, own, *more) for name, source in part.items()}


def _dictionary(arm: FittedArm) -> Parts:
    content = (arm.folder / "dictionary.json").read_bytes()
    return Parts(
        code=_code("dictionary"), settings={}, files={"dictionary.json": content}, packages=()
    )


def _tagger(arm: FittedArm) -> Parts:
    encoder = find_encoder(arm)
    tags, head = read_head(arm.folder)
    return Parts(
        code=_code("tagger", _WORDS),
        settings={"tags": tags, "encoder": _describe(encoder, arm)},
        tensors={"head": head},
        folders={"encoder": encoder},
        packages=ENCODER_PACKAGES,
    )


def _nearest_label(arm: FittedArm) -> Parts:
    encoder = find_encoder(arm)
    content = json.loads((arm.folder / "labels.json").read_text(encoding="utf-8"))
    with np.load(arm.folder / "labels.npz", allow_pickle=False) as stored:
        vectors = stored["vectors"]
    return Parts(
        code=_code("nearest_label", _WHOLE_TEXTS),
        settings={**content, "encoder": describe_encoder(encoder, arm)},
        tensors={"labels": {"vectors": vectors}},
        folders={"encoder": encoder},
        packages=ENCODER_PACKAGES,
    )


def _votes(arm: FittedArm) -> Parts:
    encoder = find_encoder(arm)
    content = json.loads((arm.folder / "texts.json").read_text(encoding="utf-8"))
    rows = [[*row, n] for row, n in zip(content["texts"], content["n_words"], strict=True)]
    return Parts(
        code=_code("votes", _WORDS, _NEIGHBOURS),
        settings={
            "tags": content["tags"],
            "vote": {"k": content["k"], "temperature": content["temperature"]},
            "encoder": _describe(encoder, arm),
        },
        tensors={"neighbours": read_neighbours(arm.folder)},
        files={"examples.json": json.dumps(rows, ensure_ascii=False).encode()},
        folders={"encoder": encoder},
        packages=(*ENCODER_PACKAGES, "faiss-cpu"),
    )


def _interpolated(arm: FittedArm) -> Parts:
    voting, (_, head) = _votes(arm), read_head(arm.folder)
    content = json.loads((arm.folder / "interpolation.json").read_text(encoding="utf-8"))
    return Parts(
        code=_code("interpolated", _WORDS, _NEIGHBOURS),
        settings={**voting.settings, "vote_weight": content["vote_weight"]},
        tensors={**voting.tensors, "head": head},
        files=voting.files,
        folders=voting.folders,
        packages=voting.packages,
    )


RECIPES: Mapping[str, Callable[[FittedArm], Parts]] = {
    "baseline_dictionary": _dictionary,
    "prompting_zero_shot": _nearest_label,
    "prompting_few_shot": _tagger,
    "rag": _votes,
    "fine_tune_head": _tagger,
    "fine_tune_full": _tagger,
    "hybrid": _interpolated,
}
"""How each arm becomes a project."""


def _describe(encoder: Path, arm: FittedArm) -> dict[str, object]:
    """Say how the encoder was used; words are never pooled."""
    settings = describe_encoder(encoder, arm)
    return {name: settings[name] for name in ("precision", "max_tokens")}
