"""What every baseline is: a program called as ``baseline data.csv out --budget S --seed N``, as the pipeline is.

Columns that drive the states are told by ``--inputs``, so that they are taken for no states. Baselines make no use of
them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sympy as sp
from scipy.interpolate import CubicSpline

from discovery.errors import DiscoveryError
from discovery.protocols import Deadline
from discovery.trajectories.read import read_csv
from discovery.types import Trajectory
from pipelines.store import write
from pipelines.validation_worker import end_with_parent

Equations = Mapping[str, sp.Expr]


@dataclass(frozen=True)
class Task:
    """Measurements, and how long a baseline may take."""

    runs: tuple[Trajectory, ...]
    deadline: Deadline
    seed: int

    @property
    def names(self) -> tuple[str, ...]:
        """Identifiers of the states."""
        return self.runs[0].names


def answer(solve: Callable[[Task], Equations]) -> None:
    """Reads the command line, lets ``solve`` find equations, and writes them as the pipeline does."""
    end_with_parent()
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inputs", default="")
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # the packages warn a lot; what they find is judged
    begin = time.perf_counter()
    try:
        measurements = read_csv(given.data, inputs=[name for name in given.inputs.split(",") if name])
        task = Task(measurements.trajectories, Deadline.after(given.budget), given.seed)
        equations = solve(task)
    except DiscoveryError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
    document = {
        "status": "found" if equations else "not_found",
        "names": dict(measurements.headers),
        "equations": {state: str(rhs) for state, rhs in equations.items()},
    }
    write(given.out / "timing.json", json.dumps({"search": round(time.perf_counter() - begin, 3)}).encode())
    write(given.out / "result.json", json.dumps(document).encode())
    sys.exit(0 if equations else 4)


def evenly(run: Trajectory) -> tuple[np.ndarray, np.ndarray]:
    """Times at equal distances and states there, by a cubic spline through the samples.

    Smoothing filters take evenly spaced samples for granted; where samples were dropped they need this.
    """
    times = np.linspace(run.times[0], run.times[-1], len(run))
    whole = np.isfinite(run.states).all(axis=1)
    return times, CubicSpline(run.times[whole], run.states[whole])(times)
