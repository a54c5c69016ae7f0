"""How often documents changed, by the history of the git repository they lie in."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

from advisor.schema.profile import HistoryProfile
from prototypes.data.formats import FORMATS

MAX_COMMITS = 20_000
WINDOW_DAYS = 365

_TIMEOUT_SECONDS = 60
# Nothing that a repository's own configuration names may run, and nothing may be fetched.
_HARMLESS = (
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "log.showSignature=false"),
    *("-c", "protocol.allow=never"),
)


def read_history(folder: Path) -> HistoryProfile | None:
    """Count the days on which documents below a folder changed, in the last year it changed.

    Returns:
        None if the folder is in no git repository, holds no committed document, or git is missing.
    """
    days = sorted(_change_days(folder if folder.is_dir() else folder.parent))
    if not days:
        return None
    last = days[-1]
    recent = [day for day in days if (last - day).days < WINDOW_DAYS]
    return HistoryProfile(
        repository=folder.name,
        n_commits=len(days),
        n_days=len(set(recent)),
        span_days=min(WINDOW_DAYS, (last - days[0]).days + 1),
        first=days[0].isoformat(),
        last=last.isoformat(),
    )


def _change_days(folder: Path) -> list[date]:
    """Return the author's day of each commit that touched a document."""
    patterns = [f"*{suffix}" for suffix in FORMATS]
    command = ["git", *_HARMLESS, "--no-pager", "-C", str(folder), "log", "--format=%at"]
    command += ["--no-merges", f"--max-count={MAX_COMMITS}", "--", *patterns]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
            env=_environment(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    stamps = done.stdout.split() if done.returncode == 0 else []
    return [datetime.fromtimestamp(int(stamp), tz=UTC).date() for stamp in stamps]


def _environment() -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return {**inherited, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
