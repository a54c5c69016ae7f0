"""Lines of code are counted, and the bound on them holds for every project there is."""

from __future__ import annotations

from pathlib import Path

from advisor.export.line_count import count_code_lines

HANDOVER = Path(__file__).resolve().parents[2] / "advisor" / "handover"
MOST = 300

SOURCE = '''"""What it is."""

import os  # a remark


def find(name: str) -> str:
    """Say.

    More.
    """
    # why
    return """two
    lines"""
'''


def test_only_code_is_counted() -> None:
    """Neither blank lines nor comments nor docstrings are; a text that is code is."""
    assert count_code_lines(SOURCE) == 4


def test_longest_projects_keep_to_the_bound() -> None:
    """With a language model, passages and a stream there is most to read."""
    common = ("batches.py", "encoder.py", "prompts.py", "places/elsewhere.py")
    own = ("api_streaming.py", "answers.py", "words.py", "retriever.py", "reading.py")
    asked = [*(f"common/{each}" for each in common), *(f"document_qa/{each}" for each in own)]
    asked += ["document_qa/contexts/retrieved.py", "document_qa/answerers/prompted.py"]

    assert _count(*asked, "common/generators/local.py") <= MOST
    assert _count(*asked, "common/generators/endpoint.py") <= MOST


def _count(*names: str) -> int:
    return sum(count_code_lines((HANDOVER / name).read_text(encoding="utf-8")) for name in names)
