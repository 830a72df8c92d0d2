"""The doctor: what it looks at, what it says of what is missing, and that looking costs nothing."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from discovery import registry
from discovery.search.pysr_probe import Availability
from pipelines import doctor
from pipelines.doctor import Check, examine, render

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _without_juliapkg(monkeypatch: pytest.MonkeyPatch) -> None:
    """Julia's own probe is tested elsewhere; here it answers at once."""
    monkeypatch.setattr(doctor, "available", lambda: Availability(False, "Julia is not installed.", "add julia"))


def named(name: str) -> Check:
    """The check of that name."""
    return next(check for check in examine() if check.name == name)


def test_everything_the_program_needs_is_looked_at() -> None:
    """Python, machine, packages, each search engine, Julia, TeX and numba's cache."""
    engines = {f"engine {name}" for name in registry.names("search")}
    expected = {"python", "machine", *doctor.PACKAGES, "numba cache", "pysr with julia", "tex", *engines}
    assert expected == {check.name for check in examine()}


def test_versions_are_told() -> None:
    """A bug report shows which NumPy was there."""
    assert (True, np.__version__) == (named("numpy").ok, named("numpy").found)


def test_whatever_is_missing_names_a_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a machine with nothing, every line that is not ok says how to mend it."""

    def nothing(name: str) -> str:
        raise doctor.PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "version", nothing)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (99, 0))
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: False)
    checks = examine()
    assert [check.name for check in checks if check.ok and not check.name.startswith("engine")] == ["machine"]
    assert all(bool(check.remedy) != check.ok for check in checks)
    remedies = {check.name: check.remedy for check in checks}
    assert remedies["scipy"] == "pip install scipy"
    assert "download.pytorch.org/whl/cpu" in remedies["torch"]
    assert remedies["engine operon"] == "pip install pyoperon"
    assert "pip install typst" in remedies["tex"]
    assert "texlive-latex-recommended" in remedies["tex"]
    assert "NUMBA_CACHE_DIR" in remedies["numba cache"]
    assert remedies["pysr with julia"] == "add julia"


def test_what_is_optional_is_said_to_be() -> None:
    """Without PySR, Julia or TeX the main job is still done; without NumPy it is not."""
    optional = {check.name for check in examine() if check.optional}
    assert {"engine pysr", "pysr with julia"} <= optional
    assert "numpy" not in optional


def test_either_typesetter_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """pdflatex is enough, and its path is told; without it typst's wheel is."""
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert (True, "/usr/bin/pdflatex") == (named("tex").ok, named("tex").found)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    monkeypatch.setattr(doctor, "find_spec", lambda name: object())
    assert (True, "no pdflatex; typst makes the PDF") == (named("tex").ok, named("tex").found)


def test_the_named_cache_is_the_one_that_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """NUMBA_CACHE_DIR overrides the places beside the code and in the home folder; it need not exist yet."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "new" / "cache"))
    assert (True, f"{tmp_path / 'new' / 'cache'} can be written to") == (
        named("numba cache").ok,
        named("numba cache").found,
    )
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert not named("numba cache").ok


def test_the_text_has_a_line_for_each_check_and_each_remedy() -> None:
    """Plain lines, aligned, without colours."""
    checks = (
        Check("numpy", True, "2.4"),
        Check("tex", False, "none", "get tex", optional=True),
        Check("scipy", False, "not installed", "pip install scipy"),
    )
    expected = (
        "ok        numpy  2.4\n"
        "optional  tex    none\n"
        "                 add with: get tex\n"
        "missing   scipy  not installed\n"
        "                 add with: pip install scipy"
    )
    assert expected == render(checks)
    assert render(()) == ""


def test_looking_imports_nothing_heavy() -> None:
    """The doctor answers on a machine where torch itself would crash."""
    code = (
        "import sys; from pipelines.doctor import examine; examine(); "
        "print({'torch', 'numba', 'pysindy', 'pyoperon', 'pysr', 'juliacall'} & set(sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
