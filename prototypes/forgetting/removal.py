"""Take a document out of a run: what finds it first, then all that was made of it.

forgetting.json    the document while it is being removed; while it lies there, no arm is asked

Whoever is cut short repeats the command, which goes on from that file; it vanishes last. What
holds one document alone is deleted or written anew; what holds many in one, parameters of a model
or vectors, is deleted whole.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from prototypes.access import GROUPS_FILE, keep_groups, read_groups
from prototypes.contracts import Document
from prototypes.corpus_files import SYNTHETIC_FILE
from prototypes.data.wording import did_you_mean, plural
from prototypes.errors import RunFolderError
from prototypes.folder_lock import LOCK_FILE, OWNER_FILE, held
from prototypes.forgetting.records import (
    clean_documents,
    clean_judgement,
    clean_samples,
    clean_trial,
)
from prototypes.forgetting.traces import FORGOTTEN, Traces
from prototypes.registry import arms_for
from prototypes.results import FrozenSchema
from prototypes.retrieval.chunking import chunk_document
from prototypes.run_folder import RunFolder, StoredDocument, load_lock, load_trial
from prototypes.storage import read_schema, write_lines, write_schema, writing

JOURNAL = "forgetting.json"
REPORT, PRINTED = "report.html", ".pdf"

_HAND = (
    " If it was removed before, it is too late to name an export or the folder of --cache: delete "
    "them, and export anew."
)
_LEFTOVER = re.compile(r"\..+\.(\d+|unfinished)")
"""What a process leaves that is killed while it writes."""
_OF_THE_USER = frozenset({"answers.yaml", "recommendation.json", "prices.yaml"})
_RECORDS = frozenset(
    {"documents.jsonl", SYNTHETIC_FILE, GROUPS_FILE, "run.lock.json", "trial.json", JOURNAL}
)
_ROOMS = frozenset({"arms", "experiments", "judge", "samples"})
_KNOWN = _OF_THE_USER | _RECORDS | _ROOMS | {LOCK_FILE, OWNER_FILE}
"""What a run holds of itself at its top; it is written anew, anything else is deleted whole."""


class Journal(FrozenSchema):
    """The content of `forgetting.json`."""

    number: int
    """It is the n-th document that this run forgets."""
    document: StoredDocument


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of a document.

    Attributes:
        n_passages: How many passages it had.
        n_blank: Test samples that are blank now.
        arms_lost: Arms whose fitted parts are gone.
        arms_left: Arms that can still be asked.
        left: Files that still name or quote it and are the user's own to change.
        note: What `trial.json` says of it.
    """

    n_passages: int
    n_blank: int
    arms_lost: tuple[str, ...]
    arms_left: tuple[str, ...]
    left: tuple[Path, ...]
    note: str


def forget_document(
    run: Path,
    document_id: str,
    *,
    shared: Path | None = None,
    elsewhere: Callable[[Traces], None] = lambda _: None,
) -> Forgotten:
    """Remove a document from the run folder, or finish doing so.

    Args:
        run: The run folder.
        document_id: The document's path below the documents folder.
        shared: The folder in which this run shares parts with others, if it does.
        elsewhere: Removes it from other places, once the run is clean; repeated if it is cut
            short.

    Raises:
        RunFolderError: If there is no such run or document, if another process holds the run, or
            if nobody knows what of the shared folder is its.
    """
    load_lock(run)
    with held(run), writing(run):
        folder, lock = RunFolder(run), load_lock(run)
        if shared and not lock.forgotten:
            _require_names(folder, shared)
        journal = _open_journal(folder, document_id, number=lock.forgotten + 1)
        document = Document(**journal.document.model_dump())
        others = [each for each in folder.read_documents() if each.id != document_id]
        traces = Traces.of(document, others)
        write_schema(folder.lock_path, lock.model_copy(update={"forgotten": journal.number}))
        _close(folder, traces)
        _remove_parts(folder, shared)
        forgotten = _clean(folder, document, traces, number=journal.number)
        elsewhere(traces)
        (run / JOURNAL).unlink()
        return forgotten


def require_settled(run: Path) -> None:
    """Refuse a run in which a deletion was cut short: what is left of it could still be said.

    Raises:
        RunFolderError: If there is such a deletion.
    """
    if (run / JOURNAL).exists():
        id = read_schema(Journal, run / JOURNAL, remedy=_restart(run)).document.id
        raise RunFolderError(
            f"{run}: the deletion of a document was cut short, and parts of it may be left; finish "
            f"it with: advisor forget {quote(str(run))} {quote(id)}"
        )


def _require_names(folder: RunFolder, shared: Path) -> None:
    """Refuse to promise that shared parts are deleted where nothing says which they are."""
    if any(shared.glob("*/*")) and not any(folder.cache.glob("*")):
        raise RunFolderError(
            f"{folder.cache} is empty, and what it holds says which parts in {shared} come from "
            f"this run. Delete {shared}, whose parts are made again when they are needed, and "
            "repeat the command. Nothing was removed."
        )


def _open_journal(folder: RunFolder, document_id: str, *, number: int) -> Journal:
    """Write down what is removed, or read what was begun."""
    path = folder.root / JOURNAL
    if path.exists():
        journal = read_schema(Journal, path, remedy=_restart(folder.root))
        if journal.document.id != document_id:
            require_settled(folder.root)
        return journal
    documents = {document.id: document for document in folder.read_documents()}
    if not documents:
        raise RunFolderError(
            f"{folder.root} holds no documents, so there is none to forget; expected a run of "
            "questions over documents."
        )
    if document_id not in documents:
        raise RunFolderError(
            f"{folder.root} holds no document '{document_id}'."
            f"{did_you_mean(document_id, list(documents))} Expected one of the "
            f"{plural(len(documents), 'document')} in {folder.documents_path.name}, by its path "
            f"below the documents folder.{_HAND if number > 1 else ''}"
        )
    stored = StoredDocument(**asdict(documents[document_id]))
    journal = Journal(number=number, document=stored)
    write_schema(path, journal)
    return journal


def _restart(run: Path) -> str:
    return f"Delete the file and repeat: advisor forget {quote(str(run))} DOCUMENT."


def _close(folder: RunFolder, traces: Traces) -> None:
    """Take the document out of the corpus: from here on nobody finds it."""
    left = clean_documents(folder.read_documents(), traces)
    write_lines(folder.documents_path, (StoredDocument(**asdict(each)) for each in left))
    recorded = read_groups(folder)
    if recorded is not None:
        groups = {id: own for id, own in recorded.documents.items() if not traces.own(id)}
        keep_groups(folder, groups)


def _clean(folder: RunFolder, document: Document, traces: Traces, *, number: int) -> Forgotten:
    """Delete and blank what was made of the document, then note it in the result."""
    _remove_leftovers(folder.root)
    _remove_arms(folder, traces)
    blank = clean_samples(folder, traces)
    clean_judgement(folder, traces, blank=blank)
    _remove_reports(folder.root, traces)
    forgotten = _describe(folder, document, traces, n_blank=len(blank))
    if folder.trial_path.exists():
        trial = clean_trial(load_trial(folder.root), traces, note=forgotten.note, number=number)
        folder.keep_trial(trial)
    return forgotten


def _remove_parts(folder: RunFolder, shared: Path | None) -> None:
    """Delete vectors, indexes, tuned parts and answers of a server, and the looks of a race.

    What is shared goes first: under which names it lies, the run's own cache tells.
    """
    names = [path.name for path in folder.cache.glob("*")]
    for place in sorted(shared.glob("*")) if shared else ():
        for name in names:
            _delete(place / name)
    _delete(folder.races)
    _delete(folder.cache)


def _delete(folder: Path) -> None:
    """Delete a folder if it is there; one that cannot be deleted is not passed over."""
    if folder.exists():
        shutil.rmtree(folder)


def _remove_reports(root: Path, traces: Traces) -> None:
    """Delete the report, which quotes answers, and any other file that tells of the document.

    A printed report tells of it, too, but in a form that nothing can be looked up in.
    """
    (root / REPORT).unlink(missing_ok=True)
    for path in _find_files(root):
        if path.relative_to(root).parts[0] in _KNOWN:
            continue
        if path.suffix.lower() == PRINTED or traces.stand_in(path.read_bytes()):
            path.unlink()


def _remove_leftovers(root: Path) -> None:
    for path in list(root.rglob(".*")):
        if path.is_dir() and _LEFTOVER.fullmatch(path.name):
            shutil.rmtree(path)
        elif _LEFTOVER.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _remove_arms(folder: RunFolder, traces: Traces) -> None:
    """Delete the fitted arms that learnt from the corpus, or hold something of the document."""
    for name in _list_arms(folder):
        fitted = folder.arm_folder(name)
        if _has_learnt(folder, name) or any(
            traces.stand_in(path.read_bytes()) for path in _find_files(fitted)
        ):
            shutil.rmtree(fitted)
            folder.checksums_path(name).unlink(missing_ok=True)


def _has_learnt(folder: RunFolder, name: str) -> bool:
    """Tell whether parameters of an arm come from the documents, or from questions about them."""
    specs = {spec.name: spec for spec in arms_for(load_lock(folder.root).task)}
    has_words = (folder.arm_folder(name) / "encoder-words.json").exists()
    return has_words or name not in specs or "training_samples" in specs[name].needs


def _list_arms(folder: RunFolder) -> list[str]:
    return sorted(path.name for path in (folder.root / "arms").glob("*") if path.is_dir())


def _find_files(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob("*")) if path.is_file()]


def _describe(folder: RunFolder, document: Document, traces: Traces, *, n_blank: int) -> Forgotten:
    left = _list_arms(folder)
    lost = [path.stem for path in sorted((folder.root / "arms").glob("*.json"))]
    lost = [name for name in lost if name not in left]
    n_passages = len(chunk_document(document))
    quoting = (folder.root / name for name in sorted(_OF_THE_USER))
    note = (
        f"{datetime.now(tz=UTC):%Y-%m-%d}: a document of {plural(n_passages, 'passage')} was "
        "removed from this run. The figures were measured with it and cannot be reproduced; the "
        f"trial cannot be resumed. {plural(n_blank, 'test sample')} read {FORGOTTEN}. Fitted parts "
        f"deleted with it: {', '.join(lost) or 'none'}. Caches are deleted."
    )
    return Forgotten(
        n_passages=n_passages,
        n_blank=n_blank,
        arms_lost=tuple(lost),
        arms_left=tuple(left),
        left=tuple(p for p in quoting if p.exists() and traces.stand_in(p.read_bytes())),
        note=note,
    )
