"""A trial on a real Ray cluster of several nodes on this machine, whatever happens to them."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TIMES = frozenset(
    {"latency_ms", "throughput_per_second", "fit_seconds", "predict_seconds", "cheaper"}
)
ARMS = ("Majority", "Nearest", "Votes", "Mixed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None,
        reason='Ray is not installed, so NOTHING of --cluster is tested: pip install "ray[data]"',
    ),
]


class Nodes:
    """The nodes of a cluster, in processes that are ended one by one when the test is over."""

    def __init__(self, n_cpus: int, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, HERE / "nodes.py", str(n_cpus)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.address = self._read()
        self._seen: set[psutil.Process] = set()
        self._look()

    def tell(self, what: str) -> None:
        """Add, kill or behead, and wait for it."""
        self._look()
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        assert self._read() == what
        self._look()

    def end(self) -> None:
        """End the cluster; whatever of it is left then is killed by its id."""
        self._look()
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.stdout.close()
        for process in self._seen:
            if process.is_running():
                process.kill()
        psutil.wait_procs(self._seen, timeout=10)

    def _look(self) -> None:
        self._seen.update(psutil.Process(self._process.pid).children(recursive=True))

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What driver and nodes find: one thread, the counted arms, a log, no telemetry."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)]),
        "OMP_NUM_THREADS": "1",
        "RAY_USAGE_STATS_ENABLED": "0",
        # A wish for no cluster of Windows: Ray then keeps to the loopback address on Linux, too.
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "ADVISOR_TEST_LOG": str(tmp_path / "log.txt"),
        "ADVISOR_TEST_SECONDS": "0",
    }


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[[int], Nodes]]:
    """Start clusters that end with the test."""
    started: list[Nodes] = []

    def begin(n_cpus: int) -> Nodes:
        started.append(Nodes(n_cpus, environment))
        environment["RAY_ADDRESS"] = started[-1].address
        return started[-1]

    yield begin
    for nodes in started:
        nodes.end()


def hold(
    run: Path, environment: dict[str, str], *, cluster: str = "", experiments: str = ""
) -> subprocess.Popen[str]:
    """Begin a trial in a process of its own."""
    command = [sys.executable, HERE / "holding.py", run, cluster, experiments]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def finish(trial: subprocess.Popen[str]) -> str:
    """Wait for a trial; return what it said to standard error."""
    said = trial.communicate(timeout=300)[1]

    assert trial.returncode == 0, said
    return said


def result(run: Path) -> Any:  # noqa: ANN401 # any JSON
    """Read what a trial found, but for what a clock says."""
    return without_times(json.loads((run / "trial.json").read_text()))


def without_times(value: Any) -> Any:  # noqa: ANN401 # as above
    """Drop times and what rests on them."""
    if isinstance(value, list):
        return [without_times(each) for each in value if not _is_timed(each)]
    if isinstance(value, dict):
        return {key: without_times(each) for key, each in value.items() if key not in TIMES}
    return value


def _is_timed(value: object) -> bool:
    return isinstance(value, dict) and value.get("experiment") == "latency_cost"


def logged(environment: dict[str, str]) -> Counter[str]:
    """Count what was written down."""
    path = Path(environment["ADVISOR_TEST_LOG"])
    return Counter(path.read_text().splitlines() if path.exists() else [])


def wait_for(line: str, environment: dict[str, str]) -> None:
    """Wait until something was written down."""
    ends = time.monotonic() + 120
    while line not in logged(environment):
        assert time.monotonic() < ends, f"nobody wrote {line!r}"
        time.sleep(0.05)


def expect(environment: dict[str, str], root: Path, *, experiments: str = "") -> Any:  # noqa: ANN401 # as above
    """Hold the same trial without a cluster; what it wrote down is forgotten."""
    alone = {**environment, "ADVISOR_TEST_LOG": str(root / "alone.txt")}
    finish(hold(root / "alone", alone, experiments=experiments))
    return result(root / "alone")


def test_two_nodes_find_what_one_process_finds(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """Arms, shards, points of the curve and levels of noise: the same result, each made once."""
    experiments = "learning_curve,noise"
    expected = expect(environment, tmp_path, experiments=experiments)
    start(1).tell("add")

    finish(hold(tmp_path / "run", environment, cluster="auto", experiments=experiments))

    counts = logged(environment)
    assert result(tmp_path / "run") == expected
    assert {f"done {arm}": 1 for arm in ARMS}.items() <= counts.items()
    assert counts["tune"] == 1
    assert max(n for what, n in counts.items() if what.startswith("encode")) == 1


def test_other_trainings_are_made_wherever_there_is_room(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """Each arm from each seed is a task; what comes back is what one process finds."""
    expected = expect(environment, tmp_path, experiments="training_seeds")
    start(1).tell("add")

    finish(hold(tmp_path / "run", environment, cluster="auto", experiments="training_seeds"))

    assert result(tmp_path / "run") == expected
    (held,) = [each for each in expected["experiments"] if each["experiment"] == "training_seeds"]
    assert {one["arm"] for one in held["measured"]} == {"votes", "mixed"}
    assert [logged(environment)[f"done {arm}"] for arm in ARMS] == [1, 1, 3, 3]


def test_worker_killed_in_the_middle_costs_only_what_it_had_begun(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """Ray begins the lost arm anew elsewhere; no finished one is touched."""
    expected = expect(environment, tmp_path)
    environment["ADVISOR_TEST_SECONDS"] = "4"
    nodes = start(0)
    nodes.tell("add")
    trial = hold(tmp_path / "run", environment, cluster="auto")
    wait_for("begin Nearest", environment)
    nodes.tell("kill")
    nodes.tell("add")

    finish(trial)

    counts = logged(environment)
    assert result(tmp_path / "run") == expected
    assert [counts[f"done {arm}"] for arm in ARMS] == [1, 1, 1, 1]
    assert counts["begin Majority"] == 1
    assert counts["begin Nearest"] == 2


def test_node_added_late_takes_the_work_up(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """A cluster without a free processor waits for one instead of failing."""
    expected = expect(environment, tmp_path)
    nodes = start(0)
    trial = hold(tmp_path / "run", environment, cluster="auto")
    time.sleep(10)
    idle = logged(environment)
    nodes.tell("add")

    finish(trial)

    assert not [line for line in idle if line.startswith("begin")]
    assert result(tmp_path / "run") == expected


def test_lost_head_is_one_sentence_and_the_trial_goes_on_without_it(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """What had come in is kept, and not computed again when the trial is resumed here."""
    expected = expect(environment, tmp_path)
    environment["ADVISOR_TEST_SECONDS"] = "4"
    nodes = start(1)
    trial = hold(tmp_path / "run", environment, cluster="auto")
    wait_for("begin Votes", environment)
    nodes.tell("behead")
    said = trial.communicate(timeout=120)[1]
    kept = sorted(path.stem for path in (tmp_path / "run" / "arms").glob("*.json"))
    resumed = {**environment, "ADVISOR_TEST_LOG": str(tmp_path / "resumed.txt")}
    resumed |= {"ADVISOR_TEST_SECONDS": "0"}

    finish(hold(tmp_path / "run", resumed))

    assert trial.returncode == 1
    assert said.strip().splitlines()[-1].startswith("ClusterLostError: The Ray cluster is lost")
    assert "Traceback" not in said
    assert kept == ["majority", "nearest"]
    assert result(tmp_path / "run") == expected
    assert [logged(resumed)[f"done {arm}"] for arm in ARMS] == [0, 0, 1, 1]


def test_head_lost_while_texts_are_encoded_costs_no_shard_that_had_come_in(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """Nobody waits for ever for the next shard; those that are there are not made again."""
    expected = expect(environment, tmp_path)
    environment["ADVISOR_TEST_ENCODING"] = "3"
    nodes = start(1)
    trial = hold(tmp_path / "run", environment, cluster="auto")
    ends = time.monotonic() + 120
    while not (kept := {path.name for path in (tmp_path / "run" / "cache").glob("shard-*")}):
        assert time.monotonic() < ends, "no shard came in"
        time.sleep(0.05)
    nodes.tell("behead")
    said = trial.communicate(timeout=120)[1]
    n_before = sum(n for what, n in logged(environment).items() if what.startswith("encode"))
    resumed = {**environment, "ADVISOR_TEST_ENCODING": "0"}

    finish(hold(tmp_path / "run", resumed))

    counts = logged(environment)
    assert said.strip().splitlines()[-1].startswith("ClusterLostError: The Ray cluster is lost")
    assert result(tmp_path / "run") == expected
    encoded = {what: n for what, n in counts.items() if what.startswith("encode")}
    assert sum(encoded.values()) - len(encoded) <= n_before - len(kept)


def embed(folder: Path, environment: dict[str, str], *, cluster: str = "") -> subprocess.Popen[str]:
    """Begin to embed a corpus in a process of its own."""
    command = [sys.executable, HERE / "embedding.py", folder, cluster]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def files(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_corpus_embedded_on_two_nodes_is_that_of_one_process(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """Block by block the same bytes, each embedded once."""
    alone = {**environment, "ADVISOR_TEST_LOG": str(tmp_path / "alone.txt")}
    finish(embed(tmp_path / "alone", alone))
    start(1).tell("add")

    finish(embed(tmp_path / "corpus", environment, cluster="auto"))

    assert files(tmp_path / "corpus") == files(tmp_path / "alone")
    assert logged(environment) == logged(alone)


def test_head_lost_while_a_corpus_is_embedded_costs_no_block_that_is_safe(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """It is gone on with here; what was safe is not embedded again."""
    alone = {**environment, "ADVISOR_TEST_LOG": str(tmp_path / "alone.txt")}
    finish(embed(tmp_path / "alone", alone))
    environment["ADVISOR_TEST_ENCODING"] = "1"
    nodes = start(1)
    embedding = embed(tmp_path / "corpus", environment, cluster="auto")
    vectors, ends = tmp_path / "corpus" / "vectors.f32", time.monotonic() + 120
    while not (vectors.exists() and vectors.stat().st_size):
        assert time.monotonic() < ends, "no block came in"
        time.sleep(0.05)
    nodes.tell("behead")
    said = embedding.communicate(timeout=120)[1]
    state = json.loads((tmp_path / "corpus" / "corpus.json").read_text())
    resumed = {**environment, "ADVISOR_TEST_LOG": str(tmp_path / "resumed.txt")}
    resumed["ADVISOR_TEST_ENCODING"] = "0"

    finish(embed(tmp_path / "corpus", resumed))

    assert said.strip().splitlines()[-1].startswith("ClusterLostError: The Ray cluster is lost")
    assert 0 < state["n_passages"] < 200
    assert sum(logged(resumed).values()) == (200 - state["n_passages"]) / 8
    assert files(tmp_path / "corpus") == files(tmp_path / "alone")


@pytest.fixture
def client_server(environment: dict[str, str]) -> Iterator[Callable[[str], str]]:
    """Start servers of Ray's client; each is ended with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def serve(cluster: str) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "ray.util.client.server", "--host=127.0.0.1"]
        command += [f"--port={port}", f"--address={cluster}"]
        # Its servers are forked beside threads of gRPC, whose handlers of forks can end the child.
        alone = {**environment, "GRPC_ENABLE_FORK_SUPPORT": "0"}
        started.append(subprocess.Popen(command, env=alone))
        return f"ray://127.0.0.1:{port}"

    yield serve
    for process in started:
        process.kill()
        process.wait()


def test_head_reached_through_the_client_finds_the_same(
    start: Callable[[int], Nodes],
    client_server: Callable[[str], str],
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    """`ray://` works for a driver that is no node of the cluster, with a race and a cache, too."""
    environment["ADVISOR_TEST_RACE"] = "1"
    environment["ADVISOR_TEST_CACHE"] = str(tmp_path / "shared")
    expected = expect(environment, tmp_path, experiments="noise")
    address = client_server(start(1).address)
    del environment["RAY_ADDRESS"]

    finish(hold(tmp_path / "run", environment, cluster=address, experiments="noise"))

    assert result(tmp_path / "run") == expected
    assert [arm["name"] for arm in expected["dropped"]] == ["guess"]
    assert not [line for line in logged(environment) if line.startswith("note")]


def answered(counts: Counter[str]) -> dict[str, int]:
    """Pick out which rival was asked how many test samples at a time."""
    return {what: n for what, n in counts.items() if what.startswith("answer ")}


def wait_for_first_part(run: Path) -> None:
    """Wait until half of what the better rival answers is on disk."""
    ends = time.monotonic() + 120
    while not (run / "race" / "doubt" / "answers-23.json").exists():
        assert time.monotonic() < ends, "no part came in"
        time.sleep(0.05)


def test_race_on_two_nodes_ends_as_in_one_process(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """The same rival is dropped after the same answers, and nothing is answered twice."""
    environment["ADVISOR_TEST_RACE"] = "1"
    expected = expect(environment, tmp_path)
    start(1).tell("add")

    finish(hold(tmp_path / "run", environment, cluster="auto"))

    alone = Counter((tmp_path / "alone.txt").read_text().splitlines())
    assert [arm["name"] for arm in expected["dropped"]] == ["guess"]
    assert result(tmp_path / "run") == expected
    assert answered(logged(environment)) == answered(alone)
    assert answered(alone) == {"answer Guess 23": 1, "answer Doubt 23": 1, "answer Doubt 22": 1}


def test_worker_killed_in_a_race_costs_only_the_part_it_had_begun(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """What the rival had answered before, and what it had learnt, are not made again."""
    environment["ADVISOR_TEST_RACE"] = "1"
    expected = expect(environment, tmp_path)
    environment["ADVISOR_TEST_SECONDS"] = "4"
    nodes = start(0)
    nodes.tell("add")
    trial = hold(tmp_path / "run", environment, cluster="auto")
    wait_for_first_part(tmp_path / "run")
    time.sleep(1)
    nodes.tell("kill")
    nodes.tell("add")

    finish(trial)

    counts = logged(environment)
    assert result(tmp_path / "run") == expected
    assert counts["begin Doubt"] == 1
    assert answered(counts) == {"answer Guess 23": 1, "answer Doubt 23": 1, "answer Doubt 22": 1}


def test_race_goes_on_here_behind_the_answers_that_a_lost_head_had_handed_over(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """One race, begun on a cluster and ended without: who was dropped stays dropped."""
    environment["ADVISOR_TEST_RACE"] = "1"
    expected = expect(environment, tmp_path)
    environment["ADVISOR_TEST_SECONDS"] = "4"
    nodes = start(1)
    trial = hold(tmp_path / "run", environment, cluster="auto")
    wait_for_first_part(tmp_path / "run")
    nodes.tell("behead")
    said = trial.communicate(timeout=120)[1]
    resumed = {**environment, "ADVISOR_TEST_LOG": str(tmp_path / "resumed.txt")}
    resumed |= {"ADVISOR_TEST_SECONDS": "0"}

    finish(hold(tmp_path / "run", resumed))

    assert said.strip().splitlines()[-1].startswith("ClusterLostError: The Ray cluster is lost")
    assert result(tmp_path / "run") == expected
    assert answered(logged(resumed)) == {"answer Doubt 22": 1}
    assert logged(resumed)["begin Doubt"] == 0


def test_workers_find_the_parts_that_another_run_folder_left(
    start: Callable[[int], Nodes], environment: dict[str, str], tmp_path: Path
) -> None:
    """`--cache` holds on a cluster, too, where its machines can read the folder."""
    environment["ADVISOR_TEST_CACHE"] = str(tmp_path / "shared")
    expected = expect(environment, tmp_path)
    start(1)

    finish(hold(tmp_path / "run", environment, cluster="auto"))

    counts = logged(environment)
    assert result(tmp_path / "run") == expected
    assert counts["done Votes"] == 1
    assert counts["tune"] == 0
    assert not [line for line in counts if line.startswith("note")]
