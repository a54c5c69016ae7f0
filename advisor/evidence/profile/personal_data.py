"""Counts what looks like personal data; nothing that is found is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from advisor.schema.profile import PersonalDataHints

_EMAIL = re.compile(r"@(?<=[\w.+%-]@)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_KINDS = bytes(
    ord("1") if code in b"0123456789" else ord("2") if code in b"+ ()./-" else ord("0")
    for code in range(256)
)
_RUN = re.compile(rb"1[12]{7,}+")
"""A run of digits and signs, in a text of which every byte was replaced by its kind."""
_MIN_DIGITS = 9
_DIGITS = re.compile(r"[+(\d](?:[ ()./-]{0,2}\d){8,22}")
"""Nine digits or more, with at most two blanks or signs between them."""

_BEFORE = 12
_INTERNATIONAL = re.compile(r"(?:\+|00)[1-9][\d ()./-]+")
_NATIONAL = re.compile(r"\(?0[1-9]\d{0,4}\)?[ /-]+\d[\d ./-]*")
_NORTH_AMERICAN = re.compile(r"\(?[2-9]\d{2}\)?[ .-]+[2-9]\d{2}[ .-]\d{4}")
_SOCIAL_SECURITY = re.compile(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
_CARD = re.compile(r"[2-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}")
_IBAN_BEFORE = re.compile(r"(?:^|[^A-Z0-9])([A-Z]{2})$")
_BANK_LETTERS_BEFORE = re.compile(r"(?:^|[^A-Z0-9])([A-Z]{2}\d{2} ?[A-Z]{4} ?)$")
_MAX_PHONE_DIGITS = 15  # E.164


class PersonalDataCounter:
    """Adds up the hints of many texts."""

    def __init__(self) -> None:
        self._emails = self._phones = self._identifiers = 0

    def add(self, text: str) -> None:
        """Count the hints in one more text."""
        if "@" in text:
            self._emails += sum(1 for _ in _EMAIL.finditer(text))
        for region in _regions_with_digits(text.encode("utf-8", "replace")):
            for match in _DIGITS.finditer(region):
                self._add_digits(region, match)

    def _add_digits(self, region: str, match: re.Match[str]) -> None:
        if _is_part_of_word(region, match):
            return
        run = match[0]
        if _is_identifier(run, before=region[max(0, match.start() - _BEFORE) : match.start()]):
            self._identifiers += 1
        elif _is_phone(run):
            self._phones += 1

    def total(self) -> PersonalDataHints:
        """Return what was counted so far."""
        return PersonalDataHints(
            emails=self._emails, phones=self._phones, identifiers=self._identifiers
        )


def _regions_with_digits(data: bytes) -> Iterator[str]:
    """Yield each run of digits and signs that is long enough, with a little of what is around."""
    kinds = data.translate(_KINDS)
    for run in _RUN.finditer(kinds):
        if run[0].count(b"1") >= _MIN_DIGITS:
            opening = max(0, run.start() - _BEFORE)
            yield data[opening : run.end() + 1].decode("utf-8", "ignore")


def _is_part_of_word(text: str, match: re.Match[str]) -> bool:
    """True for digits inside a longer number, such as a decimal fraction or a hash."""
    before = text[match.start() - 1 : match.start()]
    after = text[match.end() : match.end() + 1]
    if not before.isalnum():
        return before in (".", "_") or after.isalpha()
    opening = text[max(0, match.start() - _BEFORE) : match.start()]
    is_account = _IBAN_BEFORE.search(opening) or _BANK_LETTERS_BEFORE.search(opening)
    return is_account is None or after.isalpha()


def _is_identifier(run: str, *, before: str) -> bool:
    checks: tuple[Callable[[str], bool], ...] = (
        lambda digits: _SOCIAL_SECURITY.fullmatch(digits) is not None,
        lambda digits: _CARD.fullmatch(digits) is not None and _passes_luhn(digits),
        lambda digits: _is_bank_account(digits, before=before),
    )
    return any(check(run) for check in checks)


def _is_phone(run: str) -> bool:
    n_digits = sum(map(str.isdigit, run))
    forms = (_INTERNATIONAL, _NATIONAL, _NORTH_AMERICAN)
    return n_digits <= _MAX_PHONE_DIGITS and any(form.fullmatch(run) for form in forms)


def _passes_luhn(run: str) -> bool:
    digits = [int(sign) for sign in reversed(run) if sign.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(digits) in range(13, 20) and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_bank_account(run: str, *, before: str) -> bool:
    country = _IBAN_BEFORE.search(before) or _BANK_LETTERS_BEFORE.search(before)
    if country is None:
        return False
    account = (country[1] + run).replace(" ", "")
    if not (account.isalnum() and 15 <= len(account) <= 34):
        return False
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1
