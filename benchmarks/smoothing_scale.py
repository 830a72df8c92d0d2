"""How long smoothing takes and how much memory it needs, from a thousand rows to a million.

Each size is smoothed in a process of its own, which is given the samples as a file, so that its peak memory is that of
the smoother and of nothing before it:

    python -m benchmarks.smoothing_scale samples.npz auto
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from discovery import registry
from discovery.datasets import known
from discovery.datasets.corrupt import Corruption
from discovery.datasets.simulate import simulate
from discovery.types import Trajectory
from pipelines.store import read_arrays, write, write_arrays
from pipelines.validation_jobs import THREADS
from pipelines.validation_sheets import Sheet

SYSTEM, NOISE, SEED = "odebench_27_lotka_volterra", 0.02, 0
STEP = 0.05  # about a hundred samples in a cycle
SIZES = ((1_000, 1), (10_000, 1), (100_000, 1), (1_000_000, 1), (100, 1_000))  # rows of a run, and runs
UNIT = 1024 if sys.platform != "darwin" else 1  # of ru_maxrss, in bytes


@dataclass(frozen=True)
class Size:
    """What smoothing so many rows took.

    Attributes:
        base: peak memory before the smoother was called, in bytes: Python, the libraries and the samples.
        peak: peak memory of the whole process, in bytes.
        failure: empty if all went well.
    """

    rows: int
    runs: int
    wall_seconds: float
    cpu_seconds: float
    base: int
    peak: int
    method: str
    failure: str = ""


def samples(rows: int, runs: int) -> tuple[Trajectory, ...]:
    """Runs of a predator and its prey with additive noise of 2 % of each deviation."""
    system = known.load(SYSTEM)
    times = STEP * np.arange(rows)
    rng = np.random.default_rng(SEED)
    starts = np.array(system.initial_states[0]) * rng.uniform(0.5, 1.5, (runs, system.dimension))
    noise = Corruption(additive=NOISE)
    clean = [simulate(system, start, times=times, rtol=1e-7, atol=1e-9, label=str(i)) for i, start in enumerate(starts)]
    return tuple(noise.apply(run, seed) for seed, run in enumerate(clean))


def measure_all(out: Path, smoother: str, tell: Callable[[str], None]) -> tuple[Size, ...]:
    """Smooths every size in a fresh process, one after the other."""
    found: list[Size] = []
    for rows, runs in SIZES:
        tell(f"{runs} x {rows} rows ...")
        data = out / "scale" / f"{runs}x{rows}.npz"
        made = samples(rows, runs)
        write_arrays(data, {"times": made[0].times, "states": np.stack([run.states for run in made])})
        command = [sys.executable, "-m", "benchmarks.smoothing_scale", str(data), smoother]
        alone = os.environ | dict.fromkeys(THREADS, "1")
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=alone)
        if done.returncode:
            why = f"exit {done.returncode}: {done.stderr.strip().splitlines()[-1:]}"
            found.append(Size(rows, runs, np.nan, np.nan, 0, 0, "", why))
        else:
            found.append(Size(**json.loads(done.stdout.splitlines()[-1])))
        data.unlink()
    documents = [{key: None if value != value else value for key, value in asdict(size).items()} for size in found]
    write(out / "scale.json", json.dumps(documents, indent=1, allow_nan=False).encode() + b"\n")
    return tuple(found)


def scale_sheet(found: Sequence[Size], smoother: str) -> Sheet:
    """One row for each size; memory of a row is counted beyond the first size."""
    first = found[0]
    cells = []
    for one in found:
        rows = one.rows * one.runs
        beyond = (one.peak - first.peak) / (rows - first.rows * first.runs) if one is not first else np.nan
        cells.append(
            (
                f"{one.runs} x {one.rows}",
                f"{one.wall_seconds:.1f}",
                f"{one.cpu_seconds:.1f}",
                f"{one.peak / 1e6:.0f}",
                f"{one.base / 1e6:.0f}",
                "" if one is first else f"{beyond:.0f}",
                one.failure or one.method,
            )
        )
    title = (
        f"{smoother}: Lotka-Volterra (two states), additive noise of {NOISE:.0%}, noise seeds from {SEED} on; "
        f"smoother's seed 0; one thread on {os.cpu_count()} cores, each size once in a fresh process"
    )
    columns = ("runs x rows", "s", "CPU s", "peak MB", "MB before", "bytes a row beyond the first", "kept")
    return Sheet(title, columns, (*[True] * 6, False), tuple(cells))


def _peak() -> int:
    return UNIT * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(arguments: Sequence[str]) -> None:
    """Smooths the samples of a file and prints what it took, as JSON."""
    arrays = read_arrays(Path(arguments[0]))
    assert arrays is not None
    names = known.load(SYSTEM).names
    runs = [Trajectory(arrays["times"], one, names, str(i)) for i, one in enumerate(arrays["states"])]
    smoother: Any = registry.load("smoothing", arguments[1])()
    base, wall, processor = _peak(), time.perf_counter(), time.process_time()
    smoothing = smoother.smooth(runs, seed=0)
    took = time.perf_counter() - wall, time.process_time() - processor
    size = Size(len(runs[0]), len(runs), round(took[0], 3), round(took[1], 3), base, _peak(), smoothing.method)
    print(json.dumps(asdict(size)))


if __name__ == "__main__":
    main(sys.argv[1:])
