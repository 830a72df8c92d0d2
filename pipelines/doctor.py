"""Looks at this machine for what the program needs, and names the command that adds what is missing.

Nothing heavy is imported and nothing is downloaded: versions are read from the packages' metadata.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from discovery import registry
from discovery.search.pysr_probe import available

OLDEST_PYTHON = (3, 11)
PACKAGES = ("numpy", "scipy", "sympy", "numba", "torch", "torchdiffeq", "pysindy", "pyoperon")
# Where a plain `pip install` brings more than is needed.
REMEDIES = {"torch": "pip install torch --index-url https://download.pytorch.org/whl/cpu"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked for.

    Attributes:
        found: what is there, or what is not.
        remedy: the command that mends it; empty where nothing is to be mended.
        optional: the program does its main work without it.
    """

    name: str
    ok: bool
    found: str
    remedy: str = ""
    optional: bool = False


def examine() -> tuple[Check, ...]:
    """All checks, the needed ones first."""
    return (
        _python(),
        _machine(),
        *(_package(name) for name in PACKAGES),
        _cache(),
        *_engines(),
        _pysr(),
        _tex(),
    )


def render(checks: Sequence[Check]) -> str:
    """One line for each check and one for each remedy, plain text for a terminal or a bug report."""
    width = max((len(check.name) for check in checks), default=0)
    return "\n".join(line for check in checks for line in _lines(check, width))


def _lines(check: Check, width: int) -> Iterator[str]:
    mark = "ok" if check.ok else "optional" if check.optional else "missing"
    yield f"{mark:<8}  {check.name:<{width}}  {check.found}"
    if check.remedy:
        yield f"{'':<8}  {'':<{width}}  add with: {check.remedy}"


def _python() -> Check:
    ok = sys.version_info >= OLDEST_PYTHON
    oldest = ".".join(str(number) for number in OLDEST_PYTHON)
    remedy = "" if ok else f"install Python {oldest} or newer, and make the virtual environment again with it"
    return Check("python", ok, f"{platform.python_version()} at {sys.executable}", remedy)


def _machine() -> Check:
    return Check("machine", True, f"{platform.platform()}, {os.cpu_count() or 1} cores")


def _package(name: str) -> Check:
    try:
        return Check(name, True, version(name))
    except PackageNotFoundError:
        return Check(name, False, "not installed", REMEDIES.get(name, f"pip install {name}"))


def _cache() -> Check:
    """Numba keeps compiled functions beside the code, or else in the user's cache; without both each start is slow."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    beside = Path(registry.__file__).resolve().parent / "dynamics"
    places = [Path(named)] if named else [beside, Path.home() / ".cache" / "numba"]
    for place in places:
        if _can_write(place):
            return Check("numba cache", True, f"{place} can be written to")
    tried = " nor ".join(str(place) for place in places)
    remedy = "export NUMBA_CACHE_DIR=/tmp/numba"
    return Check("numba cache", False, f"{tried} cannot be written to", remedy, optional=True)


def _can_write(place: Path) -> bool:
    """Whether the folder, or the nearest one above it that exists, lets us write."""
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _engines() -> Iterator[Check]:
    """Each search engine; Julia is looked at by itself, as no import name tells whether it is there."""
    for name, plugin in registry.plugins("search").items():
        missing = plugin.missing()
        found = f"needs {', '.join(missing)}" if missing else plugin.module
        remedy = f"pip install {' '.join(missing)}" if missing else ""
        yield Check(f"engine {name}", not missing, found, remedy, optional=name == "pysr")


def _pysr() -> Check:
    answer = available()
    return Check("pysr with julia", answer.ok, answer.why, answer.command, optional=True)


def _tex() -> Check:
    """What makes the PDF of a report: pdflatex, or else typst's wheel."""
    if path := shutil.which("pdflatex"):
        return Check("tex", True, path)
    if find_spec("typst"):
        return Check("tex", True, "no pdflatex; typst makes the PDF")
    remedy = "pip install typst, or: sudo apt-get install texlive-latex-recommended lmodern"
    return Check("tex", False, "neither pdflatex nor typst; reports come without PDF", remedy, optional=True)
