"""Where the figures of a trial come from: data, protocol, and what to know before trusting them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.report.race_section import describe_race
from advisor.report.wording import count_of, identifier, milliseconds, plain_text
from advisor.schema.report import Fact

if TYPE_CHECKING:
    from prototypes.results import DataSummary, TrialProtocol, TrialResult

MAX_REFUSED_SHOWN = 10


_FALLBACK = "TF-IDF"
"""How the name of the encoder begins that is used where none is installed."""


def describe_data(data: DataSummary) -> tuple[Fact, ...]:
    """List what the data looked like and what was done to it."""
    split = "given by the user" if data.test_was_given else "split off before anything was fitted"
    sides = f"{data.n_train:,} / {data.n_validation:,} / {data.n_test:,}"
    corpus = f"{count_of(data.n_documents, 'document')} in {count_of(data.n_passages, 'passage')}"
    return _facts(
        (
            ("Training / validation / test samples", sides),
            ("Test samples", split),
            ("Corpus", corpus if data.n_documents else "none"),
            ("Labels", f"{data.n_labels:,}" if data.n_labels else "none"),
            ("Unanswerable test samples", f"{data.n_unanswerable_test:,}"),
            ("Synthetic test samples", f"{data.n_synthetic_test:,}"),
            ("Duplicates removed", f"{data.n_duplicates_removed:,}"),
            ("Texts with conflicting labels", f"{data.n_conflicting_labels:,}"),
            ("Test samples seen in training", f"{data.n_test_seen_in_train:,}"),
            ("Rows or files refused", f"{len(data.refused):,}"),
            *_refused(data.refused),
        )
    )


def describe_protocol(protocol: TrialProtocol) -> tuple[Fact, ...]:
    """List how the trial was run, enough to run it again."""
    interval = f"{100 * protocol.confidence:.0f} %, percentile bootstrap"
    hour = protocol.machine_hour_usd
    return _facts(
        (
            ("Seed", str(protocol.seed)),
            ("Smallest difference worth having", f"{100 * protocol.margin:g} percentage points"),
            ("Intervals", f"{interval}, {protocol.n_bootstrap:,} resamples"),
            ("Encoder", plain_text(protocol.encoder, limit=120)),
            ("Encoder SHA-256", plain_text(protocol.encoder_sha256 or "none", limit=80)),
            *_describe_store(protocol),
            *_describe_generator(protocol),
            *describe_race(protocol.race),
            ("Precision", f"{protocol.precision}, {count_of(protocol.threads, 'thread')}"),
            ("Locked test split, SHA-256", plain_text(protocol.test_sha256, limit=80)),
            ("Data fingerprint", plain_text(protocol.data_fingerprint, limit=80)),
            ("Machine price", "not given" if hour is None else f"${hour:g} per hour"),
            ("Limits", _limits(protocol.limits)),
            *_describe_left_out(protocol),
        )
    )


def _describe_left_out(protocol: TrialProtocol) -> Iterator[tuple[str, str]]:
    """Name the arms that wait for a word; nothing if there are none."""
    if protocol.on_request:
        names = ",".join(protocol.on_request)
        yield "Run only if named", f"--arms {names}"


def _describe_store(protocol: TrialProtocol) -> Iterator[tuple[str, str]]:
    """Name the vector store; nothing if it was the default one."""
    if protocol.store != "faiss":
        yield "Vector store", plain_text(protocol.store, limit=80)


def _describe_generator(protocol: TrialProtocol) -> Iterator[tuple[str, str]]:
    """Name the language model and its prompts; nothing if there was none."""
    if protocol.generator is None:
        return
    yield "Generator", plain_text(protocol.generator, limit=120)
    yield "Generator SHA-256", protocol.generator_sha256 or "unknown, it is behind a server"
    yield "Prompt templates, SHA-256", protocol.prompts_sha256 or "none"
    if protocol.token_prices_usd:
        read, written = protocol.token_prices_usd
        yield "Token price", f"${read:g} per million read, ${written:g} per million written"


def list_remarks(trial: TrialResult) -> tuple[str, ...]:
    """List what a reader must know before trusting the figures."""
    remarks = [*trial.forgotten, *_data_remarks(trial.data)]
    if trial.interrupted:
        remarks.insert(0, "The trial was interrupted: only the arms that had ended are shown.")
    encoder = plain_text(trial.protocol.encoder, limit=80)
    if trial.protocol.encoder.startswith(_FALLBACK):
        remarks.append(f"{encoder} stood in for an encoder; arms that use one would do better.")
    elif trial.protocol.encoder_sha256 is None:
        remarks.append(f"The encoder ({encoder}) was used without a checksum.")
    return tuple(remarks)


def _data_remarks(data: DataSummary) -> Iterator[str]:
    if data.n_test_seen_in_train:
        share = f"{data.n_test_seen_in_train:,} of {count_of(data.n_test, 'test sample')}"
        yield f"Leakage: {share} also stood in the training samples, and were removed there."
    if data.n_synthetic_test:
        share = f"{data.n_synthetic_test:,} of {count_of(data.n_test, 'test sample')}"
        yield f"{share} were made from the corpus; synthetic questions overstate quality."
        yield (
            "Or they understate it: no figure here is one for real questions. On SQuAD a sentence "
            "held out of its paragraph finds it among the first five in 75 % of cases, one that "
            "was left there in 100 %, and a question that somebody asked in 93 %."
        )
        yield (
            "What asks is a section heading or such a sentence; an answer is right if it quotes "
            "that section or passage. Where this run made the questions, what asks is missing "
            "from its corpus; synthetic_questions.jsonl in its folder lists them."
        )
    if data.n_test_groups is not None:
        groups = count_of(data.n_test_groups, "group")
        yield (
            f"The {count_of(data.n_test, 'test sample')} come in {groups} that may stand or fall "
            "together, so intervals and tests count groups."
        )
    if data.n_conflicting_labels:
        texts = count_of(data.n_conflicting_labels, "text")
        yield f"{texts} carried more than one label in the data handed over."
    if data.refused:
        rows = count_of(len(data.refused), "row")
        yield f"{rows} of the data handed over could not be used: see Data."


def _refused(refused: Sequence[str]) -> Iterator[tuple[str, str]]:
    for row in refused[:MAX_REFUSED_SHOWN]:
        yield "Refused", plain_text(row, limit=160)
    if len(refused) > MAX_REFUSED_SHOWN:
        yield "Refused", f"and {len(refused) - MAX_REFUSED_SHOWN:,} more, in trial.json"


def _limits(limits: dict[str, float | bool | None]) -> str:
    words = [_limit(name, value) for name, value in sorted(limits.items()) if value]
    return ", ".join(words) or "none"


def _limit(name: str, value: float | bool | None) -> str:
    if name == "latency_ms" and value:
        return f"p95 at most {milliseconds(float(value))}"
    return identifier(name) if value is True else f"{identifier(name)} {value:g}"


def _facts(pairs: Iterable[tuple[str, str]]) -> tuple[Fact, ...]:
    return tuple(Fact(name=name, value=value) for name, value in pairs)
