"""A whole profile: what is measured, what contradicts it, and how much memory it takes."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from advisor.evidence.profile.collecting import Collection
from advisor.schema.profile import Profile
from prototypes.data.places import Material
from prototypes.errors import DataError

Profiler = Callable[..., Profile]

SHARED = Path(__file__).resolve().parents[4] / "shared"
SECRETS = ("ann@example.org", "+49 30 1234567", "DE89 3704 0044 0532 0130 00")


def _tickets(path: Path, n: int, *, n_copies: int = 0) -> Path:
    rows = [f"ticket number {n} came,{'ship' if n % 2 else 'pay'}" for n in range(n)]
    rows += [rows[0]] * n_copies
    path.write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    return path


def test_measured_number_contradicts_the_stated_one(tmp_path: Path, profiler: Profiler) -> None:
    """One sentence says what was said and what was found."""
    path = _tickets(tmp_path / "tickets.csv", 312, n_copies=4_511)

    found = profiler(path, said={"labeled_examples": "5k_to_50k"})

    assert [one.sentence for one in found.contradictions] == [
        "You said 5k_to_50k labels; 312 remain after removing 4,511 duplicates."
    ]
    assert found.measured["labeled_examples"].level == "50_to_500"


def test_what_agrees_is_no_contradiction(tmp_path: Path, profiler: Profiler) -> None:
    """The measured level is the stated one."""
    path = _tickets(tmp_path / "tickets.csv", 312)

    found = profiler(path, said={"labeled_examples": "50_to_500", "modality": "unknown"})

    assert found.contradictions == ()


def test_every_measured_answer_says_how(tmp_path: Path, profiler: Profiler) -> None:
    """And names a level of its question."""
    found = profiler(_tickets(tmp_path / "tickets.csv", 312))

    assert set(found.measured) == {
        "task_kind",
        "output_space",
        "output_consistency",
        "label_quality",
        "modality",
        "labeled_examples",
    }
    assert all(one.how and one.finding for one in found.measured.values())


def test_questions_with_their_documents_are_a_task(tmp_path: Path, profiler: Profiler) -> None:
    """The kinds, the overlap and the corpus are measured together."""
    rows = [
        {"question": f"Which port does part {n} use?", "answers": [str(n)], "sources": [f"{n}.md"]}
        for n in range(12)
    ]
    text = "\n".join(map(json.dumps, rows))
    (tmp_path / "questions.jsonl").write_text(text, encoding="utf-8")
    for n in range(12):
        (tmp_path / f"{n}.md").write_text(f"Every part {n} does use port {n}.", encoding="utf-8")

    found = profiler(tmp_path)

    levels = {criterion: one.level for criterion, one in found.measured.items()}
    assert levels["task_kind"] == "document_qa"
    assert levels["evidence_location"] == "different_passages_per_request"
    assert levels["corpus_size"] == "fits_in_prompt"
    assert found.questions is not None and found.questions.overlap is not None
    assert found.questions.overlap.n_covered == 12


def test_duplicate_documents_are_told_from_near_duplicates(
    tmp_path: Path, profiler: Profiler
) -> None:
    """One copy in capitals, one with a word changed, one of its own."""
    words = [f"word{n * 7919 % 1000}" for n in range(600)]
    texts = {
        "a.md": " ".join(words),
        "b.md": " ".join(words).upper(),
        "c.md": " ".join([*words[:300], "changed", *words[301:]]),
        "d.md": " ".join(f"other{n * 7907 % 1000}" for n in range(600)),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    found = profiler(tmp_path).documents

    assert found is not None
    assert (found.n_documents, found.n_duplicates, found.n_near_duplicates) == (4, 1, 1)


def test_personal_data_are_counted_and_never_shown(tmp_path: Path, profiler: Profiler) -> None:
    """Neither in the counts nor in the reason why a row was refused."""
    (tmp_path / "a.md").write_text(f"Write to {', '.join(SECRETS)}.", encoding="utf-8")
    broken = "\n".join(json.dumps(secret) for secret in SECRETS)
    (tmp_path / "b.jsonl").write_text(f'{{"text": "x"}}\n{broken}\nann@example.org', "utf-8")

    found = profiler(tmp_path)

    hints = found.personal_data
    assert (hints.emails, hints.phones, hints.identifiers) == (1, 1, 1)
    assert "4 rows refused" in found.skipped[0].reason
    assert not any(secret in found.model_dump_json() for secret in SECRETS)


def test_texts_are_not_kept(tmp_path: Path) -> None:
    """Fifty megabytes pass through less than twelve."""
    words = " ".join(f"w{n * 2654435761 % 2**32:x}" for n in range(50_000))
    for n in range(100):
        (tmp_path / f"{n}.md").write_text(f"{n} {words}"[:500_000], encoding="utf-8")

    with Material([tmp_path]) as material:
        collection = Collection(material, columns={})
        tracemalloc.start()
        collection.run(lambda done, total: None)
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert sum(item.n_bytes for item in material.items) > 40_000_000
    assert kept < 2_000_000
    assert peak < 12_000_000


def test_rows_are_not_kept(tmp_path: Path) -> None:
    """A table is passed through row by row; what stays is a sample and hashes."""
    path = tmp_path / "a.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for n in range(2_000):
            stream.write(json.dumps({"text": f"word{n} " * 1_000, "label": "x"}) + "\n")

    with Material([path]) as material:
        collection = Collection(material, columns={})
        tracemalloc.start()
        collection.run(lambda done, total: None)
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert path.stat().st_size > 16_000_000
    assert kept < 8_000_000


def test_progress_runs_from_nothing_to_everything(tmp_path: Path, profiler: Profiler) -> None:
    """It never runs back, and ends at the full size."""
    _tickets(tmp_path / "a.csv", 5_000)
    (tmp_path / "b.md").write_text("text " * 1_000, encoding="utf-8")
    seen: list[tuple[int, int]] = []
    with Material([tmp_path]) as material:
        Collection(material, columns={}).run(lambda done, total: seen.append((done, total)))

    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) > 2
    assert seen[-1][0] == seen[-1][1] == sum(item.n_bytes for item in material.items)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_nothing_readable_is_one_sentence(
    tmp_path: Path, profiler: Profiler, content: bytes | None
) -> None:
    """An empty folder, or one of broken files."""
    if content:
        (tmp_path / "a.md").write_bytes(content)

    with pytest.raises(DataError, match="nothing could be read"):
        profiler(tmp_path)


def _levels(profile: Profile) -> Iterator[tuple[str, str]]:
    return ((criterion, one.level) for criterion, one in sorted(profile.measured.items()))


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not here")
def test_banking77_is_measured_as_it_was_published(profiler: Profiler) -> None:
    """13,083 messages with 77 intents, of which 25 test rows repeat training rows."""
    found = profiler(SHARED / "data/banking77")

    examples = found.examples[0]
    assert (examples.n_rows, examples.n_outputs) == (13_083, 77)
    assert examples.n_duplicates >= 25
    assert dict(_levels(found))["output_space"] == "tens_of_classes"


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not here")
def test_squad_is_measured_as_it_was_published(profiler: Profiler) -> None:
    """11,873 questions in version 2.0, 5,945 of them unanswerable; 2,067 paragraphs in 1.1."""
    found = profiler(SHARED / "data/squad")

    assert found.questions is not None and found.documents is not None
    assert found.questions.n_rows == 10_570 + 11_873
    assert found.questions.n_unanswerable == 5_945
    assert found.documents.n_documents == 2_067


SPANS = json.dumps([{"start": 10, "end": 13, "label": "people"}])


def _pairs(path: Path, outputs: list[str]) -> Path:
    rows = [{"input": f"order {n} of ward {n}", "output": each} for n, each in enumerate(outputs)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_marked_spans_are_extraction(tmp_path: Path, profiler: Profiler) -> None:
    """The column decides, and it contradicts whoever said otherwise."""
    rows = [{"text": f"Table for six at {n}", "spans": SPANS} for n in range(60)]
    path = tmp_path / "bookings.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    found = profiler(path, said={"task_kind": "classification"})

    levels = {criterion: one.level for criterion, one in found.measured.items()}
    assert levels["task_kind"] == "extraction"
    assert (levels["output_space"], levels["labeled_examples"]) == (
        "structured_record",
        "50_to_500",
    )
    assert [one.sentence for one in found.contradictions] == [
        "You said classification as the task; 60 texts with marked spans were given."
    ]


@pytest.mark.parametrize("said", ["unknown", "classification"])
def test_texts_written_for_inputs_are_generation(
    tmp_path: Path, profiler: Profiler, said: str
) -> None:
    """Unless something was said that they fit as well."""
    path = _pairs(tmp_path / "pairs.jsonl", [f"Ward {n} gets bread, {n} loaves." for n in range(9)])

    found = profiler(path, said={"task_kind": said})

    assert found.measured["task_kind"].level == "generation"


@pytest.mark.parametrize("said", ["summarization", "code", "style_or_format"])
def test_pairs_do_not_overrule_what_they_fit(tmp_path: Path, profiler: Profiler, said: str) -> None:
    """Columns do not tell a summary from a letter."""
    path = _pairs(tmp_path / "pairs.jsonl", [f"Ward {n} gets bread, {n} loaves." for n in range(9)])

    found = profiler(path, said={"task_kind": said})

    assert "task_kind" not in found.measured
    assert found.contradictions == ()


def test_records_written_for_inputs_leave_the_task_open(tmp_path: Path, profiler: Profiler) -> None:
    """JSON may be fields pulled out of the input, or a format to be written."""
    path = _pairs(tmp_path / "pairs.jsonl", [json.dumps({"ward": n}) for n in range(9)])

    assert "task_kind" not in profiler(path).measured


def test_header_without_rows_is_named(tmp_path: Path, profiler: Profiler) -> None:
    """Nothing was measured, which is not the same as nothing to say; the file is named once."""
    path = tmp_path / "tickets.csv"
    path.write_text("text,label\n", encoding="utf-8")

    with pytest.raises(DataError, match=r"of them: tickets\.csv: found a header but no rows"):
        profiler(path)


def test_column_that_no_table_has_is_refused(tmp_path: Path, profiler: Profiler) -> None:
    """A mistyped name must not turn labelled rows into documents."""
    path = _tickets(tmp_path / "tickets.csv", 20)

    with pytest.raises(DataError, match=r"`--column label=team` names a column that none"):
        profiler(path, columns={"label": "team"})


def test_rows_that_count_as_documents_are_told(tmp_path: Path, profiler: Profiler) -> None:
    """Labels under another name are not found, so it is said how to name them."""
    path = tmp_path / "tickets.csv"
    path.write_text("body,team\nwhere is it,ship\nI paid twice,pay\n", encoding="utf-8")
    remarks = " ".join(profiler(path).remarks)
    named = " ".join(profiler(path, columns={"text": "body", "label": "team"}).remarks)

    assert "2 rows of tables count as documents" in remarks
    assert "count as documents" not in named
