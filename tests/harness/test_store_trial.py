"""The vector store of a trial: known before anything is made, and locked with the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes import TrialSettings, run_trial
from prototypes.contracts import Dataset
from prototypes.errors import RunFolderError, StoreError
from prototypes.retrieval.stores import opening
from prototypes.run_folder import load_lock, load_trial


def test_an_unknown_store_ends_a_trial_before_it_begins(dataset: Dataset, tmp_path: Path) -> None:
    """No protocol is written that nothing could be measured under."""
    with pytest.raises(StoreError, match="no store 'shoebox'"):
        run_trial(dataset, settings=TrialSettings(store="shoebox", out=tmp_path / "run"))

    assert not (tmp_path / "run" / "run.lock.json").exists()


def test_the_store_is_locked_with_the_run(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results of two stores cannot be mixed in one folder."""
    monkeypatch.setattr(opening, "find_spec", lambda library: library)
    settings = TrialSettings(n_bootstrap=200, out=tmp_path / "run")
    run_trial(dataset, settings=settings)

    other = TrialSettings(n_bootstrap=200, out=tmp_path / "run", store="qdrant", resume=True)
    with pytest.raises(RunFolderError, match="begun with store = faiss, but now store = qdrant"):
        run_trial(dataset, settings=other)

    assert load_lock(tmp_path / "run").store == load_trial(tmp_path / "run").protocol.store
