"""Reads and writes Advisor's own files in a run folder, beside those of the laboratory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from advisor.errors import RunFolderError
from advisor.evidence.prices import Price, load_prices
from advisor.files import write_text
from advisor.knowledge.answers_file import load_answers, write_answers
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Recommendation
from advisor.schema.rule import RuleBase
from prototypes.results import TrialResult

ANSWERS_FILE = "answers.yaml"
RECOMMENDATION_FILE = "recommendation.json"
TRIAL_FILE = "trial.json"
PRICES_FILE = "prices.yaml"
REPORT_FILE = "report.html"


S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What a run folder holds."""

    answers: Answers
    recommendation: Recommendation
    trial: TrialResult | None
    rule_base: RuleBase
    prices: tuple[Price, ...] = ()


def load_run(run: Path, *, rules: Path | None = None, prices: Path | None = None) -> StoredRun:
    """Read a run folder.

    Args:
        run: The folder.
        rules: The rules that were added to ours when the advice was given, if any were.
        prices: A price list to use instead of the one of the run.

    Raises:
        RunFolderError: If the folder is missing, incomplete or was written by something else.
        PriceListError: If the price list cannot be used.
    """
    rule_base = load_rules(rules)
    recommendation = _read(run, RECOMMENDATION_FILE)
    trial, stored = run / TRIAL_FILE, run / PRICES_FILE
    return StoredRun(
        answers=load_answers(run / ANSWERS_FILE, rule_base),
        recommendation=_parse(Recommendation, recommendation, run / RECOMMENDATION_FILE),
        trial=_parse(TrialResult, _read(run, TRIAL_FILE), trial) if trial.exists() else None,
        rule_base=rule_base,
        prices=load_prices(prices or (stored if stored.exists() else None)),
    )


def store_advice(run: Path, answers: Answers, recommendation: Recommendation) -> None:
    """Write the answers and the recommendation before anything is measured.

    Raises:
        OutputError: If the folder cannot be written.
    """
    write_answers(answers, run / ANSWERS_FILE)
    write_text(run / RECOMMENDATION_FILE, recommendation.model_dump_json(indent=2) + "\n")


def require_run_folder(run: Path) -> None:
    """Refuse what is no folder.

    Raises:
        RunFolderError: If it is a file, or is not there.
    """
    if run.is_dir():
        return
    if not run.exists():
        raise RunFolderError(f"{run}: there is no such run folder; `advisor prototype` makes one.")
    is_inside = (run.parent / RECOMMENDATION_FILE).exists()
    meant = f", here {run.parent}" if is_inside else "; `advisor prototype` makes one"
    raise RunFolderError(f"{run}: this is a file; expected the folder of a run{meant}.")


def _read(run: Path, name: str) -> str:
    require_run_folder(run)
    try:
        return (run / name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RunFolderError(
            f"{run}: holds no {name}, so it is not a run folder of Advisor or was cut short; "
            "`advisor prototype … --resume` completes it."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RunFolderError(f"{run / name}: cannot be read ({error}).") from error


def _parse(schema: type[S], text: str, path: Path) -> S:
    try:
        return schema.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole file"
        raise RunFolderError(
            f"{path}: was not written by this version of Advisor ({where}: {first['msg']}); "
            "`advisor prototype … --resume` writes it anew."
        ) from error
