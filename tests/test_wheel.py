"""What is shipped is what works: the wheel, installed away from the sources."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that holds the built wheel and sees this one's dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "venv"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    (site,) = environment.glob("lib/python*/site-packages")
    # A path line in a .pth file adds the folder but not the editable install named inside it.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return environment


def _run(environment: Path, *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [str(environment / "bin" / "advisor"), *arguments], capture_output=True, text=True, cwd=cwd
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_wheel_is_what_runs(installed: Path, tmp_path: Path) -> None:
    """The packages are imported from the wheel, not from the sources."""
    probe = "import advisor, prototypes, rules; print(advisor.__file__, rules.__file__)"
    done = subprocess.run(
        [str(installed / "bin" / "python"), "-c", probe],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )

    assert all(path.startswith(str(installed)) for path in done.stdout.split())


@pytest.mark.slow
def test_wheel_tells_its_version(installed: Path, tmp_path: Path) -> None:
    """`advisor --version` answers."""
    assert _run(installed, "--version", cwd=tmp_path).startswith("advisor ")


@pytest.mark.slow
def test_wheel_ships_sound_rules(installed: Path, tmp_path: Path) -> None:
    """`advisor rules check` finds the rule base inside the wheel, without errors."""
    _run(installed, "rules", "check", cwd=tmp_path)


@pytest.mark.slow
def test_wheel_recommends(installed: Path, tmp_path: Path) -> None:
    """`advisor recommend` works from an answers file alone."""
    answers = tmp_path / "answers.yaml"
    answers.write_text("schema_version: 1\nanswers: {data_volatility: daily}\n")

    told = json.loads(
        _run(installed, "recommend", "answers.yaml", "--format", "json", cwd=tmp_path)
    )

    assert told["schema_version"] == 1
    assert len(told["ranking"]) == 4


@pytest.mark.slow
def test_wheel_carries_the_tests_of_its_rules(installed: Path, tmp_path: Path) -> None:
    """`advisor rules test` runs the cases and whole projects that lie inside the wheel."""
    told = json.loads(_run(installed, "rules", "test", "--format", "json", cwd=tmp_path))

    assert told["n_rule_cases"] > 700
    assert told["n_consultations"] == 17


@pytest.mark.slow
def test_wheel_carries_what_it_exports(installed: Path) -> None:
    """The sources of exported projects lie inside, templates and Dockerfile too."""
    (handover,) = installed.glob("lib/python*/site-packages/advisor/handover")
    sources = ROOT / "advisor" / "handover"
    expected = {path.relative_to(sources) for path in sources.rglob("*.*") if path.suffix != ".pyc"}

    assert (handover / "common" / "Dockerfile").exists()
    assert expected == {
        path.relative_to(handover) for path in handover.rglob("*.*") if path.suffix != ".pyc"
    }
