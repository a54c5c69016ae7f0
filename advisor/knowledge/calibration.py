"""Reads and spells `rules/calibration.yaml`: the fitted temperature, and where it comes from."""

from __future__ import annotations

from functools import lru_cache
from importlib.abc import Traversable
from importlib.resources import files
from typing import Final

from pydantic import ValidationError

from advisor.errors import RuleBaseError
from advisor.inference.calibration import Assessment
from advisor.knowledge.yaml_text import LocatedMapping, YamlError, line_of, read_yaml, write_yaml
from advisor.schema.calibration import Calibration, Estimate

FILE: Final = "calibration.yaml"
LABEL: Final = f"rules/{FILE}"

HEADER: Final = """\
# What a deciban has been worth on published cases. Written by `python tests/benchmarks/cases.py
# --write`, not by hand; it belongs to one version of the rules and means nothing with another.
"""

SOURCE: Final = "rules/cases.yaml, each group judged at the temperature of all others"
CAVEAT: Final = (
    "The temperature was tested on cases it had not seen, but the rules were written by people who "
    "knew these cases; on others expect support to be less reliable."
)


@lru_cache(maxsize=1)
def load_calibration(folder: Traversable | None = None) -> Calibration | None:
    """Load the fitted temperature; None if the folder has none.

    Raises:
        RuleBaseError: If the file cannot be used; with its line.
    """
    path = (folder or files("rules")) / FILE
    if not path.is_file():
        return None
    try:
        content = read_yaml(path.read_text(encoding="utf-8"))
    except YamlError as error:
        raise RuleBaseError(f"{LABEL}, {error}") from error
    entry = content.get("calibration") if isinstance(content, LocatedMapping) else None
    try:
        return Calibration.model_validate(entry)
    except ValidationError as error:
        fault = error.errors()[0]
        where = f"{LABEL}, line {line_of(entry, fault['loc'])}"
        field = ".".join(str(part) for part in fault["loc"]) or "calibration"
        raise RuleBaseError(f"{where}: {field}: {fault['msg']}.") from error


def build_calibration(assessment: Assessment, *, rules_version: str, date: str) -> Calibration:
    """Keep of an assessment what the rules carry with them."""
    quality = assessment.cross_validated
    return Calibration(
        temperature=round(assessment.temperature, 3),
        date=date,
        n_cases=assessment.n_cases,
        n_groups=assessment.n_groups,
        source=SOURCE,
        caveat=CAVEAT,
        rules_version=rules_version,
        brier=_round(quality.brier),
        ece=_round(quality.ece),
    )


def _round(estimate: Estimate) -> Estimate:
    return Estimate(
        value=round(estimate.value, 3), low=round(estimate.low, 3), high=round(estimate.high, 3)
    )


def spell_calibration(calibration: Calibration) -> str:
    """Write a calibration as the text of its file."""
    return HEADER + write_yaml({"calibration": calibration.model_dump()})
