"""The list of sources."""

from __future__ import annotations

import pytest

from advisor.report.references import address, build_bibliography
from advisor.schema.recommendation import Recommendation
from advisor.schema.rule import RuleBase


@pytest.mark.parametrize(
    ("where", "url"),
    [
        ("arXiv:2312.05934 (EMNLP 2024)", "https://arxiv.org/abs/2312.05934"),
        ("doi:10.1111/liv.70349 (Liver International)", "https://doi.org/10.1111/liv.70349"),
        ("https://example.org/a (README at 132eab7)", "https://example.org/a"),
        ("founding document 001.txt", ""),
        ("javascript:alert(1)", ""),
        ('https://example.org/"onclick="x', "https://example.org/"),
    ],
)
def test_address_is_http_or_nothing(where: str, url: str) -> None:
    """A venue becomes a link only where it names a place on the web."""
    assert url == address(where)


def test_sources_are_numbered_as_they_are_first_cited(
    rule_base: RuleBase, recommendation: Recommendation
) -> None:
    """The weightiest reason of the leader cites source number one."""
    bibliography = build_bibliography(rule_base, recommendation)

    assert list(bibliography) == ["ovadia-2023", "D1", "barnett-2024", "anthropic-2024"]
    assert [entry.number for entry in bibliography.values()] == [1, 2, 3, 4]


def test_source_the_rules_no_longer_know_is_still_listed(
    rule_base: RuleBase, recommendation: Recommendation
) -> None:
    """Advice given by an older rule base keeps its citations."""
    forgetful = rule_base.model_copy(update={"sources": ()})

    listed = build_bibliography(forgetful, recommendation)["ovadia-2023"]

    assert listed.text.startswith("ovadia-2023 (cited when the advice was given")
