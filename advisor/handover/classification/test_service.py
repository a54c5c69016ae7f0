"""The service answers, refuses what is no text, and is as good as it was measured."""

import json

import pytest
from fastapi.testclient import TestClient
from reproduce import EVALUATION, reproduce
from service.api import SETTINGS, app

client = TestClient(app)


def test_figure_is_reproduced() -> None:
    """The evaluation set gives the number that was measured, answer by answer."""
    measured = json.loads((EVALUATION / "measured.json").read_text(encoding="utf-8"))

    assert reproduce() == (measured["value"], 0)


@pytest.mark.parametrize("text", ["hello", " ", "\x00", "ü€😀", "x" * 50_000])
def test_any_text_gets_a_known_label(text: str) -> None:
    """Odd texts are texts."""
    assert client.post("/classify", json={"text": text}).json()["label"] in SETTINGS["labels"]


@pytest.mark.parametrize("body", ["", "{", "[]", '{"text": ""}', r'{"text": "\ud800"}'])
def test_what_is_no_text_is_refused(body: str) -> None:
    """The answer says what is wrong."""
    assert client.post("/classify", content=body).status_code == 422


def test_service_describes_itself() -> None:
    """Health and documentation are there."""
    assert client.get("/health").json()["status"] == "ok"
    assert client.get("/docs").status_code == 200
