"""A server is asked with patience, within a cap, once per prompt, and nobody else is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from prototypes.errors import CostLimitError, ModelUnavailableError, TokenLimitError
from prototypes.models.generation_cache import CostCap, GenerationCache, TokenMeter
from prototypes.models.generator_endpoint import EndpointGenerator, EndpointPolicy, open_endpoint
from prototypes.models.generator_source import GeneratorOptions, find_generator, parse_endpoint

FAILED = (500, {}, b'{"error": {"message": "boom"}}')
LIMITED = (429, {"Retry-After": "1"}, b"{}")
QUICK = EndpointPolicy(timeout_seconds=5, max_retries=1, n_parallel=4)
Ask = Callable[..., EndpointGenerator]


@pytest.fixture
def connect(chat_server: Any, tmp_path: Path) -> Iterator[Ask]:  # noqa: ANN401 # of conftest
    """Open generators on the server, and close them afterwards."""
    opened = []

    def open_one(
        policy: EndpointPolicy = QUICK, *, limit: int = 10_000, keep: bool = False
    ) -> EndpointGenerator:
        cache = GenerationCache(tmp_path / "answers" if keep else None)
        meter = TokenMeter(limit, used=cache.count_tokens())
        source = parse_endpoint(chat_server.source)
        opened.append(EndpointGenerator(source, cache=cache, meter=meter, policy=policy))
        return opened[-1]

    yield open_one
    for generator in opened:
        generator.close()


def test_answers_come_in_order_with_the_servers_count(connect: Ask, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Several requests at once do not mix up prompts."""
    chat_server.answer = lambda prompt: prompt.upper()
    prompts = [f"word number {n}" for n in range(9)]

    answers = connect().generate(prompts, max_tokens=5)

    assert [each.text for each in answers] == [prompt.upper() for prompt in prompts]
    assert {(each.n_input_tokens, each.n_output_tokens) for each in answers} == {(3, 3)}


def test_fault_is_survived(connect: Ask, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """A server that fails once is asked again."""
    chat_server.faults = [FAILED]

    (answer,) = connect().generate(["ready?"], max_tokens=5)

    assert (answer.text, len(chat_server.asked)) == ("yes", 2)


def test_server_that_asks_for_a_pause_gets_it(connect: Ask, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Too many requests: the pause it names is kept, then it is asked again."""
    chat_server.faults = [LIMITED]
    began = time.perf_counter()

    (answer,) = connect().generate(["ready?"], max_tokens=5)

    assert answer.text == "yes"
    assert time.perf_counter() - began >= 1.0


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (FAILED, "refuses \\(500\\): .*boom"),
        ((429, {"Retry-After": "0.1"}, b"{}"), "too many requests"),
        ((401, {}, b'{"error": {"message": "bad key sk-secret"}}'), "set OPENAI_API_KEY"),
        ((400, {}, b'{"error": {"message": "key sk-secret is odd"}}'), "key … is odd"),
        ((307, {"Location": "http://127.0.0.1:9/v1"}, b""), "points elsewhere"),
        ((200, {}, b'{"choices": []}'), "not with a chat completion"),
        ((200, {}, b"{ broken"), "not with a chat completion"),
        ((200, {"Content-Type": "text/html"}, b"<html>"), "not with a chat completion"),
    ],
)
def test_server_that_keeps_failing_is_named(
    connect: Ask,
    chat_server: Any,  # noqa: ANN401 # of conftest
    reply: tuple[int, dict[str, str], bytes],
    sentence: str,
) -> None:
    """One sentence says what it did, never with the key in it."""
    chat_server.faults = [reply] * 4

    with pytest.raises(ModelUnavailableError, match=sentence) as caught:
        connect().generate(["ready?"], max_tokens=5)

    assert "sk-secret" not in str(caught.value)


def test_malformed_answer_is_asked_for_again(connect: Ask, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """One broken reply does not end an arm."""
    chat_server.faults = [(200, {}, b'{"id": "x"}')]

    assert connect().generate(["ready?"], max_tokens=5)[0].text == "yes"


def test_slow_server_is_not_waited_for_forever(connect: Ask, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Each attempt has its time, and the message says how long."""
    chat_server.faults = [0.6, 0.6]

    with pytest.raises(ModelUnavailableError, match=r"within 0\.2 s"):
        connect(EndpointPolicy(timeout_seconds=0.2, max_retries=1)).generate(["?"], max_tokens=5)


def test_killed_server_is_named_and_what_it_said_is_kept(
    connect: Ask,
    chat_server: Any,  # noqa: ANN401 # of conftest
) -> None:
    """Known prompts are answered from disk; a new one tells where the server should be."""
    generator = connect(keep=True)
    first = generator.generate(["ready?"], max_tokens=5)
    chat_server.stop()

    assert generator.generate(["ready?"], max_tokens=5) == first
    with pytest.raises(ModelUnavailableError, match="cannot be reached"):
        generator.generate(["still there?"], max_tokens=5)


def test_repeated_run_costs_nothing_and_knows_its_time(
    connect: Ask,
    chat_server: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """Answers are found by model and prompt; the time they took is told, the key is nowhere."""
    chat_server.faults = [0.1]
    connect(keep=True).generate(["ready?"], max_tokens=5)
    again = connect(keep=True)

    again.generate(["ready?"], max_tokens=5)

    assert len(chat_server.asked) == 1
    assert again.saved_seconds >= 0.1
    assert all("sk-secret" not in path.read_text() for path in tmp_path.rglob("*.json"))


def test_damaged_memory_is_asked_for_anew(connect: Ask, chat_server: Any, tmp_path: Path) -> None:  # noqa: ANN401 # of conftest
    """A file that cannot be read is no answer."""
    connect(keep=True).generate(["ready?"], max_tokens=5)
    (path,) = tmp_path.rglob("*.json")
    path.write_text("{")

    assert connect(keep=True).generate(["ready?"], max_tokens=5)[0].text == "yes"
    assert len(chat_server.asked) == 2


def test_cap_on_tokens_holds_over_runs(connect: Ask, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """What was used before counts, and no request is sent that could go beyond."""
    chat_server.answer = lambda prompt: "word " * 90
    connect(keep=True, limit=200).generate(["first"], max_tokens=90)

    with pytest.raises(TokenLimitError, match="91 of the 150 tokens allowed"):
        connect(keep=True, limit=150).generate(["second"], max_tokens=90)

    assert chat_server.asked == ["first"]


def test_cap_on_cost_holds_over_runs(chat_server: Any, tmp_path: Path) -> None:  # noqa: ANN401 # of conftest
    """Written tokens have their own price; no request is sent that could go beyond."""
    chat_server.answer = lambda prompt: "word " * 90

    def options(usd: float) -> GeneratorOptions:
        cap = CostCap(usd, prices_usd=(100.0, 10_000.0))
        return GeneratorOptions(cache_dir=tmp_path, cost_cap=cap)

    first = open_endpoint(parse_endpoint(chat_server.source), options(1.0))
    first.generate(["first"], max_tokens=90)
    later = open_endpoint(parse_endpoint(chat_server.source), options(1.5))

    with pytest.raises(CostLimitError, match=r"0\.9001 of the 1\.5 US dollars allowed \(--max-usd"):
        later.generate(["second"], max_tokens=90)
    assert chat_server.asked == ["first"]
    for each in (first, later):
        each.close()


def test_key_goes_to_the_named_server_only(
    connect: Ask,
    chat_server: Any,  # noqa: ANN401 # of conftest
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another address or organisation in the environment is not heeded."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/elsewhere")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")

    connect().generate(["ready?"], max_tokens=5)

    (sent,) = chat_server.headers
    assert sent["authorization"] == "Bearer sk-secret"
    assert "org-secret" not in sent.values()


def test_server_without_key_is_asked_with_a_dummy(
    connect: Ask,
    chat_server: Any,  # noqa: ANN401 # of conftest
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Servers at home need no key."""
    monkeypatch.delenv("OPENAI_API_KEY")

    connect().generate(["ready?"], max_tokens=5)

    assert chat_server.headers[0]["authorization"] == "Bearer none"


def test_context_is_asked_of_the_server(connect: Ask, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """A server that tells is believed; one that does not leaves it open."""
    silent = connect().context_tokens
    chat_server.context_tokens = 4096

    assert (silent, connect().context_tokens) == (None, 4096)


def test_options_reach_the_generator(chat_server: Any, tmp_path: Path) -> None:  # noqa: ANN401 # of conftest
    """Cap, context and folder are those of the trial."""
    options = GeneratorOptions(max_tokens_total=3, context_tokens=99, cache_dir=tmp_path)
    generator = open_endpoint(parse_endpoint(chat_server.source), options)

    assert generator.context_tokens == 99
    with pytest.raises(TokenLimitError, match="0 of the 3"):
        generator.generate(["a longer prompt"], max_tokens=5)
    generator.close()


def test_address_is_taken_apart() -> None:
    """The model may hold slashes and colons; a bare host gets the usual path."""
    source = parse_endpoint("openai:org/llama:8b@http://example.org:8000")

    assert (source.model, source.url) == ("org/llama:8b", "http://example.org:8000/v1")
    assert (source.sends_to, source.is_on_this_machine) == ("example.org:8000", False)
    assert parse_endpoint("openai:m@http://localhost:1").sends_to is None


@pytest.mark.parametrize(
    "name",
    [
        "openai:gpt",
        "openai:@http://x/v1",
        "openai:m@ftp://x",
        "openai:m@https://user:hidden@host/v1",
        "openai:m@https://host/v1?key=hidden",
    ],
)
def test_address_with_a_secret_or_without_a_host_is_refused(name: str) -> None:
    """What is expected is said; what may be a password is not repeated."""
    with pytest.raises(ModelUnavailableError, match="expected openai:MODEL@URL") as caught:
        find_generator(name)

    assert "hidden" not in str(caught.value)


def test_missing_client_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the optional package the command that installs it is named."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(
        ModelUnavailableError, match=r"pip install 'adaptation-advisor\[endpoint\]'"
    ):
        find_generator("openai:m@http://localhost:1/v1")


@pytest.mark.parametrize("name", ["max_tokens", "temperature"])
def test_server_that_wants_the_newer_form_is_asked_in_it(
    name: str,
    connect: Ask,
    chat_server: Any,  # noqa: ANN401 # of conftest
) -> None:
    """A refusal that names the parameter leads to one further request, and to no more of them."""
    said = f"Unsupported parameter: '{name}' is not supported with this model."
    chat_server.faults = [(400, {}, json.dumps({"error": {"message": said}}).encode())]

    answers = connect(EndpointPolicy(n_parallel=1)).generate(["one", "two"], max_tokens=5)
    first, *others = chat_server.bodies

    assert [each.text for each in answers] == ["yes", "yes"] and len(others) == 2
    assert (first["max_tokens"], first["temperature"]) == (5, 0)
    for body in others:
        assert body["max_completion_tokens"] == 5 and not {"max_tokens", "temperature"} & set(body)


def test_other_refusals_are_not_asked_again(connect: Ask, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """What the server says about something else is passed on."""
    chat_server.faults = [(400, {}, b'{"error": {"message": "this prompt is too long"}}')]

    with pytest.raises(ModelUnavailableError, match="this prompt is too long"):
        connect().generate(["one"], max_tokens=5)

    assert len(chat_server.asked) == 1
