"""Holds the rules against published cases whose outcome is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import NormalDist

import numpy as np

from advisor.errors import AnswersError
from advisor.inference.calibration import Assessment, assess_calibration
from advisor.inference.compiled import MILLI, CompiledRules, compile_rules
from advisor.inference.consultation import consult
from advisor.inference.evidence import weigh
from advisor.inference.ranking import rank_approaches
from advisor.knowledge.baselines import predict_majority, predict_naive_bayes, predict_nearest
from advisor.knowledge.levels import resolve_answers
from advisor.knowledge.yaml_text import LocatedMapping, YamlError, line_of, read_yaml
from advisor.schema.answers import Answers
from advisor.schema.calibration import MIN_CASES
from advisor.schema.case import Case
from advisor.schema.recommendation import Recommendation
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach, Status


@dataclass(frozen=True, slots=True)
class Agreement:
    """A share of cases with its 95 % Wilson interval."""

    n_agreeing: int
    n_cases: int

    @property
    def share(self) -> float:
        """The share itself."""
        return self.n_agreeing / self.n_cases

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval."""
        z = NormalDist().inv_cdf(0.975)
        n, p = self.n_cases, self.share
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True)
class Adviser:
    """Somebody who predicts outcomes, and how often that is right."""

    name: str
    exact: Agreement
    lenient: Agreement
    """Counting the outcomes that the source finds equally acceptable."""


@dataclass(frozen=True, slots=True)
class CaseReport:
    """How the rules do on cases, beside three baselines."""

    advisers: tuple[Adviser, ...]
    """The rules first, then the baselines."""
    confusion: dict[str, dict[str, int]]
    """Number of cases by outcome, then by what the rules put first."""
    n_abstentions: int
    exact_where_decided: Agreement | None
    """Exact agreement where the rules found a clear winner; None if they never did."""
    misses: tuple[tuple[str, str, str], ...]
    """Id, outcome and leading approach of each case that is not even acceptable."""
    calibration: Assessment | None
    """None below fifty cases or with a single group: too few to read support as a share."""


def load_cases(path: Path, rule_base: RuleBase) -> tuple[Case, ...]:
    """Read a YAML list of published cases, alone or under the key `cases`.

    Raises:
        AnswersError: If the file or a case in it cannot be used; with file and line.
    """
    try:
        content = read_yaml(path.read_text(encoding="utf-8"))
    except YamlError as error:
        raise AnswersError(f"{path}, {error}") from error
    except FileNotFoundError as error:
        raise AnswersError(f"{path}: there is no such file of cases.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise AnswersError(f"{path}: cannot be read ({error}).") from error
    if isinstance(content, LocatedMapping):
        content = content.get("cases")
    if not isinstance(content, list) or not content:
        raise AnswersError(f"{path}: expected a list of cases with id, answers and outcome.")
    return tuple(_case(entry, rule_base, path=path) for entry in content)


def _case(entry: object, rule_base: RuleBase, *, path: Path) -> Case:
    if not isinstance(entry, LocatedMapping):
        raise AnswersError(
            f"{path}: expected a case with id, answers and outcome, found {entry!r}."
        )
    where = f"{path}, line {line_of(entry, ())}"
    answers = entry.get("answers")
    if not isinstance(answers, LocatedMapping):
        raise AnswersError(f"{where}: the case has no answers.")
    named = {str(key): level for key, level in answers.items()}
    case_id = str(entry.get("id", "?"))
    also_ok = entry.get("also_ok")
    return Case(
        id=case_id,
        group=str(entry.get("group", case_id)),
        answers=resolve_answers(named, rule_base, where=where),
        outcome=_approach(entry.get("outcome"), where),
        also_ok=tuple(_approach(o, where) for o in also_ok) if isinstance(also_ok, list) else (),
    )


def _approach(found: object, where: str) -> Approach:
    if found not in tuple(Approach):
        raise AnswersError(f"{where}: outcome {found!r} is none of {', '.join(Approach)}.")
    return Approach(str(found))


def compare_with_cases(rule_base: RuleBase, cases: Sequence[Case]) -> CaseReport:
    """Compare what the rules put first with what won, beside predictors that know no rules."""
    compiled = compile_rules(rule_base)
    advice = [consult(compiled, Answers(answers=case.answers)) for case in cases]
    leading = [recommendation.leading for recommendation in advice]
    return CaseReport(
        advisers=(
            _judge("rules", cases, leading),
            _judge("majority class", cases, predict_majority(cases)),
            _judge("naive Bayes", cases, predict_naive_bayes(rule_base, cases)),
            _judge("nearest cases", cases, predict_nearest(rule_base, cases)),
        ),
        confusion=_confusion(cases, leading),
        n_abstentions=sum(r.recommended is None for r in advice),
        exact_where_decided=_agreement_where_decided(cases, advice),
        misses=tuple(
            (case.id, case.outcome.value, found.value)
            for case, found in zip(cases, leading, strict=True)
            if not case.accepts(found)
        ),
        calibration=calibrate(compiled, cases),
    )


def calibrate(compiled: CompiledRules, cases: Sequence[Case]) -> Assessment | None:
    """Fit and test a temperature on cases; None if there are too few."""
    groups = [case.group for case in cases]
    if len(cases) < MIN_CASES or len(set(groups)) < 2:
        return None
    scores = np.array([_score(compiled, case) for case in cases])
    outcomes = np.array([compiled.approaches.index(case.outcome) for case in cases])
    return assess_calibration(scores, outcomes, groups=groups)


def _score(compiled: CompiledRules, case: Case) -> list[float]:
    """Decibans per approach; -inf if excluded."""
    ranking = rank_approaches(compiled, weigh(compiled, compiled.encode(case.answers)))
    return [
        -np.inf if status is Status.EXCLUDED else score / MILLI
        for score, status in zip(ranking.scores, ranking.status, strict=True)
    ]


def _judge(name: str, cases: Sequence[Case], predictions: Sequence[Approach]) -> Adviser:
    pairs = list(zip(cases, predictions, strict=True))
    exact = sum(found == case.outcome for case, found in pairs)
    lenient = sum(case.accepts(found) for case, found in pairs)
    return Adviser(name, Agreement(exact, len(cases)), Agreement(lenient, len(cases)))


def _agreement_where_decided(
    cases: Sequence[Case], advice: Sequence[Recommendation]
) -> Agreement | None:
    decided = [
        (case.outcome, r.recommended)
        for case, r in zip(cases, advice, strict=True)
        if r.recommended is not None
    ]
    return Agreement(sum(a == b for a, b in decided), len(decided)) if decided else None


def _confusion(cases: Sequence[Case], predictions: Sequence[Approach]) -> dict[str, dict[str, int]]:
    counts = Counter((case.outcome, p) for case, p in zip(cases, predictions, strict=True))
    return {
        outcome.value: {found.value: counts[outcome, found] for found in Approach}
        for outcome in Approach
    }
