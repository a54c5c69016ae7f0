"""Two states of a corpus."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.schema.profile import Profile

Profiler = Callable[..., Profile]

SHARED = Path(__file__).resolve().parents[4] / "shared"


def _write(folder: Path, documents: dict[str, str]) -> Path:
    for name, text in documents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def states(tmp_path: Path) -> tuple[Path, Path]:
    """An earlier state, and one in which a number, a flag and a file changed."""
    before = {"a.md": "Wait 5 s. Use --old.", "b.md": "Same.", "gone.md": "Old."}
    after = {"a.md": "Wait 9 s. Use --new.", "b.md": "Same.", "new.md": "New."}
    return _write(tmp_path / "then", before), _write(tmp_path / "now", after)


def test_differences_are_counted(states: tuple[Path, Path], profiler: Profiler) -> None:
    """Documents, sentences, facts."""
    then, now = states

    found = profiler(now, previous=then).changes

    assert found is not None
    assert (found.n_added, found.n_removed, found.n_changed, found.n_unchanged) == (1, 1, 1, 1)
    assert (found.n_sentences, found.n_sentences_gone, found.n_numbers) == (3, 2, 1)
    assert (found.flags_added, found.flags_removed) == (("--new",), ("--old",))


def test_folder_called_previous_is_the_earlier_state(tmp_path: Path, profiler: Profiler) -> None:
    """It does not count as a part of the corpus."""
    files = {"documents/a.md": "It is 3.", "previous/documents/a.md": "It is 2."}

    found = profiler(_write(tmp_path, files))

    assert found.documents is not None and found.changes is not None
    assert (found.documents.n_documents, found.changes.n_numbers) == (1, 1)


def test_static_is_contradicted_by_changed_facts(
    states: tuple[Path, Path], profiler: Profiler
) -> None:
    """Even if nobody says how long it took."""
    then, now = states

    found = profiler(now, previous=then, said={"data_volatility": "static"})

    assert [one.criterion for one in found.contradictions] == ["data_volatility"]
    assert "67% of the sentences of the earlier state no longer hold" in (
        found.contradictions[0].sentence
    )
    assert "data_volatility" not in found.measured


@pytest.mark.parametrize(
    ("said", "measured"), [("yearly", "monthly"), ("weekly", None), ("unknown", None)]
)
def test_time_between_states_bounds_how_often_facts_change(
    states: tuple[Path, Path], profiler: Profiler, said: str, measured: str | None
) -> None:
    """A change within thirty days refutes `yearly`, but cannot refute `weekly`."""
    then, now = states

    found = profiler(now, previous=then, days_between=30.0, said={"data_volatility": said})

    answer = found.measured.get("data_volatility")
    assert (answer.level if answer else None) == measured


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not here")
def test_changes_of_real_documentation_are_found(profiler: Profiler) -> None:
    """The defaults of fifteen of etcd's flags changed between 3.2 and 3.3, page for page."""
    docs = SHARED / "data/etcd_docs"
    flags = json.loads((docs / "flag_defaults.json").read_text(encoding="utf-8"))
    pairs = [(f["defaults"].get("v3.2"), f["defaults"].get("v3.3")) for f in flags]
    n_changed = sum(None not in pair and pair[0] != pair[1] for pair in pairs)

    found = profiler(docs / "v3.3", previous=docs / "v3.2").changes

    assert n_changed == 15
    assert found is not None
    assert 15 <= found.n_settings <= 20
    assert "--auto-compaction-mode" in found.flags_added
