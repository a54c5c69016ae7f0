"""An evaluation set made of the documents themselves, for who has no questions yet.

Two kinds, both after laboratory.md: a section heading asks for its section, and a sentence asks
for the passage it was taken from (inverse cloze task, Lee et al. 2019). What asks is held out of
the corpus, since otherwise a search would only have to find its own words again: the sentence is
removed, the heading gives way to the title of its document. An answer is right if it quotes
another sentence of that section or passage.

Quality on such questions is not that on real ones. `tests/benchmarks/synthetic_squad.py`: fused
search finds the paragraph of a held-out sentence first in .44 of cases and among five in .75, that
of a question somebody asked in .73 and .93, and BM25 that of a sentence left where it was in .99.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from prototypes.contracts import Document, Passage, Sample
from prototypes.data.duplicates import normalise_text
from prototypes.errors import DataError
from prototypes.retrieval.chunking import Section, chunk_document, find_sections, split_sentences

MOST_QUESTIONS = 400
FEWEST_QUESTIONS = 9
HEADING, SENTENCE = "heading", "sentence"

_ASKING_WORDS = (6, 40)
_ANSWERING_WORDS = (5, 60)
"""Shorter sentences stand everywhere; longer ones no arm gives as an answer."""
_MOST_ANSWERS = 40
_FEWEST_ANSWERS = 2
_HEADING_WORDS = 2
_PROSE = re.compile(r"[^\W_][^|{}<>=\\]*[.!?]", re.DOTALL)
_BLANK_LINE = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class SyntheticSet:
    """Questions made from a corpus, and the corpus without what asks."""

    documents: tuple[Document, ...]
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A question that could be asked, and what has to leave its document for it."""

    kind: str
    document: Document
    sample: Sample
    held_out: str | Section


def make_questions(documents: Sequence[Document], *, seed: int) -> SyntheticSet:
    """Make up to 400 questions, half of each kind where there are enough.

    Args:
        documents: The corpus; texts with headings and whole sentences give most.
        seed: Decides which headings and sentences ask.

    Raises:
        DataError: If fewer than nine questions can be made.
    """
    random, corpus = Random(seed), [(each, chunk_document(each)) for each in documents]
    rarity = _count_sentences(passage for _, passages in corpus for passage in passages)
    sentences = list(_sentences(corpus, rarity, random))
    chosen = _choose(list(_headings(documents, rarity)), sentences, random)
    if len(chosen) < FEWEST_QUESTIONS:
        raise DataError(
            f"found no questions, and of the documents only {len(chosen)} could be made (from "
            f"headings with text below them and sentences of prose), expected at least "
            f"{FEWEST_QUESTIONS}. Write questions with their answers and name the file with "
            "--questions FILE."
        )
    held_out = _hold_out(documents, chosen)
    return SyntheticSet(held_out, tuple(_number(chosen)))


def count_kinds(samples: Iterable[Sample]) -> Counter[str]:
    """Count the synthetic samples by what asks: a heading, or a sentence."""
    kinds = (sample.id.partition("-")[0] for sample in samples if sample.synthetic)
    return Counter(kinds)


def _choose(
    headings: list[_Candidate], sentences: list[_Candidate], random: Random
) -> list[_Candidate]:
    """Draw half of each kind; what one lacks the other gives."""
    half = MOST_QUESTIONS // 2
    n_headings = min(len(headings), max(half, MOST_QUESTIONS - len(sentences)))
    n_sentences = min(len(sentences), MOST_QUESTIONS - n_headings)
    return [*random.sample(headings, n_headings), *random.sample(sentences, n_sentences)]


def _headings(documents: Sequence[Document], rarity: Counter[str]) -> Iterator[_Candidate]:
    """Find the headings that occur once in the corpus and have sentences below them."""
    sections = [(document, each) for document in documents for each in find_sections(document.text)]
    known = Counter(normalise_text(section.heading) for _, section in sections)
    for document, section in sections:
        name = normalise_text(section.heading)
        answers = _answers(section.text, rarity)
        is_own = known[name] == 1 and name != normalise_text(document.title)
        if is_own and len(name.split()) >= _HEADING_WORDS and _is_enough(answers):
            sample = _ask(document, section.heading, answers, group=section.heading)
            yield _Candidate(HEADING, document, sample, section)


def _sentences(
    corpus: Iterable[tuple[Document, tuple[Passage, ...]]], rarity: Counter[str], random: Random
) -> Iterator[_Candidate]:
    """Draw one sentence of every passage that has enough left to answer with."""
    for document, passages in corpus:
        for passage in passages:
            answers = _answers(passage.text, rarity)
            asking = [each for each in answers if _can_ask(each, document)]
            if asking and _is_enough(answers[1:]):
                sentence = random.choice(asking)
                left = [each for each in answers if each != sentence]
                sample = _ask(document, sentence, left, group=_group(passage, document))
                yield _Candidate(SENTENCE, document, sample, sentence)


def _ask(document: Document, question: str, answers: Sequence[str], *, group: str) -> Sample:
    return Sample(
        id="",
        input=" ".join(question.split()),
        targets=tuple(" ".join(answer.split()) for answer in answers),
        sources=(document.id,),
        synthetic=True,
        group=f"{document.id}: {group}",
    )


def _group(passage: Passage, document: Document) -> str:
    """Keep what was made of one section on one side; without headings, what was of one passage."""
    return passage.id if passage.title == document.title else passage.title


def _number(chosen: Sequence[_Candidate]) -> Iterator[Sample]:
    gone = {each.held_out for each in chosen if isinstance(each.held_out, str)}
    gone = {" ".join(sentence.split()) for sentence in gone}
    for number, each in enumerate(chosen, start=1):
        targets = tuple(target for target in each.sample.targets if target not in gone)
        if targets:
            yield replace(each.sample, id=f"{each.kind}-{number:03}", targets=targets)


def _hold_out(documents: Sequence[Document], chosen: Sequence[_Candidate]) -> tuple[Document, ...]:
    """Take what asks out of the documents, headings first: their places are line numbers."""
    of_document: defaultdict[str, list[_Candidate]] = defaultdict(list)
    for each in sorted(chosen, key=lambda one: one.kind):
        of_document[each.document.id].append(each)
    return tuple(
        replace(document, text=_without(document, of_document[document.id]))
        for document in documents
    )


def _without(document: Document, chosen: Sequence[_Candidate]) -> str:
    lines, text = document.text.splitlines(), document.text
    for section in (one.held_out for one in chosen if isinstance(one.held_out, Section)):
        first, *others = section.heading_lines
        lines[first] = f"## {document.title}"
        for other in others:
            lines[other] = ""
        text = "\n".join(lines)
    for sentence in (one.held_out for one in chosen if isinstance(one.held_out, str)):
        text = text.replace(sentence, "", 1)
    return text


def _answers(text: str, rarity: Counter[str]) -> list[str]:
    """List the sentences of a text that occur once in the corpus and are neither short nor long."""
    fewest, most = _ANSWERING_WORDS
    return [
        sentence
        for sentence in _split(text)
        if fewest <= len(sentence.split()) <= most and rarity[normalise_text(sentence)] == 1
    ]


def _is_enough(answers: Sequence[str]) -> bool:
    return _FEWEST_ANSWERS <= len(answers) <= _MOST_ANSWERS


def _can_ask(sentence: str, document: Document) -> bool:
    fewest, most = _ASKING_WORDS
    is_prose = _PROSE.fullmatch(sentence) is not None and fewest <= len(sentence.split()) <= most
    return is_prose and document.text.count(sentence) == 1


def _count_sentences(passages: Iterable[Passage]) -> Counter[str]:
    return Counter(
        normalise_text(sentence) for passage in passages for sentence in _split(passage.text)
    )


def _split(text: str) -> list[str]:
    return [each for part in _BLANK_LINE.split(text) for each in split_sentences(part)]
