"""Fusion by ranks and by scores."""

from __future__ import annotations

import pytest

from prototypes.retrieval.fusion import Hit, fuse_hits, fuse_rankings, fuse_scores


def test_scores_are_sums_of_reciprocal_ranks() -> None:
    """The formula of Cormack et al. 2009 with their constant of 60 must come out."""
    fused = fuse_rankings([[7, 3], [3, 9]])

    assert [hit.index for hit in fused] == [3, 7, 9]
    assert [hit.score for hit in fused] == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])


def test_weights_decide_between_rankings() -> None:
    """The ranking that counts more must win a disagreement."""
    fused = fuse_rankings([[1, 2], [2, 1]], weights=[1.0, 2.0])

    assert [hit.index for hit in fused] == [2, 1]


def test_ties_go_to_the_smaller_index() -> None:
    """The order must not depend on the order of the rankings."""
    assert fuse_rankings([[5], [4]]) == fuse_rankings([[4], [5]])


def test_scores_of_the_parts_are_ignored() -> None:
    """Only the order of hits may count, since BM25 scores and cosines cannot be compared."""
    lexical = [Hit(0, 100.0), Hit(1, 1.0)]
    dense = [Hit(1, 0.9), Hit(0, 0.8)]

    assert fuse_hits([lexical, dense]) == fuse_rankings([[0, 1], [1, 0]])


def test_a_missing_weight_is_refused() -> None:
    """A ranking must not be left out silently."""
    with pytest.raises(ValueError, match="shorter"):
        fuse_rankings([[1], [2]], weights=[1.0])


def test_nothing_fuses_to_nothing() -> None:
    """No ranking and empty rankings must give no hit."""
    assert fuse_rankings([]) == []
    assert fuse_rankings([[], []]) == []


def test_scores_are_fused_on_one_scale() -> None:
    """By hand: BM25 10 and 5 become 1 and .5, cosines .6 and .2 become 1 and .75."""
    fused = fuse_scores([Hit(1, 10.0), Hit(2, 5.0)], [Hit(2, 0.6), Hit(1, 0.2)])

    assert [2, 1] == [hit.index for hit in fused]
    assert [0.9, 0.8] == pytest.approx([hit.score for hit in fused])


def test_a_clear_lead_survives_fusion() -> None:
    """Ranks alone would tie these two; the lexical lead is far larger than the dense one."""
    lexical, dense = [Hit(4, 30.0), Hit(3, 1.0)], [Hit(3, 0.51), Hit(4, 0.5)]

    assert [4, 3] == [hit.index for hit in fuse_scores(lexical, dense)]


def test_what_one_list_lacks_counts_as_its_last() -> None:
    """A passage without a shared word must not fall behind the weakest one that has some."""
    fused = fuse_scores([Hit(1, 4.0), Hit(2, 2.0)], [Hit(3, 0.9), Hit(1, 0.0)])

    scores = {hit.index: hit.score for hit in fused}
    assert {1: 0.8 / 1.9 + 0.2, 2: 0.8 / 1.9 + 0.1, 3: 0.9} == pytest.approx(scores)


def test_without_words_in_common_the_dense_order_remains() -> None:
    """An empty lexical list must neither divide by zero nor reorder."""
    assert [7, 5] == [hit.index for hit in fuse_scores([], [Hit(7, 0.3), Hit(5, 0.2)])]
    assert [] == fuse_scores([], [])
