"""Which language model `--generator` names: a folder, a hub id, or a server of the user's."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from prototypes.errors import ModelUnavailableError
from prototypes.models.generation_cache import CostCap
from prototypes.models.generator import Generator
from prototypes.models.generator_memory import count_parameters, require_fitting, require_some_room
from prototypes.models.model_folder import (
    count_on_hub,
    find_model_folder,
    hash_files,
    require_safetensors,
)

DEFAULT_MAX_TOKENS_TOTAL = 5_000_000
"""What a trial may read and write at a server unless the user says otherwise."""

_PREFIX = "openai:"
_ENDPOINT = re.compile(r"openai:(?P<model>.+?)@(?P<url>https?://\S+)")
_EXPECTED = "expected openai:MODEL@URL, such as openai:llama3.2@http://localhost:11434/v1"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class LocalSource:
    """A model on this machine; `sha256` is that of its parameters."""

    name: str
    folder: Path
    n_parameters: int
    sha256: str | None
    sends_to: None = None


@dataclass(frozen=True, slots=True)
class EndpointSource:
    """A model behind an OpenAI-compatible server that the user named."""

    model: str
    url: str
    sha256: str | None = None

    @property
    def name(self) -> str:
        """The model and where it runs."""
        return f"{self.model} at {self.host}"

    @property
    def host(self) -> str:
        """The server's name and port."""
        return urlsplit(self.url).netloc

    @property
    def sends_to(self) -> str | None:
        """The host beyond this machine that prompts are sent to; None if they stay here."""
        return None if self.is_on_this_machine else self.host

    @property
    def is_on_this_machine(self) -> bool:
        """Tell whether prompts stay here."""
        return urlsplit(self.url).hostname in _LOOPBACK


@dataclass(frozen=True, slots=True)
class GeneratorOptions:
    """What a user may say about a generator beyond its name.

    Attributes:
        max_tokens_total: A server is not asked for more tokens than this in one run folder.
        context_tokens: How long the context is; None asks the model or the server.
        cache_dir: Where a server's answers are kept; None keeps them nowhere.
        cost_cap: What a server may cost in one run folder; None sets no such limit.
    """

    max_tokens_total: int = DEFAULT_MAX_TOKENS_TOTAL
    context_tokens: int | None = None
    cache_dir: Path | None = None
    cost_cap: CostCap | None = None


@dataclass(frozen=True, slots=True)
class GeneratorSupply:
    """A language model that can be had, and how it is to be used."""

    source: LocalSource | EndpointSource
    options: GeneratorOptions

    def load(self) -> Generator:
        """Load the model, or get ready to ask its server.

        Raises:
            ModelUnavailableError: If it cannot be loaded.
        """
        return load_generator(self.source, self.options)


def find_generator(name: str) -> LocalSource | EndpointSource:
    """Find out what a name stands for and that it can be used; loads and asks nothing.

    Args:
        name: A local folder, a hub id (fetched from the hub), or `openai:MODEL@URL`.

    Raises:
        ModelUnavailableError: If there is no such model, it is refused, it does not fit into
            memory, or what is needed to reach it is not installed.
    """
    return parse_endpoint(name) if is_endpoint(name) else _find_local(name)


def is_endpoint(name: str) -> bool:
    """Tell whether a name stands for a server rather than a model on this machine."""
    return name.startswith(_PREFIX)


def load_generator(source: LocalSource | EndpointSource, options: GeneratorOptions) -> Generator:
    """Load a model, or get ready to ask a server.

    Raises:
        ModelUnavailableError: If it cannot be loaded.
    """
    if isinstance(source, LocalSource):
        from prototypes.models.generator_local import TransformersGenerator

        require_fitting(source.name, require_safetensors(source.folder))
        return TransformersGenerator(
            source.folder, name=source.name, context_tokens=options.context_tokens
        )
    from prototypes.models.generator_endpoint import open_endpoint

    return open_endpoint(source, options)


def parse_endpoint(name: str) -> EndpointSource:
    """Take `openai:MODEL@URL` apart.

    Raises:
        ModelUnavailableError: If it is not of this form, holds a secret, or the client is missing.
    """
    match = _ENDPOINT.fullmatch(name)
    if match is None:
        # The name is not repeated: what is wrong with it may be a password in the address.
        raise ModelUnavailableError(f"The server of the generator cannot be read; {_EXPECTED}.")
    parts = urlsplit(match["url"])
    if parts.username or parts.password or parts.query or not parts.hostname:
        raise ModelUnavailableError(
            "The address of the generator's server may hold no user, password or query, and needs "
            f"a host; {_EXPECTED}. A key is taken from the environment variable OPENAI_API_KEY."
        )
    if importlib.util.find_spec("openai") is None:
        raise ModelUnavailableError(
            "A generator behind a server needs the package 'openai', which is not installed; "
            "install it with: pip install 'adaptation-advisor[endpoint]'"
        )
    path = parts.path.rstrip("/") or "/v1"
    return EndpointSource(match["model"], f"{parts.scheme}://{parts.netloc}{path}")


def _find_local(name: str) -> LocalSource:
    from prototypes.models.generator_local import require_generating

    is_local = Path(name).expanduser().exists()
    n_published = None if is_local else count_on_hub(name)
    if n_published is not None:
        require_some_room(name, n_published)
    folder = find_model_folder(name, kind="generator", instead=f"name a server ({_EXPECTED})")
    files = require_safetensors(folder)
    require_generating(folder)
    shown = folder.resolve().name if is_local else name
    n_parameters = count_parameters(files)
    require_some_room(shown, n_parameters)
    return LocalSource(shown, folder, n_parameters, hash_files(files))
