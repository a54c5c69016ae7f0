"""What a user may not read reaches no arm: it is neither searched nor counted nor cited."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from prototypes import TrialSettings, run_trial
from prototypes.access import (
    GROUPS_FILE,
    keep_groups,
    open_corpus,
    read_groups,
    record_groups,
    require_open,
)
from prototypes.approaches.document_qa.baseline import BestSentenceBaseline
from prototypes.approaches.document_qa.rag import build_system
from prototypes.arms.document_qa import ARMS
from prototypes.contracts import Dataset, Document, Sample, Task
from prototypes.errors import DataError, RunFolderError
from prototypes.fitted import load_fitted_arm
from prototypes.retrieval.stores.contract import EVERYONE
from prototypes.run_folder import RunFolder
from prototypes.workbench import Workbench

WORDS = ("copper", "salt", "glass", "paper", "silk", "rubber")
QUESTIONS = [f"Where does {word} come from?" for word in WORDS]
DOCUMENTS = tuple(
    Document(
        f"{word}.md", word.title(), f"# Use\n\n{word.title()} is old.\n\n# Origin\n\nIt is {n}."
    )
    for n, word in enumerate(WORDS)
)
quick = settings(
    max_examples=15,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
names = st.sampled_from(["hr", "it", "sales"])
own = st.frozensets(st.one_of(names, st.just(EVERYONE)), max_size=2)
assigned = st.fixed_dictionaries({document.id: own for document in DOCUMENTS})
users = st.frozensets(names, max_size=2)


class WordEncoder:
    """Turns each text into a unit vector that depends on its letters alone."""

    name, dimension, folder = "letters", 32, None
    sha256: str | None = "letters"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Count letters."""
        rows = np.full((len(texts), self.dimension), 0.1, np.float32)
        for row, text in zip(rows, texts, strict=True):
            np.add.at(row, [ord(letter) % self.dimension for letter in text], 1)
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run folder that holds nothing but a corpus."""
    folder = RunFolder(tmp_path)
    folder.keep_documents(DOCUMENTS)
    return folder


def readable(groups: dict[str, frozenset[str]], user: frozenset[str]) -> set[str]:
    """Name the documents that a user may read, by nothing but the definition."""
    return {id for id, own in groups.items() if own & (user | {EVERYONE})}


@pytest.mark.parametrize(
    "store",
    ["faiss", *(pytest.param(name, marks=pytest.mark.slow) for name in ("lancedb", "qdrant"))],
)
@quick
@given(groups=assigned, user=users)
def test_no_search_of_an_arm_sees_a_closed_document(
    store: str, groups: dict[str, frozenset[str]], user: frozenset[str]
) -> None:
    """Neither BM25 nor dense search nor their fusion; what is cited was retrieved."""
    if find_spec({"qdrant": "qdrant_client"}.get(store, store)) is None:
        pytest.skip(f"the store {store} is NOT tested: it is not installed")
    with TemporaryDirectory() as place:
        folder = RunFolder(Path(place))
        folder.keep_documents(DOCUMENTS)
        keep_groups(folder, groups)
        corpus, allowed = open_corpus(folder, user), readable(groups, user)
    if not allowed:
        assert corpus.documents == ()
        return
    bench = Workbench(WordEncoder(), documents=corpus.documents, store=store)
    bench.rows = corpus.rows

    fused = build_system(bench).answer(QUESTIONS)
    by_words = BestSentenceBaseline.load(Path(), bench).predict(QUESTIONS)

    seen = {id.partition("#")[0] for each in (*fused, *by_words) for id in each.retrieved}
    cited = {each.document_id for said in (*fused, *by_words) for each in said.citations}
    assert seen == allowed
    assert cited <= allowed


@quick
@given(groups=assigned, user=users)
def test_vectors_of_a_whole_corpus_are_cut_to_the_open_passages(
    groups: dict[str, frozenset[str]], user: frozenset[str]
) -> None:
    """An arm that kept vectors of all passages searches among those of the open ones."""
    with TemporaryDirectory() as place:
        folder = RunFolder(Path(place))
        folder.keep_documents(DOCUMENTS)
        keep_groups(folder, groups)
        corpus = open_corpus(folder, user)
    whole, part = Workbench(WordEncoder(), documents=DOCUMENTS), Workbench(WordEncoder())
    part.rows = corpus.rows

    kept = part.keep_open(WordEncoder().encode([passage.id for passage in whole.passages]))

    mine = [p.id for p in Workbench(WordEncoder(), documents=corpus.documents).passages]
    assert np.array_equal(WordEncoder().encode(mine), kept)


def test_run_without_groups_is_open(folder: RunFolder) -> None:
    """Who restricts nothing notices nothing."""
    assert open_corpus(folder, ()).documents == DOCUMENTS
    assert read_groups(folder) is None


def test_document_that_is_not_listed_is_closed(folder: RunFolder) -> None:
    """A document added to the corpus later is not open until somebody opens it."""
    keep_groups(folder, {"salt.md": {EVERYONE}})

    assert [document.id for document in open_corpus(folder, ["hr"]).documents] == ["salt.md"]


@pytest.mark.parametrize("content", ["", "{}", '{"documents": {"salt.md": "everyone"}}'])
def test_damaged_groups_open_nothing(folder: RunFolder, content: str) -> None:
    """The advice is not to delete them, which would open everything."""
    (folder.root / GROUPS_FILE).write_text(content, encoding="utf-8")

    with pytest.raises(RunFolderError, match=r"groups\.json.* is damaged.*--groups-file"):
        open_corpus(folder, ["hr"])


def test_groups_file_is_put_in_force(folder: RunFolder, tmp_path: Path) -> None:
    """What no pattern names is kept as closed."""
    path = tmp_path / "groups.yaml"
    path.write_text('- {documents: "s*", groups: [hr]}\n', encoding="utf-8")

    recorded = record_groups(folder.root, path)

    assert read_groups(folder) == recorded
    assert recorded.find_open(["hr"]) == {"salt.md", "silk.md"}
    assert set(recorded.closed) == {d.id for d in DOCUMENTS} - {"salt.md", "silk.md"}


def test_missing_groups_file_restricts_nothing_in_silence(folder: RunFolder) -> None:
    """It is an error, and what was in force stays so."""
    with pytest.raises(DataError, match=r"gruops\.yaml: no such file"):
        record_groups(folder.root, folder.root / "gruops.yaml")

    assert not (folder.root / GROUPS_FILE).exists()


def test_arms_that_write_from_what_they_learnt_are_refused(folder: RunFolder) -> None:
    """What a model was tuned on, or is shown, may stand in a document that is closed."""
    keep_groups(folder, {"salt.md": {EVERYONE}})
    corpus, refused = open_corpus(folder, ()), []
    for spec in ARMS:
        try:
            require_open(spec, corpus, run=folder.root)
        except RunFolderError:
            refused.append(spec.name)

    assert refused == [
        "fine_tune",
        "prompting_few_shot",
        "fine_tune_generator",
        "hybrid_raft",
        "fine_tune_soft_prompt",
        "fine_tune_qlora",
    ]


def test_user_who_may_read_everything_may_ask_everybody(folder: RunFolder) -> None:
    """Nothing is closed to them that a model could repeat."""
    keep_groups(folder, {document.id: {"hr"} for document in DOCUMENTS})
    corpus = open_corpus(folder, ["hr"])

    for spec in ARMS:
        require_open(spec, corpus, run=folder.root)


def test_groups_are_written_so_that_people_can_read_them(folder: RunFolder) -> None:
    """The file in the run folder is a plain mapping."""
    keep_groups(folder, {"salt.md": {"it", "hr"}})

    written = json.loads((folder.root / GROUPS_FILE).read_text(encoding="utf-8"))
    assert written == {"schema_version": 1, "documents": {"salt.md": ["hr", "it"]}}


@pytest.mark.slow
@pytest.mark.weights
def test_tuned_retriever_searches_open_passages_by_its_own_vectors(tmp_path: Path) -> None:
    """What it was tuned on included closed documents; what it finds and cites does not."""
    samples = tuple(
        Sample(f"{n}-{d.id}", f"{ask} {d.title.lower()} of?", (f"It is {k}.",), sources=(d.id,))
        for n, ask in enumerate(("What is the origin", "Tell where there is use"))
        for k, d in enumerate(DOCUMENTS)
    )
    dataset = Dataset(Task.DOCUMENT_QA, samples, DOCUMENTS, fingerprint="abc")
    run_trial(dataset, settings=TrialSettings(arms=("hybrid",), out=tmp_path, n_bootstrap=50))
    keep_groups(RunFolder(tmp_path), {"salt.md": {"hr"}, "silk.md": {EVERYONE}, "glass.md": set()})

    said = load_fitted_arm(tmp_path, "hybrid", groups=["hr"]).predict(QUESTIONS)

    is_open = {"salt.md", "silk.md"}
    assert {id.partition("#")[0] for each in said for id in each.retrieved} == is_open
    assert {each.document_id for one in said for each in one.citations} <= is_open
