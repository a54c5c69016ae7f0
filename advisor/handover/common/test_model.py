"""The language model outside of this project is the one that was measured."""

import hashlib

import pytest

from service.place import FOLDER, PLACE


@pytest.mark.parametrize(("name", "expected"), PLACE["sha256"].items())
def test_parameters_are_those_that_were_measured(name: str, expected: str) -> None:
    """A model of the same name may have been exchanged."""
    with (FOLDER / name).open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == expected
