"""What LanceDB says where its place is gone or was never there."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest

from prototypes.errors import StoreError
from prototypes.retrieval.stores.contract import Entry

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("lancedb") is None, reason="LanceDB is not installed"
    ),
]
VECTORS = np.eye(2, dtype=np.float32)


def test_object_storage_that_does_not_answer_is_a_sentence() -> None:
    """It is named, and the request that failed is not printed whole."""
    from prototypes.retrieval.stores.lancedb_store import LanceStore

    nobody = {"aws_endpoint": "http://127.0.0.1:9", "allow_http": "true", "aws_region": "x"}
    keys = {"aws_access_key_id": "tests", "aws_secret_access_key": "tests"}

    with pytest.raises(StoreError, match="LanceDB table in s3://bucket/passages cannot be") as told:
        LanceStore.connect("s3://bucket/passages", dimension=2, storage_options=nobody | keys)

    assert "See that it can be reached" in str(told.value)
    assert len(str(told.value)) < 700


def test_a_table_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    """Whatever is asked of it."""
    from prototypes.retrieval.stores.lancedb_store import LanceStore

    store = LanceStore.open(tmp_path / "store", dimension=2)
    store.add([Entry("a#0", "a"), Entry("b#0", "b")], VECTORS)
    shutil.rmtree(tmp_path / "store")

    for ask in (
        lambda: store.search(VECTORS, 1),
        lambda: store.delete_document("a"),
        lambda: store.add([Entry("c#0", "c")], VECTORS[:1]),
    ):
        with pytest.raises(StoreError, match=r"does not answer .+ see that the place can be"):
            ask()
