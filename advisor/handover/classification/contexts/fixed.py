"""Which examples a language model is shown: the same ones for every text, or none."""

from collections.abc import Sequence

from service.examples import Labelled, read_examples


class Context:
    """A few labelled texts."""

    def __init__(self) -> None:
        self._examples = read_examples()

    def find(self, texts: Sequence[str]) -> list[list[Labelled]]:
        """Return the examples for each text."""
        return [self._examples for _ in texts]
