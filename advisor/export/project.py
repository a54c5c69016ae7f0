"""What a project is made of, before anything of it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prototypes.contracts import ArmSpec
from prototypes.protocol import RunLock
from prototypes.results import ArmResult, TrialResult
from prototypes.workbench import Workbench

Tensors = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class FittedArm:
    """An arm of a run, with all that an export may need of it.

    Attributes:
        spec: Its entry in the register.
        result: What was measured of it.
        folder: What it learnt.
        lock: How the trial was run.
        trial: The whole result.
        bench: Its encoder and passages; they are loaded when they are first asked for.
        samples: The file with its answers to the test samples.
    """

    spec: ArmSpec
    result: ArmResult
    folder: Path
    lock: RunLock
    trial: TrialResult
    bench: Workbench
    samples: Path


@dataclass(frozen=True, slots=True)
class Parts:
    """What one arm brings into the project.

    Attributes:
        code: Where a source file goes in the project → where it lies in `advisor/handover`.
        settings: The content of `model/settings.json`.
        tensors: Names of safetensors files in `model/` → their arrays.
        files: Names of other files in `model/` → their content.
        folders: Names of folders in `model/` → the folders they are copied from.
        left_out: Names of files in those folders that the project does not need.
        packages: What the code imports, as it is called on the package registry.
        asks: What the service needs while it runs, for the README.
        container: Options of `docker run` that this needs, each with a blank behind it.
        remark: What else the README has to say.
    """

    code: Mapping[str, str]
    settings: Mapping[str, object]
    packages: tuple[str, ...]
    tensors: Mapping[str, Tensors] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    asks: str = "no network"
    container: str = ""
    remark: str = ""
