"""`advisor forget`: a document leaves a run, and the projects exported from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from advisor.export.forgetting import CleanedExport
    from prototypes.forgetting.removal import Forgotten
    from prototypes.forgetting.traces import Traces

_EXPORT = typer.Option(
    [], "--export", metavar="DIR", help="A project exported from the run; may be repeated."
)


_CACHE = typer.Option(
    None,
    "--cache",
    metavar="DIR",
    envvar="ADVISOR_CACHE",
    help="Delete what this run shares with others in this folder, too.",
)


def forget(
    run: Path = typer.Argument(metavar="RUN", help="The run folder."),
    document: str = typer.Argument(metavar="DOCUMENT", help="Its path below documents/."),
    export: list[Path] = _EXPORT,
    cache: Path | None = _CACHE,
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print nothing but what is left."),
) -> None:
    """Delete a document from a run: index, caches, answers that quote it, and exports."""
    from advisor.errors import AdvisorError
    from advisor.evidence.run_files import require_run_folder
    from advisor.export.forgetting import clean_export, find_exported_arm
    from prototypes.forgetting.removal import forget_document

    require_run_folder(run)
    for project in export:
        find_exported_arm(run, project)
    cleaned: list[CleanedExport] = []

    def elsewhere(traces: Traces) -> None:
        for project in export:
            if not quiet:
                typer.echo(f"Cleaning {project} ...", err=True)
            cleaned.append(clean_export(run, project, traces))

    forgotten = forget_document(run, document, shared=cache, elsewhere=elsewhere)
    if not quiet:
        typer.echo("\n".join(_describe(document, run, forgotten, cleaned, has_cache=bool(cache))))
    left = [*forgotten.left, *(path for each in cleaned for path in each.left)]
    if left:
        raise AdvisorError(
            f"the document is gone, but files that are yours to change still name or quote it: "
            f"{', '.join(map(str, left))}."
        )


def _describe(
    document: str,
    run: Path,
    forgotten: Forgotten,
    cleaned: Sequence[CleanedExport],
    *,
    has_cache: bool,
) -> Iterator[str]:
    from prototypes.data.wording import plural

    passages = plural(forgotten.n_passages, "passage")
    yield f"{document}: removed from {run} with {passages}; caches and report are deleted."
    yield f"Blank, because they told of it: {plural(forgotten.n_blank, 'test sample')}."
    if forgotten.arms_lost:
        yield f"Deleted, because they were trained with it: {', '.join(forgotten.arms_lost)}."
    yield f"Can still be asked: {', '.join(forgotten.arms_left) or 'no arm'}."
    for each in cleaned:
        state = "its model is deleted, nothing is served" if each.obstacle else "exported anew"
        yield f"{each.folder}: {state} ({each.arm}). {each.obstacle}".rstrip()
    yield "The figures in trial.json were measured with it; measure again in another folder."
    shared = "" if has_cache else " If the run used --cache, delete that folder: it holds vectors."
    yield f"Not touched: your documents folder, other exports, MLflow and backups.{shared}"
