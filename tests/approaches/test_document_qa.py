"""The four arms that answer questions about documents."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes.approaches.document_qa.baseline import BestSentenceBaseline
from prototypes.approaches.document_qa.closed_book import ClosedBookArm
from prototypes.approaches.document_qa.hybrid import TunedRetrievalArm
from prototypes.approaches.document_qa.rag import RetrievalArm
from prototypes.contracts import Arm, Document, LearningData, Prediction, Sample, Task
from prototypes.errors import ModelUnavailableError, TooFewSamplesError
from prototypes.workbench import Workbench

FACTS = {
    "yeast": ("Yeast turns sugar into carbon dioxide and alcohol.", "carbon dioxide"),
    "salt": ("Salt lowers the freezing point of water to minus 21 degrees.", "minus 21 degrees"),
    "copper": ("Copper is smelted from chalcopyrite at great heat.", "chalcopyrite"),
    "glass": ("Glass is made from quartz sand, soda ash and limestone.", "quartz sand"),
    "paper": ("Paper was first pressed in China from mulberry bark.", "mulberry bark"),
    "rubber": ("Rubber is vulcanised with sulphur to stay elastic.", "sulphur"),
    "cement": ("Cement hardens because it binds water chemically.", "binds water"),
    "steel": ("Steel holds up to two percent of carbon.", "two percent of carbon"),
    "silk": ("Silk comes from the cocoons of the mulberry moth.", "cocoons"),
    "indigo": ("Indigo was the dye that coloured the first jeans.", "the first jeans"),
}
FILLER = "Many people have written about it. Its history is long. Its price changes every year."
DOCUMENTS = tuple(
    Document(name, name.capitalize(), f"{FILLER}\n\n{fact}") for name, (fact, _) in FACTS.items()
)
QUESTIONS = (
    ("yeast", "What does yeast turn sugar into?"),
    ("salt", "How far does salt lower the freezing point of water?"),
    ("copper", "From which ore is copper smelted?"),
    ("glass", "What is glass made from?"),
    ("paper", "From what was paper first pressed?"),
    ("rubber", "With what is rubber vulcanised?"),
    ("cement", "Why does cement harden?"),
    ("steel", "How much carbon does steel hold?"),
)
ANSWERABLE = tuple(
    Sample(id=name, input=question, targets=(FACTS[name][1],), sources=(name,))
    for name, question in QUESTIONS
)
UNANSWERABLE = tuple(
    Sample(id=f"u{number}", input=question, targets=(), unanswerable=True)
    for number, question in enumerate(
        ("Who won the chess tournament?", "When does the library open?", "Where is my train?")
    )
)
LEARNING = LearningData(
    Task.DOCUMENT_QA,
    ANSWERABLE[:6] + UNANSWERABLE[:2],
    ANSWERABLE[6:] + UNANSWERABLE[2:],
    DOCUMENTS,
)


class HashingEncoder:
    """A stand-in for an encoder: counts words in 64 buckets; equal words, near vectors."""

    name = "hashing"
    dimension = 64
    sha256: str | None = "hashing"
    folder: Path | None = None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text."""
        rows = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace(".", " ").replace("?", " ").split():
                row[zlib.crc32(word.encode()) % self.dimension] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@pytest.fixture
def bench() -> Workbench:
    """A workbench over ten documents with the hashing encoder."""
    return Workbench(HashingEncoder(), documents=DOCUMENTS)


def fit(arm: Arm, workbench: Workbench, learning: LearningData = LEARNING) -> list[Prediction]:
    """Fit an arm and let it answer the answerable questions."""
    arm.fit(learning, workbench, seed=0, progress=lambda fraction: None)
    return arm.predict([sample.input for sample in ANSWERABLE])


def answers(predictions: Sequence[Prediction]) -> int:
    """Count the predictions that hold an accepted answer."""
    pairs = zip(ANSWERABLE, predictions, strict=True)
    return sum(sample.targets[0] in (prediction.output or "") for sample, prediction in pairs)


@pytest.mark.parametrize("arm_class", [BestSentenceBaseline, RetrievalArm])
def test_answer_is_the_sentence_that_holds_it(arm_class: type[Arm], bench: Workbench) -> None:
    """Questions that share words with their answer's sentence are answered with that sentence."""
    first = fit(arm_class(), bench)[0]

    assert first.output == "Yeast turns sugar into carbon dioxide and alcohol."


@pytest.mark.parametrize("arm_class", [BestSentenceBaseline, RetrievalArm])
def test_answer_cites_the_passage_it_stands_in(arm_class: type[Arm], bench: Workbench) -> None:
    """The cited passage holds the answer and names its document."""
    first = fit(arm_class(), bench)[0]
    (citation,) = first.citations
    texts = {passage.id: passage.text for passage in bench.passages}

    assert citation.document_id == "yeast"
    assert citation.title == "Yeast"
    assert first.output is not None
    assert first.output in texts[citation.passage_id]


@pytest.mark.parametrize("arm_class", [BestSentenceBaseline, RetrievalArm])
def test_loaded_arm_predicts_the_same(
    arm_class: type[Arm], bench: Workbench, tmp_path: Path
) -> None:
    """Saving and loading changes no prediction."""
    arm = arm_class()
    before = fit(arm, bench)
    arm.save(tmp_path)

    after = arm_class.load(tmp_path, bench).predict([sample.input for sample in ANSWERABLE])

    assert before == after


@pytest.mark.parametrize("arm_class", [BestSentenceBaseline, RetrievalArm])
def test_single_question_is_timed_by_stage(arm_class: type[Arm], bench: Workbench) -> None:
    """One question fills the timings; several leave them empty, for their stages overlap."""
    arm = arm_class()
    several = fit(arm, bench)
    (single,) = arm.predict([ANSWERABLE[0].input])

    assert {"search", "generate"} <= set(single.timings_ms)
    assert all(milliseconds > 0 for milliseconds in single.timings_ms.values())
    assert all(not each.timings_ms for each in several)


def test_retrieval_lists_all_passages_it_looked_at(bench: Workbench) -> None:
    """At least ten passages are listed, best first, each once."""
    first = fit(RetrievalArm(), bench)[0]

    assert first.retrieved[0].startswith("yeast#")
    assert len(first.retrieved) == len(set(first.retrieved)) >= 10


def test_retrieval_abstains_on_what_the_documents_do_not_say(bench: Workbench) -> None:
    """A threshold learnt from two unanswerable questions silences a third one."""
    arm = RetrievalArm()
    fit(arm, bench)

    assert [None] == [each.output for each in arm.predict([UNANSWERABLE[2].input])]


def test_retrieval_never_abstains_without_unanswerable_questions(bench: Workbench) -> None:
    """Nothing says that silence is ever right, so every question is answered."""
    arm = RetrievalArm()
    fit(arm, bench, LearningData(Task.DOCUMENT_QA, ANSWERABLE[:6], ANSWERABLE[6:], DOCUMENTS))

    assert all(p.output is not None for p in arm.predict([s.input for s in UNANSWERABLE]))


def test_retrieval_works_without_any_question_to_learn_from(bench: Workbench) -> None:
    """Documents alone are enough; the reading rule then stays as it is."""
    arm = RetrievalArm()
    predictions = fit(arm, bench, LearningData(Task.DOCUMENT_QA, (), (), DOCUMENTS))

    assert answers(predictions) >= 6


def test_retrieval_over_no_passages_abstains() -> None:
    """An empty corpus answers nothing instead of failing."""
    empty = Workbench(HashingEncoder(), documents=())

    predictions = fit(RetrievalArm(), empty, LearningData(Task.DOCUMENT_QA, (), ()))

    assert all(prediction.output is None for prediction in predictions)


def test_baseline_abstains_where_no_word_is_shared(bench: Workbench) -> None:
    """BM25 finds nothing for words that stand nowhere."""
    arm = BestSentenceBaseline()
    fit(arm, bench)

    assert [Prediction(None)] == arm.predict(["xyzzy plugh?", "qwrt?"])[:1]


@pytest.mark.parametrize("arm_class", [ClosedBookArm, TunedRetrievalArm])
def test_encoder_that_cannot_be_trained_is_refused(arm_class: type[Arm], bench: Workbench) -> None:
    """Tuning needs parameters, and the message says how to get them."""
    with pytest.raises(ModelUnavailableError, match="'hashing' has no parameters"):
        fit(arm_class(), bench)


def test_closed_book_refuses_to_learn_nothing(bench: Workbench) -> None:
    """Without a single answered training question there is nothing to teach."""
    nothing = LearningData(Task.DOCUMENT_QA, UNANSWERABLE, (), DOCUMENTS)

    with pytest.raises(TooFewSamplesError, match="None of the 3 training questions"):
        fit(ClosedBookArm(), bench, nothing)


def test_hybrid_refuses_questions_it_cannot_trace(bench: Workbench) -> None:
    """Questions whose answers stand nowhere teach nothing about retrieval."""
    with pytest.raises(TooFewSamplesError, match="0 of 3 training questions"):
        fit(TunedRetrievalArm(), bench, LearningData(Task.DOCUMENT_QA, UNANSWERABLE, ()))


@pytest.mark.weights
def test_embedded_retrieval_answers_in_other_words() -> None:
    """The real encoder answers all eight questions about ten documents."""
    workbench = Workbench(documents=DOCUMENTS)

    assert answers(fit(RetrievalArm(), workbench)) == len(ANSWERABLE)


@pytest.mark.slow
@pytest.mark.weights
def test_closed_book_repeats_what_it_was_taught_and_cites_nothing() -> None:
    """Training questions are answered from memory, the unanswerable ones by abstaining."""
    arm = ClosedBookArm()
    arm.fit(LEARNING, Workbench(documents=DOCUMENTS), seed=0, progress=lambda fraction: None)

    predictions = arm.predict([sample.input for sample in LEARNING.train])

    expected = [sample.targets[0] if sample.targets else None for sample in LEARNING.train]
    assert expected == [prediction.output for prediction in predictions]
    assert not any(prediction.citations or prediction.retrieved for prediction in predictions)


@pytest.mark.weights
@pytest.mark.slow
def test_hybrid_answers_cites_and_survives_saving(tmp_path: Path) -> None:
    """The tuned retriever answers with citations and predicts the same after loading."""
    workbench, arm = Workbench(documents=DOCUMENTS), TunedRetrievalArm()
    before = fit(arm, workbench)
    arm.save(tmp_path)

    after = TunedRetrievalArm.load(tmp_path, workbench).predict([s.input for s in ANSWERABLE])

    assert (tmp_path / "encoder" / "model.safetensors").is_file()
    assert answers(before) == len(ANSWERABLE)
    assert all(prediction.citations for prediction in before)
    assert before == after
