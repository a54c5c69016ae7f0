"""What the arms of one trial share: encoder, passages, embeddings, indexes, trained parts."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from prototypes import runtime
from prototypes.cache import PartCache
from prototypes.contracts import Document, Passage
from prototypes.errors import ModelUnavailableError
from prototypes.models import sharding
from prototypes.models.encoder import Encoder, load_encoder
from prototypes.models.lexical import LexicalEncoder
from prototypes.retrieval.chunking import chunk_document
from prototypes.retrieval.stores.opening import DEFAULT_STORE, open_store
from prototypes.spreading import HERE, Spreader
from prototypes.templates import PromptTemplates, load_templates

if TYPE_CHECKING:
    from prototypes.models.generator import Generator
    from prototypes.models.generator_source import GeneratorSupply
    from prototypes.retrieval.large import Kind, LargeIndex
    from prototypes.retrieval.lexical import LexicalIndex
    from prototypes.retrieval.store_index import DenseSearch

T = TypeVar("T")


class Workbench:
    """Shared parts, made once and charged to each arm that uses them.

    An arm that finds a part ready must not look cheaper than the arm that had to make it. So
    the true cost of a step is `wall clock - spent_seconds + charged_seconds`, both taken as
    differences over the step.

    Attributes:
        documents: The corpus.
        generator_supply: Where a language model comes from; None if there is none.
        templates: The prompts it is given.
        store: The vector store that dense search asks.
        rows: Where only part of a corpus is open to whoever asks: the positions of its passages
            among all; None where nothing is left out.
        index_notes: What is worth knowing of the indexes made: one that is not exact says how
            much it finds.
        charged_seconds: Running total of what the parts asked for cost when first made.
        spent_seconds: Running total of the time really spent here on making them.
    """

    def __init__(
        self,
        encoder: Encoder | str | None = None,
        *,
        documents: Sequence[Document] = (),
        words: Sequence[str] = (),
        cache_dir: Path | PartCache | None = None,
        generator: GeneratorSupply | None = None,
        templates: PromptTemplates | None = None,
        store: str = DEFAULT_STORE,
        shared: Path | None = None,
        spreader: Spreader = HERE,
    ) -> None:
        """Set up the bench; encoder and generator are loaded when first needed.

        Args:
            encoder: A loaded encoder, or what `load_encoder` takes.
            documents: The corpus that is chunked and indexed.
            words: Texts that the fallback encoder learns its words from where there is no corpus;
                the same for every arm, whichever of them embeds something first.
            cache_dir: Where parts outlive this object; None keeps them only as long as it.
            generator: Where a language model comes from.
            templates: The prompts it is given; None takes those of the package.
            store: The vector store that dense search asks, one of `STORES`.
            shared: Where parts are found and kept for other run folders, too.
            spreader: Where the costly work is done.
        """
        self.store, self.spreader = store, spreader
        self.rows: NDArray[np.int64] | None = None
        self.index_notes: list[str] = []
        self.generator_supply = generator
        self.templates = templates or load_templates()
        self.documents, self._words = tuple(documents), words
        self.charged_seconds = 0.0
        self.spent_seconds = 0.0
        self._encoder = encoder
        self._cache_dir, self._shared = cache_dir, shared
        self._in_memory: dict[str, tuple[Any, float]] = {}

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder; the fallback one is fitted on the passages, or else on the words given."""
        loaded = self._loaded
        if isinstance(loaded, LexicalEncoder) and not loaded.is_fitted:
            if self.passages:
                loaded.fit([passage.text for passage in self.passages])
            elif self._words:
                with suppress(ModelUnavailableError):  # the arms that need it say what is wrong
                    loaded.fit(self._words)
        return loaded

    @property
    def shares_parts(self) -> bool:
        """True if other run folders find what is made here.

        What an encoder without a checksum gives may depend on the texts it was fitted on.
        """
        return self._shared is not None and self.encoder.sha256 is not None

    @cached_property
    def _cache(self) -> PartCache:
        if isinstance(self._cache_dir, PartCache):
            return self._cache_dir
        return PartCache(self._cache_dir, shared=self._shared if self.shares_parts else None)

    @cached_property
    def _loaded(self) -> Encoder:
        encoder = self._encoder
        return load_encoder(encoder) if encoder is None or isinstance(encoder, str) else encoder

    def load_generator(self) -> Generator:
        """Return the language model; an arm calls this once and is charged for loading it.

        Raises:
            ModelUnavailableError: If there is none, or it cannot be loaded.
        """
        if self.generator_supply is None:
            raise ModelUnavailableError(
                "This arm needs a language model, and there is none; name one with --generator."
            )
        return self._remember("generator", self.generator_supply.load)

    def release_generator(self) -> None:
        """Let go of the language model; it is loaded again when it is next asked for."""
        if self._in_memory.pop("generator", None) is not None:
            runtime.give_memory_back()

    def clock(self) -> float:
        """Tell the seconds, as if every shared part and remembered answer were made when used."""
        generator, _ = self._in_memory.get("generator", (None, 0.0))
        saved = generator.saved_seconds if generator else 0.0
        return time.perf_counter() - self.spent_seconds + self.charged_seconds + saved

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """All passages of all documents, in order."""
        return tuple(p for document in self.documents for p in chunk_document(document))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the unit vectors (n, d) of the texts.

        The vectors of several texts are kept and charged; a single text is encoded anew every
        time, since its latency is what gets measured.
        """
        encoder = self.encoder
        if isinstance(encoder, LexicalEncoder) and not encoder.is_fitted:
            encoder.fit(texts)
        if len(texts) <= 1:
            return encoder.encode(texts)
        fingerprint = self.fingerprint("embeddings", *texts)
        folder = self.part(fingerprint, lambda folder: self._encode(texts, folder))
        sharding.discard_shards(texts, encoder=encoder, cache=self._cache)
        vectors: NDArray[np.float32] = np.load(folder / "vectors.npy", allow_pickle=False)
        return vectors

    def keep_embedded(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep the vectors (n, d) of texts that were read for something else as well."""
        name = self.fingerprint("embeddings", *texts)
        self.part(name, lambda folder: np.save(folder / "vectors.npy", vectors))

    def lexical(self) -> LexicalIndex:
        """Return the BM25 index over titles and texts of the passages."""
        from prototypes.retrieval.lexical import LexicalIndex

        return self._remember("lexical", lambda: LexicalIndex(self._passage_texts()))

    def dense(self) -> DenseSearch:
        """Return the index over the passages' vectors."""
        return self._remember("dense", lambda: self.index(self.embed(self._passage_texts())))

    def index(self, vectors: NDArray[np.float32]) -> DenseSearch:
        """Index the passages under vectors (n, d) in the store of this bench.

        Raises:
            StoreError: If the library of the store is not installed.
        """
        from prototypes.retrieval.dense import DenseIndex
        from prototypes.retrieval.large import Kind, choose_kind
        from prototypes.retrieval.store_index import StoreIndex

        if self.store != DEFAULT_STORE:
            store = open_store(self.store, dimension=vectors.shape[1])
            return StoreIndex.fill(store, self.passages, vectors)
        kind = choose_kind(len(vectors))
        # A trial never restricts or deletes, so FAISS is asked without an id map.
        return DenseIndex(vectors) if kind is Kind.FLAT else self._index_large(vectors, kind)

    def keep_open(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return those of the vectors (n, d) of a whole corpus that belong to this bench."""
        return vectors if self.rows is None else vectors[self.rows]

    def _index_large(self, vectors: NDArray[np.float32], kind: Kind) -> LargeIndex:
        from prototypes.retrieval.large import LargeIndex, write_index
        from prototypes.retrieval.mapped import hash_vectors

        def build(folder: Path) -> None:
            write_index(vectors, folder, kind=kind)

        name = self.fingerprint("large-index", hash_vectors(vectors))
        large = LargeIndex.load(self.part(name, build), vectors)
        self.index_notes.append(large.report.describe())
        return large

    def part(self, fingerprint: str, build: Callable[[Path], None]) -> Path:
        """Return the folder of a part that `build` writes, made only if it is not there yet.

        Args:
            fingerprint: From `fingerprint`, over everything the part depends on.
            build: Writes the part into the empty folder it is given.
        """
        ready = self._cache.find(fingerprint)
        if ready is not None:
            self.charged_seconds += ready.seconds
            return ready.folder
        return self._cache.make(
            fingerprint, lambda folder: self._charge(lambda: build(folder))[1]
        ).folder

    def fingerprint(self, kind: str, *ingredients: str) -> str:
        """Name a part after its kind, the encoder and everything else it is made from."""
        identity = (kind, self.encoder.name, self.encoder.sha256 or "", *ingredients)
        return f"{kind}-{hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]}"

    def save_encoder(self, folder: Path) -> None:
        """Write into an arm's folder which encoder its parameters belong to."""
        content = {"name": self.encoder.name, "sha256": self.encoder.sha256}
        (folder / "encoder.json").write_text(json.dumps(content), encoding="utf-8")
        if isinstance(self.encoder, LexicalEncoder):
            self.encoder.save(folder)

    def require_encoder(self, folder: Path) -> None:
        """Refuse an arm that was fitted with another encoder than this bench has.

        Raises:
            ModelUnavailableError: If the encoders differ.
        """
        if isinstance(self._loaded, LexicalEncoder) and (folder / "encoder-words.json").exists():
            self._loaded.load(folder)
        expected = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        if expected["sha256"] != self.encoder.sha256:
            raise ModelUnavailableError(
                f"The arm in {folder} was fitted with the encoder '{expected['name']}' (sha256 "
                f"{expected['sha256']}), but '{self.encoder.name}' ({self.encoder.sha256}) is "
                "loaded; name the first one, or fit the arm again."
            )

    def _encode(self, texts: Sequence[str], folder: Path) -> None:
        """Write the vectors of the texts, charged with what encoding took wherever it was done."""
        if len(texts) <= sharding.SHARD:
            np.save(folder / "vectors.npy", self.encoder.encode(texts))
            return
        started = time.perf_counter()
        self.charged_seconds += sharding.write_vectors(
            folder / "vectors.npy",
            texts,
            encoder=self.encoder,
            spreader=self.spreader,
            cache=PartCache(self._cache.root),
        )
        self.spent_seconds += time.perf_counter() - started

    def _passage_texts(self) -> list[str]:
        return [f"{passage.title}\n{passage.text}" for passage in self.passages]

    def _remember(self, name: str, make: Callable[[], T]) -> T:
        if name in self._in_memory:
            value, seconds = self._in_memory[name]
            self.charged_seconds += seconds
        else:
            value, seconds = self._charge(make)
            self._in_memory[name] = value, seconds
        return value  # type: ignore[no-any-return]

    def _charge(self, make: Callable[[], T]) -> tuple[T, float]:
        """Make a part and charge it whole, with what the parts inside it cost when first made."""
        charged, spent, started = self.charged_seconds, self.spent_seconds, time.perf_counter()
        value = make()
        wall = time.perf_counter() - started
        seconds = wall - (self.spent_seconds - spent) + (self.charged_seconds - charged)
        self.charged_seconds, self.spent_seconds = charged + seconds, spent + wall
        return value, seconds
