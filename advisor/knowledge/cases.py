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
from advisor.inference.compiled import compile_rules
from advisor.inference.consultation import consult
from advisor.knowledge.levels import resolve_answers
from advisor.knowledge.yaml_text import LocatedMapping, YamlError, line_of, read_yaml
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Recommendation
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach


@dataclass(frozen=True, slots=True)
class Case:
    """A published project: what was known before, and what won."""

    id: str
    group: str
    """Cases of one source share a group; a fair comparison never splits it."""
    answers: dict[str, str]
    outcome: Approach
    also_ok: tuple[Approach, ...] = ()


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
    """How the rules do on cases, beside two baselines."""

    advisers: tuple[Adviser, ...]
    """The rules first, then the baselines."""
    confusion: dict[str, dict[str, int]]
    """Number of cases by outcome, then by what the rules put first."""
    n_abstentions: int
    exact_where_decided: Agreement | None
    """Exact agreement where the rules found a clear winner; None if they never did."""
    misses: tuple[tuple[str, str, str], ...]
    """Id, outcome and leading approach of each case that is not even acceptable."""


def load_cases(path: Path, rule_base: RuleBase) -> tuple[Case, ...]:
    """Read a YAML list of published cases.

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
    """Compare what the rules put first with what won, beside majority and naive Bayes."""
    compiled = compile_rules(rule_base)
    advice = [consult(compiled, Answers(answers=case.answers)) for case in cases]
    leading = [recommendation.leading for recommendation in advice]
    return CaseReport(
        advisers=(
            _judge("rules", cases, leading),
            _judge("majority class", cases, predict_majority(cases)),
            _judge("naive Bayes", cases, predict_naive_bayes(rule_base, cases)),
        ),
        confusion=_confusion(cases, leading),
        n_abstentions=sum(r.recommended is None for r in advice),
        exact_where_decided=_agreement_where_decided(cases, advice),
        misses=tuple(
            (case.id, case.outcome.value, found.value)
            for case, found in zip(cases, leading, strict=True)
            if found not in (case.outcome, *case.also_ok)
        ),
    )


def _judge(name: str, cases: Sequence[Case], predictions: Sequence[Approach]) -> Adviser:
    pairs = list(zip(cases, predictions, strict=True))
    exact = sum(found == case.outcome for case, found in pairs)
    lenient = sum(found in (case.outcome, *case.also_ok) for case, found in pairs)
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


def predict_majority(cases: Sequence[Case]) -> list[Approach]:
    """Predict for every case the outcome that is most frequent among all of them."""
    majority, _ = Counter(case.outcome for case in cases).most_common(1)[0]
    return [majority] * len(cases)


def predict_naive_bayes(rule_base: RuleBase, cases: Sequence[Case]) -> list[Approach]:
    """Predict each case by categorical naive Bayes trained on the cases of other groups.

    A missing answer is a category of its own. The first outcome is predicted if there is no other
    group to learn from.
    """
    from sklearn.naive_bayes import CategoricalNB

    codes, n_categories = _encode(rule_base, cases)
    outcomes = np.array([case.outcome.value for case in cases])
    groups = np.array([case.group for case in cases])
    predicted = np.full(len(cases), Approach.PROMPTING.value, dtype=outcomes.dtype)
    for group in np.unique(groups):
        held_out = groups == group
        if held_out.all():
            continue
        classifier = CategoricalNB(min_categories=n_categories)
        classifier.fit(codes[~held_out], outcomes[~held_out])
        predicted[held_out] = classifier.predict(codes[held_out])
    return [Approach(outcome) for outcome in predicted]


def _encode(
    rule_base: RuleBase, cases: Sequence[Case]
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int64]], list[int]]:
    """Number the levels of each criterion; the two special answers come after them."""
    criteria = rule_base.criteria
    numbers = [
        {level: code for code, level in enumerate((*c.level_ids, "not_applicable", "unknown"))}
        for c in criteria
    ]
    codes = np.array(
        [
            [n[case.answers.get(c.id, "unknown")] for c, n in zip(criteria, numbers, strict=True)]
            for case in cases
        ]
    )
    return codes, [len(n) for n in numbers]
