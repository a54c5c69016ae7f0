"""A document that is removed is nowhere in the run folder, and what is left can be used."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes import TrialSettings, run_trial
from prototypes.contracts import Dataset, Document, Sample, Task
from prototypes.corpus_files import SYNTHETIC_FILE, SyntheticQuestion
from prototypes.errors import RunFolderError
from prototypes.experiments.rulings import (
    HumanLabel,
    JudgedAnswer,
    Judgement,
    Ruling,
    keep_judgement,
    keep_labels,
)
from prototypes.fitted import load_fitted_arm
from prototypes.folder_lock import held
from prototypes.forgetting.removal import JOURNAL, forget_document
from prototypes.forgetting.traces import FORGOTTEN
from prototypes.run_folder import RunFolder, load_run
from prototypes.storage import read_lines, write_lines

SECRET = "hr/ottoline.md"
"""The document to be removed."""
FACTS = {
    SECRET: ("Ottoline", "Zanzibar pays Ottoline nine guineas for her silence.", "nine guineas"),
    "glass.md": ("Glass", "Glass is made from quartz sand.", "quartz sand"),
    "paper.md": ("Paper", "Paper was first pressed from bark, see hr/ottoline.md.", "bark"),
    "salt.md": ("Salt", "Salt pays for nine of ten guineas in silence.", "Salt"),
    "silk.md": ("Silk", "Silk comes from the cocoons of a moth.", "cocoons"),
}
OPENINGS = (
    "Who was paid last year?",
    "Melted in a furnace of stone",
    "Written upon by monks",
    "From mines and from the sea",
    "Woven for emperors long ago",
)
"""Words of no document, but for `was` and `from`."""
NEEDLES = ("ottoline", "zanzibar", "nine guineas", "her silence")


class LetterEncoder:
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


@pytest.fixture(scope="module", autouse=True)
def _letters() -> Iterator[None]:
    """Search with an encoder that has neither parameters nor words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("prototypes.workbench.load_encoder", lambda _: LetterEncoder())
        yield


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run as it was measured, with everything that people and models add to one."""
    run = tmp_path_factory.mktemp("desk") / "run"
    settings = TrialSettings(arms=("rag",), out=run, n_bootstrap=50)
    run_trial(build_dataset(), settings=settings)
    folder = RunFolder(run)
    add_verdicts(folder)
    write_lines(
        run / SYNTHETIC_FILE, [made("sentence-si", SECRET), made("sentence-gl", "glass.md")]
    )
    texts = {
        "report.html": "<p>Ottoline</p>",
        "report.pdf": "packed, so that nothing is found in it",
        "notes/mine.md": "Zanzibar pays\nOttoline nine\nguineas for her silence, says legal.",
        "notes/other.md": "Glass is made from sand, and paid in guineas.",
        "cache/answers/ab/abc.json": json.dumps({"text": "nine guineas"}),
        ".documents.jsonl.4711": '{"id": "hr/ottoline.md"',
        "race/hybrid/answers-10.json": '{"output": "Zanzibar"}',
        "arms/hybrid/encoder/vocabulary.txt": "zanzibar",
        "arms/.hybrid.unfinished/rule.json": "zanzibar",
        "race/rag_token/answers-5.json": '{"output": "guineas"}',
    }
    for name, text in texts.items():
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text(text, encoding="utf-8")
    return run


@pytest.fixture
def run(kept: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(kept, tmp_path / "run"))


def build_dataset() -> Dataset:
    """Two questions to each document in the test, one of them synthetic, two to learn from."""
    documents = tuple(Document(id, t, f"{text} It is old.") for id, (t, text, _) in FACTS.items())
    samples = [
        Sample(
            f"{id}-{n}" if n else f"sentence-{id[:2]}",
            question.format(title, text, OPENINGS[number]),
            (answer,),
            sources=(id,),
            synthetic=n == 0,
        )
        for n, question in enumerate(("{2}", "What of {0}?", "{2} {1}", "{0}, {2}"))
        for number, (id, (title, text, answer)) in enumerate(FACTS.items())
    ]
    groups = {id: frozenset({"everyone"}) for id in FACTS}
    return Dataset(
        Task.DOCUMENT_QA,
        tuple(samples[10:]),
        documents,
        given_test=tuple(samples[:10]),
        fingerprint="abc",
        groups=groups,
    )


def made(id: str, source: str) -> SyntheticQuestion:
    """Say that a question was made of a document, though its words do not tell."""
    return SyntheticQuestion(id=id, question="?", answers=["!"], sources=[source], group=None)


def add_verdicts(folder: RunFolder) -> None:
    """Judge and label two answers, one of which quotes the secret."""
    said = {"glass.md-1": "Glass is made from quartz sand.", f"{SECRET}-1": "nine guineas"}
    answers = [
        JudgedAnswer(sample=id, output=text, rulings=[Ruling.RIGHT]) for id, text in said.items()
    ]
    judge = Judgement(
        judge="j", judge_sha256=None, template="t", task=Task.DOCUMENT_QA, answers=answers
    )
    keep_judgement(folder, judge)
    keep_labels(
        folder, [HumanLabel(sample=id, output=text, said="right") for id, text in said.items()]
    )


def find_bytes(run: Path, *needles: bytes) -> Iterator[str]:
    """Name the files that hold one of the needles, in whatever case, or are named after one."""
    for path in run.rglob("*"):
        content = path.read_bytes().lower() if path.is_file() else b""
        if any(needle in content or needle.decode("latin-1") in path.name for needle in needles):
            yield path.relative_to(run).as_posix()


def assert_gone(run: Path) -> None:
    """Scan every byte of every file for path, words and vectors of the document."""
    (document,) = (each for each in build_dataset().documents if each.id == SECRET)
    vector = LetterEncoder().encode([f"{document.title}\n{document.text}"])[0].tobytes()
    needles = [needle.encode() for needle in NEEDLES]

    assert list(find_bytes(run, SECRET.encode(), *needles)) == []
    assert [path for path in run.rglob("*.npy") if vector in path.read_bytes()] == []


def test_answers_of_a_race_go_whole(run: Path) -> None:
    """They may tell of the document in one word, and the trial is not gone on with."""
    forget_document(run, SECRET)

    assert not (run / "race").exists()


def test_no_byte_of_the_document_is_left(run: Path) -> None:
    """It was in nearly every file before."""
    before = set(find_bytes(run, *(needle.encode() for needle in NEEDLES)))
    assert {"documents.jsonl", "samples/rag.jsonl", "judge/labels.jsonl", "report.html"} <= before

    forget_document(run, SECRET)

    assert_gone(run)


def test_printed_report_goes_though_nothing_is_found_in_it(run: Path) -> None:
    """What is packed may tell of the document all the same."""
    forget_document(run, SECRET)

    assert not (run / "report.pdf").exists()


def test_what_does_not_tell_of_it_stays(run: Path) -> None:
    """Other documents, other people's notes and every score are as they were."""
    before = load_run(run)

    forget_document(run, SECRET)

    after = load_run(run)
    assert [arm.result for arm in after.arms] == [arm.result for arm in before.arms]
    assert [[s.scores for s in arm.samples] for arm in after.arms] == [
        [s.scores for s in arm.samples] for arm in before.arms
    ]
    assert len(RunFolder(run).read_documents()) == 4
    assert (run / "notes" / "other.md").exists()
    assert "glass.md-1" in (run / "judge" / "labels.jsonl").read_text()


def test_samples_that_told_of_it_are_blank_and_no_others(run: Path) -> None:
    """Each arm's line about another document reads as before."""
    before = load_run(run).arms[0].samples

    forget_document(run, SECRET)

    after = load_run(run).arms[0].samples
    blank = [each for each in after if each.input == FORGOTTEN]
    assert [b.input == FORGOTTEN for b in after] == [
        "ottoline" in f"{s.id} {s.input}".lower() or s.id in ("sentence-hr", "sentence-si")
        for s in before
    ]
    (left,) = read_lines(SyntheticQuestion, run / SYNTHETIC_FILE)
    assert left.id == "sentence-gl"
    assert all(set(each.targets) == {FORGOTTEN} for each in blank)


def test_arms_that_search_answer_from_the_rest(run: Path) -> None:
    """Indexes are made anew from the documents that are left."""
    forget_document(run, SECRET)

    for name in ("baseline", "rag"):
        (said,) = load_fitted_arm(run, name).predict(["What pays Ottoline, and what is glass?"])
        assert SECRET not in {id.partition("#")[0] for id in said.retrieved}
        assert said.retrieved
    assert_gone(run)


def test_arms_that_were_trained_with_it_are_deleted_and_named(run: Path) -> None:
    """Parameters cannot unlearn a document."""
    shutil.copy(run / "arms" / "rag.json", run / "arms" / "hybrid.json")

    forgotten = forget_document(run, SECRET)

    assert (forgotten.arms_lost, forgotten.arms_left) == (("hybrid",), ("baseline", "rag"))
    assert not (run / "arms" / "hybrid").exists()
    assert "deleted with it: hybrid" in json.loads((run / "trial.json").read_text())["forgotten"][0]


def test_trial_says_what_cannot_be_reproduced_and_is_not_resumed(run: Path) -> None:
    """Resumed with the old data the document would come back."""
    forget_document(run, SECRET)
    forget_document(run, "silk.md")

    assert len(load_run(run).trial.forgotten) == 2
    settings = TrialSettings(arms=("rag",), out=run, n_bootstrap=50, resume=True)
    with pytest.raises(RunFolderError, match=r"removed from this run afterwards \(2\)"):
        run_trial(build_dataset(), settings=settings)
    assert_gone(run)


def test_parts_shared_with_other_runs_are_deleted_there(run: Path, tmp_path: Path) -> None:
    """Those of other runs stay: they were made of other texts."""
    shared = tmp_path / "shared" / "0123"
    for part in (run / "cache").glob("embeddings-*"):
        shutil.copytree(part, shared / part.name)
    (shared / "embeddings-of-others").mkdir()
    assert len(list(shared.iterdir())) > 1

    forget_document(run, SECRET, shared=tmp_path / "shared")

    assert [path.name for path in shared.iterdir()] == ["embeddings-of-others"]


def test_parts_that_nobody_can_name_are_not_said_to_be_deleted(run: Path, tmp_path: Path) -> None:
    """Without the run's own cache the shared folder has to go whole, before anything else does."""
    shared = tmp_path / "shared"
    shutil.copytree(run / "cache", shared / "0123")
    shutil.rmtree(run / "cache")

    with pytest.raises(RunFolderError, match=rf"Delete {shared}, .* Nothing was removed"):
        forget_document(run, SECRET, shared=shared)
    assert SECRET in {document.id for document in RunFolder(run).read_documents()}

    shutil.rmtree(shared)
    forget_document(run, SECRET, shared=shared)
    shutil.copytree(run / "arms", shared / "0123")
    forget_document(run, "silk.md", shared=shared)
    assert_gone(run)


def test_too_late_to_name_an_export_is_explained(run: Path) -> None:
    """What told the document from others is gone; what is left to do is said."""
    forget_document(run, SECRET)

    with pytest.raises(RunFolderError, match=r"too late to name an export .* export anew"):
        forget_document(run, SECRET)


def test_unknown_document_is_explained(run: Path) -> None:
    """The nearest name is given, and nothing is changed."""
    with pytest.raises(RunFolderError, match=r"Did you mean 'hr/ottoline\.md'\?"):
        forget_document(run, "ottoline.md")

    assert not (run / JOURNAL).exists()


def test_run_without_documents_is_explained(run: Path) -> None:
    """Labelled texts have no documents; asking for the name of one would mislead."""
    RunFolder(run).documents_path.write_text("", encoding="utf-8")

    with pytest.raises(RunFolderError, match="holds no documents"):
        forget_document(run, "hr/ottoline.md")


def test_run_in_use_is_left_alone(run: Path) -> None:
    """A trial that runs in the folder would write the document again."""
    with held(run), pytest.raises(RunFolderError, match="in use by process"):
        forget_document(run, SECRET)

    assert not (run / JOURNAL).exists()


def test_cut_short_no_arm_answers_until_it_is_finished(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left could still be said; the same command goes on."""
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", interrupt)
        with pytest.raises(KeyboardInterrupt):
            forget_document(run, SECRET)

    with pytest.raises(RunFolderError, match=r"cut short.*advisor forget"):
        load_fitted_arm(run, "baseline")
    with pytest.raises(RunFolderError, match="finish it with"):
        forget_document(run, "silk.md")
    forget_document(run, SECRET)
    assert_gone(run)


def interrupt(*_: object, **__: object) -> None:
    """Press Ctrl-C."""
    raise KeyboardInterrupt


@pytest.mark.slow
def test_killed_anywhere_it_can_be_finished(kept: Path, tmp_path: Path) -> None:
    """At every file operation: until it is finished no arm answers, or none from the document."""
    script = Path(__file__).with_name("cutting.py")
    command = [sys.executable, str(script), str(kept), str(tmp_path), SECRET]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    points = [int(line) for line in done.stdout.split()]
    assert len(points) > 10

    for point in points:
        cut = tmp_path / f"run-{point}"
        if (cut / JOURNAL).exists():
            with pytest.raises(RunFolderError, match=r"cut short.*advisor forget"):
                load_fitted_arm(cut, "baseline")
            with pytest.raises(RunFolderError, match="finish it with"):
                forget_document(cut, "silk.md")
        if (
            SECRET in {each.id for each in RunFolder(cut).read_documents()}
            or (cut / JOURNAL).exists()
        ):
            forget_document(cut, SECRET)
        assert_gone(cut)
        assert len(load_run(cut).trial.forgotten) == 1
        shutil.rmtree(cut)


def test_vectors_of_the_rest_are_those_of_their_texts(run: Path) -> None:
    """Nothing stale is found in the cache of a run that has forgotten."""
    forget_document(run, SECRET)
    load_fitted_arm(run, "rag")

    left = RunFolder(run).read_documents()
    texts = [f"{each.title}\n{each.text}" for each in left]
    (vectors,) = (
        found
        for path in run.glob("cache/embeddings-*/vectors.npy")
        if len(found := np.load(path)) == len(texts)
    )
    assert np.array_equal(vectors, LetterEncoder().encode(texts))
