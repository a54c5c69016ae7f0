"""Prompts: texts of others are quoted as data, and what the model cannot read is left out."""

import re
from collections.abc import Callable
from string import Template

from service.generator import Generator

MARK = re.compile(r"<(?=/?quoted_)", re.IGNORECASE)


def quote(kind: str, text: str) -> str:
    """Quote a text, which cannot end the quotation itself."""
    return f"<quoted_{kind}>\n{MARK.sub('(', text.strip())}\n</quoted_{kind}>"


def fill(template: str, **values: str) -> str:
    """Put values in the place of `$names`."""
    return Template(template).substitute(values).strip()


def build_fitting(
    generator: Generator, build: Callable[[int], str], numbers: range, n_tokens: int
) -> tuple[str | None, int]:
    """Build the prompt with as many pieces as can be read; None if even the fewest are too long."""
    for n in reversed(numbers):
        prompt = build(n)
        if generator.fits(prompt, n_tokens):
            return prompt, n
    return None, 0
