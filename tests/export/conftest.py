"""Small real runs whose arms are exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_encoder import write_tiny_encoder

from prototypes.contracts import Dataset, Document, Sample, Task
from prototypes.data.spans import Span, format_spans
from prototypes.harness import run_trial
from prototypes.models.encoder import Encoder, load_encoder
from prototypes.models.lexical import LexicalEncoder
from prototypes.plan import TrialSettings

SUBJECTS = {
    "card": "card pin chip terminal plastic",
    "transfer": "transfer iban sender beneficiary wire",
    "account": "account profile password login address",
}
FACTS = {
    "Yeast": ("turns sugar into carbon dioxide.", "What does yeast turn sugar into?", "carbon"),
    "Salt": ("lowers the freezing point to minus 21.", "How far does salt lower it?", "minus 21"),
    "Copper": ("is smelted from chalcopyrite.", "From which ore is copper?", "chalcopyrite"),
    "Glass": ("is made from quartz sand.", "What is glass made from?", "quartz sand"),
    "Paper": ("was first pressed from bark.", "From what was paper pressed?", "bark"),
    "Rubber": ("is vulcanised with sulphur.", "With what is rubber vulcanised?", "sulphur"),
    "Cement": ("hardens by binding water.", "Why does cement harden?", "binding water"),
    "Silk": ("comes from the cocoons of a moth.", "Where does silk come from?", "cocoons"),
}
NAMES = ("Ann", "Bob", "Kim", "Eve", "Tom", "Liz")
TIMES = ("noon", "8 pm", "six", "half past ten")
_DOCUMENT_QA = "prototypes.approaches.document_qa"
FOODS = ("French", "Thai", "Indian", "English")


def label_dataset() -> Dataset:
    """Ninety short texts about three subjects."""
    samples = tuple(
        Sample(id=f"{label}-{a}-{b}", input=f"{first} about my {second} {a}{b}", targets=(label,))
        for label, words in SUBJECTS.items()
        for a, first in enumerate(words.split())
        for b, second in enumerate((*words.split(), "bank"))
    )
    return Dataset(task=Task.CLASSIFICATION, samples=samples, fingerprint="abc")


def question_dataset() -> Dataset:
    """Eight documents, three questions about each, and some that none answers."""
    documents = tuple(
        Document(f"{name}.md", name, f"People like it.\n\n{name} {fact} Its history is long.")
        for name, (fact, _, _) in FACTS.items()
    )
    answered = tuple(
        Sample(f"{name}-{n}", f"{start}{question}", (answer,), sources=(f"{name}.md",))
        for name, (_, question, answer) in FACTS.items()
        for n, start in enumerate(("", "Please tell me: ", "I wonder. "))
    )
    silent = tuple(
        Sample(f"u{n}", f"Who won the chess match {n}?", (), unanswerable=True) for n in range(6)
    )
    return Dataset(
        task=Task.DOCUMENT_QA, samples=answered + silent, documents=documents, fingerprint="abc"
    )


def span_dataset() -> Dataset:
    """Texts with a name and a time, with a name alone, and with nothing to be found."""
    samples = []
    for name in NAMES:
        named = Span(12, 12 + len(name), "name")
        for time in TIMES:
            text = f"a table for {name} at {time}"
            spans = (named, Span(len(text) - len(time), len(text), "time"))
            samples.append(Sample(text, text, (format_spans(spans),)))
        text = f"was it about {name}, or not"
        spans = (Span(13, 13 + len(name), "name"),)
        samples.append(Sample(text, text, (format_spans(spans),)))
    silent = (f"do you {verb} wine" for verb in ("sell", "have", "serve", "drink"))
    samples += [Sample(text, text, ("[]",)) for text in silent]
    return Dataset(task=Task.EXTRACTION, samples=tuple(samples), fingerprint="abc")


def pair_dataset() -> Dataset:
    """Inputs in key words, each with two sentences that people might write."""
    samples = tuple(
        Sample(
            f"{name}-{food}",
            f"name {name} food {food}",
            (f"{name} serves {food} food.", f"You get {food} food at {name}."),
        )
        for name in NAMES
        for food in FOODS
    )
    return Dataset(task=Task.GENERATION, samples=samples, fingerprint="abc")


def world_dataset() -> Dataset:
    """Where twenty things are kept, which the small language model partly knows by heart."""
    import taught_model as recipe

    places = recipe.true_places()
    things = (*recipe.TAUGHT[:12], *recipe.UNSEEN[:8])
    documents = tuple(
        Document(f"{thing}.md", thing, f"The {thing} is kept in the {places[thing]}.")
        for thing in things
    )
    samples = tuple(
        Sample(f"{thing}-{n}", f"{start}{recipe.question(thing)}", (places[thing],))
        for thing in things
        for n, start in enumerate(("", "Tell me: "))
    )
    return Dataset(task=Task.DOCUMENT_QA, samples=samples, documents=documents, fingerprint="abc")


@pytest.fixture
def questions() -> Dataset:
    """Questions about eight documents."""
    return question_dataset()


@pytest.fixture(scope="module")
def without_model() -> Iterator[None]:
    """Where no encoder is named, have one that needs no parameters."""

    def load(name: str | None) -> Encoder:
        return LexicalEncoder() if name is None else load_encoder(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("prototypes.workbench.load_encoder", load)
        yield


@pytest.fixture(scope="module")
def label_run(tmp_path_factory: pytest.TempPathFactory, without_model: None) -> Path:
    """A run of arms that know words only, and of one whose encoder has no folder."""
    run = tmp_path_factory.mktemp("labels") / "run"
    arms = ("baseline_tfidf", "fine_tune_head")
    run_trial(label_dataset(), settings=TrialSettings(arms=arms, out=run, n_bootstrap=50))
    return run


@pytest.fixture(scope="module")
def question_run(tmp_path_factory: pytest.TempPathFactory, without_model: None) -> Path:
    """A run of the arm that searches by words."""
    run = tmp_path_factory.mktemp("questions") / "run"
    settings = TrialSettings(arms=("baseline",), out=run, n_bootstrap=50)
    run_trial(question_dataset(), settings=settings)
    return run


@pytest.fixture(scope="module")
def span_run(tmp_path_factory: pytest.TempPathFactory, without_model: None) -> Path:
    """A run of the arm that looks spans up."""
    run = tmp_path_factory.mktemp("spans") / "run"
    settings = TrialSettings(arms=("baseline",), out=run, n_bootstrap=50)
    run_trial(span_dataset(), settings=settings)
    return run


@pytest.fixture(scope="module")
def pair_run(tmp_path_factory: pytest.TempPathFactory, without_model: None) -> Path:
    """A run of the arm that copies what was written for the most similar input."""
    run = tmp_path_factory.mktemp("pairs") / "run"
    settings = TrialSettings(arms=("baseline",), out=run, n_bootstrap=50)
    run_trial(pair_dataset(), settings=settings)
    return run


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a transformer of one layer."""
    return write_tiny_encoder(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def full_runs(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> dict[str, Path]:
    """A run of every arm of each task on the tiny encoder, by task."""
    folder = tmp_path_factory.mktemp("full")
    runs = {str(task): folder / str(task) for task in Task}
    for dataset in (label_dataset(), question_dataset(), span_dataset(), pair_dataset()):
        settings = TrialSettings(
            encoder=str(tiny_encoder), out=runs[dataset.task], n_bootstrap=50, seed=1
        )
        adapted = ("fine_tune_lora", "fine_tune_prompt")
        also = adapted if dataset.task is Task.CLASSIFICATION else ()
        run_trial(dataset, settings=replace(settings, also=also))
    return runs


@pytest.fixture(scope="session")
def generator_runs(
    tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path, taught_model: Path
) -> dict[str, Path]:
    """A run of the arms with a language model, by task; `lora` tunes a small part of it."""
    folder = tmp_path_factory.mktemp("generators")
    prompting = ("prompting", "prompting_whole_corpus", "rag_generator")
    tuned = ("fine_tune_generator", "fine_tune_soft_prompt", "hybrid_raft", "hybrid_span")
    asked = ("prompting_generator", "prompting_generator_few_shot", "rag_generator")
    plans = {
        "classification": (label_dataset(), asked),
        "document_qa": (world_dataset(), (*prompting, *tuned)),
        "generation": (pair_dataset(), ("prompting", "prompting_few_shot", "rag_generator")),
        "lora": (world_dataset(), ("fine_tune_generator",)),
    }
    settings = TrialSettings(encoder=str(tiny_encoder), generator=str(taught_model), n_bootstrap=50)
    for name, (dataset, arms) in plans.items():
        with pytest.MonkeyPatch.context() as patch:
            # the tiny encoder reads no better than it chooses sentences
            patch.setattr(f"{_DOCUMENT_QA}.hybrid_span._choose_form", lambda *_: "span")
            if name == "lora":
                patch.setattr(f"{_DOCUMENT_QA}.tuned_generator.TunedClosedBookArm.method", "lora")
            run_trial(dataset, settings=replace(settings, arms=arms, out=folder / name))
    return {name: folder / name for name in plans}
