"""The long form of the tests of faults, of the fuzzers and of honesty, one after another; hours.

    python benchmarks/trust.py        # an hour of each fuzzer, fifty kills, 260 cases, twenty systems, budgets
    python benchmarks/trust.py --seconds 600 --kills 10 --quick

Each part is a command of its own, printed before it runs; its output stands below it. What was found is told in
``benchmarks/trust.md``, by hand, with the date and what was run.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EACH_SECOND = 150  # inputs of hypothesis in a CPU second, to each of two tests


def parts(seconds: int, kills: int, out: Path, *, quick: bool) -> list[tuple[list[str], dict[str, str]]]:
    """The commands with what they need in their environment."""
    python = sys.executable
    short, pytest = ["--quick"] if quick else [], ["-m", "pytest", "-q", "-o", "timeout=0"]
    return [
        ([python, *pytest, "tests/integration/test_faults.py"], {"KILLS": str(kills)}),
        ([python, "benchmarks/fuzz_csv.py", "--seconds", str(seconds), "--out", str(out / "csv")], {}),
        ([python, "benchmarks/fuzz_parse.py", "--seconds", str(seconds), "--out", str(out / "parse")], {}),
        ([python, *pytest, "tests/properties/test_fuzzed_input.py"], {"EXAMPLES": str(EACH_SECOND * seconds)}),
        ([python, "-m", "benchmarks.honesty", *short, "--out", str(out / "honesty")], {}),
        ([python, "-m", "benchmarks.sameness", *(["--systems", "3"] if quick else []), "--out", str(out / "same")], {}),
        ([python, "-m", "benchmarks.budgets", *(["--budgets", "5"] if quick else [])], {}),
    ]


def main() -> int:
    """Runs all parts, whatever becomes of one; 1 if any failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3600, help="CPU seconds of each fuzzer")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--quick", action="store_true", help="a tenth of the cases, three systems, one budget")
    parser.add_argument("--out", type=Path, default=Path("runs/trust"), help="folder of findings")
    asked = parser.parse_args()
    failed = 0
    for command, more in parts(asked.seconds, asked.kills, asked.out.resolve(), quick=asked.quick):
        print(f"\n$ {' '.join(f'{name}={value}' for name, value in more.items())} {shlex.join(command)}", flush=True)
        begin = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **more}, check=False)
        failed += done.returncode != 0
        print(f"ended with {done.returncode} after {time.monotonic() - begin:.0f} s", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
