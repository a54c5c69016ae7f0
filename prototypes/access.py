"""Who may be shown what of a run: the groups of its documents, kept beside them.

groups.json    per document the groups that may find it; where it lies, groups are in force

Nothing is filtered afterwards: an arm is given the documents that a user may read and builds its
indexes over these alone, so no word of another document is in a score, a cache or an answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from prototypes.contracts import ArmSpec, Document
from prototypes.data.groups import load_groups
from prototypes.errors import RunFolderError
from prototypes.results import FrozenSchema
from prototypes.retrieval.chunking import chunk_document
from prototypes.retrieval.stores.contract import EVERYONE, visible_groups
from prototypes.run_folder import RunFolder
from prototypes.storage import read_schema, write_schema

GROUPS_FILE = "groups.json"
_NAME_AGAIN = "Name the groups again with: advisor ask RUN --groups-file groups.yaml."


class DocumentGroups(FrozenSchema):
    """The content of `groups.json`; a document that is not in it is open to nobody."""

    schema_version: Literal[1] = 1
    documents: dict[str, list[str]]

    @property
    def names(self) -> frozenset[str]:
        """Every group that may read something, and `everyone`."""
        return frozenset({EVERYONE}.union(*self.documents.values()))

    @property
    def closed(self) -> tuple[str, ...]:
        """The documents that nobody may read."""
        return tuple(id for id, groups in self.documents.items() if not groups)

    def find_open(self, groups: Collection[str]) -> frozenset[str]:
        """Name the documents that a user in these groups may read.

        Raises:
            StoreError: If a group has no plain name.
        """
        may_see = visible_groups(groups)
        return frozenset(id for id, own in self.documents.items() if not may_see.isdisjoint(own))


@dataclass(frozen=True, slots=True)
class OpenCorpus:
    """The documents that a user may read.

    Attributes:
        documents: In the order of the corpus.
        rows: The positions of their passages among those of the whole corpus; None if no document
            is left out.
    """

    documents: tuple[Document, ...]
    rows: NDArray[np.int64] | None = None


def keep_groups(folder: RunFolder, groups: Mapping[str, Collection[str]]) -> DocumentGroups:
    """Write who may read which document; from now on groups are in force in this run."""
    recorded = DocumentGroups(documents={id: sorted(own) for id, own in sorted(groups.items())})
    write_schema(folder.root / GROUPS_FILE, recorded)
    return recorded


def read_groups(folder: RunFolder) -> DocumentGroups | None:
    """Read who may read which document; None if the run restricts nothing.

    Raises:
        RunFolderError: If the file is damaged, which must not open anything.
    """
    path = folder.root / GROUPS_FILE
    return read_schema(DocumentGroups, path, remedy=_NAME_AGAIN) if path.exists() else None


def record_groups(run: Path, file: Path) -> DocumentGroups:
    """Read a `groups.yaml` for the documents of a run, and put it in force there.

    Raises:
        DataError: If the file is missing or no such list.
        RunFolderError: If the run has no documents.
    """
    folder = RunFolder(run)
    documents = folder.read_documents()
    if not documents:
        raise RunFolderError(
            f"{run} holds no documents, and groups say who may read which document; expected the "
            "run of questions about documents. Leave --groups-file out."
        )
    return keep_groups(folder, load_groups(file, documents))


def open_corpus(folder: RunFolder, groups: Collection[str]) -> OpenCorpus:
    """Read the documents that a user in these groups may read; all, if the run restricts none.

    Raises:
        RunFolderError: If the corpus or the groups are damaged.
        StoreError: If a group has no plain name.
    """
    documents, recorded = folder.read_documents(), read_groups(folder)
    if recorded is None:
        return OpenCorpus(documents)
    readable = recorded.find_open(groups)
    if all(document.id in readable for document in documents):
        return OpenCorpus(documents)
    is_open = [document.id in readable for document in documents for _ in chunk_document(document)]
    rows = np.flatnonzero(np.array(is_open, dtype=bool))
    return OpenCorpus(tuple(each for each in documents if each.id in readable), rows)


def require_open(spec: ArmSpec, corpus: OpenCorpus, *, run: Path) -> None:
    """Refuse an arm that would say more than a user may read, or that has nothing to read.

    A tuned encoder or reader only chooses among the passages it is given. A model that was tuned
    to write answers may repeat one from a document that is closed, and nobody can tell.

    Raises:
        RunFolderError: If it has to be refused.
    """
    if corpus.rows is None:
        return
    writes = not spec.cites or "local_generator" in spec.needs
    if "training_samples" in spec.needs and writes:
        raise RunFolderError(
            f"The arm '{spec.name}' answers from what it was trained on, which may stand in "
            f"documents that are closed to these groups, and groups are in force in {run}; ask an "
            "arm that quotes what it is given, such as --arm rag."
        )
    if "documents" in spec.needs and not corpus.documents:
        raise RunFolderError(
            f"No document of {run} is open to these groups, and '{spec.name}' answers from "
            "documents; expected a group that may read one. Name it with --groups."
        )
