"""Half-written and overwritten files: in a run folder, and in the caches."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from judging import Finding, fault_of, in_child
from trials import Laboratory, Staged


def damage_files(laboratory: Laboratory, chance: random.Random, *, count: int) -> Staged:
    """A half-written or overwritten file anywhere in a finished run folder."""
    whole = laboratory.finished("whole")
    _store_advice(whole)
    files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    files = [path for path in files if not path.name.startswith(".lock")]
    found: list[Finding] = []
    for number in range(count):
        name = files[number % len(files)]
        run = laboratory.root / f"damaged-{number}"
        shutil.copytree(whole, run)
        _damage(run / name, chance)
        found += _check_reading(laboratory, run, f"{name} is damaged")
        found += _check_repair(laboratory, run, name)
    return count, found


def _store_advice(run: Path) -> None:
    from advisor.api import advise
    from advisor.evidence.run_files import store_advice
    from advisor.schema.answers import Answers

    answers = Answers(answers={"task_kind": "classification", "data_volatility": "weekly"})
    store_advice(run, answers, advise(answers))


def _damage(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    place = chance.randrange(max(1, len(content)))
    if chance.random() < 0.7:
        path.write_bytes(content[:place])
    else:
        path.write_bytes(content[:place] + chance.randbytes(5) + content[place + 5 :])


def _check_reading(laboratory: Laboratory, run: Path, cause: str) -> list[Finding]:
    """Every way to read a damaged folder ends in its content or a sentence."""
    from prototypes.fitted import load_fitted_arm
    from prototypes.run_folder import load_run

    steps: Mapping[str, Callable[[], object]] = {
        "load_run": lambda: load_run(run) and None,
        "ask": lambda: load_fitted_arm(run, "nearest").predict(["my card"]) and None,
        "report": lambda: _command("report", str(run)),
        "export": lambda: _command("export", str(run), "-o", str(run / "exported")),
    }
    found = []
    for name, step in steps.items():
        seen = in_child(step)
        if fault := fault_of(seen) or seen.value:
            found.append(Finding(f"{cause}, {name}", str(fault)))
    return found


def _command(*arguments: str) -> str | None:
    """Run a command; return what is wrong with how it ended."""
    from typer.testing import CliRunner

    from advisor.cli.main import app

    result = CliRunner().invoke(app, list(arguments))
    if result.exit_code in (0, 2) and "Traceback" not in result.stderr:
        return None
    return f"exit code {result.exit_code}: {result.stderr[-300:]}"


def _check_repair(laboratory: Laboratory, run: Path, name: Path) -> list[Finding]:
    """Resuming says which file is damaged, and without it ends as if nothing had happened."""
    seen = laboratory.hold(run)
    if fault := fault_of(seen):
        return [Finding(f"{name} is damaged, resumed", fault)]
    if seen.error and name.name not in seen.error:
        return [Finding(f"{name} is damaged, resumed", f"the file is not named: {seen.error}")]
    if name.name == "run.lock.json":
        is_final = not seen.error or "in a new folder" in seen.error
        return [] if is_final else [Finding(f"{name} is damaged", f"says: {seen.error}")]
    if seen.error:
        (run / name).unlink()
    return laboratory.check_resumed(run, f"{name} was damaged")


def damage_parts(laboratory: Laboratory, chance: random.Random, *, count: int) -> Staged:
    """A damaged entry of the caches is made anew, never used."""
    from prototypes.cache import PartCache
    from prototypes.models.generation_cache import GenerationCache, Remembered
    from prototypes.models.generator import Generation

    found: list[Finding] = []
    for number in range(count):
        root = laboratory.root / f"cache-{number}"
        part = PartCache(root).make("part", _build_part).folder
        victim = chance.choice(sorted(part.iterdir()))
        before = victim.read_bytes()
        _damage(victim, chance)
        is_same = victim.read_bytes() == before
        if (PartCache(root).find("part") is None) == is_same:
            found.append(Finding(f"{victim.name} of a part is damaged", "it is used"))
        answers = GenerationCache(root / "answers")
        kept = Remembered(Generation("yes", 3, 1), 0.5)
        answers.keep("ab" * 32, kept)
        (path,) = (root / "answers").glob("*/*.json")
        path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size - 1)])
        if answers.find("ab" * 32) is not None:
            found.append(Finding("half an answer is kept", "it is used"))
    return 2 * count, found


def _build_part(folder: Path) -> float:
    (folder / "vectors.npy").write_bytes(bytes(range(256)) * 8)
    (folder / "names.json").write_text(json.dumps(["a", "b"]))
    return 1.0
