"""Everything Advisor raises on purpose, as one tree.

    AdvisorError                      exit code 2 unless a subclass says otherwise
    ├── AnswersError                  an answers file or a --set that cannot be used
    │   ├── UnknownCriterionError     no such criterion (with "did you mean")
    │   └── UnknownLevelError         no such level of a criterion
    ├── RuleBaseError                 the rules themselves are broken (exit code 5)
    ├── PriceListError                a price list that cannot be used
    ├── RunFolderError                a run folder that is missing, foreign or incomplete
    ├── OutputError                   a result that cannot be written where it was asked for
    ├── NoBrowserError                a PDF was asked for and no browser can print it
    ├── ExportError                   an arm that cannot be exported, or not to that folder
    ├── TrackingError                 a tracker that is missing or does not take a result
    ├── NoTerminalError               a question has to be asked and nobody can answer
    └── InterviewInterrupted          Ctrl-C; everything answered so far is saved (exit code 130)

Messages say what was found, what was expected, where, and what to do next; they are built here,
from keyword arguments, so that the same fault always reads the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from advisor.vocabulary import ExitCode


class AdvisorError(Exception):
    """A mistake the user can put right; shown as one sentence, without traceback."""

    exit_code: ExitCode = ExitCode.USAGE


class AnswersError(AdvisorError):
    """An answers file or a --set option cannot be used."""


class UnknownCriterionError(AnswersError):
    """An answer was given to a question that does not exist."""

    def __init__(self, *, found: str, known: Sequence[str], where: str) -> None:
        self.found = found
        super().__init__(
            f"{where}: there is no criterion {found!r}.{did_you_mean(found, known)} "
            f"`advisor rules show` lists all {len(known)}."
        )


class UnknownLevelError(AnswersError):
    """A criterion was given a level that it does not have."""

    def __init__(self, *, criterion: str, found: object, levels: Sequence[str], where: str) -> None:
        self.criterion = criterion
        self.found = found
        super().__init__(
            f"{where}: {criterion} cannot be {found!r}.{did_you_mean(str(found), levels)} "
            f"Expected one of: {', '.join(levels)}, unknown, not_applicable."
        )


class RuleBaseError(AdvisorError):
    """The rule base cannot be loaded or contradicts itself."""

    exit_code = ExitCode.RULES_BROKEN


class RunFolderError(AdvisorError):
    """A run folder is missing, incomplete or was not written by Advisor."""


class TrackingError(AdvisorError):
    """A result cannot be copied to where it should be tracked; the run folder has it."""


class PriceListError(AdvisorError):
    """A price list cannot be read, or a price in it lacks its source or its date."""

    def __init__(self, *, where: str, found: str) -> None:
        super().__init__(
            f"{where}: {found.rstrip('.')}; expected `prices:` with a list of id, usd, what, "
            "source, where and date, as in rules/prices.yaml."
        )


class OutputError(AdvisorError):
    """A result cannot be written where it was asked for."""

    def __init__(self, *, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: cannot write here ({reason}). Choose another place with -o.")


class NoBrowserError(AdvisorError):
    """A PDF was asked for, and there is no browser that prints it."""

    def __init__(self, *, named: str = "", browser: str = "", failure: str = "") -> None:
        if browser:
            found = f"{browser} did not print the report ({failure})"
        elif named:
            found = f"ADVISOR_BROWSER names {named!r}, which cannot be run"
        else:
            found = "no Chromium, Chrome or Edge was found on PATH"
        super().__init__(
            f"PDF: {found}. Install one or name it in ADVISOR_BROWSER; or write --format html, "
            "open the file in any browser and print it."
        )


class ExportError(AdvisorError):
    """An arm cannot be exported, or its project cannot be written where it was asked for."""


class NoTerminalError(AdvisorError):
    """A question has to be asked and standard input is not a terminal."""


class InterviewInterrupted(AdvisorError):
    """The user pressed Ctrl-C; what was answered is saved and can be resumed."""

    exit_code = ExitCode.INTERRUPTED


def did_you_mean(found: str, known: Sequence[str]) -> str:
    """Suggest the known word closest to `found`, as a sentence that starts with a space."""
    close = get_close_matches(found, known, n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""
