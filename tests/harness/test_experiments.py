"""A trial holds its experiments, asked for or not, and keeps what they found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from prototypes import TrialSettings, run_trial
from prototypes.contracts import Approach, Dataset
from prototypes.errors import UnknownExperimentError
from prototypes.experiments import learning_curve
from prototypes.results import ExperimentResult
from prototypes.run_folder import load_trial


def settings(**changes: object) -> TrialSettings:
    """Draw few resamples, since no figure matters here."""
    return TrialSettings(n_bootstrap=200, **changes)  # type: ignore[arg-type]


def _raise(error: BaseException) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_every_trial_holds_the_experiments_that_cost_nothing(dataset: Dataset) -> None:
    """Each is there, with what it found or why it could not be held."""
    result = run_trial(dataset, settings=settings())

    held = {one.experiment: one for one in result.experiments}
    assert list(held) == ["latency_cost", "citation", "abstention", "hybrid_forecast"]
    assert held["abstention"].untested == "no test sample is marked unanswerable"
    assert {one.arm for one in held["latency_cost"].measured} == {"majority", "nearest", "votes"}
    assert set(result.first_shares) == {Approach.RAG, Approach.FINE_TUNE}


def test_experiment_asked_for_is_kept_and_not_held_twice(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resumed trial takes the curve from its folder."""
    drawn = ExperimentResult(experiment="learning_curve", conclusion="drawn")
    monkeypatch.setattr(learning_curve, "draw_learning_curve", lambda *_, **__: drawn)
    asked = settings(out=tmp_path / "run", experiments=("learning_curve",))
    first = run_trial(dataset, settings=asked)
    monkeypatch.setattr(learning_curve, "draw_learning_curve", _raise(AssertionError("again")))

    again = run_trial(
        dataset,
        settings=settings(out=tmp_path / "run", experiments=("learning_curve",), resume=True),
    )

    assert first.experiments[-1].conclusion == "drawn"
    assert again.experiments[-1] == first.experiments[-1]
    assert load_trial(tmp_path / "run").experiments[-1] == first.experiments[-1]


def test_interrupted_experiment_leaves_every_arm(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while the curve is drawn loses the curve only."""
    monkeypatch.setattr(learning_curve, "draw_learning_curve", _raise(KeyboardInterrupt()))

    result = run_trial(
        dataset, settings=settings(out=tmp_path / "run", experiments=("learning_curve",))
    )

    assert result.interrupted
    assert [arm.name for arm in result.arms] == ["majority", "nearest", "votes"]


def test_unknown_experiment_is_refused_before_anything_runs(
    dataset: Dataset, fitted: list[str]
) -> None:
    """The sentence names what there is."""
    with pytest.raises(UnknownExperimentError, match=r"'freshnes' .* learning_curve"):
        run_trial(dataset, settings=settings(experiments=("freshnes",)))

    assert fitted == []
