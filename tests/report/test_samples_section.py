"""The answers of all arms, side by side."""

from __future__ import annotations

import pytest

from advisor.evidence.sample_files import Answered
from advisor.report.documents import render_html
from advisor.report.samples_section import build_sample_section
from advisor.schema.report import Report
from prototypes.results import TrialResult


def test_samples_on_which_arms_differ_come_first(trial: TrialResult, samples: Answered) -> None:
    """Then those that no arm can do; what all can do is least telling."""
    section = build_sample_section(trial, samples)

    assert section is not None
    assert [entry.id for entry in section.entries] == ["q1", "q2", "q0", "q3"]
    assert section.entries[0].kinds == ("disagree", "chosen-wrong")
    assert section.entries[1].kinds == ("all-wrong", "chosen-wrong")


def test_same_answer_of_several_arms_stands_once(trial: TrialResult, samples: Answered) -> None:
    """The arms that gave it are listed with it, the recommended one marked."""
    section = build_sample_section(trial, samples)

    assert section is not None
    right, wrong = section.entries[2].answers
    assert (right.mark, right.arms, right.sources) == ("right", "◆\u00a0rag, hybrid", "doc#1")
    assert (wrong.mark, wrong.arms) == ("wrong", "baseline")


def test_baseline_has_no_say_in_whether_arms_disagree(
    trial: TrialResult, samples: Answered
) -> None:
    """The baseline is wrong where the others are right in q0, which is no disagreement."""
    section = build_sample_section(trial, samples)

    assert section is not None
    assert [(one.kind, one.n_shown) for one in section.filters] == [
        ("disagree", 1),
        ("all-wrong", 1),
        ("chosen-wrong", 2),
    ]


def test_samples_are_cut_before_the_file_grows_too_large(hostile: Report) -> None:
    """What is left out is counted, and the place where it lies is named."""
    assert hostile.trial is not None
    section = hostile.trial.samples

    assert section is not None
    assert len(section.entries) < section.n_in_all == 400
    assert section.remarks[0].startswith(f"{400 - len(section.entries)} further samples would")
    assert len(render_html(hostile).encode()) < 1_000_000


def test_trial_whose_answers_were_not_kept_has_no_section(trial: TrialResult) -> None:
    """No empty heading."""
    assert build_sample_section(trial, {}) is None


@pytest.mark.parametrize("kind", ["disagree", "all-wrong", "chosen-wrong"])
def test_each_filter_finds_its_samples(report: Report, kind: str) -> None:
    """A choice, the class of its samples and the style that hides the others go together."""
    html = render_html(report)

    assert f'id="show-{kind}"' in html
    assert f"#samples:has(#show-{kind}:checked) .sample:not(.{kind})" in html
