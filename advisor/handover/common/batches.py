"""Rows of similar length are computed together, so that little is padded."""

from collections.abc import Iterator, Sequence


def batch_by_length(lengths: Sequence[int], *, n_tokens: int = 4096) -> Iterator[list[int]]:
    """Group the rows by length, about as many tokens at once, the shortest ones first."""
    rows: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        if rows and (len(rows) + 1) * lengths[row] > n_tokens:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows
