"""Public docstrings are found without importing, and cut down to their summary."""

from __future__ import annotations

from pathlib import Path

from prototypes.data.samples.docstrings import (
    public_docstrings,
    read_module_docstring,
    summarise,
)


def _write(folder: Path, **modules: str) -> Path:
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    return folder


def test_name_in_the_all_of_its_module_is_public(tmp_path: Path) -> None:
    """What a module does not list is left out."""
    source = '__all__ = ["shown"]\ndef shown():\n    """Show."""\ndef hidden():\n    """Hide."""\n'
    folder = _write(tmp_path, __init__="", module=source)

    assert [("module.shown", "Show.")] == list(public_docstrings(folder))


def test_name_exported_by_the_package_is_public(tmp_path: Path) -> None:
    """A module without a list of its own counts by that of its package."""
    folder = _write(
        tmp_path, __init__='__all__ = ["Shown"]\n', module='class Shown:\n    """Show."""\n'
    )

    assert [("module.Shown", "Show.")] == list(public_docstrings(folder))


def test_documentation_of_compiled_functions_is_found(tmp_path: Path) -> None:
    """SciPy describes its C functions by calls, private ones with an underscore."""
    source = 'add_newdoc("erf", """Error function.""")\nadd_newdoc("_x", """Private.""")\n'
    folder = _write(tmp_path, __init__="", docs=source)

    assert [("docs.erf", "Error function.")] == list(public_docstrings(folder))


def test_nothing_is_imported(tmp_path: Path) -> None:
    """A module that would fail on import is read all the same."""
    source = 'raise RuntimeError\n__all__ = ["f"]\ndef f():\n    """Do it."""\n'
    folder = _write(tmp_path, __init__="", module=source)

    assert [("module.f", "Do it.")] == list(public_docstrings(folder))


def test_tests_of_a_package_are_left_out(tmp_path: Path) -> None:
    """What stands in a folder of tests is not offered to users."""
    (tmp_path / "tests").mkdir()
    _write(tmp_path / "tests", helper='__all__ = ["f"]\ndef f():\n    """Test."""\n')

    assert [] == list(public_docstrings(tmp_path))


def test_summary_is_the_first_paragraph_without_markup() -> None:
    """Roles and back quotes go, line breaks become spaces."""
    docstring = "Solve ``a x = b``\n    for :class:`~pkg.Thing` and `x`.\n\n    More."

    assert "Solve a x = b for pkg.Thing and x." == summarise(docstring)


def test_signature_and_directive_before_the_summary_are_skipped() -> None:
    """The first paragraph of prose counts."""
    docstring = "erf(z, out=None)\n\n.. deprecated:: 1.2\n\nReturns the error function."

    assert "Returns the error function." == summarise(docstring)


def test_docstring_of_sections_only_has_no_summary() -> None:
    """A list of parameters is no summary."""
    assert "" == summarise("Parameters\n----------\nx : int")


def test_heading_of_a_module_is_read_without_its_rules(tmp_path: Path) -> None:
    """The description of a sub-package is its heading, its own name taken off."""
    source = '"""\n=======\nSpecial (:mod:`s.p`)\n=======\n\nText.\n"""\n'
    folder = _write(tmp_path, __init__=source)

    assert "Special" == read_module_docstring(folder / "__init__.py")
