"""What the tests of several approaches are run on."""

from __future__ import annotations

import pytest
from tiny_encoder import write_tiny_encoder

from prototypes.models.encoder import Encoder, load_encoder


@pytest.fixture(scope="module")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """Load a transformer of one layer."""
    return load_encoder(str(write_tiny_encoder(tmp_path_factory.mktemp("tiny"))))
