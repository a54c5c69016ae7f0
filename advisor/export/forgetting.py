"""Remove a document from an exported project: what holds it is exported anew, or deleted."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.errors import ExportError
from advisor.export.exporting import export_arm
from prototypes.errors import LaboratoryError
from prototypes.forgetting.traces import Traces
from prototypes.run_folder import load_lock

_MEASURED = Path("evaluation") / "measured.json"
_DATA = (Path("service") / "model", Path("evaluation"))
"""Where a project keeps what comes from the run; all else is code, and may be the user's by now."""


@dataclass(frozen=True, slots=True)
class CleanedExport:
    """What became of a project.

    Attributes:
        folder: The project.
        arm: The arm it serves.
        obstacle: Why the run cannot export the arm any more, as when it was trained with the
            document; then the project has no model. Empty if it serves on.
        left: Files of the project that still name or quote the document.
    """

    folder: Path
    arm: str
    obstacle: str
    left: tuple[Path, ...]


def find_exported_arm(run: Path, project: Path) -> str:
    """Tell which arm of a run a project serves.

    Raises:
        ExportError: If the folder is no exported project, or that of a run on other data.
        LaboratoryError: If there is no such run.
    """
    own = load_lock(run).data_fingerprint
    try:
        measured = json.loads((project / _MEASURED).read_text(encoding="utf-8"))
        name, data = measured["arm"], measured.get("data_fingerprint", own)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExportError(
            f"{project}: found no {_MEASURED.as_posix()} that names an arm, so this is no project "
            "that `advisor export` wrote; expected the folder of one. Nothing was removed."
        ) from error
    if data != own:
        raise ExportError(
            f"{project} was exported from a run on other data than {run}; name the run that it was "
            "exported from. Nothing was removed."
        )
    return str(name)


def clean_export(run: Path, project: Path, traces: Traces) -> CleanedExport:
    """Take a document out of a project, once it is out of the run it was exported from.

    Model and evaluation set are exported anew from what the run still holds. If it cannot export
    the arm any more, they are deleted: parameters that learnt from the document cannot unlearn it.

    Raises:
        ExportError: If the folder is no exported project, or cannot be written.
    """
    arm = find_exported_arm(run, project)
    try:
        obstacle = _export_again(run, project, arm)
        if obstacle:
            _delete_data(project)
    except OSError as error:
        raise ExportError(f"{project}: cannot be changed ({error}); repeat the command.") from error
    return CleanedExport(project, arm, obstacle, tuple(_find_left(project, traces)))


def _export_again(run: Path, project: Path, arm: str) -> str:
    """Write model and evaluation set anew; return why the run cannot export the arm, if so."""
    parent = project.absolute().parent
    with tempfile.TemporaryDirectory(prefix=f".{project.name}.", dir=parent) as place:
        fresh = Path(place) / project.absolute().name
        try:
            export_arm(run, fresh, name=arm)
        except (ExportError, LaboratoryError) as error:
            return str(error)
        for folder in _DATA:
            new = {path.relative_to(fresh) for path in _list(fresh / folder)}
            for path in _list(project / folder):
                if path.relative_to(project) not in new:
                    path.unlink()
            for name in sorted(new):
                (project / name).parent.mkdir(parents=True, exist_ok=True)
                (fresh / name).replace(project / name)
    return ""


def _delete_data(project: Path) -> None:
    """Delete the model and the samples; which arm it was stays, to say so again if asked."""
    shutil.rmtree(project / _DATA[0], ignore_errors=True)
    for path in _list(project / _DATA[1]):
        if path != project / _MEASURED:
            path.unlink()


def _find_left(project: Path, traces: Traces) -> Sequence[Path]:
    return [path for path in _list(project) if traces.stand_in(path.read_bytes())]


def _list(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]
