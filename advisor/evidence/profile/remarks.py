"""What somebody should know about the data although it answers no question of the interview."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.evidence.profile.contradictions import stated_level
from advisor.evidence.profile.documents import MAX_REMEMBERED
from advisor.evidence.profile.mapping import MIN_HISTORY_DAYS, main_examples
from advisor.schema.answers import Answers
from advisor.schema.profile import Profile
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN
from prototypes.data.tables import TABLE_KINDS
from prototypes.data.wording import plural


def write_remarks(profile: Profile, stated: Answers) -> Iterator[str]:
    """Say in one sentence each what deserves a second look."""
    yield from _personal_data(profile, stated)
    yield from _missing_examples(profile, stated)
    yield from _one_sided_classes(profile)
    yield from _rows_as_documents(profile)
    yield from _undated(profile)
    yield from _limits_of_counting(profile)


def _personal_data(profile: Profile, stated: Answers) -> Iterator[str]:
    hints = profile.personal_data
    if not hints.total:
        return
    found = (
        f"{plural(hints.emails, 'e-mail')}, "
        f"{plural(hints.phones, 'phone number')} and "
        f"{plural(hints.identifiers, 'card, account or insurance number')}"
    )
    said = stated_level(stated, "access_control")
    asked = " You said access_control: none; are they nobody's concern?" if said == "none" else ""
    yield f"Hints of personal data, by form only: {found}.{asked}"


def _missing_examples(profile: Profile, stated: Answers) -> Iterator[str]:
    said = stated_level(stated, "labeled_examples")
    if "labeled_examples" not in profile.measured and said not in (UNKNOWN, NOT_APPLICABLE, "none"):
        yield f"You said {said} labels; none are among these files, so they could not be checked."


def _one_sided_classes(profile: Profile) -> Iterator[str]:
    examples = main_examples(profile)
    if examples is None or examples.kind != "labels" or examples.n_outputs < 2:
        return
    even = 1 / examples.n_outputs
    if examples.largest_share > max(0.5, 3 * even):
        yield (
            f"One label holds {examples.largest_share:.0%} of the examples: accuracy flatters "
            "whoever always says it; look at macro-F1."
        )


def _rows_as_documents(profile: Profile) -> Iterator[str]:
    formats = profile.documents.formats if profile.documents is not None else {}
    n_rows = sum(count for kind, count in formats.items() if f".{kind}" in TABLE_KINDS)
    if n_rows and not profile.examples and profile.questions is None:
        yield (
            f"{plural(n_rows, 'row')} of tables count as documents, because no column is known to "
            "hold labels, outputs or questions. If one does, name it: --column label=COLUMN."
        )


def _undated(profile: Profile) -> Iterator[str]:
    if "data_volatility" in profile.measured or profile.documents is None:
        return
    if profile.changes is not None:
        days = profile.changes.days_between
        within = f"within {days:,.0f} days" if days else "between the two states"
        yield (
            f"{profile.changes.share_gone:.0%} of the earlier sentences stopped holding {within}; "
            "how often facts change is told by a git history, or by states closer together."
        )
    elif profile.history is not None:
        yield (
            f"The git history spans {plural(profile.history.span_days, 'day')}; how often facts "
            f"change is told from {MIN_HISTORY_DAYS} days on."
        )
    else:
        yield (
            "How often facts change cannot be told: file dates change with every copy. Name an "
            "earlier state with --previous, or profile the git repository of the documents."
        )


def _limits_of_counting(profile: Profile) -> Iterator[str]:
    documents = profile.documents
    if documents is not None and documents.n_compared < documents.n_distinct:
        yield (
            f"Near duplicates were looked for among the first {documents.n_compared:,} of "
            f"{documents.n_distinct:,} documents."
        )
    if documents is not None and documents.n_distinct > MAX_REMEMBERED:
        yield "There were too many documents to remember each; duplicates are a lower bound."
    if any(one.is_capped for one in profile.examples):
        yield "There were too many rows to remember each; duplicates are a lower bound."
