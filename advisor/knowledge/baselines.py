"""What the rules have to beat on published cases: predictors that know no rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from advisor.inference.similarity import similar_cases, vote
from advisor.schema.case import Case
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach


def predict_majority(cases: Sequence[Case]) -> list[Approach]:
    """Predict for every case the outcome that is most frequent among all of them."""
    majority, _ = Counter(case.outcome for case in cases).most_common(1)[0]
    return [majority] * len(cases)


def predict_nearest(rule_base: RuleBase, cases: Sequence[Case]) -> list[Approach]:
    """Predict each case by the five most similar cases of other groups.

    Likeness is weighted by the rules, so this is no stranger to them. The majority of the other
    groups decides where nothing is comparable.
    """
    predicted = []
    for case in cases:
        others = [other for other in cases if other.group != case.group]
        nearest = vote(similar_cases(rule_base, case.answers, library=others))
        predicted.append(nearest or predict_majority(others or cases)[0])
    return predicted


def predict_naive_bayes(rule_base: RuleBase, cases: Sequence[Case]) -> list[Approach]:
    """Predict each case by categorical naive Bayes trained on the cases of other groups.

    A missing answer is a category of its own. The first outcome is predicted if there is no other
    group to learn from.
    """
    from sklearn.naive_bayes import CategoricalNB

    codes, n_categories = _encode(rule_base, cases)
    outcomes = np.array([case.outcome.value for case in cases])
    groups = np.array([case.group for case in cases])
    predicted = np.full(len(cases), Approach.PROMPTING.value, dtype=object)
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
