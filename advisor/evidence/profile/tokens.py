"""How many tokens a corpus has, from its characters and a tokenised sample."""

from __future__ import annotations

from collections.abc import Sequence

CHARACTERS_PER_TOKEN = 4.0
"""Where no tokenizer is installed: OpenAI's rule of thumb for English."""


def estimate_tokens(n_characters: int, sample: Sequence[str]) -> tuple[int, str]:
    """Return the number of tokens, and how it was found."""
    n_sampled = sum(map(len, sample))
    counted = _count_tokens(sample) if n_sampled else None
    if not counted:
        return round(n_characters / CHARACTERS_PER_TOKEN), "4 characters taken as a token"
    per_token = n_sampled / counted
    return (
        round(n_characters / per_token),
        f"{per_token:.1f} characters a token, as the embedded tokenizer counts in excerpts of "
        f"{len(sample):,} documents",
    )


def _count_tokens(sample: Sequence[str]) -> int | None:
    from prototypes.models.encoder import find_embedded_folder

    folder = find_embedded_folder()
    if folder is None:
        return None
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encoded = tokenizer.encode_batch(list(sample), add_special_tokens=False)
    return sum(len(one.ids) for one in encoded)
