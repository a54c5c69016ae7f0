"""A run folder is written whole, resumed exactly, and never mixed up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from prototypes import TrialSettings, run_trial
from prototypes.cache import PartCache
from prototypes.contracts import Approach, Claim, Dataset, LearningData
from prototypes.errors import RunFolderError
from prototypes.events import ArmFinished, Event
from prototypes.fitted import load_fitted_arm
from prototypes.run_folder import RunFolder, load_lock, load_run, load_trial, open_run_folder

Hooks = dict[str, Callable[[LearningData], None]]

KILLED = """
import importlib.util, os, signal, sys
from pathlib import Path
specification = importlib.util.spec_from_file_location("arms", sys.argv[1])
arms = importlib.util.module_from_spec(specification)
sys.modules["arms"] = arms
specification.loader.exec_module(arms)
import prototypes.registry, prototypes.workbench
from prototypes import TrialSettings, run_trial
prototypes.registry.ARMS = arms.ARMS
prototypes.workbench.load_encoder = lambda _: arms.LexicalEncoder()
arms.RecordedArm.before_fit["WordVoteArm"] = lambda _: os.kill(os.getpid(), signal.SIGKILL)
settings = TrialSettings(n_bootstrap=200, out=Path(sys.argv[2]))
run_trial(arms.build_dataset(), settings=settings)
"""


def settings(out: Path, **changes: object) -> TrialSettings:
    """Write to a folder, with few resamples."""
    return TrialSettings(n_bootstrap=200, out=out, **changes)  # type: ignore[arg-type]


@pytest.fixture
def run(dataset: Dataset, tmp_path: Path) -> Path:
    """The folder of a finished trial."""
    run_trial(dataset, settings=settings(tmp_path / "run"))
    return tmp_path / "run"


def test_folder_describes_itself(run: Path) -> None:
    """Protocol, result, answers and fitted parts lie where other programs look for them."""
    files = {path.relative_to(run).as_posix() for path in run.rglob("*.json*")}

    assert {"run.lock.json", "trial.json", "arms/votes.json", "samples/votes.jsonl"} <= files
    assert "arms/votes/state.json" in files
    assert not [path for path in run.rglob("*") if "unfinished" in path.name]


def test_run_reads_back_as_it_was_written(run: Path) -> None:
    """Every answer to every test sample is there, in one order for all arms."""
    read = load_run(run)

    assert [measured.result for measured in read.arms] == read.trial.arms
    assert {len(measured.samples) for measured in read.arms} == {read.trial.n_test}
    assert len({tuple(each.id for each in arm.samples) for arm in read.arms}) == 1
    assert read.lock.test_sha256 == read.trial.protocol.test_sha256


def test_fitted_arm_answers_as_it_did(run: Path) -> None:
    """An arm loaded from the folder gives the answers that were measured."""
    samples = load_run(run).arms[1].samples

    arm = load_fitted_arm(run, "nearest")

    assert [each.output for each in samples] == [
        prediction.output for prediction in arm.predict([each.input for each in samples])
    ]


def test_arm_that_was_never_fitted_is_named_with_those_that_were(run: Path) -> None:
    """Asking for an arm that did not run says which did."""
    with pytest.raises(RunFolderError, match="no fitted arm 'prompted'; there is majority, near"):
        load_fitted_arm(run, "prompted")


def test_resumed_trial_measures_nothing_twice(
    run: Path, dataset: Dataset, fitted: list[str]
) -> None:
    """All arms are there, so none is fitted and every figure stays, times included."""
    before = load_trial(run)
    fitted.clear()
    events: list[Event] = []

    after = run_trial(dataset, settings=settings(run, resume=True), on_event=events.append)

    assert fitted == []
    assert after == before
    assert all(event.resumed for event in events if isinstance(event, ArmFinished))


def test_interrupted_trial_ends_as_if_it_had_not_been(
    dataset: Dataset, before_fit: Hooks, fitted: list[str], tmp_path: Path
) -> None:
    """Only what was missing is measured, and the comparisons are those of one run."""

    def interrupt(_: LearningData) -> None:
        raise KeyboardInterrupt

    before_fit["WordVoteArm"] = interrupt
    run_trial(dataset, settings=settings(tmp_path / "run"))
    before_fit.clear()
    resumed = run_trial(dataset, settings=settings(tmp_path / "run", resume=True))
    whole = run_trial(dataset, settings=settings(tmp_path / "other"))

    assert fitted[:4] == ["MajorityArm", "NearestTextArm", "WordVoteArm", "WordVoteArm"]
    assert resumed.comparisons == whole.comparisons
    assert not resumed.interrupted


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_killed_trial_loses_no_result(dataset: Dataset, fitted: list[str], tmp_path: Path) -> None:
    """After kill -9 in the third arm the first two are on disk and are not run again."""
    arms = str(Path(__file__).with_name("conftest.py"))
    command = [sys.executable, "-c", KILLED, arms, str(tmp_path / "run")]
    killed = subprocess.run(command, check=False, capture_output=True, text=True)

    result = run_trial(dataset, settings=settings(tmp_path / "run", resume=True))

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert fitted == ["WordVoteArm"]
    assert [arm.name for arm in result.arms] == ["majority", "nearest", "votes"]


def test_result_without_its_samples_is_measured_again(
    run: Path, dataset: Dataset, fitted: list[str]
) -> None:
    """What cannot be compared any more is not taken over."""
    (run / "samples" / "votes.jsonl").unlink()
    fitted.clear()

    run_trial(dataset, settings=settings(run, resume=True))

    assert fitted == ["WordVoteArm"]


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ({"seed": 1}, "begun with seed = 0, but now seed = 1"),
        ({"claim": Claim(Approach.RAG)}, "begun with claim = None, but now claim = rag"),
        ({"arms": ("rag",)}, "begun with arms = majority, nearest, votes, prompted, but now arms"),
    ],
)
def test_resuming_something_else_is_refused(
    run: Path, dataset: Dataset, change: dict[str, object], item: str
) -> None:
    """A trial goes on under the protocol it was begun with, and the fault is named."""
    with pytest.raises(RunFolderError, match=item):
        run_trial(dataset, settings=settings(run, resume=True, **change))


def test_used_folder_is_not_overwritten(run: Path, dataset: Dataset) -> None:
    """Without --resume a trial that is there stays there."""
    before = load_trial(run)

    with pytest.raises(RunFolderError, match="already holds a trial; go on with it by --resume"):
        run_trial(dataset, settings=settings(run))

    assert load_trial(run) == before


def test_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    """A folder of something else is not written into, resumed or not."""
    (tmp_path / "thesis.tex").write_text("…", encoding="utf-8")

    with (
        pytest.raises(RunFolderError, match=r"holds thesis\.tex but no run\.lock\.json"),
        open_run_folder(tmp_path, resume=True),
    ):
        pass


def test_answers_may_lie_in_the_folder_beforehand(dataset: Dataset, tmp_path: Path) -> None:
    """The answers and the advice that led to the trial are no obstacle."""
    (tmp_path / "answers.yaml").write_text("answers: {}", encoding="utf-8")

    assert run_trial(dataset, settings=settings(tmp_path)).arms


def test_folder_inside_a_missing_one_is_refused(tmp_path: Path) -> None:
    """A mistyped path is not created level by level."""
    with (
        pytest.raises(RunFolderError, match="cannot be created"),
        open_run_folder(tmp_path / "missing" / "run"),
    ):
        pass


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A file cannot be a run folder, and it is not touched."""
    (tmp_path / "run").write_text("mine", encoding="utf-8")

    with (
        pytest.raises(RunFolderError, match="cannot be created"),
        open_run_folder(tmp_path / "run"),
    ):
        pass

    assert (tmp_path / "run").read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for this user"
)
def test_read_only_folder_is_refused(tmp_path: Path) -> None:
    """A folder that cannot be written is named before anything is computed."""
    tmp_path.chmod(0o500)

    with (
        pytest.raises(RunFolderError, match="cannot be written"),
        open_run_folder(tmp_path),
    ):
        pass


def test_second_process_is_kept_out(tmp_path: Path) -> None:
    """Two trials never write into one folder; the second is told who the first is."""
    with (
        open_run_folder(tmp_path / "run"),
        pytest.raises(
            RunFolderError, match=rf"in use by process {os.getpid()} on .+ since 20.+ UTC; wait"
        ),
        open_run_folder(tmp_path / "run"),
    ):
        pass


@pytest.mark.parametrize("content", ["", "{", '{"pid": 3}', '{"pid": "x", "host": 1, "since": 2}'])
def test_owner_that_cannot_be_read_is_another_process(tmp_path: Path, content: str) -> None:
    """Who holds a folder is only part of the message; the lock does not depend on it."""
    with open_run_folder(tmp_path / "run"):
        (tmp_path / "run" / ".lock.owner").write_text(content, encoding="utf-8")

        with (
            pytest.raises(RunFolderError, match="in use by another process; wait"),
            open_run_folder(tmp_path / "run"),
        ):
            pass


def test_owner_is_forgotten_when_the_folder_is_free(run: Path) -> None:
    """Nobody is named who has gone."""
    assert not (run / ".lock.owner").exists()


def test_process_killed_while_it_fixed_the_protocol_can_be_followed(
    dataset: Dataset, tmp_path: Path
) -> None:
    """Half a protocol under another name is no foreign file."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".run.lock.json.4711").write_text('{"seed"', encoding="utf-8")

    result = run_trial(dataset, settings=settings(tmp_path / "run", resume=True))

    assert [arm.name for arm in result.arms] == ["majority", "nearest", "votes"]


@pytest.mark.parametrize("damage", ["cut", "gone", "record"])
def test_damaged_arm_is_fitted_again_and_never_used(
    run: Path, dataset: Dataset, fitted: list[str], damage: str
) -> None:
    """Half an index answers wrongly, or not at all."""
    state, record = run / "arms/votes/state.json", run / "arms/votes.sha256"
    before, intact = load_trial(run), state.read_bytes()
    fitted.clear()
    if damage == "gone":
        state.unlink()
    else:
        damaged = state if damage == "cut" else record
        damaged.write_bytes(damaged.read_bytes()[:50])
    with pytest.raises(RunFolderError, match=r"votes.+ is damaged or gone.+--resume"):
        load_fitted_arm(run, "votes")
    after = run_trial(dataset, settings=settings(run, resume=True))

    assert ["WordVoteArm"] == fitted
    assert [arm.metrics for arm in before.arms] == [arm.metrics for arm in after.arms]
    assert intact == state.read_bytes()


def test_full_disk_leaves_the_old_file(
    run: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that fails names the file and keeps what was there."""
    before = load_trial(run)

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(RunFolderError, match=r"trial\.json cannot be written \(No space left"):
        RunFolder(run).keep_trial(before)

    assert load_trial(run) == before
    assert not list(run.glob(".trial.json.*"))


@pytest.mark.parametrize("name", ["../evil", "a/b", "", "Arm", ".."])
def test_arm_names_cannot_leave_the_folder(name: str, tmp_path: Path) -> None:
    """A name that is not plain is refused wherever a path is made of it."""
    folder = RunFolder(tmp_path)

    for path_of in (folder.arm_folder, folder.result_path, folder.samples_path):
        with pytest.raises(RunFolderError, match="cannot be the name of an arm"):
            path_of(name)


def test_folder_without_a_trial_says_so(tmp_path: Path) -> None:
    """Reading what is not there is a sentence, not a traceback."""
    with pytest.raises(RunFolderError, match=r"trial\.json cannot be read \(No such file"):
        load_trial(tmp_path)


def test_damaged_file_is_named_with_its_line(run: Path) -> None:
    """Half a line of samples is found, named, and explained."""
    path = run / "samples" / "nearest.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:2], lines[2][:30]]), encoding="utf-8")

    with pytest.raises(RunFolderError, match=r"nearest\.jsonl, line 3 is damaged"):
        load_run(run)


def test_protocol_of_another_version_is_refused(run: Path) -> None:
    """An unknown key is not ignored."""
    path = run / "run.lock.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"seed"', '"sead"'), encoding="utf-8")

    with pytest.raises(RunFolderError, match="damaged or from another version"):
        load_lock(run)


def test_what_a_killed_process_had_begun_is_removed(tmp_path: Path) -> None:
    """Parts that are whole stay."""
    cache = PartCache(RunFolder(tmp_path).cache)
    whole = cache.make("whole-1", lambda folder: float((folder / "a").write_text("a")))
    (cache.root / "unfinished-abc").mkdir()
    (cache.root / "unfinished-abc" / "half").write_text("a")

    with open_run_folder(tmp_path, resume=True) as folder:
        left = [path.name for path in folder.cache.iterdir()]

    assert left == [whole.folder.name]
