"""Stands for a text by a number, so that the text need not be kept."""

from __future__ import annotations

import hashlib


def hash_text(text: str) -> int:
    """Return 64 bits of a text: among a million texts two collide with a chance of 3 in 10^8."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
