"""How a trial grows beyond one process: a cluster that shares its work, devices that train."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from prototypes.errors import ClusterError
from prototypes.models.launching import launched_by
from prototypes.plan import TrialSettings
from prototypes.spreading import HERE, Spreader


@contextmanager
def scaled(settings: TrialSettings) -> Iterator[Spreader]:
    """Set up what a trial asks for beyond this process, and let go of it in the end.

    Raises:
        ClusterError: If there is no such cluster, or together with what it excludes.
        LaunchError: If the launcher is not installed.
    """
    if settings.cluster is not None and settings.launch is not None:
        raise ClusterError(
            "--cluster and --launch were given together: a cluster gives each arm to one machine, "
            "a launcher starts several processes for one arm. Leave one of them out."
        )
    with launched_by(settings.launch):
        if settings.cluster is None:
            yield HERE
            return
        from prototypes.cluster.connection import connected

        with connected(settings.cluster, settings) as spreader:
            yield spreader


def is_leaving() -> bool:
    """Tell whether a cluster that hangs is still being left in a thread of this process."""
    from prototypes.cluster.connection import LEAVING

    return any(thread.name == LEAVING for thread in threading.enumerate())
