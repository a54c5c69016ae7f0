"""A finished trial is copied to MLflow: its arms, their figures with intervals, its files."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from advisor.errors import TrackingError
from advisor.evidence.tracking import require_place, require_tracker, track_trial
from prototypes.contracts import Approach, Task
from prototypes.results import ArmResult, DataSummary, Interval, Latency, TrialProtocol, TrialResult


class Client:
    """Takes down what it is told, as MLflow's client would."""

    runs: dict[str, dict[str, Any]]
    place: str

    def __init__(self, tracking_uri: str) -> None:
        type(self).runs, type(self).place = {}, tracking_uri

    def get_experiment_by_name(self, name: str) -> None:
        """Know no experiment."""

    def create_experiment(self, name: str) -> str:
        """Make one."""
        return f"experiment {name}"

    def create_run(
        self, experiment_id: str, *, run_name: str, tags: dict[str, str] | None = None
    ) -> SimpleNamespace:
        """Begin a run."""
        self.runs[run_name] = {"experiment": experiment_id, "tags": tags or {}, "files": []}
        return SimpleNamespace(info=SimpleNamespace(run_id=run_name))

    def log_batch(self, run_id: str, *, metrics: list[Any], params: list[Any]) -> None:
        """Take down figures."""
        self.runs[run_id] |= {
            "metrics": {metric[0]: metric[1] for metric in metrics},
            "params": dict(params),
        }

    def log_artifact(self, run_id: str, path: str) -> None:
        """Take down a file."""
        self.runs[run_id]["files"].append(Path(path).name)

    def set_terminated(self, run_id: str, status: str = "FINISHED") -> None:
        """End a run."""
        self.runs[run_id]["status"] = status


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[Client]:
    """Put a module in MLflow's place that only takes down what it is told."""
    entities = SimpleNamespace(Metric=lambda *given: given, Param=lambda *given: given)
    module = SimpleNamespace(tracking=SimpleNamespace(MlflowClient=Client), entities=entities)
    monkeypatch.setitem(sys.modules, "mlflow", module)  # type: ignore[arg-type]
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return Client


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run folder with a few files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run" / "samples").mkdir(parents=True)
    for name in ("trial.json", "report.html", "samples/rag.jsonl"):
        (tmp_path / "run" / name).write_text("{}")
    return tmp_path / "run"


def _trial(*, interrupted: bool = False) -> TrialResult:
    arm = ArmResult(
        name="rag",
        approach=Approach.RAG,
        title="RAG",
        feasible=True,
        cites=True,
        metrics={"accuracy": Interval(value=0.9, low=0.8, high=0.95)},
        latency_ms=Latency(p50=5.0, p95=9.0, n_queries=10),
        throughput_per_second=100.0,
        fit_seconds=1.0,
        predict_seconds=1.0,
        cost_per_1000=None,
        size_mb=1.0,
    )
    counts = dict.fromkeys(DataSummary.model_fields, 3) | {"test_was_given": False, "refused": []}
    protocol = TrialProtocol(
        seed=0,
        margin=0.02,
        n_bootstrap=100,
        encoder="embedded",
        encoder_sha256=None,
        precision="float32",
        threads=1,
        test_sha256="a",
        data_fingerprint="d",
        machine_hour_usd=None,
        versions={},
        limits={},
    )
    return TrialResult(
        task=Task.CLASSIFICATION,
        primary_metric="accuracy",
        n_test=3,
        arms=[arm],
        comparisons=[],
        verdict=None,
        data=DataSummary.model_validate(counts),
        protocol=protocol,
        interrupted=interrupted,
    )


def test_arm_is_a_run_below_that_of_the_trial(fake: type[Client], run: Path) -> None:
    """Every figure is there with both ends of its interval; what is not known is left out."""
    track_trial(run, _trial())

    told = fake.runs["rag"]
    assert told["tags"] == {"mlflow.parentRunId": "run"}
    assert {"accuracy": 0.9, "accuracy.low": 0.8, "accuracy.high": 0.95}.items() <= (
        told["metrics"].items()
    )
    assert "cost_per_1000" not in told["metrics"]
    assert told["params"]["approach"] == "rag"


def test_files_go_along(fake: type[Client], run: Path) -> None:
    """The report with the trial, the answers with their arm; missing ones are no fault."""
    track_trial(run, _trial())

    assert fake.runs["run"]["files"] == ["report.html", "trial.json"]
    assert fake.runs["rag"]["files"] == ["rag.jsonl"]


def test_trial_goes_into_a_folder_unless_told_otherwise(
    fake: type[Client], run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing leaves the machine but where the user says so."""
    assert (Path.cwd() / "mlruns").as_uri() == track_trial(run, _trial())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")

    assert track_trial(run, _trial()) == fake.place == "http://127.0.0.1:5000"


def test_interrupted_trial_is_not_told_as_finished(fake: type[Client], run: Path) -> None:
    """Who looks there sees that something is missing."""
    track_trial(run, _trial(interrupted=True))

    assert fake.runs["run"]["status"] == "KILLED"


def test_tracker_that_fails_does_not_lose_the_trial(
    fake: type[Client], run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says where it is."""

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("nobody there")

    monkeypatch.setattr(fake, "create_run", refuse)

    with pytest.raises(TrackingError, match=r"nobody there\); it is whole in .+run.+--resume"):
        track_trial(run, _trial())


def test_tracker_that_is_missing_is_told_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A forgotten package costs a second, not a trial."""
    monkeypatch.setitem(sys.modules, "mlflow", None)

    with pytest.raises(TrackingError, match=r"pip install .adaptation-advisor\[mlflow\]"):
        require_tracker("mlflow")
    with pytest.raises(TrackingError, match="there is no"):
        require_tracker("mlfow")


def test_copy_that_breaks_off_does_not_look_as_if_it_ran(
    fake: type[Client], run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the trial nor the arm that was being copied."""

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(fake, "log_artifact", refuse)

    with pytest.raises(TrackingError):
        track_trial(run, _trial())
    assert fake.runs["run"]["status"] == "FAILED"


def test_server_that_is_not_there_is_told_before_anything_is_measured(
    fake: type[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its address is in the message, a password in it is not."""

    def refuse(*_: object) -> None:
        raise ConnectionError("no answer from https://me:secret@tracker.example/api")

    monkeypatch.setattr(fake, "get_experiment_by_name", refuse)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:secret@tracker.example")

    with pytest.raises(
        TrackingError, match=r"at https://…@tracker\.example .*nothing was begun"
    ) as told:
        require_place()
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("is_file", [True, False])
def test_folder_that_cannot_be_written_is_told_before_anything_is_measured(
    fake: type[Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_file: bool
) -> None:
    """A file in its place, or a folder that is read-only; nothing is made by asking."""
    monkeypatch.chdir(tmp_path)
    require_place()
    assert not list(tmp_path.iterdir())

    if is_file:
        (tmp_path / "mlruns").touch()
    else:
        monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(TrackingError, match="no folder that can be written"):
        require_place()


def test_mlflow_itself_takes_a_trial(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was copied is found again through MLflow."""
    mlflow = pytest.importorskip("mlflow", reason="MLflow is not installed: only a fake was told")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)

    client = mlflow.tracking.MlflowClient(tracking_uri=track_trial(run, _trial()))

    (experiment,) = client.search_experiments(filter_string="name = 'advisor'")
    runs = {each.info.run_name: each for each in client.search_runs([experiment.experiment_id])}
    assert runs["rag"].data.metrics["accuracy.low"] == 0.8
    assert runs["rag"].data.tags["mlflow.parentRunId"] == runs["run"].info.run_id
    names = {each.path for each in client.list_artifacts(runs["run"].info.run_id)}
    assert {"report.html", "trial.json"} <= names
