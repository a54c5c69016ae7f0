"""Export an arm of a run: choose it, lay out its project, write it in one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from advisor.errors import ExportError, did_you_mean
from advisor.evidence.winner import winning_arm
from advisor.export import classification, document_qa, extraction, generation, prompted
from advisor.export.project import FittedArm, Parts
from advisor.export.writing import Listener, write_project
from prototypes.assembly import reassemble_bench
from prototypes.contracts import Task
from prototypes.registry import arms_for
from prototypes.results import TrialResult
from prototypes.run_folder import RunFolder, load_lock, load_trial

RECIPES: Mapping[str, Mapping[str, Callable[[FittedArm], Parts]]] = {
    Task.CLASSIFICATION: {**classification.RECIPES, **prompted.CLASSIFICATION},
    Task.DOCUMENT_QA: {**document_qa.RECIPES, **prompted.DOCUMENT_QA},
    Task.EXTRACTION: extraction.RECIPES,
    Task.GENERATION: {**generation.RECIPES, **prompted.GENERATION},
}
"""Per task, the arms that can be exported."""

_REFUSED = {
    "rag_sequence": "its search over the answers to several passages is more than a small project",
    "rag_token": "its mixing of several passages is more than a small project",
    "hybrid_knn_lm": "its store of next tokens and their mixing is more than a small project",
    "fine_tune_generator": "what it makes of labels or spans is more than a small project",
    "hybrid_generator": "what it makes of labels or spans is more than a small project",
    "fine_tune_qlora": "its parameters of four bits need a CUDA device wherever it would run",
}
"""Why the others cannot."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported: the arm, how large its project is, and what it needs beside itself."""

    arm: FittedArm
    folder: Path
    n_files: int
    n_bytes: int
    n_code_lines: int
    remark: str = ""


def export_arm(
    run: Path, destination: Path, *, name: str | None = None, on_progress: Listener | None = None
) -> Exported:
    """Write the project of an arm into a new or empty folder, whole or not at all.

    Args:
        run: The run folder.
        destination: The folder of the project.
        name: The arm; None takes the one that won.
        on_progress: Told how many of how many bytes are written.

    Raises:
        ExportError: If there is no such arm, it cannot be exported, or the folder is in use.
        LaboratoryError: If the run folder is damaged, or the arm's encoder was changed.
    """
    require_free(destination)
    arm = find_arm(run, name)
    parts = RECIPES[arm.spec.task][arm.spec.name](arm)
    written = write_project(arm, parts, destination, on_progress=on_progress or _ignore)
    return Exported(arm, destination, *written, remark=" ".join(parts.remark.split()))


def find_arm(run: Path, name: str | None = None) -> FittedArm:
    """Find an arm of a run that can be exported: the one named, or the one that won.

    Raises:
        ExportError: If there is none.
        LaboratoryError: If the run folder holds no trial, or a damaged one.
    """
    trial, lock, folder = load_trial(run), load_lock(run), RunFolder(run)
    chosen = name or winning_arm(trial)
    if chosen is None:
        raise ExportError(
            f"{run}: no arm has been measured yet; `advisor prototype … --resume` goes on."
        )
    results = {arm.name: arm for arm in trial.arms}
    if chosen not in results:
        raise ExportError(
            f"{run} holds no measured arm '{chosen}'.{did_you_mean(chosen, list(results))} "
            f"It holds {_name_all(list(results))}."
        )
    require_exportable(chosen, trial, run=run)
    if not folder.arm_folder(chosen).is_dir():
        raise ExportError(
            f"{folder.arm_folder(chosen)} is gone, where the arm '{chosen}' lay; "
            + (
                "it went with a document that was forgotten. Measure again in another folder."
                if lock.forgotten
                else "`advisor prototype … --resume` fits it again."
            )
        )
    spec = next(spec for spec in arms_for(trial.task) if spec.name == chosen)
    documents = folder.read_documents()
    return FittedArm(
        spec=spec,
        result=results[chosen],
        folder=folder.intact_arm(chosen),
        lock=lock,
        trial=trial,
        bench=reassemble_bench(lock, spec, documents, cache_dir=folder.cache),
        samples=folder.samples_path(chosen),
    )


def require_free(destination: Path) -> None:
    """Refuse a destination that holds something or cannot be made.

    Raises:
        ExportError: Saying what is in the way.
    """
    if destination.is_dir() and not any(destination.iterdir()):
        return
    if destination.exists() or destination.is_symlink():
        what = "is not empty" if destination.is_dir() else "is not a folder"
        raise ExportError(
            f"{destination} {what}; expected a new or an empty folder. Choose another name, or "
            "delete it first."
        )
    if not destination.absolute().parent.is_dir():
        raise ExportError(
            f"{destination} cannot be made, as there is no folder {destination.parent}; expected "
            "a new name inside a folder that exists."
        )


def require_exportable(name: str, trial: TrialResult, *, run: Path) -> None:
    """Refuse an arm that does not become a project.

    Raises:
        ExportError: Saying why, and which others do.
    """
    known = RECIPES.get(trial.task, {})
    if name in known:
        return
    others = [arm.name for arm in trial.arms if arm.name in known]
    why = _REFUSED.get(name, "not supported yet")
    advice = (
        f"Name another one of this run with --arm: {_name_all(others)}."
        if others
        else "No other arm of this run can be exported either."
    )
    raise ExportError(f"{run}: the arm '{name}' cannot be exported ({why}). {advice}")


def _name_all(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _ignore(done: int, total: int) -> None:
    """Listen to nothing."""
