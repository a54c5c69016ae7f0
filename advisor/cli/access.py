"""Groups on the command line: who asks, and what is open to them."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.errors import AdvisorError, did_you_mean

if TYPE_CHECKING:
    from prototypes.access import DocumentGroups
    from prototypes.contracts import Dataset

_SHOWN = 5


def settle_groups(
    run: Path, named: str | None, file: Path | None, *, quiet: bool
) -> frozenset[str]:
    """Put a groups file in force, if one is given, and return the groups of whoever asks.

    Args:
        run: The run folder.
        named: The value of `--groups`.
        file: The value of `--groups-file`.
        quiet: Print nothing.

    Raises:
        AdvisorError: If a group is unknown, or the run does not say who may read what.
        LaboratoryError: If the file or the run cannot be used.
    """
    from prototypes.access import read_groups, record_groups
    from prototypes.data.groups import find_idle
    from prototypes.run_folder import RunFolder

    groups = _parse(named)
    recorded = record_groups(run, file) if file else read_groups(RunFolder(run))
    if recorded is None:
        if named is not None:
            raise AdvisorError(_explain_no_groups(run))
        return groups
    _require_known(groups, recorded)
    if not quiet:
        if file:
            _tell_closed(recorded.closed)
            _tell_idle(find_idle(file, RunFolder(run).read_documents()))
        _tell_open(recorded, groups)
    return groups


def require_open_to_all(run: Path) -> None:
    """Refuse to hand on a run whose documents are not open to everybody, or not all gone yet.

    Raises:
        AdvisorError: If groups are in force.
        LaboratoryError: If the deletion of a document was cut short.
    """
    from prototypes.access import read_groups
    from prototypes.forgetting.removal import require_settled
    from prototypes.run_folder import RunFolder

    require_settled(run)
    if read_groups(RunFolder(run)) is not None:
        raise AdvisorError(
            f"{run} says who may read which document, and an exported project answers everybody; "
            "measure again on documents that are open to all, or serve the documents through "
            "prototypes.retrieval.guarded, which keeps to groups."
        )


def tell_groups(dataset: Dataset, file: Path | None) -> None:
    """Say that groups were found beside the documents, and which documents nobody may read."""
    from prototypes.data.groups import find_idle

    if dataset.groups is None:
        return
    names = sorted(frozenset().union(*dataset.groups.values()))
    typer.echo(
        f"groups.yaml says who may read what: groups {', '.join(names) or '(none)'}. A trial "
        "measures over all documents; `advisor ask RUN --groups …` keeps to those that are open.",
        err=True,
    )
    _tell_closed([id for id, own in dataset.groups.items() if not own])
    if file:
        _tell_idle(find_idle(file, dataset.documents))


def _parse(named: str | None) -> frozenset[str]:
    if named is None:
        return frozenset()
    groups = frozenset(name.strip() for name in named.split(",") if name.strip())
    if not groups:
        raise AdvisorError(f"--groups: {named!r} names no group; expected such as hr,staff.")
    return groups


def _require_known(groups: Iterable[str], recorded: DocumentGroups) -> None:
    known = sorted(recorded.names)
    for name in sorted(groups):
        if name not in known:
            raise AdvisorError(
                f"--groups: no document is open to a group {name!r}.{did_you_mean(name, known)} "
                f"The run knows: {', '.join(known)}."
            )


def _explain_no_groups(run: Path) -> str:
    return (
        f"{run} does not say who may read which document, so --groups would restrict nothing; "
        f"name a file that does: advisor ask {shlex.quote(str(run))} --groups-file groups.yaml. "
        'It is a list such as [{documents: "hr/*", groups: [hr]}].'
    )


def _tell_open(recorded: DocumentGroups, groups: frozenset[str]) -> None:
    """Say in whose name is asked; of documents that are closed not even the number."""
    from prototypes.data.wording import plural

    who = ", ".join([*sorted(groups - {"everyone"}), "everyone"])
    n_open = plural(len(recorded.find_open(groups)), "document")
    typer.echo(f"Groups are in force: {n_open} open to {who}.", err=True)


def _tell_closed(closed: Collection[str]) -> None:
    """Name documents that nobody may read; only to whoever holds the file with the groups."""
    if closed:
        names = _list_some(closed)
        typer.echo(f"Open to nobody, since no group is named for them: {names}.", err=True)


def _tell_idle(patterns: Collection[str]) -> None:
    """Name patterns without effect, whose documents another one may have opened."""
    if patterns:
        names = _list_some(patterns)
        typer.echo(f"Decide about no document, misspelt or behind a wider one: {names}.", err=True)


def _list_some(names: Collection[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(list(names)[:_SHOWN]) + more
