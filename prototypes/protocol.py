"""What is fixed before the test samples are used, and may not change when a trial is resumed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from prototypes.contracts import Approach, Task
from prototypes.errors import RunFolderError
from prototypes.results import FrozenSchema, RaceProtocol


class RunLock(FrozenSchema):
    """What was fixed before the test samples were used; a resumed trial must agree with it."""

    schema_version: Literal[1] = 1
    task: Task
    primary_metric: str
    arms: list[str]
    claim: Approach | None
    margin: float
    limits: dict[str, float | bool | None]
    seed: int
    n_bootstrap: int
    machine_hour_usd: float | None
    data_fingerprint: str
    test_sha256: str
    n_test: int
    encoder: str
    encoder_source: str | None
    """The folder or hub id the encoder was loaded from; None for the embedded one."""
    encoder_sha256: str | None
    generator: str | None = None
    generator_source: str | None = None
    """The folder, hub id or `openai:MODEL@URL` as it was named; never a key."""
    generator_sha256: str | None = None
    context_tokens: int | None = None
    """How long the generator's context is, where the user said so."""
    prompts_sha256: str | None = None
    token_prices_usd: list[float] | None = None
    store: str = "faiss"
    """The vector store that dense search over documents asks."""
    launch: str | None = None
    """The command that started training on several devices."""
    race: RaceProtocol | None = None
    """How rivals are raced; None has every arm answer every sample."""
    precision: Literal["float32", "bfloat16"]
    versions: dict[str, str]
    forgotten: int = 0
    """Documents that were removed from the run afterwards."""


def require_same(before: RunLock, now: RunLock, path: Path) -> None:
    """Refuse to go on with a trial under another protocol.

    Args:
        before: The protocol the trial was begun with.
        now: The one it would go on with.
        path: Where the first one is written.

    Raises:
        RunFolderError: If they differ; names every item that does.
    """
    if before.forgotten:
        raise RunFolderError(
            f"{path}: documents were removed from this run afterwards ({before.forgotten}), with "
            "what was made of them, so it cannot be resumed. Measure again, in another folder."
        )
    differing = [
        name for name in RunLock.model_fields if getattr(before, name) != getattr(now, name)
    ]
    if not differing:
        return
    name = differing[0]
    more = f" (and {', '.join(differing[1:])})" if differing[1:] else ""
    raise RunFolderError(
        f"{path}: the trial was begun with {name} = {_show(before, name)}, but now {name} = "
        f"{_show(now, name)}{more}; results of both cannot be mixed. Resume with what it was begun "
        "with, or choose another folder."
    )


def _show(lock: RunLock, name: str) -> str:
    value = getattr(lock, name)
    if isinstance(value, RaceProtocol):
        return f"{', '.join(value.arms) or 'nobody'} against {value.against}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
