"""A corpus larger than memory: block by block, cut short anywhere, never embedded twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from prototypes.contracts import Document, Passage, RefusedRow
from prototypes.data.documents import load_documents, stream_documents
from prototypes.errors import ClusterLostError, RunFolderError, StoreError
from prototypes.folder_lock import held
from prototypes.models.encoder import Encoder
from prototypes.retrieval import corpus
from prototypes.retrieval.corpus import EmbeddedCorpus, embed_corpus, embed_passages
from prototypes.spreading import EncodedShard, encode_shard


class CountingEncoder:
    """Turns a text into two numbers, counts the texts, and may fail at one of them."""

    name, dimension, folder = "counting", 2, None

    def __init__(self, *, fail_at: int | None = None, sha256: str = "a") -> None:
        self.sha256: str | None = sha256
        self.n_encoded, self._fail_at = 0, fail_at

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return length and first letter, to unit length."""
        self.n_encoded += len(texts)
        if self._fail_at is not None and self.n_encoded > self._fail_at:
            raise KeyboardInterrupt
        rows = np.array([[len(text), ord(text[0])] for text in texts], np.float32)
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four passages are a block."""
    monkeypatch.setattr(corpus, "BLOCK", 4)


def passages(n: int) -> list[Passage]:
    """Make passages of different lengths, with what JSON has to escape."""
    return [Passage(f"d#{k}", "d", "Ä\n", "\u2028" + "x" * k) for k in range(n)]


def content(folder: Path) -> dict[str, bytes]:
    """Read every file."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(n=st.integers(0, 18), cut=st.integers(0, 17), tail=st.binary(max_size=40))
def test_cut_short_anywhere_it_ends_as_if_it_was_not(
    tmp_path_factory: pytest.TempPathFactory, n: int, cut: int, tail: bytes
) -> None:
    """What is safe is not embedded again; what was half written is cut off."""
    whole, broken = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("broken")
    embed_passages(passages(n), CountingEncoder(), whole)
    try:
        embed_passages(passages(n), CountingEncoder(fail_at=cut), broken)
    except KeyboardInterrupt:
        for name in ("passages.jsonl", "starts.i64", "vectors.f32"):
            with (broken / name).open("ab") as file:
                file.write(tail)
        with pytest.raises(Exception, match=r"not embedded to its end|cannot be read"):
            EmbeddedCorpus(broken)

    again = CountingEncoder()
    found = embed_passages(passages(n), again, broken)

    assert content(whole) == content(broken)
    assert found.read_passages(range(n)) == passages(n)
    assert again.n_encoded == (0 if cut >= n else n - cut // 4 * 4)


def test_only_one_block_is_read_ahead(tmp_path: Path) -> None:
    """Nothing is asked of a stream before the block before it is safe."""
    pulled = 0

    def stream() -> Iterator[Passage]:
        nonlocal pulled
        for passage in passages(20):
            pulled += 1
            yield passage

    ahead: list[int] = []
    embed_passages(
        stream(), CountingEncoder(), tmp_path, on_block=lambda safe: ahead.append(pulled - safe)
    )

    assert ahead == [0, 0, 0, 0, 0]


class Backwards:
    """Embeds blocks from the last to the first, as a cluster might, and may break off."""

    delivered, notes = (), ()

    def __init__(self, *, n_done: int = 99) -> None:
        self._n_done = n_done

    def encode(
        self, encoder: Encoder, shards: Mapping[str, Sequence[str]]
    ) -> Iterator[EncodedShard]:
        """Hand over the last shards first, but the very first one before them."""
        first, *others = shards
        for name in [first, *reversed(others)][: self._n_done]:
            yield encode_shard(encoder, name, shards[name])
        if len(shards) > self._n_done:
            raise ClusterLostError("The Ray cluster is lost.")


@pytest.mark.parametrize("n", [0, 3, 4, 30])
def test_blocks_that_are_done_in_any_order_are_kept_in_theirs(tmp_path: Path, n: int) -> None:
    """The files are those of one process."""
    embed_passages(passages(n), CountingEncoder(), tmp_path / "here")

    embed_passages(passages(n), CountingEncoder(), tmp_path / "there", spreader=Backwards())

    assert content(tmp_path / "here") == content(tmp_path / "there")


def test_a_lost_cluster_costs_no_block_that_is_safe(tmp_path: Path) -> None:
    """It is gone on with here, behind the last block before the first that is missing."""
    with pytest.raises(ClusterLostError):
        embed_passages(passages(18), CountingEncoder(), tmp_path, spreader=Backwards(n_done=3))
    encoder = CountingEncoder()

    embed_passages(passages(18), encoder, tmp_path)

    assert encoder.n_encoded == 14


def test_passages_added_at_the_end_cost_theirs_only(tmp_path: Path) -> None:
    """A corpus that grows is gone on with, after a last block that was not full, too."""
    embed_passages(passages(6), CountingEncoder(), tmp_path)
    encoder = CountingEncoder()

    grown = embed_passages(passages(9), encoder, tmp_path)

    assert (encoder.n_encoded, len(grown)) == (3, 9)
    assert np.array_equal(
        CountingEncoder().encode([f"{p.title}\n{p.text}" for p in passages(9)]), grown.vectors
    )


def test_changed_documents_are_noticed(tmp_path: Path) -> None:
    """Vectors of texts that are gone are not mixed with others."""
    embed_passages(passages(6), CountingEncoder(), tmp_path)

    for others in (passages(5), passages(7)[1:]):
        with pytest.raises(StoreError, match="documents given now do not begin with these"):
            embed_passages(others, CountingEncoder(), tmp_path)


def test_another_encoder_is_noticed(tmp_path: Path) -> None:
    """Vectors of two encoders cannot be compared."""
    embed_passages(passages(6), CountingEncoder(), tmp_path)

    with pytest.raises(StoreError, match=r"begun with the encoder 'counting' \(sha256 a\)"):
        embed_passages(passages(6), CountingEncoder(sha256="b"), tmp_path)


def test_lost_vectors_are_noticed(tmp_path: Path) -> None:
    """A file that is shorter than it was is no corpus."""
    embed_passages(passages(6), CountingEncoder(), tmp_path)
    (tmp_path / "vectors.f32").write_bytes(b"\0" * 8)

    with pytest.raises(StoreError, match=r"vectors\.f32 holds 8 bytes, expected at least 48"):
        embed_passages(passages(6), CountingEncoder(), tmp_path)


@pytest.mark.parametrize("name", ["passages.jsonl", "starts.i64", "vectors.f32"])
def test_a_corpus_that_was_cut_short_is_not_opened(tmp_path: Path, name: str) -> None:
    """Half a copy is told from a whole one before anything is searched."""
    embed_passages(passages(6), CountingEncoder(), tmp_path)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-1])

    with pytest.raises(StoreError, match=rf"{name} holds .+ it was cut short"):
        EmbeddedCorpus(tmp_path)


def test_two_processes_do_not_embed_into_one_folder(tmp_path: Path) -> None:
    """Their blocks would be mixed, and no hash would tell."""
    with held(tmp_path), pytest.raises(RunFolderError, match=r"in use by process \d+"):
        embed_passages(passages(6), CountingEncoder(), tmp_path)


def test_what_the_documents_cannot_give_is_not_blamed_on_the_folder(tmp_path: Path) -> None:
    """A network drive that is gone is no full disk, and what is safe stays."""

    def stream() -> Iterator[Passage]:
        yield from passages(6)
        raise OSError("the drive is gone")

    with pytest.raises(OSError, match="the drive is gone"):
        embed_passages(stream(), CountingEncoder(), tmp_path)

    encoder = CountingEncoder()
    assert len(embed_passages(passages(9), encoder, tmp_path)) == 9
    assert encoder.n_encoded == 5


def test_folder_is_read_document_by_document(tmp_path: Path) -> None:
    """The documents and refusals are those that are read at once, in the order of ids."""
    for name, text in {
        "b.md": "# B\n\nTwo.",
        "a/c.md": "Three.",
        "a-b.md": "",
        "x.bin": "0",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    refused: list[RefusedRow] = []

    streamed = tuple(stream_documents(tmp_path, on_refused=refused.append))

    documents, also_refused = load_documents(tmp_path)
    assert documents == streamed
    assert set(also_refused) == set(refused)


def test_documents_are_cut_into_passages(tmp_path: Path) -> None:
    """What is embedded is what a trial would search."""
    documents = [
        Document("a.md", "A", "# One\n\nText.\n\n# Two\n\nMore."),
        Document("b", "B", "End."),
    ]

    found = embed_corpus(documents, CountingEncoder(), tmp_path)

    assert [each.id for each in found.read_passages([2, 0])] == ["b#0", "a.md#0"]
