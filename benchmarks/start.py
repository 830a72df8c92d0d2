"""How soon the command line answers: `discover --help`, `discover check`, and the first law of `discover run`.

    python benchmarks/start.py            # best of three each; the first law once with a warm cache, once without
    python benchmarks/start.py --rows 10000 --repeat 5

Seconds by the clock depend on what else the machine does; CPU seconds do not, and `import pandas` is measured beside as
a yardstick. On a machine with an idle core the two agree. What it must reach: help in 0.35 s, a check of 10 000 rows in
2 s, the first law on Lorenz with 5000 rows in 5 s, and in 30 s the first time, when everything is compiled.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

DISCOVER = [sys.executable, "-c", "from pipelines.cli import main; main()"]
PANDAS = [sys.executable, "-c", "import pandas"]


@dataclass(frozen=True)
class Taken:
    """Seconds by the clock and of the processor."""

    wall: float
    cpu: float


def taken(command: Sequence[str], *, until: str = "", environment: dict[str, str] | None = None) -> Taken:
    """Time of a command, or of its beginning up to the first line of its stderr that holds ``until``."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
    ) as process:
        assert process.stderr is not None
        wall = 0.0
        for line in process.stderr:
            if until and until in line:
                wall = time.perf_counter() - begin
                process.kill()
        process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(wall or time.perf_counter() - begin, cpu)


def lorenz(path: Path, rows: int) -> Path:
    """A record of the Lorenz system, a hundredth of a time unit apart, with 1 % of noise."""
    times = 0.01 * np.arange(rows)
    states = solve_ivp(
        lambda _, u: [10 * (u[1] - u[0]), u[0] * (28 - u[2]) - u[1], u[0] * u[1] - 8 / 3 * u[2]],
        (0.0, times[-1]), [1.0, 1.0, 1.0], t_eval=times, rtol=1e-9, atol=1e-9,
    ).y.T  # fmt: skip
    states += 0.01 * states.std(axis=0) * np.random.default_rng(0).normal(size=states.shape)
    np.savetxt(path, np.column_stack([times, states]), delimiter=",", header="t,x,y,z", comments="")
    return path


def best(command: Sequence[str], repeat: int) -> Taken:
    """The least of several; what else the machine does only adds."""
    every = [taken(command) for _ in range(repeat)]
    return Taken(min(one.wall for one in every), min(one.cpu for one in every))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000, help="of the file that is checked")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        large, record = lorenz(place / "large.csv", given.rows), lorenz(place / "lorenz.csv", 5000)
        run = [*DISCOVER, "run", str(record), "--out", str(place / "run"), "--overwrite"]
        print(f"{'':<34}{'clock':>9}{'CPU':>9}{'CPU / pandas':>15}")
        pandas = best(PANDAS, given.repeat)
        rows = [
            ("import pandas", pandas),
            ("discover --help", best([*DISCOVER, "--help"], given.repeat)),
            (f"discover check, {given.rows} rows", best([*DISCOVER, "check", str(large)], given.repeat)),
            ("first law, warm cache", taken(run, until="first law (")),
            ("first law, empty cache", taken(run, until="first law (", environment={"NUMBA_CACHE_DIR": folder})),
        ]
        for name, one in rows:
            print(f"{name:<34}{one.wall:>7.2f} s{one.cpu:>7.2f} s{one.cpu / pandas.cpu:>15.1f}")


if __name__ == "__main__":
    main()
