"""Arms that write: copies of the nearest example, and a model that is taught."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prototypes.approaches.generation.copying import DenseCopyArm, LexicalCopyArm
from prototypes.approaches.generation.examples import Example
from prototypes.approaches.generation.hybrid import ShownExampleArm
from prototypes.approaches.generation.knn_lm import NeighbourWriterArm
from prototypes.approaches.generation.tuned import TunedWriterArm, _recipe
from prototypes.contracts import LearningData, Sample, Task
from prototypes.errors import ModelUnavailableError, TooFewSamplesError
from prototypes.models.piece_lengths import MeasuredLengths
from prototypes.models.seq2seq import Lengths, Seq2SeqModel
from prototypes.workbench import Workbench

PLACES = ("Mill", "Punter", "Cotto", "Eagle")
TRAIN = tuple(
    Sample(
        id=f"{place}-{food}",
        input=f"name {place} food {food}",
        targets=(f"{place} serves {food} food.", f"You get {food} food at {place}."),
    )
    for place in PLACES
    for food in ("French", "Thai")
)
VALIDATION = (Sample("v", "name Mill food Indian", ("Mill serves Indian food.",)),)
LEARNING = LearningData(Task.GENERATION, TRAIN, VALIDATION)
COPYING = (LexicalCopyArm, DenseCopyArm)


def fit(arm: Any, bench: Workbench, learning: LearningData = LEARNING) -> Any:  # noqa: ANN401 # arm and report
    """Fit an arm without watching."""
    return arm.fit(learning, bench, seed=0, progress=lambda fraction: None)


@pytest.fixture
def bench(hashing_encoder: Any) -> Workbench:  # noqa: ANN401 # of conftest
    """A bench without a model."""
    return Workbench(hashing_encoder)


@pytest.fixture(scope="module")
def tiny_bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A bench with an untrained encoder of two layers, which can be tuned."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("tiny-bert")
    words = sorted(
        {word.strip(".").lower() for s in TRAIN for t in s.targets for word in t.split()}
    )
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused1]"]
    signs = [*"abcdefghijklmnopqrstuvwxyz.", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz")]
    (folder / "vocab.txt").write_text("\n".join([*marks, *signs, "name", *words[1:]]))
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    configuration = BertConfig(
        vocab_size=len(marks) + len(signs) + len(words),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
    )
    BertModel(configuration).save_pretrained(folder)
    return Workbench(str(folder))


@pytest.mark.parametrize("kind", COPYING)
def test_copy_is_what_was_written_for_the_nearest_input(
    kind: type[LexicalCopyArm], bench: Workbench
) -> None:
    """It cites whose output it is."""
    arm = kind()
    fit(arm, bench)

    (prediction,) = arm.predict(["name Cotto food Thai"])

    assert prediction.output in TRAIN[5].targets
    assert prediction.citations[0].document_id == prediction.retrieved[0] == "Cotto-Thai"


def test_copy_of_nothing_alike_is_nothing(bench: Workbench) -> None:
    """A baseline that shares no word with the input does not guess."""
    arm = LexicalCopyArm()
    fit(arm, bench)

    assert [None] == [prediction.output for prediction in arm.predict(["zzz"])]


@pytest.mark.parametrize("kind", COPYING)
def test_validation_inputs_are_measured_before_they_are_indexed(
    kind: type[LexicalCopyArm], bench: Workbench
) -> None:
    """Otherwise each would find itself and look perfect."""
    arm = kind()
    report = fit(arm, bench)
    (prediction,) = arm.predict([VALIDATION[0].input])

    assert report.validation_score < 1
    assert prediction.output == VALIDATION[0].targets[0]


@pytest.mark.parametrize("kind", COPYING)
def test_loaded_copier_copies_the_same(
    kind: type[LexicalCopyArm], bench: Workbench, tmp_path: Path
) -> None:
    """Whatever it learnt is in its folder."""
    arm, inputs = kind(), ["name Eagle food French", "food Thai"]
    fit(arm, bench)
    arm.save(tmp_path)

    assert arm.predict(inputs) == kind.load(tmp_path, bench).predict(inputs)


def test_typical_output_is_the_one_most_like_the_others() -> None:
    """Not the odd one that happens to come first."""
    example = Example("a", "", ("Nice!", "The Mill is cheap.", "The Mill is a cheap pub."))

    assert example.typical == "The Mill is cheap."


@pytest.mark.parametrize("kind", [*COPYING, TunedWriterArm])
def test_nothing_to_learn_from_is_said(kind: type[Any], bench: Workbench) -> None:
    """An arm without a single pair cannot be built."""
    with pytest.raises(TooFewSamplesError, match="no training pair"):
        fit(kind(), bench, LearningData(Task.GENERATION, (), VALIDATION))


def test_encoder_without_parameters_cannot_be_taught(bench: Workbench) -> None:
    """The message says which kind of model would do."""
    with pytest.raises(ModelUnavailableError, match="expected a transformer"):
        fit(TunedWriterArm(), bench)


@pytest.mark.parametrize("kind", [TunedWriterArm, ShownExampleArm])
def test_taught_model_writes_in_the_words_it_was_taught(
    kind: type[TunedWriterArm], tiny_bench: Workbench, tmp_path: Path, one_thread: None
) -> None:
    """With capitals, although its tokenizer has none; the same again once it was loaded."""
    arm = kind()
    report = fit(arm, tiny_bench)
    found = arm.predict([sample.input for sample in TRAIN])
    arm.save(tmp_path)
    again = kind.load(tmp_path, tiny_bench).predict([sample.input for sample in TRAIN])

    assert "60 epochs over 16 training pairs" in report.notes
    taught = {word for sample in TRAIN for target in sample.targets for word in target.split()}
    assert all(set(prediction.output.split()) <= taught for prediction in found)
    assert all(prediction.output[0].isupper() for prediction in found)
    assert again == found


@pytest.mark.slow
@pytest.mark.parametrize("kind", [TunedWriterArm, ShownExampleArm])
def test_taught_model_is_taken_over_by_another_run(
    kind: type[TunedWriterArm],
    tiny_bench: Workbench,
    tmp_path: Path,
    one_thread: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where parts are shared it is taught once; no output lies among what is shared."""
    shared = tmp_path / "shared"
    runs = [
        Workbench(tiny_bench.encoder, cache_dir=tmp_path / name, shared=shared) for name in "ab"
    ]
    first, second = kind(), kind()
    report = fit(first, runs[0])
    monkeypatch.setattr(Seq2SeqModel, "train", None)

    again = fit(second, runs[1])

    inputs = [sample.input for sample in TRAIN]
    assert again == report
    assert second.predict(inputs) == first.predict(inputs)
    content = b"".join(path.read_bytes() for path in shared.rglob("*") if path.is_file())
    texts = [text for sample in TRAIN for text in (sample.input, *sample.targets)]
    assert content and not [text for text in texts if text.encode() in content]


def test_shown_example_is_never_the_input_itself(tiny_bench: Workbench) -> None:
    """In training as in use, the neighbour is somebody else."""
    arm = ShownExampleArm()

    read = arm._prepare(TRAIN, tiny_bench)

    assert all(sample.input in text for sample, text in zip(TRAIN, read, strict=True))
    assert not any(t in text for s, text in zip(TRAIN, read, strict=True) for t in s.targets)
    assert all(" [SEP] " in text for text in read)


@pytest.mark.parametrize(
    ("n_pairs", "epochs", "batch_size"), [(100, 60, 16), (3_800, 4, 32), (50_000, 2, 32)]
)
def test_training_takes_about_as_many_steps_whatever_the_data(
    n_pairs: int, epochs: int, batch_size: int
) -> None:
    """Few pairs are seen often, many at least twice."""
    recipe = _recipe(n_pairs, MeasuredLengths(Lengths(), 0, 0), seed=0)

    assert (recipe.epochs, recipe.batch_size) == (epochs, batch_size)


def test_neighbours_cost_no_second_training_and_no_quality(
    tiny_bench: Workbench, one_thread: None
) -> None:
    """The model is that of the tuned arm; on the validation texts it is never worse."""
    alone = fit(TunedWriterArm(), tiny_bench)
    spent, charged = tiny_bench.spent_seconds, tiny_bench.charged_seconds

    report = fit(NeighbourWriterArm(), tiny_bench)

    assert tiny_bench.spent_seconds == spent
    assert tiny_bench.charged_seconds > charged
    assert report.validation_score >= alone.validation_score
    assert report.n_trained_parameters == alone.n_trained_parameters
    assert any("states of the decoder are remembered" in note for note in report.notes)


def test_remembered_states_have_a_say_in_every_piece(
    tiny_bench: Workbench, one_thread: None
) -> None:
    """A memory of nothing but ends silences the model; without a weight it writes as ever."""
    arm, alone, inputs = NeighbourWriterArm(), TunedWriterArm(), [TRAIN[0].input, TRAIN[3].input]
    fit(arm, tiny_bench)
    fit(alone, tiny_bench)
    end = arm._model._vocabulary.index(arm._model._tokenizer.sep_token_id)
    arm._memory._index.targets[:] = end

    arm._weight = 0.95
    silenced = [prediction.output for prediction in arm.predict(inputs)]
    arm._weight = 0.0
    free = [prediction.output for prediction in arm.predict(inputs)]

    assert silenced == [None, None]
    assert free == [prediction.output for prediction in alone.predict(inputs)]


def test_loaded_writer_with_neighbours_writes_the_same(
    tiny_bench: Workbench, tmp_path: Path, one_thread: None
) -> None:
    """Its folder holds nothing that can run code, and a card that says what it is."""
    arm, inputs = NeighbourWriterArm(), [sample.input for sample in TRAIN]
    fit(arm, tiny_bench)
    arm._weight = 0.5
    arm.save(tmp_path)

    loaded = NeighbourWriterArm.load(tmp_path, tiny_bench)

    suffixes = {path.suffix for path in tmp_path.rglob("*.*")}
    texts = [[each.output for each in one.predict(inputs)] for one in (arm, loaded)]
    assert texts[0] == texts[1]
    assert suffixes <= {".json", ".safetensors", ".md", ".txt"}
    assert "Khandelwal et al. 2020" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_model_that_is_followed_gives_what_it_gave_when_it_wrote(
    tiny_bench: Workbench, one_thread: None
) -> None:
    """The same probability of its own text, with a state for each piece."""
    arm = TunedWriterArm()
    fit(arm, tiny_bench)
    (written,) = arm.model.generate([TRAIN[0].input])

    (followed,) = arm.model.follow([(TRAIN[0].input, written.text)])

    mean = np.exp(np.log(followed.probabilities).mean())
    assert mean == pytest.approx(written.probability, rel=0.03)
    assert followed.states.shape == (len(followed.pieces), 64)


def test_tuned_model_writes_in_eight_bits(
    tiny_bench: Workbench, tmp_path: Path, one_thread: None
) -> None:
    """It is smaller, and still writes what it was taught."""
    arm = TunedWriterArm()
    fit(arm, tiny_bench)
    arm.save(tmp_path)
    whole = arm.model.size_mb

    smaller = TunedWriterArm.load(tmp_path, tiny_bench)
    smaller.model.hold_in_eight_bits()
    found = smaller.predict([sample.input for sample in TRAIN])

    assert smaller.model.size_mb < 0.6 * whole
    assert all(prediction.output and prediction.output.endswith(".") for prediction in found)
