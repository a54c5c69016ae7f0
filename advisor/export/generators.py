"""The language model of an arm: copied into the project, referred to, or asked at its server."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from advisor.errors import ExportError
from advisor.export.project import FittedArm
from prototypes.models.generator_source import EndpointSource, LocalSource
from prototypes.models.model_folder import hash_file, require_safetensors

MAX_COPIED_BYTES = 10**9
"""Parameters up to this size are copied; nobody wants more of them in each of their projects."""

TUNED = "model"
"""The folder of an arm with what it tuned of its model."""

_GENERATORS = "common/generators"
_CODE = {"service/prompts.py": "common/prompts.py"}
_LOCAL = {
    "service/generator.py": f"{_GENERATORS}/local.py",
    "service/batches.py": "common/batches.py",
}
_COPIED = {"service/place.py": "common/places/copied.py"}
_ELSEWHERE = {
    "service/place.py": "common/places/elsewhere.py",
    "tests/test_model.py": "common/test_model.py",
}
_ENDPOINT = {
    "service/generator.py": f"{_GENERATORS}/endpoint.py",
    "tests/conftest.py": "common/conftest_endpoint.py",
}
_PACKAGES = ("accelerate", "safetensors", "tokenizers", "torch", "transformers")
_READ = (".json", ".safetensors", ".txt", ".model", ".jinja")
"""How the files end that transformers reads."""
_TOLD = re.compile(r"(?i)(readme|licen[cs]e|notice|use_policy)\b")
"""How those begin that tell what a model is and who may use it; all others stay where they are."""


@dataclass(frozen=True, slots=True)
class GeneratorParts:
    """What a language model brings into a project; the names are those of `Parts`."""

    code: Mapping[str, str]
    settings: Mapping[str, object]
    packages: tuple[str, ...]
    folders: Mapping[str, Path] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    asks: str = "no network"
    container: str = ""
    remark: str = ""


def find_generator(arm: FittedArm) -> GeneratorParts:
    """Find the model that an arm was measured with, tuned if it tuned one.

    Raises:
        ExportError: If there is none.
        LaboratoryError: If it is gone or was changed.
    """
    supply = arm.bench.generator_supply
    if supply is None:
        raise ExportError(
            f"arm '{arm.spec.name}' asks a language model, and the run folder names none; "
            "measure again with `advisor prototype … --generator MODEL`."
        )
    if isinstance(supply.source, EndpointSource):
        return _ask(supply.source, arm)
    if (arm.folder / TUNED / "config.json").is_file():
        return _take_tuned(arm)
    return _take_local(supply.source, arm)


def _ask(source: EndpointSource, arm: FittedArm) -> GeneratorParts:
    """Name the server; how long its model's context is, is asked for if it was not said."""
    context = arm.bench.load_generator().context_tokens
    return GeneratorParts(
        code={**_CODE, **_ENDPOINT},
        settings={"url": source.url, "model": source.model, "n_context": context},
        packages=("openai",),
        asks=f"`{source.model}` at <{source.url}>",
        container="-e OPENAI_API_KEY -e GENERATOR_URL ",
        remark=(
            f"Every input is sent to {source.host}, with the key that the environment variable\n"
            "`OPENAI_API_KEY` holds, if it is set; `GENERATOR_URL` names another address. The "
            "tests ask the\nserver only where `ASK_SERVER=1` is set; `reproduce.py` always does, "
            "and a server whose model was\nexchanged, or that does not compute alike twice, "
            "answers otherwise than it was measured."
        ),
    )


def _take_tuned(arm: FittedArm) -> GeneratorParts:
    """Copy a model that was tuned as a whole."""
    folder = arm.folder / TUNED
    return GeneratorParts(
        code={**_CODE, **_LOCAL, **_COPIED},
        settings=_describe(folder, arm),
        packages=_PACKAGES,
        folders={"generator": folder},
        left_out=_list_unread(folder),
        remark="The language model, tuned as a whole, is `service/model/generator/`.",
    )


def _take_local(source: LocalSource, arm: FittedArm) -> GeneratorParts:
    """Take a model on this machine, with the adapter that was tuned for it if there is one."""
    adapter = arm.folder / TUNED
    tuned = {"adapter": adapter} if adapter.is_dir() else {}
    parameters = require_safetensors(source.folder)
    size = sum(path.stat().st_size for path in parameters)
    is_copied = size <= MAX_COPIED_BYTES
    place = {} if is_copied else {"place.json": _refer(source, parameters, arm)}
    own = {"generator": source.folder} if is_copied else {}
    return GeneratorParts(
        code={**_CODE, **_LOCAL, **(_COPIED if is_copied else _ELSEWHERE)},
        settings=_describe(source.folder, arm),
        packages=(*_PACKAGES, *(("peft",) if tuned else ())),
        folders={**own, **tuned},
        files=place,
        left_out=_list_unread(source.folder),
        container="" if is_copied else "-e GENERATOR=/generator -v MODEL_FOLDER:/generator:ro ",
        remark=_TELL_COPY if is_copied else _tell_place(source, size),
    )


def _describe(folder: Path, arm: FittedArm) -> dict[str, object]:
    """Say how the model in a folder was used."""
    from prototypes.models.generator_local import TOKENS_PER_BATCH, read_context, require_generating
    from prototypes.runtime import device

    writes_apart = bool(require_generating(folder).get("is_encoder_decoder"))
    return {
        "kind": "AutoModelForSeq2SeqLM" if writes_apart else "AutoModelForCausalLM",
        "precision": arm.lock.precision,
        "n_context": arm.lock.context_tokens or read_context(folder),
        "n_at_once": 1 if _has_soft_prompt(arm) else TOKENS_PER_BATCH[device()],
    }


def _has_soft_prompt(arm: FittedArm) -> bool:
    path = arm.folder / TUNED / "adapter_config.json"
    return path.is_file() and json.loads(path.read_text(encoding="utf-8"))["peft_type"] != "LORA"


def _refer(source: LocalSource, parameters: tuple[Path, ...], arm: FittedArm) -> bytes:
    """Render where a model lies that is not copied, and the checksums of its parameters."""
    snapshot = source.folder.parent.name == "snapshots"
    named = str(arm.lock.generator_source) if snapshot else str(source.folder.resolve())
    content = {
        "named": named,
        "revision": source.folder.name if snapshot else None,
        "sha256": {path.name: hash_file(path) for path in parameters},
    }
    return json.dumps(content, indent=2).encode()


_TELL_COPY = (
    "The language model is `service/model/generator/`, an ordinary model folder for "
    "`transformers`;\nits licence is its publisher's."
)


def _tell_place(source: LocalSource, size: int) -> str:
    return (
        f"The language model `{source.name}` ({size / 1e9:.1f} GB) is not copied into this "
        "project:\n`service/model/place.json` says where it is taken from, with the checksums of "
        "its parameters, which\n`pytest` checks; the environment variable `GENERATOR` names "
        "another folder. Its licence is its\npublisher's."
    )


def _list_unread(folder: Path) -> frozenset[str]:
    """List the files beside a model that transformers does not read."""
    found = (path.name for path in folder.rglob("*") if path.is_file())
    return frozenset(name for name in found if not name.endswith(_READ) and not _TOLD.match(name))
