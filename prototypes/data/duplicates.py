"""Texts that say the same: exactly, but for writing, or nearly."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

NEAR_DUPLICATE_JACCARD = 0.9

_SHINGLE_CHARACTERS = 5
_MAX_SHINGLES = 1_000
_MAX_PARTNERS = 200
_POWERS = np.uint64(0x9E3779B97F4A7C15) ** np.arange(_SHINGLE_CHARACTERS, dtype=np.uint64)

Shingles = NDArray[np.uint64]
Ranks = NDArray[np.int64]


def normalise_text(text: str) -> str:
    """Reduce a text to what it says: NFKC, no capitals, no punctuation, single blanks.

    A text of punctuation alone keeps it.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = folded.translate(_NO_PUNCTUATION).split()
    return " ".join(words or folded.split())


class _Punctuation(dict[int, int]):
    """Maps punctuation to a blank and every other character to itself, as they turn up."""

    def __missing__(self, code: int) -> int:
        is_punctuation = unicodedata.category(chr(code))[0] == "P"
        return self.setdefault(code, ord(" ") if is_punctuation else code)


_NO_PUNCTUATION = _Punctuation()


def find_near_duplicates(
    texts: Sequence[str], *, threshold: float = NEAR_DUPLICATE_JACCARD
) -> list[tuple[int, int]]:
    """Find the pairs of texts whose sets of character 5-grams have a Jaccard index ≥ `threshold`.

    Exact for texts of up to 1,000 different 5-grams; longer ones are compared by the 1,000
    5-grams with the smallest hashes (a bottom-k sketch; Broder 1997).

    Args:
        texts: Normalised texts.
        threshold: Between 0 (exclusive) and 1.

    Returns:
        Pairs of positions, smaller first.
    """
    return find_similar_sets([_shingles(text) for text in texts], threshold=threshold)


def find_similar_sets(
    shingles: Sequence[Shingles], *, threshold: float = NEAR_DUPLICATE_JACCARD
) -> list[tuple[int, int]]:
    """Find the pairs of sets of hashes whose Jaccard index is at least `threshold`.

    Candidates come from an inverted index over the rarest members of each set only: two sets as
    similar as that must share one of them (prefix filtering; Chaudhuri et al. 2006). To bound the
    time on data made from one template, an entry of the index remembers 200 sets, and each set is
    compared with its 200 likeliest partners.

    Returns:
        Pairs of positions, smaller first.
    """
    sets = _rank_by_rarity(shingles)
    by_size = sorted(range(len(sets)), key=lambda position: len(sets[position]))
    index: defaultdict[int, list[int]] = defaultdict(list)
    is_own = np.zeros(max((int(own.max()) for own in sets), default=0) + 1, dtype=np.int64)
    pairs: list[tuple[int, int]] = []
    for position in by_size:
        own = sets[position]
        prefix = own[: _prefix_length(len(own), threshold)].tolist()
        votes = Counter(other for rank in prefix for other in index[rank])
        others = [other for other, _ in votes.most_common(_MAX_PARTNERS)]
        is_own[own] = 1
        similarities = _jaccard(is_own, [sets[other] for other in others], n_own=len(own))
        is_own[own] = 0
        near = [other for other, s in zip(others, similarities, strict=True) if s >= threshold]
        pairs.extend((min(position, other), max(position, other)) for other in near)
        for rank in prefix:
            entry = index[rank]
            entry.append(position)
            del entry[:-_MAX_PARTNERS]
    return sorted(pairs)


def group_texts(texts: Sequence[str], groups: Sequence[str | None]) -> list[int]:
    """Number the groups of texts that have to stay together.

    Together belong the texts with one `group`, equal normalised texts and near duplicates, and
    whatever is joined through others.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(texts)
    pairs = [*_equal_pairs(groups), *_equal_pairs(texts), *_near_pairs(texts)]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    joined = coo_array((np.ones(len(pairs)), (rows, columns)), shape=(n, n))
    return [int(number) for number in connected_components(joined, directed=False)[1]]


def _equal_pairs(keys: Sequence[str | None]) -> list[tuple[int, int]]:
    """Chain the positions that have the same key, None apart."""
    positions: defaultdict[str, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        if key is not None:
            positions[key].append(position)
    return [pair for members in positions.values() for pair in pairwise(members)]


def _near_pairs(texts: Sequence[str]) -> list[tuple[int, int]]:
    first_positions = {text: position for position, text in reversed(list(enumerate(texts)))}
    positions = sorted(first_positions.values())
    near = find_near_duplicates([texts[position] for position in positions])
    return [(positions[left], positions[right]) for left, right in near]


def _shingles(text: str) -> Shingles:
    """Hash the character 5-grams of a text, each once."""
    padded = text.ljust(_SHINGLE_CHARACTERS)
    codes = np.frombuffer(padded.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(codes, _SHINGLE_CHARACTERS)
    return np.unique(mix_bits(windows @ _POWERS))[:_MAX_SHINGLES]


def mix_bits(values: Shingles) -> Shingles:
    """Spread every bit over all others (the SplitMix64 finaliser; Steele et al. 2014)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _rank_by_rarity(sets: Sequence[Shingles]) -> list[Ranks]:
    """Replace each shingle by its rank among all, rarest first, and sort each set by it."""
    if not sets:
        return []
    _, inverse, counts = np.unique(np.concatenate(sets), return_inverse=True, return_counts=True)
    ranks = np.empty(len(counts), dtype=np.int64)
    ranks[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    ends = np.cumsum([len(shingles) for shingles in sets])[:-1]
    return [np.sort(part) for part in np.split(ranks[inverse], ends)]


def _prefix_length(size: int, threshold: float) -> int:
    return size - int(np.ceil(threshold * size - 1e-9)) + 1


def _jaccard(is_own: Ranks, others: Sequence[Ranks], *, n_own: int) -> list[float]:
    """Compare one set, given as 0/1 over all ranks, with several others."""
    if not others:
        return []
    sizes = np.array([len(other) for other in others])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    n_common = np.add.reduceat(is_own[np.concatenate(others)], starts)
    similarities: list[float] = (n_common / (n_own + sizes - n_common)).tolist()
    return similarities
