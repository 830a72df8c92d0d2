"""CPU seconds of each stage against the size of the data: the coefficients of `discover run --plan`.

    python benchmarks/stages.py                     # some five minutes; prints the table and the coefficients
    python benchmarks/stages.py --sizes 600,2400 --systems lorenz

CPU seconds are of one process, threads included, so that the figures do not depend on what else the machine does. Its
pace is measured beside, as `--plan` does.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

from discovery.reports.write import write_report
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.measurements import Measurements
from pipelines.config import RunConfig
from pipelines.ode import discover_ode
from pipelines.plan import pace


def measured(rows: int, states: int, name: str) -> Measurements:
    """A record of a system with so many states over 25 time units, with noise of 2 %."""
    times = np.linspace(0.0, 25.0, rows)
    starts = [0.1] if states == 1 else np.linspace(0.5, 1.5, states)
    clean = solve_ivp(RATES[name], (0.0, 25.0), starts, t_eval=times, rtol=1e-9, atol=1e-9).y.T
    noise = 0.02 * clean.std(axis=0) * np.random.default_rng(0).normal(size=clean.shape)
    return from_arrays(clean + noise, times, names=[f"x{i}" for i in range(states)])


def ring(_: float, x: np.ndarray) -> np.ndarray:
    """Each eats the next; two terms an equation, which are found soon."""
    return 0.8 * x * (np.roll(x, -1) - np.roll(x, 1))


# Laws whose equations have two terms, and laws with more, for which every library is tried.
RATES = {
    "logistic": lambda _, x: x * (1.0 - x),
    "predator and prey": lambda _, x: np.array([x[0] - x[0] * x[1], x[0] * x[1] - x[1]]),
    "ring": ring,
    "van der pol": lambda _, x: np.array([x[1], 2.0 * (1.0 - x[0] ** 2) * x[1] - x[0]]),
    "lorenz": lambda _, x: np.array(
        [10.0 * (x[1] - x[0]), x[0] * (28.0 - x[2]) - x[1], x[0] * x[1] - 8.0 / 3.0 * x[2]]
    ),
}
CASES = (("logistic", 1), ("predator and prey", 2), ("ring", 3), ("ring", 4), ("van der pol", 2), ("lorenz", 3))


def seconds_of(data: Measurements, smoother: str, engines: Sequence[str], folder: str) -> dict[str, float]:
    """CPU seconds from the first word of each stage to the first word of the next."""
    marks: list[tuple[str, float]] = []

    def note(stage: str, message: str = "", fraction: float | None = None) -> None:
        del fraction
        name = f"{stage} {message}" if stage == "search" else stage
        if (stage != "search" or message in engines) and (not marks or marks[-1][0] != name):
            marks.append((name, time.process_time()))

    config = RunConfig().changed(smoother=smoother, engines=tuple(engines), threads=1)
    result = discover_ode(data, config, progress=note, witness=lambda _: None)
    marks.append(("report", time.process_time()))
    write_report(result, Path(folder))
    marks.append(("end", time.process_time()))
    return {name: end - begin for (name, begin), (_, end) in pairwise(marks)}


def main() -> None:
    """Prints a line of JSON for each case, then the coefficients by least squares in the logarithms."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="150,600,2400")
    parser.add_argument("--systems", default=",".join(dict.fromkeys(name for name, _ in CASES)))
    parser.add_argument("--smoother", default="auto")
    parser.add_argument("--out", default="/tmp/discovery-stages")
    given = parser.parse_args()
    engines = ("sindy", "structured", "operon")
    print(json.dumps({"pace": pace()}))
    seconds_of(measured(150, 2, "predator and prey"), given.smoother, engines, given.out)  # loads and compiles
    found: dict[str, list[tuple[float, float, float]]] = {}
    for rows in map(int, given.sizes.split(",")):
        for name, states in (case for case in CASES if case[0] in given.systems.split(",")):
            taken = seconds_of(measured(rows, states, name), given.smoother, engines, given.out)
            rounded = {stage: round(seconds, 2) for stage, seconds in taken.items()}
            print(json.dumps({"system": name, "rows": rows, "states": states, **rounded}), flush=True)
            for stage, seconds in taken.items():
                found.setdefault(stage, []).append((rows, states, seconds))
    for stage, cases in found.items():
        table = np.array(cases)
        design = np.column_stack([np.ones(len(table)), np.log(table[:, 0] / 1000.0), np.log(table[:, 1] / 2.0)])
        factors, *_ = np.linalg.lstsq(design, np.log(np.maximum(table[:, 2], 1e-3)), rcond=None)
        error = np.exp(np.std(np.log(np.maximum(table[:, 2], 1e-3)) - design @ factors))
        law = f"{np.exp(factors[0]):6.2f} s  rows^{factors[1]:.2f}  states^{factors[2]:.2f}"
        print(f"{stage:<22} {law}  within x{error:.2f}")


if __name__ == "__main__":
    main()
