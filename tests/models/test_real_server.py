"""The client against the server that transformers itself starts on a model that has learnt."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import taught_model as world
from transformers import AutoTokenizer

from prototypes.errors import ModelUnavailableError
from prototypes.models.generation_cache import GenerationCache, TokenMeter
from prototypes.models.generator_endpoint import EndpointGenerator, EndpointPolicy
from prototypes.models.generator_local import TransformersGenerator
from prototypes.models.generator_source import parse_endpoint

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]

ONE_TURN = "{% for message in messages %}{{ message.content }}{% endfor %}"
PATIENT = EndpointPolicy(timeout_seconds=60, max_retries=1)
LONGEST_START = 180.0


@dataclass
class Served:
    """A server on loopback, as a process of its own, and the folder of its model."""

    process: subprocess.Popen[bytes]
    folder: Path
    url: str

    def open(self) -> EndpointGenerator:
        """Make a client that remembers nothing."""
        source = parse_endpoint(f"openai:{self.folder}@{self.url}/v1")
        cache, meter = GenerationCache(None), TokenMeter(100_000)
        return EndpointGenerator(source, cache=cache, meter=meter, policy=PATIENT)


@pytest.fixture
def served(taught_model: Path, tmp_path: Path) -> Iterator[Served]:
    """Serve a copy of the model whose chat template is one bare turn."""
    folder = tmp_path / "model"
    folder.mkdir()
    for file in taught_model.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = ONE_TURN
    tokenizer.save_pretrained(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ("serve", str(folder), "--host", "127.0.0.1", "--port", str(port))
    command = (sys.executable, "-m", "transformers.cli.transformers", *arguments)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    own = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([*command, "--device", "cpu"], env={**os.environ, **own}, **quiet)
    server = Served(process, folder, f"http://127.0.0.1:{port}")
    _await(server)
    yield server
    process.kill()
    process.wait()


def _await(server: Served) -> None:
    """Wait until the server answers; fail where it ended or takes too long."""
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until:
        assert server.process.poll() is None, "transformers serve ended by itself"
        try:
            urllib.request.urlopen(f"{server.url}/health", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail("transformers serve did not start")


def test_served_model_says_what_it_says_here_until_it_is_killed(served: Served) -> None:
    """Taught facts come back through the network, with the server's count of tokens."""
    prompts = [world.closed_book(thing) for thing in world.TAUGHT[:8]]
    here = TransformersGenerator(served.folder, name="tiny").generate(prompts, max_tokens=8)

    client = served.open()
    there = client.generate(prompts, max_tokens=8)
    served.process.kill()
    served.process.wait()

    places = [world.true_places()[thing] for thing in world.TAUGHT[:8]]
    assert sum(each.text == place for each, place in zip(there, places, strict=True)) >= 7
    assert [each.text for each in there] == [each.text for each in here]
    assert all(each.n_input_tokens > 20 for each in there)
    with pytest.raises(ModelUnavailableError, match="cannot be reached"):
        client.generate(["still there?"], max_tokens=4)
    client.close()
