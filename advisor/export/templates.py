"""The files of a project that are filled in: README.md, pyproject.toml, Dockerfile."""

from __future__ import annotations

import re
from importlib.resources import files
from string import Template

from advisor.export.project import FittedArm, Parts

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
_UNPINNED = {
    "fastapi": ">=0.115",
    "peft": ">=0.17",
    "safetensors": ">=0.4.5",
    "uvicorn": ">=0.32",
}
"""They do not touch the figure, or no run records them."""
DOCKERIGNORE = "**/__pycache__\n.git\n.venv\nbuild\ndist\n"
"""What the image does without."""
_STREAMED = {"document_qa": "/ask/stream", "generation": "/write/stream"}
"""Where the answer is sent while it is written, by task."""


def render_pyproject(arm: FittedArm, parts: Parts, *, name: str) -> str:
    """Render pyproject.toml, with the versions that the arm was measured with."""
    packages = sorted({*parts.packages, *("fastapi", "uvicorn")})
    required = [f'    "{package}{_version(package, arm)}",' for package in packages]
    return _fill(
        "common/pyproject.template",
        name=project_name(name),
        title=arm.spec.title,
        dependencies="\n".join(required),
    )


def render_dockerfile(arm: FittedArm) -> str:
    """Render a Dockerfile with the Python that the arm was measured with."""
    python = arm.lock.versions.get("python", "3.11").split(".")
    return _fill("common/Dockerfile", python=".".join(python[:2]))


def render_readme(arm: FittedArm, parts: Parts, *, name: str) -> str:
    """Render README.md: the two commands, the figure, and what lies where."""
    metric = arm.result.metrics[arm.trial.primary_metric]
    return _fill(
        f"{arm.spec.task}/README.template",
        name=project_name(name),
        title=arm.spec.title,
        metric=arm.trial.primary_metric,
        figure=f"{metric.value:.3f}",
        low=f"{metric.low:.3f}",
        high=f"{metric.high:.3f}",
        n_test=f"{arm.trial.n_test:,}",
        threads=str(arm.trial.protocol.threads),
        also=_tell_of_stream(arm, parts),
        asks=parts.asks,
        container=parts.container,
        remark=f"\n{parts.remark}\n" if parts.remark else "",
        latency=f"{arm.result.latency_ms.p50:.1f}",
    )


def project_name(folder: str) -> str:
    """Turn the name of a folder into one that a package may have."""
    return _NOT_IN_A_NAME.sub("-", folder.lower()).strip("-") or "prototype"


def _tell_of_stream(arm: FittedArm, parts: Parts) -> str:
    if f"{arm.spec.task}/api_streaming.py" not in parts.code.values():
        return ""
    place = _STREAMED[arm.spec.task]
    return f" `{place}` sends the answer\nwhile it is written, one JSON object per line."


def _version(package: str, arm: FittedArm) -> str:
    if package in _UNPINNED:
        return _UNPINNED[package]
    measured = arm.lock.versions.get(package)
    # what follows the + names a build, such as torch's for processors alone
    return f"=={measured.split('+')[0]}" if measured else ""


def _fill(template: str, **values: str) -> str:
    text = (files("advisor") / "handover" / template).read_text(encoding="utf-8")
    return Template(text).substitute(values)
