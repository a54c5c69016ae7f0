"""What counts as a hint of personal data, and what does not."""

from __future__ import annotations

import pytest

from advisor.evidence.profile.personal_data import PersonalDataCounter


def _count(text: str) -> tuple[int, int, int]:
    counter = PersonalDataCounter()
    counter.add(text)
    hints = counter.total()
    return hints.emails, hints.phones, hints.identifiers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to a.b@example.org or <x@example.com>", (2, 0, 0)),
        ("call +49 30 1234567 or (030) 123 45 67 89", (0, 2, 0)),
        ("in the US: 212-555-0143", (0, 1, 0)),
        ("card 4111 1111 1111 1111", (0, 0, 1)),
        ("account DE89 3704 0044 0532 0130 00 and NL91ABNA0417164300", (0, 0, 2)),
        ("number 123-45-6789", (0, 0, 1)),
    ],
)
def test_hints_are_counted(text: str, expected: tuple[int, int, int]) -> None:
    """Public examples of each form."""
    assert _count(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "on 2019-08-30 12:00 at 127.0.0.1:2379",
        "id 1234567890123, 0.1234567890123, abc123456789012",
        "@user, git@github, 1 2 3 4 5 6 7 8 9 10 11",
        "card 4111 1111 1111 1112",
        "account DE00 3704 0044 0532 0130 00",
    ],
)
def test_other_numbers_are_no_hints(text: str) -> None:
    """Dates, addresses of machines, counts, and numbers whose check digit is wrong."""
    assert _count(text) == (0, 0, 0)
