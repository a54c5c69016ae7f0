"""How many questions the interview asks: `python tests/benchmarks/questions.py [CASES]`.

Two ways to stop are compared with asking all thirty: *exact*, when no answer still open can change
the leader, and *probable*, when the leader stays in front with .95. Each is counted over

- published cases (a YAML list; the library in `rules/cases.yaml` by default), which say "I don't
  know" wherever their description was silent; how hard a question is, is learnt without the cases
  of the same source;
- random projects that know as much as published ones: answers drawn from the priors, silence from
  how often published cases were silent;
- random projects that know everything, drawn from the priors, and drawn uniformly.

The decision is the leading approach, or none if every approach is ruled out. An exact stop whose
decision differs from asking all would be a mistake and ends the benchmark. `--n` projects are drawn
of each kind (`--kinds` picks some), `--jobs` processes share the work.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import perf_counter

from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.completions import prior_of
from advisor.inference.evidence import weigh
from advisor.inference.ranking import rank_approaches
from advisor.inference.silence import expect_silence
from advisor.interview.planning import (
    CERTAIN,
    Experience,
    Outlook,
    Planner,
    learn,
    plan_by_information,
)
from advisor.knowledge.case_library import load_case_library
from advisor.knowledge.cases import load_cases
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers
from advisor.schema.case import Case
from advisor.vocabulary import UNKNOWN, Approach

KINDS = ("published silence", "all known", "uniform")
REMEMBERED = 4
"""Plans after so few answers are kept, because many projects share them."""

Project = Mapping[str, str]


@dataclass(frozen=True)
class Course:
    """One interview: when each stop came, and whether asking all decides the same."""

    n_probable: int
    n_exact: int
    agrees: bool
    is_feasible: bool
    slowest_ms: float


@lru_cache(maxsize=1)
def compiled_rules() -> CompiledRules:
    """The shipped rules."""
    return compile_rules(load_rules())


def learn_from(cases: Iterable[Case], *, without: str = "") -> Experience:
    """Learn from the cases of all sources but one."""
    return learn(compiled_rules(), [c.answers for c in cases if c.group != without])


def remember(planner: Planner) -> Planner:
    """Keep the plans of the first few questions."""
    kept: dict[tuple[tuple[str, str], ...], Outlook] = {}

    def plan(answers: Answers) -> Outlook:
        key = tuple(answers.answers.items())
        if key in kept:
            return kept[key]
        outlook = planner(answers)
        if len(key) <= REMEMBERED:
            kept[key] = outlook
        return outlook

    return plan


def decide(answers: Project) -> Approach | None:
    """Name the leading approach; None if every approach is ruled out."""
    compiled = compiled_rules()
    ranking = rank_approaches(compiled, weigh(compiled, compiled.encode(answers)))
    return compiled.approaches[ranking.leader] if ranking.feasible else None


def hold(project: Project, planners: Sequence[Planner]) -> Course:
    """Answer until the first planner has heard enough, then on until it is settled."""
    said: dict[str, str] = {}
    stops, slowest = [], 0.0
    for planner in planners:
        while True:
            start = perf_counter()
            outlook = planner(Answers(answers=said))
            slowest = max(slowest, 1000 * (perf_counter() - start))
            if not outlook.worth_asking:
                break
            criterion = outlook.worth_asking[0]
            said[criterion] = project.get(criterion, UNKNOWN)
        stops.append((len(said), decide(said)))
    final = decide(project)
    (n_probable, decision), (n_exact, settled) = stops
    if settled != final:
        raise SystemExit(f"the exact stop is not exact: {dict(project)}")
    return Course(n_probable, n_exact, decision == final, final is not None, slowest)


def make_planners(experience: Experience) -> tuple[Planner, Planner]:
    """Make the planner of the interview, and one that asks until it is settled."""
    compiled = compiled_rules()
    return (
        remember(plan_by_information(compiled, experience=experience)),
        plan_by_information(compiled, experience=experience, enough=CERTAIN),
    )


def hold_cases(cases: Sequence[Case]) -> list[Course]:
    """Interview the published cases."""
    courses = []
    for group in dict.fromkeys(case.group for case in cases):
        planners = make_planners(learn_from(cases, without=group))
        courses += [hold(case.answers, planners) for case in cases if case.group == group]
    return courses


def draw(kind: str, seed: int, experience: Experience) -> Project:
    """Draw a project."""
    source = random.Random(f"{kind} {seed}")
    silence = expect_silence(experience.hardness, {}) if kind == KINDS[0] else {}
    project = {}
    for criterion in compiled_rules().criteria:
        weights = None if kind == KINDS[2] else prior_of(criterion)
        level = source.choices(criterion.level_ids, weights)[0]
        is_silent = source.random() < silence.get(criterion.id, 0.0)
        project[criterion.id] = UNKNOWN if is_silent else level
    return project


def hold_random(task: tuple[str, int, int]) -> list[Course]:
    """Interview random projects of a kind, from one seed to another."""
    kind, first, last = task
    experience = learn_from(load_case_library())
    planners = make_planners(experience)
    return [hold(draw(kind, seed, experience), planners) for seed in range(first, last)]


def report(name: str, courses: Sequence[Course]) -> str:
    """Sum interviews up in a line."""
    n = len(courses)
    agreeing = sum(course.agrees for course in courses) / n
    probable = sum(course.n_probable for course in courses) / n
    exact = sum(course.n_exact for course in courses) / n
    slowest = max(course.slowest_ms for course in courses)
    ruled_out = sum(not course.is_feasible for course in courses) / n
    return (
        f"{name:28}{n:>7}{exact:>9.2f}{probable:>10.2f}{agreeing:>11.3f}"
        f"{ruled_out:>11.2f}{slowest:>12.0f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Count the questions of the interview.")
    parser.add_argument("cases", nargs="?", type=Path)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=KINDS, metavar="KIND")
    options = parser.parse_args()
    cases: Sequence[Case] = load_case_library()
    if options.cases:
        cases = load_cases(options.cases, load_rules())
    columns = ("exact", "probable", "agreement", "ruled out", "slowest ms")
    print(f"{'':28}{'n':>7}{columns[0]:>9}{columns[1]:>10}{columns[2]:>11}", end="")
    print(f"{columns[3]:>11}{columns[4]:>12}")
    print(report("published cases", hold_cases(cases)), flush=True)
    step = max(1, min(250, options.n // options.jobs))
    with ProcessPoolExecutor(options.jobs) as pool:
        for kind in options.kinds:
            spans = [(kind, s, min(s + step, options.n)) for s in range(0, options.n, step)]
            courses = [course for part in pool.map(hold_random, spans) for course in part]
            print(report(f"random, {kind}", courses), flush=True)


if __name__ == "__main__":
    main()
