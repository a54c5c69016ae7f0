"""Training that a launcher starts: the same result from two processes, a sentence for a fault."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prototypes.errors import LaunchError
from prototypes.models.launching import is_launching, launched_by
from prototypes.models.training import Recipe

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save an encoder of two layers with random parameters and a vocabulary of letters."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny-encoder")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += [f"{mark}{letter}" for mark in ("", "##") for letter in "abcdefghijklmnopqrstuvwxyz"]
    (folder / "vocab.txt").write_text("\n".join(pieces))
    torch.manual_seed(0)
    configuration = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    BertModel(configuration).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def _train(folder: Path) -> tuple[float, Any]:
    """Teach the encoder which of two words a text holds; return its accuracy and its head."""
    from prototypes.models.classifier_training import ClassifierTraining, LabelledTexts

    generator = np.random.default_rng(0)
    targets = generator.integers(2, size=128)
    filler = ["".join(generator.choice(list("abcde"), size=4)) for _ in targets]
    texts = [f"{word} {'xyz' if t else 'uvw'}" for word, t in zip(filler, targets, strict=True)]
    start = generator.normal(size=(2, 32)).astype(np.float32)
    training = ClassifierTraining(folder, coefficients=start, intercepts=np.zeros(2, np.float32))
    data = LabelledTexts(texts, targets.astype(np.int64))
    training.run(data, recipe=Recipe(6, 16, 3e-3, 0), progress=lambda _: None)
    return training.accuracy(data), training.head()[0]


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tiny_encoder: Path) -> None:
    """By torchrun over gloo: the same accuracy, and nearly the same parameters."""
    alone, head = _train(tiny_encoder)

    with launched_by("torchrun --standalone --nproc_per_node 2"):
        together, shared_head = _train(tiny_encoder)

    assert alone == pytest.approx(1.0, abs=0.02)
    assert together == pytest.approx(alone, abs=0.02)
    assert shared_head == pytest.approx(head, abs=0.2)
    assert not np.array_equal(shared_head, head), "the launcher trained nothing"


def _tag(folder: Path) -> tuple[Any, Any]:
    """Teach the encoder to tag one of two words; return its head before and after."""
    from prototypes.models.tagger_training import TaggedTexts, TaggerTraining

    targets = np.random.default_rng(0).integers(2, size=(64, 3))
    texts = [[("uvw", "xyz")[tag] for tag in row] for row in targets]
    start = np.random.default_rng(1).normal(size=(2, 32)).astype(np.float32)
    training = TaggerTraining(folder, coefficients=start, intercepts=np.zeros(2, np.float32))
    data = TaggedTexts(texts, list(targets))
    training.run(data, recipe=Recipe(4, 16, 3e-3, 0), progress=lambda _: None)
    return start, training.head()[0]


@pytest.mark.slow
def test_a_tagger_is_trained_by_two_processes(tiny_encoder: Path) -> None:
    """The head moves, and to nearly where one process moves it."""
    _, alone = _tag(tiny_encoder)

    with launched_by("torchrun --standalone --nproc_per_node 2"):
        start, together = _tag(tiny_encoder)

    assert together == pytest.approx(alone, abs=0.2)
    assert np.abs(together - start).max() > 5 * np.abs(together - alone).mean()


def test_launcher_of_a_single_process_is_told(tiny_encoder: Path) -> None:
    """`accelerate launch --cpu --num_processes 2` starts one, and says nothing of it."""
    with launched_by(sys.executable), pytest.raises(LaunchError, match="started a single process"):
        _train(tiny_encoder)


def test_launcher_that_fails_is_quoted(tiny_encoder: Path) -> None:
    """The last error it wrote is in the message, not its traceback."""
    code = "raise ValueError('no such device')"

    with (
        launched_by(f'{sys.executable} -c "{code}"'),
        pytest.raises(LaunchError, match=r"exit code 1: ValueError: no such device\. Try"),
    ):
        _train(tiny_encoder)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[rank0]: ValueError: no such device", "ValueError: no such device"),
        ("traceback : Signal 9 (SIGKILL) received by PID 71", "Signal 9 (SIGKILL) received by"),
    ],
)
def test_reason_of_a_process_is_told_instead_of_how_its_launcher_ends(
    tiny_encoder: Path, written: str, expected: str
) -> None:
    """Launchers close with an error of their own that says nothing."""
    code = f"print({written!r}); print('torch.distributed.errors.ChildFailedError:'); exit(1)"

    with (
        launched_by(shlex.join([sys.executable, "-c", code])),
        pytest.raises(LaunchError, match=re.escape(f"exit code 1: {expected}")),
    ):
        _train(tiny_encoder)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("no-such-program --n 2", "there is no program 'no-such-program'"),
        ("'open", "cannot be"),
        (" ", "there is no program ''"),
    ],
)
def test_command_that_cannot_be_started_is_refused(command: str, expected: str) -> None:
    """That is known before anything is measured."""
    with pytest.raises(LaunchError, match=expected), launched_by(command):
        pass


def test_launcher_holds_only_where_it_was_set() -> None:
    """Another trial in the same process trains as ever."""
    with launched_by(sys.executable):
        inside = is_launching()

    assert inside
    assert not is_launching()
