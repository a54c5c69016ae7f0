"""A part is found only by what it was made from: whatever changes the result changes the name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prototypes.approaches.document_qa.hybrid import _index_passages
from prototypes.approaches.extraction.tuned_tagger import tune_tagger
from prototypes.approaches.finetuning.adapted_classifier import AdapterPlan, tune_adapter
from prototypes.approaches.finetuning.head import fit_head
from prototypes.approaches.finetuning.tuned_classifier import tune_classifier
from prototypes.contracts import Document, LearningData, Sample, Task
from prototypes.data.spans import Span, format_spans
from prototypes.workbench import Workbench


class Named(Exception):
    """The name a part would have had."""


class NamingBench(Workbench):
    """Makes nothing, and says under which name it would be kept."""

    def part(self, fingerprint: str, build: Callable[[Path], None]) -> Path:
        """Raise the name."""
        raise Named(fingerprint)

    @property
    def shares_parts(self) -> bool:
        """Name those parts, too, that are only kept to be shared."""
        return True


def name_of(make: Callable[[Workbench], object], encoder: Any, **bench: Any) -> str:  # noqa: ANN401 # of conftest
    """Return the name of the part that is asked for first."""
    with pytest.raises(Named) as found:
        make(NamingBench(encoder, **bench))
    return str(found.value)


def learn(
    labels: str = "abab", texts: tuple[str, ...] = ("one", "two", "three", "four"), n_train: int = 3
) -> LearningData:
    """Make samples of which the last ones are for validation."""
    samples = tuple(
        Sample(str(n), text, (label,))
        for n, (text, label) in enumerate(zip(texts, labels, strict=True))
    )
    return LearningData(Task.CLASSIFICATION, samples[:n_train], samples[n_train:])


def quiet(_: float) -> None:
    """Tell nobody."""


LEARNT = {
    "as it was": learn(),
    "a label": learn("abba"),
    "a validation label": learn("abaa"),
    "a text": learn(texts=("one", "two", "tree", "four")),
    "the order": learn("baab", ("two", "one", "three", "four")),
    "what is for validation": learn(n_train=2),
}
PLAN = AdapterPlan("lora", lambda: None, 1e-3)


def all_different(names: dict[str, str]) -> bool:
    """Tell whether no two inputs share a name."""
    return len(set(names.values())) == len(names)


@pytest.mark.parametrize("tuned", ["classifier", "adapter"])
def test_a_tuned_classifier_is_named_after_samples_order_seed_and_encoder(
    tuned: str,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
) -> None:
    """One input at a time."""

    def ask(data: LearningData, seed: int = 0, plan: AdapterPlan = PLAN) -> str:
        if tuned == "classifier":
            make: Callable[[Workbench], object] = lambda bench: tune_classifier(  # noqa: E731
                data, bench, seed=seed, progress=quiet
            )
        else:
            make = lambda bench: tune_adapter(  # noqa: E731
                plan, data, bench, seed=seed, progress=quiet
            )
        return name_of(make, hashing_encoder)

    names = {what: ask(data) for what, data in LEARNT.items()} | {"the seed": ask(learn(), 1)}
    if tuned == "adapter":
        names["the rate"] = ask(learn(), plan=replace(PLAN, learning_rate=2e-3))
        names["the form"] = ask(learn(), plan=replace(PLAN, name="prompt"))
    hashing_encoder.sha256 = "another"
    names["the encoder"] = ask(learn())

    assert all_different(names)
    assert ask(learn()) == names["the encoder"]


def test_a_tuned_tagger_is_named_after_its_spans(
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A label of a span, where it ends, and what is for validation."""
    monkeypatch.setattr(
        "prototypes.approaches.extraction.tuned_tagger.require_trainable", lambda _: Path()
    )

    def ask(span: Span, n_train: int = 3, seed: int = 0) -> str:
        samples = tuple(Sample(str(n), "book two seats", (format_spans([span]),)) for n in range(4))
        data = LearningData(Task.EXTRACTION, samples[:n_train], samples[n_train:])
        return name_of(
            lambda bench: tune_tagger(data, bench, seed=seed, progress=quiet), hashing_encoder
        )

    names = {
        "as it was": ask(Span(5, 8, "people")),
        "the label": ask(Span(5, 8, "seats")),
        "the end": ask(Span(5, 14, "people")),
        "what is for validation": ask(Span(5, 8, "people"), n_train=2),
        "the seed": ask(Span(5, 8, "people"), seed=1),
    }

    assert all_different(names)


def test_a_head_is_named_after_vectors_targets_labels_and_penalty(
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
) -> None:
    """The name of a label, too: the head answers with it."""
    vectors = np.eye(3, 4, dtype=np.float32)

    def ask(shift: float = 0, targets: str = "010", labels: str = "ab", c: float = 1.0) -> str:
        numbers = np.array(list(map(int, targets)), dtype=np.int64)
        return name_of(
            lambda bench: fit_head(
                vectors + np.float32(shift), numbers, labels=labels, inverse_penalty=c, keep=bench
            ),
            hashing_encoder,
        )

    assert all_different(
        {
            "as it was": ask(),
            "a vector": ask(shift=0.5),
            "a target": ask(targets="011"),
            "a label": ask(labels="ac"),
            "the penalty": ask(c=3.0),
        }
    )


def test_vectors_are_named_after_texts_in_order_and_encoder(
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
) -> None:
    """Where one text ends and the next begins, too."""

    def ask(*texts: str) -> str:
        return name_of(lambda bench: bench.embed(texts), hashing_encoder)

    names = {"as it was": ask("a", "bc"), "the order": ask("bc", "a"), "the end": ask("ab", "c")}
    hashing_encoder.name = "another"
    names["the encoder"] = ask("a", "bc")

    assert all_different(names)


def test_a_tuned_index_is_named_after_passages_titles_and_the_tuned_encoder(
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
) -> None:
    """The encoder that was tuned has a name of its own."""

    def ask(tuned: str = "tuned-retriever-1", title: str = "t", text: str = "a lamp") -> str:
        documents = (Document("1", title, text), Document("2", "u", "a boat"))
        return name_of(
            lambda bench: _index_passages(Path(tuned), bench), hashing_encoder, documents=documents
        )

    assert all_different(
        {
            "as it was": ask(),
            "the encoder": ask(tuned="tuned-retriever-2"),
            "its share": ask(tuned="tuned-retriever-1-0.5"),
            "a title": ask(title="v"),
            "a text": ask(text="a lantern"),
        }
    )
