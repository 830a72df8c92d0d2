"""The fuzzers themselves, for some seconds: what they start from, and what that becomes, has no findings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("fuzzer", ["fuzz_csv", "fuzz_parse"])
def test_a_fuzzer_finds_nothing_in_seconds(fuzzer: str, tmp_path: Path) -> None:
    """The long form is an hour (benchmarks/trust.md); without atheris inputs are mutated at random, also there."""
    done = subprocess.run(
        [sys.executable, f"benchmarks/{fuzzer}.py", "--seconds", "4", "--out", str(tmp_path)], cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout + done.stderr[-3000:]
    found = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(tmp_path.glob("*.txt"))]
    assert [] == found


def test_a_fuzzer_tells_of_what_it_finds(tmp_path: Path) -> None:
    """One with a target that fails on every second input."""
    code = (
        "from pathlib import Path\nfrom benchmarks.fuzzing import Findings\n"
        "def target(data):\n    if data == b'bad': raise ZeroDivisionError('by nought')\n"
        f"findings = Findings(target, Path({str(tmp_path)!r}))\n"
        "findings(b'good'); findings(b'bad'); findings(b'bad'); print(findings.count, len(findings.known))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "3 1" == done.stdout.splitlines()[-1]
    assert ["bad"] == [path.read_text(encoding="utf-8") for path in tmp_path.glob("*.input")]
