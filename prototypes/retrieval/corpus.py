"""Embed a corpus that does not fit into memory: block after block, into files that are mapped.

corpus.json       how much of the files below is safe, and a hash of the texts it comes from
passages.jsonl    one passage per line
starts.i64        where in that file each line begins
vectors.f32       its vector, in the same order

Whatever a killed process has written beyond what `corpus.json` says is cut off; the texts before
it are read again, compared with the hash, and not embedded again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from prototypes.contracts import Document, Passage
from prototypes.errors import StoreError
from prototypes.folder_lock import held
from prototypes.models.encoder import Encoder
from prototypes.results import FrozenSchema
from prototypes.retrieval.chunking import chunk_document
from prototypes.spreading import HERE, Spreader
from prototypes.storage import read_schema, write_schema, writing

ScalarT = TypeVar("ScalarT", bound=np.generic)

BLOCK = 1_024
"""Passages that are embedded together, and that a killed process may have to embed again."""
_WINDOW = 32
"""Blocks that are read ahead for a cluster, which has several at work; here it is one."""

_STATE, _PASSAGES, _STARTS, _VECTORS = "corpus.json", "passages.jsonl", "starts.i64", "vectors.f32"
_REMEDY = "Delete the folder and embed the corpus again."


class CorpusState(FrozenSchema):
    """The content of `corpus.json`."""

    schema_version: Literal[1] = 1
    encoder: str
    encoder_sha256: str | None
    dimension: int
    n_passages: int = 0
    n_bytes: int = 0
    """Of `passages.jsonl`."""
    sha256: str = ""
    """Of the lines of `passages.jsonl` so far."""
    is_whole: bool = False


class EmbeddedCorpus:
    """Passages and their unit vectors (n, d), both read from disk as they are needed."""

    def __init__(self, folder: Path) -> None:
        """Map what `embed_passages` wrote.

        Raises:
            StoreError: If the corpus was not embedded to its end, or was cut short since.
            RunFolderError: If the folder holds none, or a damaged one.
        """
        state = read_schema(CorpusState, folder / _STATE, remedy=_REMEDY)
        if not state.is_whole:
            raise StoreError(
                f"{folder} holds the first {state.n_passages:,} passages of a corpus that was not "
                "embedded to its end; embed it again into the same folder, which goes on there."
            )
        _require_whole(folder, state)
        shape = (state.n_passages, state.dimension)
        self.vectors: NDArray[np.float32] = _map(folder / _VECTORS, np.float32, shape)
        self._starts: NDArray[np.int64] = _map(folder / _STARTS, np.int64, shape[:1])
        self._path = folder / _PASSAGES

    def __len__(self) -> int:
        return len(self._starts)

    def read_passages(self, rows: Iterable[int]) -> list[Passage]:
        """Read the passages of some rows, in the order of the rows."""
        passages = []
        with self._path.open("rb") as file:
            for row in rows:
                file.seek(int(self._starts[row]))
                passages.append(Passage(**json.loads(file.readline())))
        return passages


def embed_corpus(
    documents: Iterable[Document],
    encoder: Encoder,
    folder: Path,
    *,
    on_block: Callable[[int], None] = lambda _: None,
    spreader: Spreader = HERE,
) -> EmbeddedCorpus:
    """Cut documents into passages and embed them, one block in memory at a time.

    Args:
        documents: In the same order each time, such as from `stream_documents`.
        encoder: Turns texts into unit vectors.
        folder: Begun there, or gone on with.
        on_block: Told after each block how many passages are safe.
        spreader: Where that is done; on a cluster several blocks at a time, and in memory.

    Raises:
        StoreError: If the folder was begun with another encoder or other documents.
        RunFolderError: If it cannot be written or is damaged.
        ClusterError: If the cluster is lost; what is safe stays so.
    """
    passages = (passage for document in documents for passage in chunk_document(document))
    return embed_passages(passages, encoder, folder, on_block=on_block, spreader=spreader)


def embed_passages(
    passages: Iterable[Passage],
    encoder: Encoder,
    folder: Path,
    *,
    on_block: Callable[[int], None] = lambda _: None,
    spreader: Spreader = HERE,
) -> EmbeddedCorpus:
    """Embed passages as `embed_corpus` does documents; passages added at the end cost theirs only.

    Raises:
        StoreError: If the folder was begun with another encoder or other passages.
        RunFolderError: If it cannot be written, is damaged, or another process embeds into it.
        ClusterError: If the cluster is lost; what is safe stays so.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with held(folder):
        stream, growing = iter(passages), _Growing(folder, encoder)
        growing.pass_over(stream)
        n_ahead = 1 if spreader is HERE else _WINDOW
        while blocks := [block for _ in range(n_ahead) if (block := list(islice(stream, BLOCK)))]:
            for embedded, vectors in _embed_in_order(blocks, encoder, spreader):
                on_block(growing.append(embedded, vectors))
        growing.finish()
    return EmbeddedCorpus(folder)


def _embed_in_order(
    blocks: Sequence[Sequence[Passage]], encoder: Encoder, spreader: Spreader
) -> Iterator[tuple[Sequence[Passage], NDArray[np.float32]]]:
    """Hand over each block with its vectors (n, d), in order, whichever is done first."""
    texts = {
        str(number): [f"{passage.title}\n{passage.text}" for passage in block]
        for number, block in enumerate(blocks)
    }
    early: dict[str, NDArray[np.float32]] = {}
    n_handed_over = 0
    for done in spreader.encode(encoder, texts):
        early[done.name] = done.vectors
        while (vectors := early.pop(str(n_handed_over), None)) is not None:
            yield blocks[n_handed_over], vectors
            n_handed_over += 1


class _Growing:
    """The files of a corpus while passages are added behind those that are there."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self._folder = folder
        self._state, self._digest = _open(folder, encoder), hashlib.sha256()

    def pass_over(self, stream: Iterator[Passage]) -> None:
        """Read what is embedded already, if it is what comes, and cut off what is not safe."""
        state, n_left = self._state, self._state.n_passages
        while n_left and (block := list(islice(stream, min(BLOCK, n_left)))):
            self._digest.update(b"".join(_lines(block)))
            n_left -= len(block)
        if n_left or (state.n_passages and self._digest.hexdigest() != state.sha256):
            raise StoreError(
                f"{self._folder} holds the vectors of {state.n_passages:,} passages, and the "
                "documents given now do not begin with these; they were changed since. Delete the "
                "folder to embed them again, or name another one."
            )
        _cut_off(self._folder, state)

    def append(self, block: Sequence[Passage], vectors: NDArray[np.float32]) -> int:
        """Write a block; it counts once the state says so. Return how many passages are safe."""
        state, lines = self._state, _lines(block)
        ends = state.n_bytes + np.cumsum([len(line) for line in lines], dtype=np.int64)
        starts = np.concatenate(([state.n_bytes], ends[:-1])).astype(np.int64)
        _write_behind(self._folder / _PASSAGES, b"".join(lines))
        _write_behind(self._folder / _STARTS, starts.tobytes())
        _write_behind(self._folder / _VECTORS, vectors.astype(np.float32).tobytes())
        self._digest.update(b"".join(lines))
        self._keep(
            n_passages=state.n_passages + len(block),
            n_bytes=int(ends[-1]),
            sha256=self._digest.hexdigest(),
            is_whole=False,
        )
        return self._state.n_passages

    def finish(self) -> None:
        """Say that this is all."""
        self._keep(is_whole=True)

    def _keep(self, **changes: object) -> None:
        self._state = self._state.model_copy(update=changes)
        write_schema(self._folder / _STATE, self._state)


def _open(folder: Path, encoder: Encoder) -> CorpusState:
    begun = CorpusState(
        encoder=encoder.name, encoder_sha256=encoder.sha256, dimension=encoder.dimension
    )
    if not (folder / _STATE).exists():
        return begun
    state = read_schema(CorpusState, folder / _STATE, remedy=_REMEDY)
    if (state.encoder_sha256, state.dimension) != (encoder.sha256, encoder.dimension):
        raise StoreError(
            f"{folder} was begun with the encoder '{state.encoder}' (sha256 "
            f"{state.encoder_sha256}), but '{encoder.name}' ({encoder.sha256}) is given; vectors "
            "of both cannot be mixed. Name the first one, or another folder."
        )
    return state


def _cut_off(folder: Path, state: CorpusState) -> None:
    """Leave of each file what is safe."""
    with writing(folder):
        for path, size in _require_whole(folder, state).items():
            path.touch()
            os.truncate(path, size)


def _require_whole(folder: Path, state: CorpusState) -> dict[Path, int]:
    """Return how many bytes of each file are safe; refuse a file that has fewer."""
    sizes = {
        folder / _PASSAGES: state.n_bytes,
        folder / _STARTS: state.n_passages * np.dtype(np.int64).itemsize,
        folder / _VECTORS: state.n_passages * state.dimension * np.dtype(np.float32).itemsize,
    }
    for path, size in sizes.items():
        found = path.stat().st_size if path.exists() else 0
        if found < size:
            raise StoreError(
                f"{path} holds {found:,} bytes, expected at least {size:,}; it was cut short. "
                f"{_REMEDY}"
            )
    return sizes


def _write_behind(path: Path, content: bytes) -> None:
    with writing(path), path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _lines(block: Sequence[Passage]) -> list[bytes]:
    return [(json.dumps(asdict(passage)) + "\n").encode() for passage in block]


def _map(path: Path, kind: type[ScalarT], shape: tuple[int, ...]) -> NDArray[ScalarT]:
    """Map a file of numbers; one without any cannot be mapped."""
    if not shape[0]:
        return np.empty(shape, kind)
    return np.memmap(path, dtype=kind, mode="r", shape=shape)
