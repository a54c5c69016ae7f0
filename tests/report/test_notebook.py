"""Results as the last value of a notebook cell: light, and deaf to what strangers wrote."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from advisor import advise
from advisor.schema.recommendation import Recommendation
from prototypes.results import TrialResult


class Tags(HTMLParser):
    """Collects the tags and the text of a card."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag; none may do anything."""
        self.tags.add(tag)
        assert {name for name, _ in attrs} <= {"style", "scope"}

    def handle_data(self, data: str) -> None:
        """Collect the text a reader sees."""
        self.text += data


def test_advice_shows_ranking_reasons_and_what_would_change_it() -> None:
    """What `advise` returns is its own display."""
    html = advise({"failure_mode": "missing_facts", "data_volatility": "daily"})._repr_html_()

    card = Tags(html)
    assert "RAG" in card.text
    assert "For it: " in card.text
    assert "Smallest change with another winner: " in card.text
    assert len(html) < 6_000


def test_trial_shows_verdict_and_intervals(trial: TrialResult) -> None:
    """What `run_trial` returns is its own display, the recommended arm marked."""
    card = Tags(trial._repr_html_())

    assert card.text.startswith("Confirmed. Rag reaches 71.0 % exact match")
    assert "◆ rag0.710 [0.610, 0.800]" in card.text
    assert "Not run: prompting." in card.text


def test_trial_without_verdict_says_so(trial: TrialResult) -> None:
    """An interrupted trial claims nothing."""
    card = Tags(trial.model_copy(update={"verdict": None})._repr_html_())

    assert card.text.startswith("No verdict. The trial ended before")


def test_hostile_texts_are_texts_in_a_notebook(
    recommendation: Recommendation, trial: TrialResult, hostile_text: str
) -> None:
    """A notebook would run what is not escaped."""
    reason = recommendation.ranking[0].reasons[0].model_copy(update={"because": hostile_text})
    leader = recommendation.ranking[0].model_copy(update={"reasons": [reason]})
    attacked = recommendation.model_copy(update={"ranking": [leader]})
    arms = [trial.arms[0].model_copy(update={"name": hostile_text * 5_000})]

    for html in (
        attacked._repr_html_(),
        trial.model_copy(update={"arms": arms})._repr_html_(),
    ):
        card = Tags(html)
        assert card.tags == {"div", "p", "b", "table", "thead", "tr", "th", "tbody", "td"}
        assert "<script>alert(1)</script> \"'>" in card.text
        assert "\u202e" not in html
        assert len(html) < 6_000


def test_example_of_the_readme_runs() -> None:
    """What the first page promises is what happens."""
    readme = Path(__file__).parents[2].joinpath("README.md").read_text(encoding="utf-8")
    example = readme.partition("```python\n")[2].partition("```")[0]
    setup, _, shown = example.strip().rpartition("\n")
    names: dict[str, object] = {}
    exec(setup, names)

    assert "_repr_html_" in dir(eval(shown, names))
