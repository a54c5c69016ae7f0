"""A language model that a worker loads by itself, from the same files as this machine has."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from prototypes.errors import ClusterError
from prototypes.models.generator import Generator
from prototypes.models.generator_source import GeneratorSupply, LocalSource
from prototypes.models.model_folder import hash_files, require_safetensors


class OrderedGenerator(GeneratorSupply):
    """A supply that vouches, on whichever machine, for the model that the trial was begun with."""

    __slots__ = ()

    def load(self) -> Generator:
        """Load the model once it is found to be the same.

        Raises:
            ClusterError: If this machine has none at that path, or another one.
            ModelUnavailableError: If it cannot be loaded.
        """
        assert isinstance(self.source, LocalSource)
        require_same(self.source)
        return GeneratorSupply.load(self)


def order_generator(supply: GeneratorSupply | None) -> GeneratorSupply | None:
    """Name a model on this machine by its whole path; anything else stays as it is."""
    if supply is None or not isinstance(supply.source, LocalSource):
        return supply
    source = replace(supply.source, folder=supply.source.folder.resolve())
    return OrderedGenerator(source, supply.options)


def require_same(source: LocalSource) -> None:
    """Refuse a machine of the cluster whose generator is not that of the trial.

    Raises:
        ClusterError: If there is none at that path, or its parameters differ.
    """
    if not source.folder.is_dir():
        raise ClusterError(
            f"The generator '{source.name}' is not in {source.folder} on a machine of the cluster; "
            "put the same model at that path on every machine."
        )
    found = _hash_once(source.folder)
    if found != source.sha256:
        raise ClusterError(
            f"The generator in {source.folder} has the sha256 {found} on a machine of the cluster, "
            f"but the trial was begun with {source.sha256}; put the same model at that path on "
            "every machine."
        )


@cache
def _hash_once(folder: Path) -> str:
    return hash_files(require_safetensors(folder))
