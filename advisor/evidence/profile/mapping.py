"""From what was measured to the levels of the questionnaire; what is uncertain stays unanswered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from advisor.knowledge.levels import resolve_level
from advisor.schema.answers import MeasuredAnswer
from advisor.schema.profile import (
    DocumentsProfile,
    ExamplesProfile,
    FactChanges,
    HistoryProfile,
    Profile,
)
from advisor.schema.rule import RuleBase
from prototypes.data.wording import plural

PROMPT_TOKENS = 200_000
"""What fits into the prompt of a large model, as the question about the corpus says."""
TOKENS_PER_PAGE = 400
CLEAR_SHARE = 0.95
"""So many outputs have to agree before a format counts as strict."""
MIXED_SHARE = 0.1
"""From this share of the files on, a second kind of material counts."""
CLEAN_NOISE, NOISY_NOISE = 0.05, 0.2
MIN_HISTORY_DAYS = 60
CHANGED_SHARE = 0.02
"""From this share of vanished sentences on, a corpus has changed."""
VOLATILITY = ("static", "yearly", "monthly", "weekly", "daily", "realtime")

_INTERVALS = (
    (2.6, "daily"),
    (14.5, "weekly"),
    (105.0, "monthly"),
    (1_000.0, "yearly"),
)
"""Up to so many days between changes; the geometric means of 1, 7, 30, 365 and 2,740 days."""

Found = tuple[str, MeasuredAnswer]


def measure_answers(profile: Profile, rule_base: RuleBase) -> dict[str, MeasuredAnswer]:
    """Answer the questions that the data decide."""
    found: dict[str, MeasuredAnswer] = {}
    for measure in _MEASURES:
        found.update(measure(profile))
    if (counted := _count_examples(profile)) is not None:
        n, answer = counted
        criterion = next(c for c in rule_base.criteria if c.id == "labeled_examples")
        level = resolve_level(criterion, n, where="the data")
        found[criterion.id] = answer.model_copy(update={"level": level})
    return found


def main_examples(profile: Profile) -> ExamplesProfile | None:
    """The examples of which there are most."""
    return max(profile.examples, key=lambda one: one.n_distinct, default=None)


def level_of_interval(days: float) -> str:
    """Name how often something changes that changes every so many days."""
    return next((level for limit, level in _INTERVALS if days <= limit), "static")


def _answer(level: str, finding: str, how: str) -> MeasuredAnswer:
    return MeasuredAnswer(level=level, finding=finding, how=how)


def _count_examples(profile: Profile) -> tuple[int, MeasuredAnswer] | None:
    examples, questions = main_examples(profile), profile.questions
    if examples is not None:
        n = examples.n_distinct
        removed = [plural(examples.n_duplicates, "duplicate")] if examples.n_duplicates else []
        if examples.n_incomplete:
            removed.append(plural(examples.n_incomplete, "incomplete row"))
        after = f" after removing {' and '.join(removed)}" if removed else ""
        remain = "remains" if n == 1 else "remain"
        finding = f"{n:,} {remain}{after}" if removed else f"{n:,} were counted"
        how = f"rows with input and output in {_files(examples.files)}, each counted once"
    elif questions is not None and questions.n_answered:
        n = questions.n_answered
        finding = f"{n:,} different questions have an answer"
        how = f"answered questions in {_files(questions.files)}, each counted once"
    else:
        return None
    return n, _answer("", finding, how)


def _label_quality(profile: Profile) -> Iterator[Found]:
    examples = main_examples(profile)
    if examples is None or examples.noise is None:
        return
    noise = examples.noise
    conflicting = examples.n_conflicts / max(1, examples.n_distinct)
    share = max(noise.share, conflicting)
    level = "reviewed" if share < CLEAN_NOISE else "mixed" if share < NOISY_NOISE else "noisy"
    finding = (
        f"about {noise.share:.0%} of the labels look wrong, "
        f"{plural(examples.n_conflicts, 'input')} with more than one label"
    )
    how = (
        f"cross-validated disagreement of TF-IDF with logistic regression on {noise.n_sampled:,} "
        f"sampled rows ({noise.n_disagreeing:,} predicted otherwise, {noise.n_suspect:,} of them "
        "with as much confidence as the class usually gets); mistakes made alike throughout do "
        "not show"
    )
    yield "label_quality", _answer(level, finding, how)


def _output_space(profile: Profile) -> Iterator[Found]:
    examples = main_examples(profile)
    if examples is None or not examples.n_distinct:
        return
    if _is_classification(examples):
        n = examples.n_outputs
        yield (
            "output_space",
            _answer(_level_of_classes(n), f"{n:,} different labels occur", "labels counted"),
        )
        finding = f"every output is one of {n:,} labels"
        yield "output_consistency", _answer("strict_format", finding, "labels counted")
    elif examples.kind == "spans":
        finding = "every text has its spans with their labels"
        yield "output_space", _answer("structured_record", finding, "columns of the tables")
        yield "output_consistency", _answer("strict_format", finding, "columns of the tables")
    else:
        yield from _format_of_outputs(examples)


def _level_of_classes(n: int) -> str:
    if n <= 10:
        return "few_classes"
    return "tens_of_classes" if n < 100 else "hundreds_of_classes"


def _format_of_outputs(examples: ExamplesProfile) -> Iterator[Found]:
    outputs = examples.output_format
    how = f"the shape of {plural(outputs.n_sampled, 'sampled output')} compared"
    needed = CLEAR_SHARE * outputs.n_sampled
    if outputs.n_json >= needed:
        finding = f"{outputs.n_json:,} of {outputs.n_sampled:,} outputs are JSON records"
        yield "output_space", _answer("structured_record", finding, how)
    same = max(outputs.n_same_keys, outputs.n_same_shape)
    if same >= needed:
        finding = f"{same:,} of {outputs.n_sampled:,} outputs have the same form"
        yield "output_consistency", _answer("strict_format", finding, how)
    elif outputs.n_same_shape < outputs.n_sampled / 2 and not outputs.n_json:
        finding = f"no form is shared by half of {outputs.n_sampled:,} outputs"
        yield "output_space", _answer("free_text", finding, how)


def _is_classification(examples: ExamplesProfile) -> bool:
    return examples.kind == "labels" and 2 * examples.n_outputs <= examples.n_distinct


def _task_kind(profile: Profile) -> Iterator[Found]:
    examples, questions = main_examples(profile), profile.questions
    if questions is not None and examples is None and profile.documents is not None:
        finding = f"{plural(questions.n_rows, 'question')} and documents were given"
        yield "task_kind", _answer("document_qa", finding, "columns of the tables")
    elif questions is None and examples is not None and _is_classification(examples):
        finding = f"texts with one of {examples.n_outputs:,} labels were given"
        yield "task_kind", _answer("classification", finding, "columns of the tables")
    elif questions is None and examples is not None and examples.kind == "spans":
        finding = f"{plural(examples.n_distinct, 'text')} with marked spans were given"
        yield "task_kind", _answer("extraction", finding, "columns of the tables")


def _corpus_size(profile: Profile) -> Iterator[Found]:
    documents = profile.documents
    if documents is None:
        return
    n_tokens = documents.n_tokens * documents.n_distinct // documents.n_documents
    finding = (
        f"{plural(documents.n_distinct, 'document')} hold about {_rounded(n_tokens):,} tokens"
        + (
            f" after removing {plural(documents.n_duplicates, 'duplicate')}"
            if documents.n_duplicates
            else ""
        )
    )
    yield "corpus_size", _answer(_corpus_level(documents, n_tokens), finding, documents.tokens_how)


def _rounded(n: int) -> int:
    """Keep three figures: a count that was extrapolated has no more."""
    return round(n, min(0, 3 - len(str(n))))


def _corpus_level(documents: DocumentsProfile, n_tokens: int) -> str:
    if documents.n_distinct >= 1_000_000:
        return "millions_of_documents"
    if n_tokens <= PROMPT_TOKENS:
        return "fits_in_prompt"
    is_large = documents.n_distinct >= 1_000 or n_tokens >= 5_000 * TOKENS_PER_PAGE
    return "thousands_of_documents" if is_large else "hundreds_of_pages"


def _data_volatility(profile: Profile) -> Iterator[Found]:
    if profile.history is not None and profile.history.span_days >= MIN_HISTORY_DAYS:
        yield "data_volatility", _volatility_of_history(profile.history)


def _volatility_of_history(history: HistoryProfile) -> MeasuredAnswer:
    return _answer(
        level_of_interval(history.interval_days),
        f"documents changed on {plural(history.n_days, 'day')} of the {history.span_days:,} up to "
        f"{history.last}",
        f"git history of {history.repository}, {plural(history.n_commits, 'commit')} that touch "
        "documents",
    )


def bound_volatility(changes: FactChanges | None, said: str) -> MeasuredAnswer | None:
    """Correct what was said if two states of the documents show that facts change more often.

    Two states show one change at least in the time between them; how many more there were, they
    do not tell. Nothing is answered, therefore, where nothing was said, or something as frequent.
    """
    if changes is None or not changes.days_between or changes.share_gone < CHANGED_SHARE:
        return None
    level = level_of_interval(changes.days_between)
    if said not in VOLATILITY or VOLATILITY.index(said) >= VOLATILITY.index(level):
        return None
    return _answer(
        level,
        f"{changes.share_gone:.0%} of the sentences no longer hold after "
        f"{changes.days_between:,.0f} days, so facts change this often at least",
        "two states of the documents compared sentence by sentence",
    )


def _modality(profile: Profile) -> Iterator[Found]:
    total = sum(profile.modality.values())
    common = [kind for kind, n in profile.modality.items() if n >= MIXED_SHARE * total]
    if not total:
        return
    counted = ", ".join(
        f"{plural(n, 'file')} of {_MATERIALS[kind]}" for kind, n in sorted(profile.modality.items())
    )
    level = common[0] if len(common) == 1 else "mixed"
    yield "modality", _answer(level, f"the data are {counted}", "files counted by kind")


def _evidence_location(profile: Profile) -> Iterator[Found]:
    questions = profile.questions
    if questions is None or questions.n_sources < _MIN_SOURCES:
        return
    yield (
        "evidence_location",
        _answer(
            "different_passages_per_request",
            f"the answers to {plural(questions.n_rows, 'question')} stand in "
            f"{questions.n_sources:,} different places",
            "sources named beside the questions",
        ),
    )


_MIN_SOURCES = 10
_MATERIALS = {
    "text": "text",
    "tables": "figures in tables",
    "images_or_audio": "pictures, scans, sound or film",
}


def _files(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else plural(len(names), "file")


_MEASURES: tuple[Callable[[Profile], Iterator[Found]], ...] = (
    _task_kind,
    _output_space,
    _label_quality,
    _corpus_size,
    _data_volatility,
    _modality,
    _evidence_location,
)
