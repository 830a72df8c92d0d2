"""Whether PySR can run: its package, and Julia with PySR's Julia packages. Looks, and downloads nothing.

Importing ``pysr`` starts Julia and, where there is none, its download of several hundred megabytes. juliapkg, which
manages that, can be asked for a dry run; it is asked offline and in a child process, so that this process stays free
of Julia (torch and Julia in one process crash).
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass

INSTALL_PYSR = "pip install pysr"
INSTALL_JULIA = 'python -c "import juliapkg; juliapkg.resolve()"'
_PROBE = "import json, juliapkg; print(json.dumps(juliapkg.resolve(dry_run=True)))"


@dataclass(frozen=True)
class Availability:
    """Whether an engine can run here.

    Attributes:
        why: what was found or is missing, one sentence.
        command: what adds it; empty where nothing is missing.
    """

    ok: bool
    why: str
    command: str = ""


def offline_environment() -> dict[str, str]:
    """The environment of a child process in which juliapkg must not download anything."""
    return {**os.environ, "PYTHON_JULIAPKG_OFFLINE": "yes"}


def available(*, seconds: float = 60.0) -> Availability:
    """Whether PySR and its Julia are installed and set up.

    Args:
        seconds: longest wait for juliapkg's answer, which takes about half a second on an idle machine.
    """
    if importlib.util.find_spec("pysr") is None:
        return Availability(False, "The package pysr is not installed.", f"{INSTALL_PYSR} && {INSTALL_JULIA}")
    try:
        asked = subprocess.run(
            [sys.executable, "-c", _PROBE],
            env=offline_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Availability(False, f"juliapkg did not say within {seconds:g} s whether Julia is there.", INSTALL_JULIA)
    if asked.returncode != 0:
        last = (asked.stderr.strip().splitlines() or ["no message"])[-1]
        return Availability(False, f"juliapkg cannot say whether Julia is there: {last}", INSTALL_JULIA)
    if _says_yes(asked.stdout):
        return Availability(True, "PySR, Julia and PySR's Julia packages are installed.")
    return Availability(False, "Julia, or PySR's Julia packages, are not installed.", INSTALL_JULIA)


def _says_yes(printed: str) -> bool:
    """Whether the last line is ``true``; juliapkg may talk before it."""
    try:
        return json.loads((printed.strip().splitlines() or ["false"])[-1]) is True
    except json.JSONDecodeError:
        return False
