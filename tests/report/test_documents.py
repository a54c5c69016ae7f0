"""Reports as HTML and Markdown: self-contained, well-formed, and deaf to what strangers wrote."""

from __future__ import annotations

import os
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from advisor.report.builder import build_report
from advisor.report.documents import render_html, render_markdown
from advisor.report.markdown import escape_markdown
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Report
from advisor.schema.rule import RuleBase

GOLDEN = Path(__file__).parent / "golden"
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """Collects what a test asks about: tags, ids, addresses, texts, and unclosed tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag with its attributes."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag that closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost open tag, which must be this one."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect the text a reader sees."""
        self.text += data

    def values(self, attribute: str) -> list[str]:
        """Every value of an attribute, in order."""
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]


@pytest.fixture
def page(report: Report) -> Outline:
    """The sample report as a parsed page."""
    return Outline(render_html(report))


def test_page_is_well_formed(page: Outline) -> None:
    """Every tag is closed in order and the page has one main heading."""
    names = [tag for tag, _ in page.tags]

    assert page.open == []
    assert names.count("h1") == 1
    assert {"header", "nav", "main", "footer"} <= set(names)


def test_ids_are_unique_and_every_reference_has_a_target(page: Outline) -> None:
    """Links within the page and labels lead somewhere."""
    ids = page.values("id")
    labels = [part for value in page.values("aria-labelledby") for part in value.split()]
    anchors = [href[1:] for href in page.values("href") if href.startswith("#")]

    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert set(labels) | set(anchors) <= set(ids)


def test_page_loads_nothing(page: Outline) -> None:
    """No script, no picture, no style sheet, no font; the policy forbids them besides."""
    names = {tag for tag, _ in page.tags}
    policy = next(a["content"] for _, a in page.tags if "http-equiv" in a)

    assert names & {"script", "img", "link", "iframe", "object", "embed", "base", "form"} == set()
    assert page.values("src") == []
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)


def test_style_asks_for_nothing_from_outside(report: Report) -> None:
    """The style sheet neither imports nor addresses anything."""
    html = render_html(report)
    style = html[html.index("<style>") : html.index("</style>")]

    assert re.findall(r"@import|url\(|https?:|//", style) == []


def test_links_out_are_sources_and_tell_no_referrer(page: Outline) -> None:
    """The only addresses are those of the sources."""
    out = [attrs for tag, attrs in page.tags if tag == "a" and not _is_anchor(attrs)]

    assert [attrs["href"] for attrs in out] == [
        "https://arxiv.org/abs/2312.05934",
        "https://doi.org/10.1145/3644815.3644945",
        "https://www.anthropic.com/news/x",
    ]
    assert all(attrs["rel"] == "noreferrer" for attrs in out)


def test_tables_and_charts_can_be_read_aloud(page: Outline) -> None:
    """Tables have captions and scopes, charts a role with title and description."""
    count = Counter(tag for tag, _ in page.tags)
    heads = [attrs for tag, attrs in page.tags if tag == "th"]
    charts = [attrs for tag, attrs in page.tags if tag == "svg" and "role" in attrs]

    assert count["caption"] == count["table"] > 5
    assert all(attrs["scope"] in ("row", "col") for attrs in heads)
    assert {attrs["role"] for attrs in charts} == {"img"}
    assert len(charts) == count["desc"] == count["figcaption"] == 7


@pytest.mark.parametrize(
    "figure", ["quality", "latency", "trade-off", "freshness-course", "cost", "ledger", "ranks"]
)
def test_figure_is_a_chart_and_a_table(figure: str, page: Outline) -> None:
    """Who cannot see the one reads the other."""
    assert {f"{figure}-title", f"{figure}-caption"} <= set(page.values("id"))


def test_verdict_is_the_main_heading(report: Report) -> None:
    """The first thing read is the one sentence."""
    assert f"<h1>{report.headline}</h1>" in render_html(report)


def test_hostile_texts_are_texts_in_html(hostile: Report) -> None:
    """What strangers wrote neither adds a tag nor is evaluated, and can be read."""
    html = render_html(hostile)
    page = Outline(html)

    assert "script" not in {tag for tag, _ in page.tags}
    assert "<script>alert(1)</script> \"'> [bold]b[/bold]" in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "\u202e" not in html
    assert len(html) < 1_000_000


def test_hostile_texts_are_texts_in_markdown(hostile: Report, hostile_text: str) -> None:
    """No tag, no code span, no emphasis, no table cell and no link is smuggled in."""
    before, _, after = render_markdown(hostile).split("```")
    rows = re.findall(r"^\| (?:RAG|prompting|&lt;script) *.*$", before, re.MULTILINE)

    assert not re.search(r"<script|(?<!\\)`|\u202e", before + after)
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3, 4, 5, 6}
    assert f"({len(hostile_text) + 100_000:,} characters in all)" in before


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b", r"a\|b"),
        ("<b> & c", "&lt;b&gt; &amp; c"),
        ("[x](y)", r"\[x\](y)"),
        ("1. one", r"1\. one"),
        ("0.61 ms", "0.61 ms"),
        ("# head", r"\# head"),
        ("- item", r"\- item"),
        ("+9 db", "+9 db"),
        ("---", r"\---"),
        ("$x$ _y_ ~z~", r"\$x\$ \_y\_ \~z\~"),
    ],
)
def test_markdown_escapes_what_means_something(text: str, escaped: str) -> None:
    """Characters are escaped where they would be mark-up, and only there."""
    assert escaped == escape_markdown(text)


def test_markdown_is_as_agreed(report: Report) -> None:
    """The Markdown of the sample consultation; ADVISOR_UPDATE_GOLDEN=1 refreshes it."""
    golden = GOLDEN / "report.md"
    text = render_markdown(_without_versions(report))
    if os.environ.get("ADVISOR_UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")

    assert golden.read_text(encoding="utf-8") == text


def test_same_report_renders_the_same_bytes(report: Report) -> None:
    """Rendering reads no clock and no dictionary order."""
    assert render_html(report) == render_html(report)
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_report_without_trial_has_no_measurement(
    rule_base: RuleBase, answers: Answers, recommendation: Recommendation
) -> None:
    """`advisor recommend` shows no empty sections."""
    report = build_report(rule_base, answers, recommendation)

    page = Outline(render_html(report))

    assert "measurement" not in page.values("id")
    assert "## Measurement" not in render_markdown(report)
    assert page.text.count(report.headline) == 1


def _is_anchor(attrs: dict[str, str | None]) -> bool:
    return (attrs.get("href") or "").startswith("#")


def _without_versions(report: Report) -> Report:
    return report.model_copy(update={"versions": ()})
