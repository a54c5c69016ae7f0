"""Encode many texts shard by shard: in bounded memory, on any machine, and never twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from prototypes.cache import PartCache
from prototypes.models.encoder import Encoder
from prototypes.spreading import EncodedShard, Spreader

SHARD = 4096
"""Texts that are encoded together. What shares a batch decides the last bits of a vector, so a
shard holds the same texts wherever it is encoded."""

_FILE = "vectors.npy"


def write_vectors(
    path: Path, texts: Sequence[str], *, encoder: Encoder, spreader: Spreader, cache: PartCache
) -> float:
    """Write the unit vectors (n, d) of the texts to an npy file.

    Each shard is kept in the cache as it is done; `discard_shards` removes them.

    Args:
        path: The file.
        texts: At least one.
        encoder: Turns them into vectors.
        spreader: Where that is done.
        cache: Keeps the shards of an interrupted run.

    Returns:
        How many seconds encoding took, added up over the shards.
    """
    shards = dict(_cut(texts, encoder))
    missing = {name: shard for name, shard in shards.items() if cache.find(name) is None}
    for encoded in spreader.encode(encoder, missing):
        _keep(encoded, cache)
    return _join(path, list(shards), n_texts=len(texts), cache=cache)


def discard_shards(texts: Sequence[str], *, encoder: Encoder, cache: PartCache) -> None:
    """Remove the shards of texts whose vectors are kept as a whole by now."""
    if len(texts) > SHARD:
        for name, _ in _cut(texts, encoder):
            cache.discard(name)


def _cut(texts: Sequence[str], encoder: Encoder) -> Iterator[tuple[str, Sequence[str]]]:
    """Name each shard after its place, its texts and the encoder."""
    for at in range(0, len(texts), SHARD):
        shard = texts[at : at + SHARD]
        identity = json.dumps([encoder.name, encoder.sha256, at, *shard])
        yield f"shard-{hashlib.sha256(identity.encode()).hexdigest()[:32]}", shard


def _keep(encoded: EncodedShard, cache: PartCache) -> None:
    def build(folder: Path) -> float:
        np.save(folder / _FILE, encoded.vectors)
        return encoded.seconds

    cache.make(encoded.name, build)


def _join(path: Path, names: Sequence[str], *, n_texts: int, cache: PartCache) -> float:
    """Write the shards one after another into one file; none is in memory with another."""
    seconds, at, whole = 0.0, 0, None
    for name in names:
        part = cache.find(name)
        assert part is not None, f"the shard {name} was not encoded"
        vectors = np.load(part.folder / _FILE, mmap_mode="r", allow_pickle=False)
        if whole is None:
            shape = (n_texts, vectors.shape[1])
            whole = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
        whole[at : at + len(vectors)] = vectors
        at, seconds = at + len(vectors), seconds + part.seconds
    if whole is not None:
        whole.flush()
    return seconds
