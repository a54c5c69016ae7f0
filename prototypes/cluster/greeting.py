"""Knock at the head of a cluster: all of Ray speaks HTTP/2, whose server has to greet back.

Whether somebody listens is not enough: a process that hangs still has its connections taken by the
kernel, and Ray itself would wait for a server of another kind without an end.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress

_SETTINGS = 4
_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, _SETTINGS, 0, 0, 0, 0, 0])
_N_PROBES, _CONNECT_SECONDS = 3, 2.0
GREETING_SECONDS = 10.0
"""A head that is only busy has greeted by then."""


def answers(head: tuple[str, int]) -> bool:
    """Tell whether somebody answers at a host and port; asks several times."""
    return _greet(head) is not None


def is_head(head: tuple[str, int]) -> bool:
    """Tell whether what answers there can be a head of Ray; behind TLS nobody can say."""
    greeting = _greet(head) or b""
    return _is_veiled() or greeting[3:4] == bytes([_SETTINGS])


def _greet(head: tuple[str, int]) -> bytes | None:
    """Return how somebody greets back, empty if they hang up; None if nobody does."""
    for _ in range(_N_PROBES):
        with suppress(OSError), socket.create_connection(head, timeout=_CONNECT_SECONDS) as line:
            if _is_veiled():
                return b""
            line.settimeout(GREETING_SECONDS)
            line.sendall(_HELLO)
            return line.recv(64)
    return None


def _is_veiled() -> bool:
    return os.environ.get("RAY_USE_TLS", "0") not in ("", "0")
