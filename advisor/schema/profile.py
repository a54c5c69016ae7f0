"""What was found in somebody's data: counts and shares, never the data themselves."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.schema.answers import MeasuredAnswer
from advisor.schema.base import Frozen


class LanguageShare(Frozen):
    """Languages of a sample of the documents."""

    counts: dict[str, int]
    """By ISO 639-1 code, most frequent first."""
    n_sampled: int


class DocumentsProfile(Frozen):
    """The corpus."""

    n_documents: int
    n_characters: int
    n_tokens: int
    tokens_how: str
    formats: dict[str, int]
    languages: LanguageShare
    n_duplicates: int
    """Documents that say what an earlier one says, but for blanks, capitals and punctuation."""
    n_near_duplicates: int
    """Documents of which an earlier one is nearly the same."""
    n_compared: int
    """Documents among which near duplicates were looked for."""
    oldest: str = ""
    newest: str = ""
    """Modification dates of the files, which copying changes; empty inside archives."""

    @property
    def n_distinct(self) -> int:
        """Documents left once equal ones are removed."""
        return self.n_documents - self.n_duplicates


class FactChanges(Frozen):
    """How an earlier state of the corpus differs from this one."""

    n_added: int
    n_removed: int
    n_changed: int
    n_unchanged: int
    n_sentences: int
    """Sentences of the earlier state, in documents that both states have."""
    n_sentences_gone: int
    """Those of them that no longer stand in their document."""
    n_numbers: int
    """Sentences that are the same but for a number."""
    n_versions: int
    """Sentences that are the same but for a version."""
    n_settings: int
    """Named values (`Default: true`) that stand under the same heading with another value."""
    flags_added: tuple[str, ...]
    flags_removed: tuple[str, ...]
    days_between: float | None = None

    @property
    def share_gone(self) -> float:
        """Share of the earlier sentences that no longer hold."""
        return self.n_sentences_gone / self.n_sentences if self.n_sentences else 0.0

    @property
    def n_facts(self) -> int:
        """Numbers, versions, settings and flags that changed."""
        named = len(self.flags_added) + len(self.flags_removed)
        return self.n_numbers + self.n_versions + self.n_settings + named


class HistoryProfile(Frozen):
    """What a git history says about how often documents change."""

    repository: str
    n_commits: int
    n_days: int
    """Days on which at least one document changed, within the span."""
    span_days: int
    first: str
    last: str

    @property
    def interval_days(self) -> float:
        """Mean time between two days with changes."""
        return self.span_days / max(1, self.n_days)


class NoiseEstimate(Frozen):
    """How many labels a model trained on the others would not expect."""

    n_sampled: int
    n_disagreeing: int
    """Held-out predictions that differ from the label: noise and the model's own mistakes."""
    n_suspect: int
    """Those where the model is as sure as it usually is when right (confident learning)."""

    @property
    def share(self) -> float:
        """Estimated share of wrong labels."""
        return self.n_suspect / self.n_sampled


class OutputFormat(Frozen):
    """What the outputs of a sample have in common."""

    n_sampled: int
    n_json: int
    """Outputs that parse as a JSON object, or as a list of them."""
    n_same_keys: int
    """JSON objects with the most common set of keys."""
    n_same_shape: int
    """Outputs of the most common shape: letters, digits and signs in the same order."""


class ExamplesProfile(Frozen):
    """Labelled texts, inputs with their outputs, or texts with marked spans."""

    kind: Literal["labels", "outputs", "spans"]
    files: tuple[str, ...]
    n_rows: int
    n_incomplete: int
    """Rows without input or without output."""
    n_duplicates: int
    """Rows that repeat the input and the output of an earlier row."""
    n_conflicts: int
    """Inputs that occur with more than one output."""
    n_near_duplicates: int
    n_compared: int
    """Distinct inputs of the sample in which near duplicates were looked for."""
    n_outputs: int
    """Different labels or outputs."""
    largest_share: float
    smallest_class: int
    median_characters: int
    p95_characters: int
    """Length of the inputs."""
    noise: NoiseEstimate | None
    output_format: OutputFormat
    is_capped: bool = False
    """True if there were too many rows to remember each; duplicates are then a lower bound."""

    @property
    def n_distinct(self) -> int:
        """Rows left once duplicates and incomplete ones are removed."""
        return self.n_rows - self.n_incomplete - self.n_duplicates


class Overlap(Frozen):
    """How much of the wording of the questions occurs in one document."""

    n_sampled: int
    median: float
    """Share of a question's content words that its best document holds."""
    n_covered: int
    """Questions of which one document holds at least four fifths."""


class QuestionsProfile(Frozen):
    """The questions."""

    files: tuple[str, ...]
    n_rows: int
    n_duplicates: int
    kinds: dict[str, int]
    n_answered: int
    """Different questions whose answer is given."""
    n_marked: int
    """Questions that say whether they can be answered."""
    n_unanswerable: int
    n_sources: int
    """Different documents that hold answers, where the file names them."""
    overlap: Overlap | None


class PersonalDataHints(Frozen):
    """How often something looks like personal data. The values are neither kept nor shown."""

    emails: int = 0
    phones: int = 0
    identifiers: int = 0
    """Card numbers, bank accounts and social security numbers with a valid form."""

    @property
    def total(self) -> int:
        """All hints together."""
        return self.emails + self.phones + self.identifiers


class Skipped(Frozen):
    """A file that could not be read, or rows of one, and why."""

    name: str
    reason: str


class Contradiction(Frozen):
    """Something that was said and that the data do not bear out."""

    criterion: str
    stated: str
    measured: str
    """The measured level; empty if the data only exclude the stated one."""
    sentence: str


class Profile(Frozen):
    """Everything that was measured on somebody's data."""

    schema_version: Literal[1] = 1
    paths: tuple[str, ...]
    n_files: int
    n_bytes: int
    documents: DocumentsProfile | None = None
    changes: FactChanges | None = None
    history: HistoryProfile | None = None
    examples: tuple[ExamplesProfile, ...] = ()
    questions: QuestionsProfile | None = None
    modality: dict[str, int] = Field(default_factory=dict)
    """Files per kind of material: text, tables, images_or_audio."""
    personal_data: PersonalDataHints = PersonalDataHints()
    measured: dict[str, MeasuredAnswer] = Field(default_factory=dict)
    contradictions: tuple[Contradiction, ...] = ()
    remarks: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
