"""What a worker takes from elsewhere, and what it refuses to work with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from prototypes.cache import PartCache
from prototypes.cluster.ordered_generator import OrderedGenerator, order_generator, require_same
from prototypes.cluster.workers import OfferedParts
from prototypes.errors import ClusterError
from prototypes.models.generator_source import GeneratorOptions, GeneratorSupply, LocalSource
from prototypes.models.model_folder import hash_file, hash_files


def _write(folder: Path) -> float:
    (folder / "model.bin").write_bytes(b"\x00\xff")
    return 12.5


def test_worker_finds_a_part_that_another_run_folder_left(tmp_path: Path) -> None:
    """At the price that it had there."""
    shared = tmp_path / "shared"
    PartCache(tmp_path / "run", shared=shared).make("head-1", _write)

    found = OfferedParts(tmp_path / "worker", {}, shared=shared).find("head-1")

    assert found is not None and found.seconds == 12.5
    assert found.folder == tmp_path / "worker" / "head-1"


def test_worker_writes_nothing_into_a_shared_folder(tmp_path: Path) -> None:
    """Its machine may have another folder of that name; the driver keeps what it delivers."""
    shared = tmp_path / "shared"

    OfferedParts(tmp_path / "worker", {}, shared=shared).make("head-1", _write)

    assert not shared.exists()


@pytest.fixture
def source(tmp_path: Path) -> LocalSource:
    """A model, as far as its parameters go."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"parameters")
    return LocalSource("model", folder, 1, hash_files((folder / "model.safetensors",)))


def test_the_same_generator_is_taken(source: LocalSource) -> None:
    """It has the same parameters at the same path."""
    assert source.sha256 == hash_file(source.folder / "model.safetensors")
    require_same(source)


def test_another_generator_at_the_same_path_is_refused(source: LocalSource) -> None:
    """Answers of two models cannot be mixed."""
    with pytest.raises(ClusterError, match=r"but the trial was begun with 0; put the same model"):
        require_same(replace(source, sha256="0"))


def test_missing_generator_is_refused(source: LocalSource, tmp_path: Path) -> None:
    """The message names the path that every machine needs."""
    with pytest.raises(ClusterError, match=r"'model' is not in .*elsewhere on a machine of the"):
        require_same(replace(source, folder=tmp_path / "elsewhere"))


def test_generator_is_named_by_its_whole_path(
    source: LocalSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker runs in another folder than this process."""
    monkeypatch.chdir(tmp_path)
    supply = GeneratorSupply(replace(source, folder=Path("model")), GeneratorOptions())

    ordered = order_generator(supply)

    assert isinstance(ordered, OrderedGenerator) and isinstance(ordered.source, LocalSource)
    assert ordered.source.folder == source.folder.resolve()
    assert replace(ordered, options=GeneratorOptions(7)).source == ordered.source
