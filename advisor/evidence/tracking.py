"""Copies a finished trial to where a team already looks: MLflow.

It goes into the folder `mlruns`, or where `MLFLOW_TRACKING_URI` says; the run folder stays what
counts. A trial is one run, each of its arms a run below it.
"""

from __future__ import annotations

import importlib
import math
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from advisor.errors import TrackingError, did_you_mean
from prototypes.results import ArmResult, TrialResult

TRACKERS: Final = ("mlflow",)
EXPERIMENT = "advisor"
STORE = "mlruns"

_ARTIFACTS = (
    "answers.yaml",
    "prices.yaml",
    "recommendation.json",
    "report.html",
    "run.lock.json",
    "trial.json",
)
_PARENT = "mlflow.parentRunId"


def require_tracker(name: str | None) -> None:
    """Make sure before anything is measured that the result can be copied; None asks for nothing.

    Raises:
        TrackingError: If there is no such tracker, or it is not installed.
    """
    if name is None:
        return
    if name not in TRACKERS:
        raise TrackingError(
            f"--track: there is no {name!r}.{did_you_mean(name, TRACKERS)} Expected: mlflow."
        )
    _import_mlflow()


def require_place() -> None:
    """Make sure before anything is measured that somebody is there to take the result.

    Raises:
        TrackingError: If the server does not answer, or the folder cannot be written.
    """
    mlflow, place = _import_mlflow(), _find_place()
    where = urlsplit(place)
    try:
        if where.scheme in ("", "file"):
            _require_writable(Path(url2pathname(where.path)))
        else:
            _open_client(mlflow, place).get_experiment_by_name(EXPERIMENT)
    except Exception as error:  # as many as below
        raise _refused(
            place, error, "nothing was begun. Put that right, or leave out --track."
        ) from error


def track_trial(run: Path, trial: TrialResult) -> str:
    """Copy what was measured and the files of the run folder to MLflow; return where it went.

    Raises:
        TrackingError: If MLflow is not installed, or does not take it.
    """
    mlflow, place = _import_mlflow(), _find_place()
    try:
        _copy(mlflow, _open_client(mlflow, place), run, trial)
    except Exception as error:  # a server may fail in as many ways as there are servers
        raise _refused(
            place,
            error,
            f"it is whole in {run}. Put that right and repeat the command with --resume.",
        ) from error
    return _hide_password(place)


def _find_place() -> str:
    return os.environ.get("MLFLOW_TRACKING_URI") or Path(STORE).absolute().as_uri()


def _open_client(mlflow: Any, place: str) -> Any:  # noqa: ANN401 # a module that may be missing
    return mlflow.tracking.MlflowClient(tracking_uri=place)


def _require_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written, or made where it is to be."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        raise PermissionError(f"{there} is no folder that can be written")


def _refused(place: str, error: Exception, what_next: str) -> TrackingError:
    said = str(error).strip().rstrip(".")
    return TrackingError(
        _hide_password(
            f"MLflow at {place} does not take the trial ({type(error).__name__}: {said}); "
            f"{what_next}"
        )
    )


def _hide_password(text: str) -> str:
    return re.sub(r"://[^/@\s]+@", "://…@", text)


def _import_mlflow() -> Any:  # noqa: ANN401 # a module that may be missing
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    # By itself MLflow asks a server that is not there for four minutes.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
    try:
        return importlib.import_module("mlflow")
    except ImportError as error:
        raise TrackingError(
            "--track mlflow needs MLflow; install it with "
            '`pip install "adaptation-advisor[mlflow]"`.'
        ) from error


def _copy(mlflow: Any, client: Any, run: Path, trial: TrialResult) -> None:  # noqa: ANN401
    known = client.get_experiment_by_name(EXPERIMENT)
    experiment = known.experiment_id if known else client.create_experiment(EXPERIMENT)
    with _begun(client, experiment, run.absolute().name) as parent:
        _log(mlflow, client, parent, {}, _describe_trial(trial))
        for name in _ARTIFACTS:
            if (run / name).is_file():
                client.log_artifact(parent, str(run / name))
        for arm in trial.arms:
            with _begun(client, experiment, arm.name, {_PARENT: parent}) as child:
                _log(mlflow, client, child, _measures(arm), _describe_arm(arm))
                samples = run / "samples" / f"{arm.name}.jsonl"
                if samples.is_file():
                    client.log_artifact(child, str(samples))
                client.set_terminated(child)
        client.set_terminated(parent, status="KILLED" if trial.interrupted else "FINISHED")


@contextmanager
def _begun(
    client: Any,  # noqa: ANN401 # as above
    experiment: str,
    name: str,
    tags: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Begin a run; one that cannot be copied to its end does not look as if it still ran."""
    run_id: str = client.create_run(experiment, tags=tags, run_name=name).info.run_id
    try:
        yield run_id
    except BaseException:
        with suppress(Exception):  # what kept it from being copied may keep this out, too
            client.set_terminated(run_id, status="FAILED")
        raise


def _log(
    mlflow: Any,  # noqa: ANN401
    client: Any,  # noqa: ANN401
    run_id: str,
    measures: Mapping[str, float],
    parameters: Mapping[str, object],
) -> None:
    now = int(time.time() * 1000)
    entities = mlflow.entities
    client.log_batch(
        run_id,
        metrics=[entities.Metric(name, value, now, 0) for name, value in measures.items()],
        params=[entities.Param(name, str(value)) for name, value in parameters.items()],
    )


def _measures(arm: ArmResult) -> dict[str, float]:
    """List every figure of an arm; the ends of an interval stand behind a dot."""
    return dict(_figures(arm))


def _figures(arm: ArmResult) -> Iterator[tuple[str, float]]:
    for name, interval in arm.metrics.items():
        yield name, interval.value
        yield f"{name}.low", interval.low
        yield f"{name}.high", interval.high
    others = {
        "latency_ms.p50": arm.latency_ms.p50,
        "latency_ms.p95": arm.latency_ms.p95,
        "throughput_per_second": arm.throughput_per_second,
        "fit_seconds": arm.fit_seconds,
        "cost_per_1000": arm.cost_per_1000,
        "size_mb": arm.size_mb,
    }
    for name, value in others.items():
        if value is not None and math.isfinite(value):
            yield name, value


def _describe_arm(arm: ArmResult) -> dict[str, object]:
    return {"approach": arm.approach, "feasible": arm.feasible, "cites": arm.cites}


def _describe_trial(trial: TrialResult) -> dict[str, object]:
    protocol, verdict = trial.protocol, trial.verdict
    return {
        "task": trial.task,
        "primary_metric": trial.primary_metric,
        "n_test": trial.n_test,
        "n_train": trial.data.n_train,
        "seed": protocol.seed,
        "margin": protocol.margin,
        "encoder": protocol.encoder,
        "generator": protocol.generator,
        "data_fingerprint": protocol.data_fingerprint,
        "verdict": verdict.outcome if verdict else "none",
        "verdict_approach": verdict.approach if verdict else "none",
        "verdict_arm": verdict.arm if verdict else "none",
    }
