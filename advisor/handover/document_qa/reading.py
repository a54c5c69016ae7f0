"""Reading what a language model answered: silence, citations, and the answer itself."""

import re

ABSTENTION = "NO ANSWER"
ABSTAINS = re.compile(rf"\W*(?:{ABSTENTION}\b|(?i:{ABSTENTION})\W*\Z)")
CITATION = re.compile(r"\s*\[\s*(\d+(?:\s*[,;]\s*\d+)*)\s*\]")


def read_answer(said: str, n_given: int) -> tuple[str | None, list[int]]:
    """Return the answer, None for silence, and the numbers of the passages that it names.

    Numbers that no passage was given under are left out; without any passage brackets are part of
    the answer.
    """
    if ABSTAINS.match(said):
        return None, []
    groups = CITATION.findall(said) if n_given else []
    numbers = [int(number) for group in groups for number in re.findall(r"\d+", group)]
    text = " ".join((CITATION.sub("", said) if n_given else said).split())
    cited = dict.fromkeys(number for number in numbers if 1 <= number <= n_given)
    return (text, list(cited)) if text else (None, [])
