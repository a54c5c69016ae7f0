"""The service answers, refuses what is no text, and answers as it was measured."""

import json

import pytest
from fastapi.testclient import TestClient

from reproduce import EVALUATION, reproduce
from service.api import app

client = TestClient(app)


def test_answers_are_those_that_were_measured() -> None:
    """Another kind of processor rounds differently, which may turn a few."""
    measured = json.loads((EVALUATION / "measured.json").read_text(encoding="utf-8"))
    _, n_changed = reproduce()

    assert n_changed <= 0.05 * measured["n_test"]


@pytest.mark.parametrize("text", ["Why?", " ", "\x00", "ü€😀", "x" * 50_000])
def test_odd_texts_are_answered(text: str) -> None:
    """Whatever is a text gets an answer."""
    assert client.post("/extract", json={"text": text}).status_code == 200


@pytest.mark.parametrize("body", ["{", "[]", '{"text": ""}', r'{"text": "\ud800"}'])
def test_what_is_no_text_is_refused(body: str) -> None:
    """The answer says what is wrong; health and documentation stay."""
    assert client.post("/extract", content=body).status_code == 422
    assert [client.get(page).status_code for page in ("/health", "/docs")] == [200, 200]
