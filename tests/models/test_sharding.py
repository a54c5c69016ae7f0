"""Texts are encoded shard by shard; the vectors are the same, and none is made twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from prototypes.cache import PartCache
from prototypes.models import sharding
from prototypes.models.encoder import Encoder
from prototypes.models.sharding import write_vectors
from prototypes.spreading import EncodedShard, Here
from prototypes.workbench import Workbench

TEXTS = [f"text {number} of {number % 7}" for number in range(25)]


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharding, "SHARD", 8)


class Unplugged(Here):
    """Ends after some shards, and hands them over last first."""

    def __init__(self, n_shards: int) -> None:
        self._n_shards = n_shards

    def encode(
        self, encoder: Encoder, shards: Mapping[str, Sequence[str]]
    ) -> Iterator[EncodedShard]:
        """Encode some, then pull the plug."""
        backwards = {name: shards[name] for name in reversed(shards)}
        for number, done in enumerate(super().encode(encoder, backwards)):
            if number == self._n_shards:
                raise KeyboardInterrupt
            yield done


def test_vectors_are_those_of_all_texts_at_once(hashing_encoder: Encoder, tmp_path: Path) -> None:
    """Rows come in the order of the texts, whatever came in first."""
    cache = PartCache(tmp_path / "cache")
    options = {"encoder": hashing_encoder, "spreader": Unplugged(4), "cache": cache}

    seconds = write_vectors(tmp_path / "v.npy", TEXTS, **options)

    assert (np.load(tmp_path / "v.npy") == hashing_encoder.encode(TEXTS)).all()
    assert seconds > 0


def test_finished_shards_outlive_an_interruption(hashing_encoder: Encoder, tmp_path: Path) -> None:
    """The last two of four were kept; only the first two are encoded afterwards."""
    bench = Workbench(hashing_encoder, cache_dir=tmp_path, spreader=Unplugged(2))
    with pytest.raises(KeyboardInterrupt):
        bench.embed(TEXTS)
    n_before = hashing_encoder.n_encoded

    vectors = Workbench(hashing_encoder, cache_dir=tmp_path).embed(TEXTS)

    assert hashing_encoder.n_encoded - n_before == 16
    assert (vectors == hashing_encoder.encode(TEXTS)).all()


def test_shards_are_gone_once_the_whole_is_kept(hashing_encoder: Encoder, tmp_path: Path) -> None:
    """The disk holds every vector once."""
    bench = Workbench(hashing_encoder, cache_dir=tmp_path)

    bench.embed(TEXTS)

    assert [path.name.split("-")[0] for path in tmp_path.iterdir()] == ["embeddings"]


def test_a_few_texts_need_no_shards(hashing_encoder: Encoder, tmp_path: Path) -> None:
    """Nobody is asked to spread them, and nothing is there to discard."""
    bench = Workbench(hashing_encoder, cache_dir=tmp_path, spreader=Unplugged(0))

    vectors = bench.embed(TEXTS[:8])

    assert (vectors == hashing_encoder.encode(TEXTS[:8])).all()
    assert len(list(tmp_path.iterdir())) == 1
