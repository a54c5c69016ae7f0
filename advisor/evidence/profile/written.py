"""Pairs of input and output: what they say of the task, and what they leave open."""

from __future__ import annotations

from advisor.evidence.profile.mapping import main_examples
from advisor.schema.answers import MeasuredAnswer
from advisor.schema.profile import Profile
from prototypes.data.wording import plural

WRITTEN = (
    *("generation", "style_or_format", "summarization", "translation"),
    *("code", "conversation", "reasoning"),
)
"""Tasks whose examples are pairs of input and output."""


def tell_what_is_written(profile: Profile, said: str) -> MeasuredAnswer | None:
    """Answer the task by pairs of input and output, unless something was said that they fit.

    That texts are written for inputs does not tell whether they are summaries, translations or
    code, so whoever said so knows better. JSON may as well be fields pulled out of the input.
    """
    examples = main_examples(profile)
    if examples is None or examples.kind != "outputs" or profile.questions is not None:
        return None
    if said in WRITTEN or not examples.n_distinct or examples.output_format.n_json:
        return None
    finding = f"{plural(examples.n_distinct, 'pair')} of input and written text were given"
    how = "columns of the tables, which do not tell a summary, a translation or code from new text"
    return MeasuredAnswer(level="generation", finding=finding, how=how)
