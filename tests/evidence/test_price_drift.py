"""What other prices make of a measured decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from advisor.evidence.costs import Band, Usage
from advisor.evidence.price_drift import find_cheapest, find_token_drift, rates_now, rates_then
from advisor.evidence.prices import Price
from prototypes.contracts import Approach
from prototypes.results import ArmResult, TrialResult

MakeArm = Callable[..., ArmResult]
MakeTrial = Callable[..., TrialResult]
USAGE = Usage(answers_per_day=Band(100.0, 1000.0, 10_000.0), updates_per_month=1.0)


def _prices(**usd: float) -> list[Price]:
    day = date(2026, 1, 1)
    return [
        Price.model_validate(
            {"id": name, "usd": each, "what": "w", "source": "s", "where": "here", "date": day}
        )
        for name, each in usd.items()
    ]


@pytest.fixture
def trial(make_arm: MakeArm, make_trial: MakeTrial) -> TrialResult:
    """An arm that asks a server, 1,000 tokens an answer, beside one that works here for 10 ms."""
    asked = make_arm(Approach.RAG, input_tokens=900, output_tokens=100, cost_per_1000=None)
    return make_trial([asked, make_arm(Approach.FINE_TUNE), make_arm(Approach.BASELINE)])


def test_dearer_tokens_make_another_arm_the_cheapest(trial: TrialResult) -> None:
    """10 ms at $3.6 an hour are $.00001; 1,000 tokens at $.001 a million a tenth of that."""
    then = rates_then(
        trial, _prices(machine_hour=3.6, million_tokens_read=0.001, million_tokens_written=0.001)
    )
    now = rates_now(
        trial, _prices(machine_hour=3.6, million_tokens_read=1.0, million_tokens_written=4.0)
    )
    found = find_cheapest(trial, USAGE, before=then, now=now)

    assert found is not None
    assert (found.before, found.now) == ("rag", "fine_tune")
    assert [(one.before, one.now) for one in find_token_drift(then, now)] == [
        (0.001, 1.0),
        (0.001, 4.0),
    ]


def test_cheapest_arm_stays_where_prices_do(trial: TrialResult) -> None:
    """Tokens that no list of today prices cost what they did."""
    prices = _prices(machine_hour=3.6)
    found = find_cheapest(
        trial, USAGE, before=rates_then(trial, prices), now=rates_now(trial, prices)
    )

    assert found is not None and found.before == found.now == "fine_tune"
    assert find_token_drift(rates_then(trial, prices), rates_now(trial, prices)) == []


def test_without_a_volume_no_arm_is_called_the_cheapest(trial: TrialResult) -> None:
    """What updates and answers come to is then not known."""
    rates = rates_now(trial, _prices(machine_hour=3.6))
    unknown = Usage(answers_per_day=None, updates_per_month=1.0)

    assert find_cheapest(trial, unknown, before=rates, now=rates) is None


def test_arm_that_breaks_a_limit_is_not_the_cheapest(
    make_arm: MakeArm, make_trial: MakeTrial
) -> None:
    """A price does not help an arm that cannot be used."""
    slow = make_arm(Approach.HYBRID, feasible=False, fit_seconds=0.0)
    trial = make_trial([slow, make_arm(Approach.FINE_TUNE)])
    rates = rates_now(trial, _prices(machine_hour=3.6))
    found = find_cheapest(trial, USAGE, before=rates, now=rates)

    assert found is not None and found.now == "fine_tune"
