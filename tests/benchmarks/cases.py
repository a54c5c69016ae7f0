"""How the rules do on published cases: `python tests/benchmarks/cases.py [FILE] [--write]`.

FILE is a YAML list of cases, the library in `rules/cases.yaml` by default. Prints agreement beside
the baselines, calibration, and what it is worth when similar cases contradict the rules. With
`--write`, the temperature fitted on the library is written to `rules/calibration.yaml`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from advisor.cli.case_view import render_cases
from advisor.files import write_text
from advisor.inference.compiled import compile_rules
from advisor.inference.evidence import weigh
from advisor.inference.ranking import rank_approaches
from advisor.inference.similarity import find_disagreement, similar_cases
from advisor.knowledge.calibration import build_calibration, spell_calibration
from advisor.knowledge.case_library import load_case_library
from advisor.knowledge.cases import calibrate, compare_with_cases, load_cases
from advisor.knowledge.loader import load_rules
from advisor.schema.case import PublishedCase
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach

RULES = Path(__file__).resolve().parents[2] / "rules"


def report_contradictions(rule_base: RuleBase, library: Sequence[PublishedCase]) -> str:
    """Count who was right when the nearest cases of other sources contradicted the rules."""
    compiled = compile_rules(rule_base)
    silent, loud = [], []
    for case in library:
        ranking = rank_approaches(compiled, weigh(compiled, compiled.encode(case.answers)))
        leading = compiled.approaches[ranking.leader]
        others = [other for other in library if other.group != case.group]
        similar = similar_cases(rule_base, case.answers, library=others)
        found = find_disagreement(similar, leading)
        if found is None:
            silent.append(case.outcome == leading)
        else:
            loud.append((case.outcome == leading, case.outcome == found.outcome))
    return (
        f"Similar cases contradict the rules in {len(loud)} of {len(library)}: the rules were "
        f"right in {sum(r for r, _ in loud)} of these, the cases in {sum(c for _, c in loud)}; "
        f"where nothing contradicts, the rules were right in {sum(silent)} of {len(silent)}."
    )


def write_calibration(rule_base: RuleBase, library: Sequence[PublishedCase]) -> str:
    """Fit the temperature on the library and keep it beside the rules."""
    assessment = calibrate(compile_rules(rule_base), library)
    if assessment is None:
        return "Too few cases to calibrate; nothing written."
    today = datetime.now(UTC).date().isoformat()
    kept = build_calibration(assessment, rules_version=rule_base.version, date=today)
    write_text(RULES / "calibration.yaml", spell_calibration(kept))
    return f"Written: temperature {kept.temperature} for rules {kept.rules_version}."


def main(arguments: Sequence[str]) -> None:
    """Print the whole comparison."""
    rule_base, library = load_rules(), load_case_library()
    paths = [Path(argument) for argument in arguments if not argument.startswith("--")]
    cases = load_cases(paths[0], rule_base) if paths else library
    print(f"rules {rule_base.version}, {', '.join(a.label for a in Approach)}")
    print(render_cases(compare_with_cases(rule_base, cases)))
    print(f"\n{report_contradictions(rule_base, library)}")
    if "--write" in arguments:
        print(write_calibration(rule_base, library))


if __name__ == "__main__":
    main(sys.argv[1:])
