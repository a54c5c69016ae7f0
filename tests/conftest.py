"""What holds in every test: no network, the same seeds, no file outside the test's own folder."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

LOOPBACK = {"127.0.0.1", "::1", "localhost"}

_KEPT = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "adaptation-advisor-tests"
)
"""Read before any test gets a home of its own."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave the machine."""
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: Any) -> None:  # noqa: ANN401 # as in socket
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address} over the network")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_locally)


@pytest.fixture(autouse=True)
def fixed_seeds() -> None:
    """Start every test from the same random state."""
    random.seed(0)
    np.random.seed(0)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Count up folders beside the others, where pytest need not look through all to number one."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, homes: Iterator[Path]) -> None:
    """Give every test an empty home, cache and configuration, and a terminal without wishes."""
    home = next(homes)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(home / variable.lower()))
    for variable in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(variable, raising=False)


class HashingEncoder:
    """A tiny encoder for tests: each word adds a fixed random direction; nothing is loaded."""

    def __init__(self, dimension: int = 64) -> None:
        self.name = "hashing"
        self.dimension = dimension
        self.sha256: str | None = hashlib.sha256(str(dimension).encode()).hexdigest()
        self.folder: Path | None = None
        self.n_encoded = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Sum the directions of the words of each text and scale to unit length."""
        self.n_encoded += len(texts)
        vectors = np.array([self._direction(text) for text in texts], dtype=np.float32)
        vectors = vectors.reshape(len(texts), self.dimension)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = vectors / np.maximum(lengths, 1e-9)
        return unit

    def _direction(self, text: str) -> NDArray[np.float64]:
        total = np.zeros(self.dimension)
        for word in text.lower().split():
            total += _direct(word, self.dimension)
        return total


@cache
def _direct(word: str, dimension: int) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimension)


@pytest.fixture
def hashing_encoder() -> HashingEncoder:
    """Return an encoder that needs no model."""
    return HashingEncoder()


@pytest.fixture(scope="session")
def tiny_tokenizer() -> Any:  # noqa: ANN401 # a tokenizer of transformers
    """Train a byte-level tokenizer of 400 pieces on a few sentences."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import PreTrainedTokenizerFast

    pieces = ByteLevelBPETokenizer()
    text = (Path(__file__).parent / "conftest.py").read_text(encoding="utf-8")
    marks = ["<pad>", "<s>", "</s>"]
    pieces.train_from_iterator([text], vocab_size=400, special_tokens=marks, show_progress=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=pieces._tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )


@pytest.fixture(scope="session")
def tiny_causal(tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: Any) -> Path:  # noqa: ANN401 # as above
    """Save a causal model of 0.1 million untrained parameters in the ordinary format."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    configuration = LlamaConfig(
        vocab_size=len(tiny_tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=512,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    folder = tmp_path_factory.mktemp("tiny-causal")
    LlamaForCausalLM(configuration).save_pretrained(folder)
    tiny_tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_seq2seq(tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: Any) -> Path:  # noqa: ANN401 # as above
    """Save a sequence-to-sequence model of 0.2 million untrained parameters."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    configuration = T5Config(
        vocab_size=len(tiny_tokenizer),
        d_model=64,
        d_kv=16,
        d_ff=128,
        num_layers=2,
        num_heads=4,
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=2,
    )
    folder = tmp_path_factory.mktemp("tiny-seq2seq")
    T5ForConditionalGeneration(configuration).save_pretrained(folder)
    tiny_tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Compute with one thread: tiny models only wait for more, above all on a busy machine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


Reply = tuple[int, dict[str, str], bytes]


class ChatServer:
    """A real server on loopback that speaks /v1/chat/completions.

    Attributes:
        answer: What is said to a prompt.
        faults: Replies given, in order, before any answer; a number is a pause in seconds.
        asked: The prompts received, in order of arrival.
        bodies: The whole requests.
        headers: Those of each request, by lower-case name.
    """

    def __init__(self) -> None:
        self.answer: Callable[[str], str] = lambda prompt: "yes"
        self.faults: list[Reply | float] = []
        self.asked: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.context_tokens: int | None = None
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def source(self) -> str:
        """What `--generator` takes for this server."""
        return f"openai:tiny@http://127.0.0.1:{self._http.server_port}/v1"

    def stop(self) -> None:
        """End the server."""
        self._http.shutdown()
        self._http.server_close()

    def reply(self, body: dict[str, Any]) -> Reply:
        """Answer one request, or let it fail as arranged."""
        prompt = body["messages"][-1]["content"]
        self.asked.append(prompt)
        self.bodies.append(body)
        fault = self.faults.pop(0) if self.faults else 0.0
        if not isinstance(fault, float):
            return fault
        time.sleep(fault)
        said = self.answer(prompt)
        usage = {"prompt_tokens": len(prompt.split()), "completion_tokens": len(said.split())}
        choice = {"index": 0, "message": {"role": "assistant", "content": said}}
        return 200, {}, json.dumps({"choices": [choice], "usage": usage}).encode()

    def models(self) -> Reply:
        """List the one model there is."""
        model = {"id": "tiny", "object": "model", "max_model_len": self.context_tokens}
        return 200, {}, json.dumps({"object": "list", "data": [model]}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.headers.append({k.lower(): v for k, v in self.headers.items()})
                length = int(self.headers["Content-Length"])
                self._send(*server.reply(json.loads(self.rfile.read(length))))

            def do_GET(self) -> None:
                self._send(*server.models())

            def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep silent."""

        return Handler


@pytest.fixture
def chat_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """Run a server that answers "yes" until told otherwise."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    server = ChatServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def taught_model() -> Path:
    """Return a small model that has really learnt; trained once in about a minute, then kept.

    It lies outside the repository, named after everything it is made from.
    """
    import taught_model as recipe

    folder = _KEPT / f"taught-model-{recipe.identify()[:16]}"
    if not (folder / "model.safetensors").is_file():
        unfinished = folder.with_name(f".{folder.name}-{os.getpid()}")
        unfinished.mkdir(parents=True)
        recipe.train(unfinished)
        unfinished.replace(folder)
    return folder
