"""Sentences, the reading rule, abstention, and tracing a question to its passage."""

from __future__ import annotations

import numpy as np
import pytest

from prototypes.approaches.document_qa.abstention import choose_threshold
from prototypes.approaches.document_qa.reader import Candidates, ReadingRule, SentenceReader
from prototypes.approaches.document_qa.retriever import Retrieval
from prototypes.approaches.document_qa.sentences import (
    WordRarity,
    content_words,
    split_answers,
)
from prototypes.approaches.document_qa.supervision import find_answering_passages
from prototypes.contracts import Passage, Sample

ANSWERED = Sample(id="a", input="Where is it?", targets=("Warsaw",))
UNANSWERABLE = Sample(id="u", input="Who is it?", targets=(), unanswerable=True)


def candidates(*rows: tuple[str, float, float, float]) -> Candidates:
    """Build the candidates of one question from (sentence, similarity, overlap, passage)."""
    features = np.array([row[1:] for row in rows], dtype=float).reshape(-1, 3)
    return Candidates(tuple(row[0] for row in rows), tuple(range(len(rows))), features)


def passage(number: int, text: str, *, document: str = "d") -> Passage:
    """Build one passage of a document."""
    return Passage(f"{document}#{number}", document, "Title", text)


def test_paragraphs_and_line_breaks_do_not_run_into_one_answer() -> None:
    """A blank line ends a sentence; a single line break inside one becomes a blank."""
    found = split_answers("A heading\n\nThe first\nsentence. The second one.")

    assert found == ["A heading", "The first sentence.", "The second one."]


def test_endless_sentence_is_cut_to_sixty_words() -> None:
    """No answer is longer than the metric allows."""
    lengths = [len(piece.split()) for piece in split_answers("word " * 130)]

    assert lengths == [60, 60, 10]


def test_function_words_do_not_count_as_shared() -> None:
    """Only words with content tie a sentence to a question."""
    assert content_words("What is the Capital of Poland?") == {"capital", "poland"}


def test_rare_shared_words_count_more_than_common_ones() -> None:
    """Overlap is weighted by how rare a word is among the sentences."""
    rarity = WordRarity(["a common thing", "a common word", "a common zebra"])
    question = {"common", "zebra"}

    shared_rare = rarity.overlap(question, {"zebra"})
    shared_common = rarity.overlap(question, {"common"})

    assert shared_rare > 0.5 > shared_common
    assert shared_rare + shared_common == pytest.approx(1.0)


def test_question_without_content_words_overlaps_with_nothing() -> None:
    """A question of function words alone has overlap 0, not a division by zero."""
    assert WordRarity(["some text"]).overlap(content_words("What is it?"), {"text"}) == 0.0


def test_threshold_lies_between_unanswerable_and_answered() -> None:
    """Where confidence separates the two kinds, the threshold stands half way between them."""
    samples = [UNANSWERABLE, ANSWERED, ANSWERED]

    threshold = choose_threshold(samples, [0.2, 0.6, 0.9], [False, True, True])

    assert threshold == pytest.approx(0.4)


def test_without_unanswerable_questions_the_arm_always_answers() -> None:
    """Wrong answers alone are no reason to abstain."""
    assert choose_threshold([ANSWERED, ANSWERED], [0.1, 0.9], [False, True]) is None


def test_silence_that_costs_more_than_it_gains_is_not_chosen() -> None:
    """One unanswerable question among surer right answers does not silence the arm."""
    samples = [ANSWERED, ANSWERED, UNANSWERABLE]

    assert choose_threshold(samples, [0.1, 0.2, 0.3], [True, True, False]) is None


def test_equal_confidences_are_never_parted() -> None:
    """A threshold cannot silence one of two samples with the same confidence."""
    samples = [UNANSWERABLE, ANSWERED, ANSWERED]

    assert choose_threshold(samples, [0.5, 0.5, 0.5], [False, True, True]) is None


def test_threshold_silences_everything_if_nothing_is_ever_right() -> None:
    """With only unanswerable questions the threshold lies above every confidence."""
    threshold = choose_threshold([UNANSWERABLE, UNANSWERABLE], [0.3, 0.7], [False, False])

    assert threshold is not None
    assert threshold > 0.7


def test_rule_weighs_shared_words_against_similarity() -> None:
    """The sentence chosen depends on the weight of shared words."""
    both = candidates(("similar", 0.9, 0.0, 0.5), ("shared", 0.4, 0.6, 0.5))

    by_similarity = ReadingRule(overlap_weight=0.5).choose(both)
    by_words = ReadingRule(overlap_weight=2.0).choose(both)

    assert by_similarity is not None
    assert by_words is not None
    assert (by_similarity.sentence, by_words.sentence) == ("similar", "shared")


def test_rule_has_no_choice_without_sentences() -> None:
    """Nothing retrieved means nothing to answer, which is an abstention."""
    choice = ReadingRule().choose(candidates())

    assert choice is None
    assert ReadingRule().abstains(choice)


def test_tuning_prefers_the_weights_that_answer_more() -> None:
    """Weights that put the right sentence first on every given sample are chosen."""
    rows = candidates(("It is in Warsaw.", 0.1, 0.9, 0.5), ("It is not.", 0.95, 0.2, 0.5))

    assert ReadingRule.tune([ANSWERED] * 5, [rows] * 5).overlap_weight == 2.0


def test_tuning_keeps_the_default_where_all_weights_are_equally_good() -> None:
    """A tie is no evidence against the weights that were best elsewhere."""
    rows = candidates(("It is in Warsaw.", 0.9, 0.9, 0.9))

    assert ReadingRule.tune([ANSWERED], [rows]) == ReadingRule()


def test_reader_points_each_sentence_to_its_passage() -> None:
    """Sentences of several passages keep the position and cosine of their own passage."""
    passages = [passage(0, "One. Two."), passage(1, "Three.")]
    reader = SentenceReader(passages, lambda texts: np.eye(3, dtype=np.float32)[: len(texts)])

    found = reader.collect("Three?", np.array([0, 0, 1], np.float32), Retrieval((1, 0), (0.7, 0.2)))

    assert found.sentences == ("Three.", "One.", "Two.")
    assert found.passages == (1, 0, 0)
    assert found.features == pytest.approx(np.array([[1, 1, 0.7], [0, 0, 0.2], [0, 0, 0.2]]))


def test_answering_passage_stands_in_a_source_document() -> None:
    """The answer in another document does not count if sources are named."""
    passages = [passage(0, "It is Warsaw.", document="x"), passage(0, "In Warsaw.", document="y")]
    sample = Sample(id="a", input="?", targets=("Warsaw",), sources=("y",))

    found = find_answering_passages([sample], [Retrieval((0, 1), (0.9, 0.8))], passages)

    assert found == [(1,)]


def test_answering_passage_is_found_even_if_it_was_not_retrieved() -> None:
    """The source document is searched for the answer when retrieval missed it."""
    passages = [passage(0, "Something else."), passage(1, "In Warsaw.")]
    sample = Sample(id="a", input="?", targets=("Warsaw",), sources=("d",))

    assert find_answering_passages([sample], [Retrieval((), ())], passages) == [(1,)]


def test_all_passages_that_hold_the_answer_are_found_retrieved_ones_first() -> None:
    """An answer that stands twice can be read in either place."""
    passages = [passage(0, "In Warsaw."), passage(1, "Elsewhere."), passage(2, "Is it Warsaw?")]
    sample = Sample(id="a", input="?", targets=("Warsaw",), sources=("d",))

    assert find_answering_passages([sample], [Retrieval((1, 2), (0.9, 0.8))], passages) == [(2, 0)]


def test_unanswerable_question_has_no_answering_passage() -> None:
    """Nothing can be learnt about retrieval from a question without an answer."""
    found = find_answering_passages([UNANSWERABLE], [Retrieval((0,), (0.9,))], [passage(0, "Any.")])

    assert found == [()]
