"""Passages per second with 1 and 2 Ray workers, and what Ray costs on a job of ten seconds.

    python tests/benchmarks/ray_scaling.py [dev-v1.1.json] [--texts N] [--shard N] [--seconds S]
                                           [--json]

Every worker is a node of one processor and one thread, so two of them use what two threads of one
process use; expect less than twice as much. The overhead is the whole time of a job through Ray on
one worker (joining, starting the actor, loading the encoder, encoding) against the same in this
process with one thread.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # Ray then keeps to the loopback address

import torch
from ray.cluster_utils import Cluster
from squad import DEFAULT_PATH, read_squad

from prototypes.cluster.connection import connected
from prototypes.models.encoder import Encoder, load_encoder
from prototypes.plan import TrialSettings
from prototypes.spreading import HERE, Spreader

NODE = {
    "num_cpus": 1,
    "object_store_memory": 200_000_000,
    "node_ip_address": "127.0.0.1",
    "include_dashboard": False,
}
Shards = Mapping[str, Sequence[str]]


@contextmanager
def running(n_workers: int) -> Iterator[None]:
    """Run a cluster of nodes with one processor each."""
    cluster = Cluster(initialize_head=True, head_node_args=NODE)
    try:
        for _ in range(n_workers - 1):
            cluster.add_node(**NODE)
        os.environ["RAY_ADDRESS"] = cluster.address
        yield
    finally:
        cluster.shutdown()


def cut(texts: Sequence[str], size: int) -> Shards:
    """Name the shards by their number."""
    return {str(at): texts[at : at + size] for at in range(0, len(texts), size)}


def encode(spreader: Spreader, encoder: Encoder, shards: Shards) -> float:
    """Return the seconds in which all shards come in."""
    started = time.perf_counter()
    n_encoded = sum(len(done.vectors) for done in spreader.encode(encoder, shards))
    assert n_encoded == sum(map(len, shards.values()))
    return time.perf_counter() - started


def encode_here(texts: Sequence[str], size: int, *, n_threads: int) -> float:
    """Encode in this process; the encoder is loaded beforehand."""
    torch.set_num_threads(n_threads)
    encoder = load_encoder()
    encoder.encode(texts[:32])
    return encode(HERE, encoder, cut(texts, size))


def encode_there(texts: Sequence[str], size: int, *, n_workers: int) -> dict[str, float]:
    """Encode on a cluster: seconds to join, to start the pool with two shards, and to encode."""
    encoder, small = load_encoder(), cut(texts[: 2 * n_workers], 1)
    with running(n_workers):
        started = time.perf_counter()
        with connected("auto", TrialSettings()) as spreader:
            joined = time.perf_counter() - started
            first = encode(spreader, encoder, small)
            whole = encode(spreader, encoder, cut(texts, size))
    return {"join": joined, "start": first, "encode": whole}


def _running(seconds: Mapping[str, float]) -> float:
    """Leave the start of the actors out, as it was with almost nothing to encode."""
    return max(seconds["encode"] - seconds["start"], 1e-9)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", type=Path, default=DEFAULT_PATH)
    parser.add_argument("--texts", type=int, default=4096, help="how many paragraphs, repeated")
    parser.add_argument("--shard", type=int, default=256, help="texts that are encoded together")
    parser.add_argument("--seconds", type=float, default=10.0, help="of the job for the overhead")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    documents, _ = read_squad(options.path)
    paragraphs = itertools.cycle(document.text for document in documents)
    # A paragraph that comes again is numbered: within a shard the same text is encoded once.
    texts = [f"{n} {text}" for n, text in zip(range(options.texts), paragraphs, strict=False)]
    alone = {n: encode_here(texts, options.shard, n_threads=n) for n in (1, 2)}
    there = {n: encode_there(texts, options.shard, n_workers=n) for n in (1, 2)}
    n_short = round(options.seconds * len(texts) / alone[1])
    short = [f"{n} {texts[n % len(texts)]}" for n in range(n_short)]
    job_here = encode_here(short, options.shard, n_threads=1)
    job_there = encode_there(short, options.shard, n_workers=1)
    total = job_there["join"] + job_there["encode"]
    figures = {
        "passages": len(texts),
        "passages per second here, by threads": {n: len(texts) / s for n, s in alone.items()},
        "passages per second on Ray, by workers": {
            n: len(texts) / s["encode"] for n, s in there.items()
        },
        "the same once the actors run": {n: len(texts) / _running(s) for n, s in there.items()},
        "two workers against one": _running(there[1]) / _running(there[2]),
        "two workers against two threads here": alone[2] / _running(there[2]),
        "one worker against one thread here": alone[1] / _running(there[1]),
        "seconds to join, and to start the pool": [job_there["join"], job_there["start"]],
        "job of ten seconds, here and on Ray": [job_here, total],
        "overhead of Ray on it": total / job_here - 1,
    }
    print(f"python {' '.join(sys.argv)}")
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    for name, each in figures.items():
        print(f"{name:40} {each}")


if __name__ == "__main__":
    main()
