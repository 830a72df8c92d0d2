"""What the program is made of: no construct that is known to be dangerous, no version with a known hole."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SLOW = 120  # seconds that the service may take for all packages; a test may take more


def test_bandit_finds_nothing() -> None:
    """What it would remark on everywhere is listed, with the reason, in pyproject.toml."""
    done = subprocess.run(
        [sys.executable, "-m", "bandit", "-q", "-r", "discovery", "pipelines", "-c", "pyproject.toml", "-f", "txt"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout


def audited(requirements: str, folder: Path) -> tuple[list[dict[str, object]], str]:
    """What pip-audit knows of some pinned packages; none where it reaches no service, and what it said."""
    path = folder / "requirements.txt"
    path.write_text(requirements, encoding="utf-8")
    command = [sys.executable, "-m", "pip_audit", "-r", str(path), "--no-deps", "--disable-pip", "--timeout", "15"]
    try:
        done = subprocess.run(
            [*command, "-f", "json", "--progress-spinner", "off"], cwd=folder, capture_output=True, text=True,
            check=False, timeout=SLOW,
        )  # fmt: skip
        known = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
        return [], str(error)
    return [one for one in known if "skip_reason" not in one], done.stderr


@pytest.mark.slow
def test_no_pinned_version_has_a_known_hole(tmp_path: Path) -> None:
    """Asked of the service of PyPI; where that cannot be reached, nothing is known, and that is said."""
    pins = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line]
    first = next(line for line in pins if line.startswith("numpy=="))
    known, _ = audited(first + "\n", tmp_path)
    if not known:
        pytest.skip(
            "pip-audit reaches no service that knows of holes in numpy; where there is one: "
            "python -m pip_audit -r constraints.txt --no-deps --disable-pip"
        )
    known, said = audited("\n".join(pins) + "\n", tmp_path)
    assert [] == [(one["name"], one["version"], one["vulns"]) for one in known if one["vulns"]], said
