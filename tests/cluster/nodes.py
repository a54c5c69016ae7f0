"""Run the nodes of a Ray cluster on this machine, told by lines on standard input.

`add` starts another node, `kill` ends the last one added, `behead` ends the head; each is answered
by a line. The end of the input ends everything. Started as `nodes.py CPUS_OF_THE_HEAD`.
"""

from __future__ import annotations

import sys
from typing import Any

from ray.cluster_utils import Cluster

NODE: dict[str, Any] = {
    "object_store_memory": 150_000_000,
    "node_ip_address": "127.0.0.1",
    "include_dashboard": False,
}


def main() -> None:
    """Start the head, then do as told."""
    head = {**NODE, "num_cpus": int(sys.argv[1])}
    cluster, added = Cluster(initialize_head=True, head_node_args=head), []
    answer(cluster.address)
    for line in sys.stdin:
        if line.strip() == "add":
            added.append(cluster.add_node(**NODE, num_cpus=1))
        elif line.strip() == "kill":
            cluster.remove_node(added.pop(), allow_graceful=False)
        else:
            cluster.head_node.kill_all_processes(check_alive=False, allow_graceful=False)
        answer(line.strip())
    for node in [*added, cluster.head_node]:
        node.kill_all_processes(check_alive=False, allow_graceful=False)


def answer(text: str) -> None:
    """Say that it is done."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
