"""Ray Data encodes shards of texts on a pool of actors and streams the vectors back.

The pipeline runs in an actor on the cluster and is asked for one shard after another, so that it
works alike for a driver on the cluster and for one that is connected through `ray://`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from prototypes.cluster.workers import EncoderOrder, Machine
from prototypes.errors import ClusterError
from prototypes.spreading import EncodedShard, encode_shard

WINDOW = 64
"""Shards whose texts are on the cluster at a time; the rest waits at the driver."""

_N_ATTEMPTS = 3


class Encoding:
    """An actor of a pool: loads the encoder once, then encodes one shard per call."""

    def __init__(self, order: EncoderOrder, machine: Machine) -> None:
        import torch

        torch.set_num_threads(machine.n_threads)
        Machine.of_this_process().require_like(machine)
        self._encoder = order.load()

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Encode the only shard of a batch."""
        name, texts = str(batch["name"][0]), [str(text) for text in batch["texts"][0]]
        done = encode_shard(self._encoder, name, texts)
        return {
            "name": [name],
            "vectors": [done.vectors.tobytes()],
            "width": [done.vectors.shape[1]],
            "seconds": [done.seconds],
        }


class Pipeline:
    """An actor that runs one Ray Data pipeline and hands its shards over one by one."""

    def __init__(
        self,
        shards: Mapping[str, Sequence[str]],
        constructor: tuple[EncoderOrder, Machine],
        needs: Mapping[str, float],
    ) -> None:
        import ray.data

        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        rows = [{"name": name, "texts": list(texts)} for name, texts in shards.items()]
        encoded = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            Encoding,
            fn_constructor_args=constructor,
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=len(rows)),
            **needs,
        )
        self._rows: Iterator[dict[str, Any]] = iter(encoded.iter_rows())

    def next(self) -> EncodedShard | None:
        """Return a shard that is done; None once all were returned."""
        row = next(self._rows, None)
        if row is None:
            return None
        flat = np.frombuffer(row["vectors"], dtype=np.float32)
        vectors = flat.reshape(-1, int(row["width"]))
        return EncodedShard(str(row["name"]), vectors, float(row["seconds"]))


def stream(
    shards: Mapping[str, Sequence[str]],
    constructor: tuple[EncoderOrder, Machine],
    *,
    needs: Mapping[str, float],
    get: Callable[[Any], Any],
) -> Iterator[EncodedShard]:
    """Encode shards on the cluster, each handed over as it is done, in any order.

    Args:
        shards: Texts by the name of their shard.
        constructor: Which encoder the actors load, and what their machines must be like.
        needs: What each of them occupies: `num_cpus`, `num_gpus`.
        get: Waits for the value behind a reference.

    Raises:
        ClusterError: If the pipeline itself was lost several times.
    """
    names = list(shards)
    for at in range(0, len(names), WINDOW):
        window = {name: shards[name] for name in names[at : at + WINDOW]}
        for _ in range(_N_ATTEMPTS):
            for done in _stream_once(window, constructor, needs=needs, get=get):
                del window[done.name]
                yield done
            if not window:
                break
        else:
            raise ClusterError(
                f"The machine that hands out the texts to be encoded was lost {_N_ATTEMPTS} times; "
                "see `ray status`, then repeat the command with --resume."
            )


def _stream_once(
    window: Mapping[str, Sequence[str]],
    constructor: tuple[EncoderOrder, Machine],
    *,
    needs: Mapping[str, float],
    get: Callable[[Any], Any],
) -> Iterator[EncodedShard]:
    """Hand shards over until all are done, or the actor with the pipeline is lost."""
    import ray

    pipeline = ray.remote(num_cpus=0)(Pipeline).remote(dict(window), constructor, dict(needs))
    try:
        while (done := get(pipeline.next.remote())) is not None:
            yield done
    except ray.exceptions.RayTaskError as error:
        # What happened in an actor of the pool comes through two others, as text.
        last = str(error).strip().splitlines()[-1].rpartition("Error: ")[2]
        raise ClusterError(f"Texts cannot be encoded on the cluster: {last}") from error
    except ray.exceptions.ActorDiedError:
        return
    finally:
        with suppress(Exception):  # the cluster may be gone
            ray.kill(pipeline)
