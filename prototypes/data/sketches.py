"""What remains of a text once it has been read: a digest and a sketch, some 1 kB for any length."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from prototypes.data.duplicates import Shingles, mix_bits

SKETCH_SIZE = 128

_WINDOW = 8
_BLOCK = 1 << 16  # positions hashed at a time, so that the work stays in the processor's cache
_SPARE = 4
_TOP = 2**64 - 1
_NOT_ALPHANUMERIC = bytes(code for code in range(128) if not chr(code).isalnum())
_LOWER = bytes(ord(chr(code).lower()) if code < 128 else code for code in range(256))


@dataclass(frozen=True, slots=True)
class Sketch:
    """A text by its hashes.

    Attributes:
        digest: Equal for texts that differ only in blanks, capitals and punctuation.
        hashes: The smallest hashes of its 8-byte windows (bottom-k sketch; Broder 1997).
    """

    digest: bytes
    hashes: Shingles


def sketch_text(text: str) -> Sketch:
    """Reduce a text to a digest and a sketch for `find_similar_sets`."""
    content = text.encode("utf-8", "replace").translate(_LOWER, _NOT_ALPHANUMERIC)
    digest = hashlib.blake2b(content, digest_size=16).digest()
    return Sketch(digest, _smallest_hashes(content.ljust(_WINDOW)))


def _smallest_hashes(content: bytes) -> Shingles:
    n_windows = len(content) - _WINDOW + 1
    limit = min(_TOP, _TOP * _SPARE * SKETCH_SIZE // n_windows)
    smallest = _hashes_below(content, np.uint64(limit))
    if len(smallest) < SKETCH_SIZE and limit < _TOP:  # a text that repeats itself
        smallest = _hashes_below(content, np.uint64(_TOP))
    return smallest[:SKETCH_SIZE]


def _hashes_below(content: bytes, limit: np.uint64) -> Shingles:
    n_windows = len(content) - _WINDOW + 1
    kept = np.empty(0, dtype=np.uint64)
    blocks: list[Shingles] = []
    for start in range(0, n_windows, _BLOCK):
        shape = (min(_BLOCK, n_windows - start),)
        windows: Shingles = np.ndarray(shape, "<u8", buffer=content, offset=start, strides=(1,))
        hashes = mix_bits(windows)
        blocks.append(hashes[hashes <= limit])
        if len(blocks) == 64:
            kept, blocks = _distinct(np.concatenate([kept, *blocks]))[:SKETCH_SIZE], []
    return _distinct(np.concatenate([kept, *blocks]))


def _distinct(hashes: Shingles) -> Shingles:
    """Sort and drop repetitions; on some hundred values this is faster than `np.unique`."""
    hashes.sort()
    is_first = np.ones(len(hashes), dtype=bool)
    np.not_equal(hashes[1:], hashes[:-1], out=is_first[1:])
    return hashes[is_first]
