"""`advisor ask --groups`: in whose name is asked, and what is said where that is not clear."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app
from prototypes import TrialSettings, run_trial
from prototypes.contracts import Dataset, Document, Sample, Task
from prototypes.models.lexical import LexicalEncoder

FACTS = {
    "hr/pay": "The salary of the director is nine thousand.",
    "it/vpn": "The tunnel is opened with a blue token.",
    "menu": "Lunch is soup on Mondays.",
    "draft": "The merger is planned for spring.",
}
GROUPS = """\
- {documents: "hr/*", groups: [hr]}
- {documents: "it/*", groups: [it, hr]}
- {documents: menu.md, groups: [everyone]}
"""


@pytest.fixture(scope="module", autouse=True)
def _without_model() -> Iterator[None]:
    """Search with the encoder that needs no parameters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("prototypes.workbench.load_encoder", lambda _: LexicalEncoder())
        yield


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over four documents, asked for by words and by both searches."""
    documents = tuple(Document(f"{n}.md", n, f"{t} It is so.") for n, t in FACTS.items())
    samples = tuple(
        Sample(f"{name}-{n}", f"{ask} {text}", (text,), sources=(f"{name}.md",))
        for name, text in FACTS.items()
        for n, ask in enumerate(("Is it that", "Tell me whether", "Who says that"))
    )
    dataset = Dataset(Task.DOCUMENT_QA, samples, documents, fingerprint="abc")
    run = tmp_path_factory.mktemp("desk") / "run"
    run_trial(dataset, settings=TrialSettings(arms=("rag",), out=run, n_bootstrap=50))
    return run


@pytest.fixture
def run(measured: Path, tmp_path: Path) -> Path:
    """A copy of the run, with a file of groups beside it."""
    (tmp_path / "groups.yaml").write_text(GROUPS, encoding="utf-8")
    return Path(shutil.copytree(measured, tmp_path / "run"))


def _ask(run: Path, *options: str, arm: str = "rag", question: str = "the director?") -> Result:
    return CliRunner().invoke(app, ["ask", str(run), question, "--arm", arm, *options])


def _assert_sentence(result: Result, *words: str) -> None:
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert [word for word in words if word not in result.stderr] == []


@pytest.mark.parametrize("arm", ["rag", "baseline"])
def test_answer_comes_from_documents_of_the_groups_alone(run: Path, arm: str) -> None:
    """Who is in hr is told of the salary; who is in it is not."""
    question = "What is the salary of the director?"
    file = str(run.parent / "groups.yaml")

    told = _ask(run, "--groups-file", file, "--groups", "hr", arm=arm, question=question)
    other = _ask(run, "--groups", "it", arm=arm, question=question)

    assert "source: hr/pay.md#0" in told.stdout
    assert other.exit_code == 0
    assert "salary" not in other.stdout
    assert "hr/pay" not in other.output


def test_groups_stay_in_force_without_being_named(run: Path) -> None:
    """Whoever names no group is given what is open to everyone."""
    _ask(run, "--groups-file", str(run.parent / "groups.yaml"), "--quiet")

    result = _ask(run, question="What is the salary, and when is lunch?")

    assert "salary of the director" not in result.stdout
    assert result.stderr.startswith("Groups are in force: 1 document open to everyone.\n")


def test_documents_of_no_group_are_named_to_whoever_holds_the_file(run: Path) -> None:
    """Not to those who only ask."""
    file = str(run.parent / "groups.yaml")

    assert "no group is named for them: draft.md" in _ask(run, "--groups-file", file).stderr
    assert "draft" not in _ask(run, "--groups", "hr", "--rivals").output


def test_pattern_without_effect_is_named_to_whoever_holds_the_file(run: Path) -> None:
    """What it should have closed is open to whoever the wider one names."""
    file = run.parent / "groups.yaml"
    file.write_text(f'{GROUPS}- {{documents: "hr/pay*", groups: [board]}}\n', encoding="utf-8")

    told = _ask(run, "--groups-file", str(file)).stderr

    assert "Decide about no document, misspelt or behind a wider one: hr/pay*." in told
    assert "hr/pay" not in _ask(run, "--groups", "hr").stderr


def test_unknown_group_is_explained(run: Path) -> None:
    """A slip of the pen does not look like a user who may read nothing."""
    file = str(run.parent / "groups.yaml")

    result = _ask(run, "--groups-file", file, "--groups", "hr,itt", "--quiet")

    _assert_sentence(result, "'itt'", "Did you mean 'it'?", "everyone, hr, it")


def test_group_in_a_run_that_knows_none_is_explained(run: Path) -> None:
    """Nothing would be restricted, and the user would think it was."""
    _assert_sentence(_ask(run, "--groups", "hr"), "--groups-file groups.yaml", "documents:")


def test_missing_file_is_explained(run: Path) -> None:
    """The name is in the message, and the one that was meant."""
    missing = str(run.parent / "group.yaml")

    _assert_sentence(_ask(run, "--groups-file", missing), "group.yaml", "groups.yaml")


def test_no_group_at_all_is_explained(run: Path) -> None:
    """An empty list is a mistake of a script."""
    _assert_sentence(_ask(run, "--groups", " ,"), "names no group")


def test_user_to_whom_nothing_is_open_is_told_so(run: Path) -> None:
    """Instead of a search in an empty index."""
    file = run.parent / "closed.yaml"
    file.write_text('- {documents: "*", groups: [board]}\n', encoding="utf-8")

    _assert_sentence(_ask(run, "--groups-file", str(file), "--quiet"), "No document", "--groups")


def test_restricted_run_is_not_exported(run: Path, tmp_path: Path) -> None:
    """A project of its own answers everybody."""
    _ask(run, "--groups-file", str(run.parent / "groups.yaml"))

    result = CliRunner().invoke(app, ["export", str(run), str(tmp_path / "desk")])

    _assert_sentence(result, "answers everybody")
    assert not (tmp_path / "desk").exists()
