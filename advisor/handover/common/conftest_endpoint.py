"""The model's server is only asked where ASK_SERVER=1 is set; elsewhere each answer is "yes"."""

import os

import pytest

import service.generator

ASKS_SERVER = os.environ.get("ASK_SERVER") == "1"


@pytest.fixture(autouse=True)
def stand_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the server in peace, and leave out what only it can answer."""
    if ASKS_SERVER:
        return
    if "measured" in request.node.name:
        pytest.skip("set ASK_SERVER=1 to ask the server again")
    monkeypatch.setattr(service.generator.Generator, "_ask", lambda *_: "yes")
