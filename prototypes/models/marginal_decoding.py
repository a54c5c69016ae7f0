"""RAG-Sequence and RAG-Token: answers that are likely over several retrieved passages at once.

Lewis et al. 2020, "Retrieval-Augmented Generation for Knowledge-Intensive NLP Tasks", section 2.1.
With p(z|x) for the passages z of a question x:

- RAG-Sequence: p(y|x) = Σ_z p(z|x) Π_i p(y_i|x,z,y_<i), one passage for the whole answer;
- RAG-Token: p(y|x) = Π_i Σ_z p(z|x) p(y_i|x,z,y_<i), any passage for each token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import torch
from torch import Tensor

from prototypes.models.prompt_reading import PromptReading


class Marginal(StrEnum):
    """Where the passages are summed over: once per answer, or at each token."""

    SEQUENCE = "sequence"
    TOKEN = "token"


@dataclass(frozen=True, slots=True)
class Search:
    """How far answers are searched.

    Attributes:
        width: Beams that are kept; 1 is greedy.
        max_tokens: The longest answer.
        ends: Tokens that end one.
    """

    width: int
    max_tokens: int
    ends: frozenset[int]


@dataclass(frozen=True, slots=True)
class MarginalAnswer:
    """An answer over several passages.

    Attributes:
        tokens: Its token ids, with the one that ends it if there is one.
        log_likelihood: ln p(y|x).
        shares: How much of it rests on each passage; they add up to 1.
    """

    tokens: tuple[int, ...]
    log_likelihood: float
    shares: tuple[float, ...]


def decode(
    reading: PromptReading, log_prior: Tensor, *, marginal: Marginal, search: Search
) -> MarginalAnswer:
    """Find a likely answer to one question.

    RAG-Token searches beams over the mixture of the passages. RAG-Sequence decodes thoroughly:
    candidates come from a beam search with each passage alone, and each candidate is scored with
    every passage.

    Args:
        reading: The question with each passage (passages rows), nothing written to it yet.
        log_prior: ln p(z|x) of each passage.
        marginal: Which of the two.
        search: How far to search.
    """
    log_prior = log_prior.to(reading.log_probs)
    # All passages are one mixture, or each is one of its own.
    is_mixed = marginal is Marginal.TOKEN
    groups = log_prior[None] if is_mixed else torch.zeros_like(log_prior)[:, None]
    n_wanted = 1 if is_mixed else search.width
    found = search_beams(reading, groups, search=search, n_wanted=n_wanted)
    candidates = list(dict.fromkeys(tokens for group in found for tokens in group))
    scores = score_outputs(reading, candidates)
    likelihoods = [float(log_likelihood(each, log_prior, marginal=marginal)) for each in scores]
    best = max(range(len(candidates)), key=likelihoods.__getitem__)
    shares = share_passages(scores[best], log_prior, marginal=marginal)
    return MarginalAnswer(candidates[best], likelihoods[best], tuple(shares.tolist()))


def log_likelihood(scores: Tensor, log_prior: Tensor, *, marginal: Marginal) -> Tensor:
    """Return ln p(y|x) from ln p(y_i|x,z,y_<i), (passages, tokens)."""
    if marginal is Marginal.SEQUENCE:
        return (log_prior + scores.sum(dim=1)).logsumexp(dim=0)
    return (log_prior[:, None] + scores).logsumexp(dim=0).sum()


def share_passages(scores: Tensor, log_prior: Tensor, *, marginal: Marginal) -> Tensor:
    """Return p(z|x,y); for RAG-Token the mean of p(z|x,y_<=i) over the tokens."""
    if marginal is Marginal.SEQUENCE:
        return (log_prior + scores.sum(dim=1)).softmax(dim=0)
    return (log_prior[:, None] + scores).softmax(dim=0).mean(dim=1)


def score_outputs(reading: PromptReading, outputs: Sequence[Sequence[int]]) -> list[Tensor]:
    """Return ln p(y_i|x,z,y_<i), (passages, tokens), of each output; none may be empty."""
    n_passages, longest = len(reading.log_probs), max(map(len, outputs))
    tokens = torch.zeros(len(outputs), longest, dtype=torch.long)
    for row, output in enumerate(outputs):
        tokens[row, : len(output)] = torch.tensor(output)
    rows = torch.arange(n_passages).repeat(len(outputs))
    own = tokens.repeat_interleave(n_passages, dim=0).to(reading.log_probs.device)
    forked = reading.fork(rows)
    first = forked.log_probs[:, None]
    later = [forked.feed(own[:, :-1])] if longest > 1 else []
    # What follows the end of a shorter output is fed, too, but comes after all that counts.
    log_probs = torch.cat([first, *later], dim=1).gather(2, own[..., None])[..., 0]
    each = log_probs.view(len(outputs), n_passages, longest)
    return [each[row, :, : len(output)] for row, output in enumerate(outputs)]


@dataclass(slots=True)
class _Group:
    """The beams that compete with each other: live ones by rank, finished ones with their score."""

    live: list[tuple[int, ...]] = field(default_factory=lambda: [()])
    finished: dict[tuple[int, ...], float] = field(default_factory=dict)

    def is_done(self, best_live: float, *, n_wanted: int) -> bool:
        """Tell whether no live beam can still get among the best: scores only fall."""
        ranked = sorted(self.finished.values(), reverse=True)
        return len(ranked) >= n_wanted and ranked[n_wanted - 1] >= best_live

    def best(self, n_wanted: int) -> list[tuple[int, ...]]:
        """Return the likeliest finished outputs."""
        return sorted(self.finished, key=self.finished.__getitem__, reverse=True)[:n_wanted]


def search_beams(
    reading: PromptReading, log_prior: Tensor, *, search: Search, n_wanted: int
) -> list[list[tuple[int, ...]]]:
    """Search the likeliest outputs of mixtures of prompts.

    Args:
        reading: One row per group and member, group by group.
        log_prior: Logarithm of the weight of each member (groups, members).
        search: How far to search.
        n_wanted: Outputs per group.

    Returns:
        At least one and at most `n_wanted` outputs per group, likeliest first.
    """
    n_groups, n_members = log_prior.shape
    groups = [_Group() for _ in range(n_groups)]
    scores = log_prior.new_zeros(n_groups, 1)
    for _ in range(search.max_tokens):
        by_beam = reading.log_probs.view(n_groups, scores.shape[1], n_members, -1)
        mixed = (log_prior[:, None, :, None] + by_beam).logsumexp(dim=2)
        scores, parents, tokens = _extend(groups, scores[..., None] + mixed, search=search)
        best = scores[:, 0].tolist()
        if all(group.is_done(b, n_wanted=n_wanted) for group, b in zip(groups, best, strict=True)):
            break
        rows = (parents[..., None] * n_members + torch.arange(n_members)).flatten()
        reading = reading.fork(rows)
        reading.feed(tokens.flatten().repeat_interleave(n_members)[:, None])
    else:
        for group, row in zip(groups, scores.tolist(), strict=True):
            group.finished |= dict(zip(group.live, row, strict=True))
    return [group.best(n_wanted) for group in groups]


def _extend(
    groups: Sequence[_Group], totals: Tensor, *, search: Search
) -> tuple[Tensor, Tensor, Tensor]:
    """Continue each group's beams by one token.

    Returns:
        Scores, the number of the beam continued among all beams, and the token, each
        (groups, width).
    """
    n_beams, n_tokens = totals.shape[1:]
    n_ranked = min(search.width * (len(search.ends) + 1), n_beams * n_tokens)
    best, places = totals.flatten(start_dim=1).topk(n_ranked)
    kept: list[list[tuple[float, int, int]]] = []
    for number, group in enumerate(groups):
        live = group.live
        chosen: list[tuple[float, int, int]] = []
        ranked = zip(best[number].tolist(), places[number].tolist(), strict=True)
        group.live = []
        for rank, (score, place) in enumerate(ranked):
            beam, token = divmod(place, n_tokens)
            output = (*live[beam], token)
            if token not in search.ends and len(chosen) < search.width:
                chosen.append((score, number * n_beams + beam, token))
                group.live.append(output)
            elif token in search.ends and rank < search.width:
                group.finished[output] = score
        kept.append(chosen)
    width = min(map(len, kept))
    flat = [[entry[part] for entry in row[:width]] for row in kept for part in range(3)]
    for group in groups:
        group.live = group.live[:width]
    return (
        totals.new_tensor(flat[0::3]),
        torch.tensor(flat[1::3]),
        torch.tensor(flat[2::3]),
    )
