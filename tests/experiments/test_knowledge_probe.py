"""Whether search or reading fails is told apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from prototypes.contracts import Approach, Document, LearningData, Sample, Split, Task
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.knowledge_probe import _conclude, choose_passages, probe_knowledge
from prototypes.experiments.material import Material
from prototypes.models.lexical import LexicalEncoder
from prototypes.results import Measured
from prototypes.workbench import Workbench

WORDS = tuple(f"metal{number}" for number in range(30))
DOCUMENTS = tuple(Document(w, w, f"The colour of {w} is {w}ish.") for w in WORDS)
TEST = tuple(
    Sample(str(n), f"What colour is {w}?", (f"{w}ish",), (w,)) for n, w in enumerate(WORDS)
)
LEARNING = LearningData(Task.DOCUMENT_QA, (), (), documents=DOCUMENTS)


def _material(plant: Callable[..., object], retrieved: Callable[[str], str]) -> Material:
    arm, samples = plant(Approach.RAG, [{"correct": 1} for _ in WORDS])  # type: ignore[misc]
    found = [
        sample.model_copy(update={"retrieved": [f"{retrieved(word)}#0"]})
        for sample, word in zip(samples, WORDS, strict=True)
    ]
    return Material("correct", [arm], {"rag": found})


@pytest.mark.parametrize(
    ("retrieved", "conclusion"),
    [(lambda word: word, "both_fine"), (lambda _: "elsewhere", "search_fails")],
)
def test_reading_is_measured_apart_from_search(
    inquire: Callable[..., Inquiry],
    plant: Callable[..., object],
    retrieved: Callable[[str], str],
    conclusion: str,
) -> None:
    """Handed the right passage, the reader is right whatever search found."""
    bench = Workbench(LexicalEncoder(), documents=DOCUMENTS)
    material = _material(plant, retrieved)

    result = probe_knowledge(inquire(Split(LEARNING, test=TEST), bench, material))

    (oracle,) = (one for one in result.measured if one.quantity == "oracle_context")
    assert (oracle.value, oracle.n) == (1.0, 30)
    assert result.conclusion == conclusion


def test_only_passages_of_the_sources_that_hold_an_answer_are_right() -> None:
    """The same words elsewhere do not count."""
    passages = Workbench(LexicalEncoder(), documents=DOCUMENTS).passages
    samples = [
        Sample("1", "a?", ("metal2ish",), ("metal2",)),
        Sample("2", "b?", ("x",), ("metal1",)),
    ]

    assert choose_passages(samples, passages) == {"a?": (2,)}


def test_interval_on_both_sides_concludes_nothing() -> None:
    """Four of five is not proven by ten questions."""
    unsure = Measured(quantity="oracle_context", arm="rag", value=0.8, low=0.5, high=0.9, n=10)
    found = Measured(quantity="passage_found", arm="rag", value=1.0, low=0.9, high=1.0, n=10)

    assert _conclude([unsure, found]) == ""


def test_question_asked_twice_has_the_passages_of_both() -> None:
    """The second one takes nothing from the first."""
    passages = Workbench(LexicalEncoder(), documents=DOCUMENTS).passages
    samples = [
        Sample(str(n), "Which colour?", (f"metal{n}ish",), (f"metal{n}",)) for n in (2, 4, 2)
    ]

    assert choose_passages(samples, passages) == {"Which colour?": (2, 4)}
