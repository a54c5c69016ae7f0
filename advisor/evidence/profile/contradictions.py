"""Where the data do not bear out what was said, in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.evidence.profile.mapping import CHANGED_SHARE
from advisor.schema.answers import Answers
from advisor.schema.profile import Contradiction, FactChanges, Profile
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN

_SAID = {
    "corpus_size": "{} of text",
    "data_volatility": "{} facts",
    "label_quality": "{} labels",
    "labeled_examples": "{} labels",
    "modality": "{} as the material",
    "output_space": "{} as the output",
    "task_kind": "{} as the task",
}


def find_contradictions(profile: Profile, stated: Answers) -> tuple[Contradiction, ...]:
    """Hold what was said against what was measured.

    Args:
        profile: With its measured answers.
        stated: What was said; answers that an earlier profile put there do not count as said.
    """
    return tuple(_find(profile, stated))


def stated_level(stated: Answers, criterion: str) -> str:
    """What somebody said, whatever was measured meanwhile."""
    before = stated.measured.get(criterion)
    level = stated.level(criterion)
    if before is not None and before.level == level:
        return before.stated or UNKNOWN
    return level


def _find(profile: Profile, stated: Answers) -> Iterator[Contradiction]:
    for criterion, measured in profile.measured.items():
        said = stated_level(stated, criterion)
        if said not in (UNKNOWN, measured.level):
            yield Contradiction(
                criterion=criterion,
                stated=said,
                measured=measured.level,
                sentence=f"You said {_said(criterion, said)}; {measured.finding}.",
            )
    if "data_volatility" not in profile.measured and profile.changes is not None:
        yield from _not_static(profile.changes, stated_level(stated, "data_volatility"))


def _not_static(changes: FactChanges, said: str) -> Iterator[Contradiction]:
    if said in ("static", NOT_APPLICABLE) and changes.share_gone >= CHANGED_SHARE:
        finding = (
            f"{changes.share_gone:.0%} of the sentences of the earlier state no longer hold, "
            f"{changes.n_facts:,} facts among them changed"
        )
        yield Contradiction(
            criterion="data_volatility",
            stated=said,
            measured="",
            sentence=f"You said {_said('data_volatility', said)}; {finding}.",
        )


def _said(criterion: str, level: str) -> str:
    if level == NOT_APPLICABLE:
        return f"that {criterion} does not apply"
    return _SAID.get(criterion, f"{criterion} is {{}}").format(level)
