"""The audit: shares that add up, close regions, and what never fires."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from advisor.inference.compiled import compile_rules
from advisor.inference.evidence import weigh
from advisor.inference.ranking import rank_approaches
from advisor.knowledge.audit import CLOSE_DB, Sampling, audit_rules
from advisor.knowledge.loader import load_rules

WriteRules = Callable[..., Path]


def test_shares_add_up_to_one(write_rules: WriteRules) -> None:
    """Every project has a winner, ties split, or no feasible approach."""
    audit = audit_rules(load_rules(write_rules()), n_projects=999, sampling=Sampling.UNIFORM)

    assert sum(audit.wins.values()) + audit.infeasible == pytest.approx(1.0)
    assert 0 <= audit.close <= 1


def test_shares_are_those_of_all_projects(write_rules: WriteRules) -> None:
    """Drawn often enough, the shares come to those of the 27 projects that there are."""
    rule_base = load_rules(write_rules())
    compiled = compile_rules(rule_base)
    rankings = [rank_approaches(compiled, weigh(compiled, c)) for c in np.ndindex(3, 3, 3)]
    clear = [compiled.approaches[r.leader] for r in rankings if r.margin_db >= CLOSE_DB]
    audit = audit_rules(rule_base, n_projects=30_000, sampling=Sampling.UNIFORM)

    expected = {approach: clear.count(approach) / 27 for approach in compiled.approaches}
    assert audit.clear_wins == pytest.approx(expected, abs=0.01)


def test_rules_that_never_or_always_fire_are_named(write_rules: WriteRules) -> None:
    """A prior of zero makes a level, and what asks for it, impossible."""
    folder = write_rules(
        {
            "{id: daily, label": "{id: daily, prior: 1.0, label",
            "{id: under_100ms, label": "{id: under_100ms, prior: 1.0, label",
        }
    )
    audit = audit_rules(load_rules(folder), n_projects=500, sampling=Sampling.PRIOR)

    assert (audit.always, audit.never) == (("KN001",), ("KN004",))


def test_closest_answers_come_first(write_rules: WriteRules) -> None:
    """All nine answers are there, the most fragile first."""
    audit = audit_rules(load_rules(write_rules()), n_projects=5_000, sampling=Sampling.UNIFORM)
    shares = [region.share for region in audit.regions]

    assert shares == sorted(shares, reverse=True)
    assert len(shares) == 9


def test_same_seed_gives_the_same_audit(write_rules: WriteRules) -> None:
    """And another one gives another."""
    rule_base = load_rules(write_rules())
    first, again, other = (
        audit_rules(rule_base, n_projects=2_000, sampling=Sampling.PRIOR, seed=seed)
        for seed in (1, 1, 2)
    )

    assert first == again
    assert first.wins != other.wins


def test_shipped_rules_reach_every_approach() -> None:
    """No approach is a dead letter, and every rule fires somewhere."""
    audit = audit_rules(load_rules(), n_projects=20_000, sampling=Sampling.PRIOR)

    assert min(audit.wins.values()) > 0.05
    assert (audit.never, audit.always) == ((), ())


def test_million_projects_take_well_under_half_a_minute() -> None:
    """A tenth of a million is tried; the rest goes on at the same pace."""
    rule_base = load_rules()
    start = time.process_time()
    audit_rules(rule_base, n_projects=100_000, sampling=Sampling.PRIOR)

    assert time.process_time() - start < 3.0
