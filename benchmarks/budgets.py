"""Does `discover run --budget` end in time? The whole command, imports and report included.

    python -m benchmarks.budgets                      # 5, 15 and 40 s on eight kinds of data; a quarter of an hour
    python -m benchmarks.budgets --budgets 5 --names lynx,driven

Seconds by the clock mean something on cores that nothing else uses; CPU seconds, TeX's among them, are told beside.
A run may end a tenth of its budget late, or 5 s if that is more.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from benchmarks.start import DISCOVER, lorenz
from discovery.resources import folder as resource_folder

LATE, SHARE = 5.0, 0.1


def _table(path: Path, columns: Mapping[str, np.ndarray]) -> Path:
    np.savetxt(path, np.column_stack(list(columns.values())), delimiter=",", header=",".join(columns), comments="")
    return path


def driven(path: Path) -> Path:
    """An oscillator driven by a measured input, 800 samples with 2 % of noise."""
    times = np.linspace(0.0, 40.0, 800)
    force = np.sin(1.4 * times) + 0.5 * np.sin(0.37 * times + 1.0)
    states = solve_ivp(
        lambda t, u: [u[1], np.interp(t, times, force) - u[0] - 0.1 * u[1] - 0.2 * u[0] ** 3],
        (0.0, 40.0), [1.0, 0.0], t_eval=times, rtol=1e-8,
    ).y.T  # fmt: skip
    states += 0.02 * states.std(axis=0) * np.random.default_rng(0).normal(size=states.shape)
    return _table(path, {"t": times, "x": states[:, 0], "v": states[:, 1], "u": force})


def many(path: Path) -> Path:
    """A hundred runs of predators and prey, of a hundred samples each, with 3 % of noise."""
    rng = np.random.default_rng(0)
    rows: list[np.ndarray] = []
    times = np.linspace(0.0, 10.0, 100)
    for run in range(100):
        start = rng.uniform(0.5, 2.0, 2)
        found = solve_ivp(lambda _, u: [u[0] * (1 - u[1]), u[1] * (u[0] - 1)], (0, 10), start, t_eval=times).y.T
        found *= 1.0 + 0.03 * rng.normal(size=found.shape)
        rows.append(np.column_stack([np.full(100, run), times, found]))
    return _table(path, dict(zip(("run", "t", "x", "y"), np.vstack(rows).T, strict=True)))


def wide(path: Path) -> Path:
    """Twenty phases on a ring, 400 samples with 2 % of noise."""
    times = np.linspace(0.0, 20.0, 400)
    own = np.linspace(0.5, 1.5, 20)

    def rates(_: float, u: np.ndarray) -> np.ndarray:
        return own + 0.4 * (np.sin(np.roll(u, 1) - u) + np.sin(np.roll(u, -1) - u))

    phases = solve_ivp(rates, (0.0, 20.0), np.zeros(20), t_eval=times, rtol=1e-8).y
    found = np.sin(phases) + 0.02 * np.random.default_rng(0).normal(size=phases.shape)
    return _table(path, {"t": times, **{f"s{i}": row for i, row in enumerate(found)}})


def _known(name: str, path: Path) -> Path:
    asked = [*DISCOVER, "systems", name, "--csv", str(path), "--noise", "0.02", "--seed", "1"]
    subprocess.run(asked, check=True, capture_output=True)
    return path


def hidden(path: Path) -> Path:
    """An epidemic of which the sick alone are counted."""
    times = np.linspace(0.0, 30.0, 120)
    found = solve_ivp(
        lambda _, u: [-0.5 * u[0] * u[1], 0.5 * u[0] * u[1] - 0.15 * u[1]], (0, 30), [0.99, 0.01], t_eval=times
    ).y[1]
    return _table(path, {"t": times, "I": found * (1.0 + 0.03 * np.random.default_rng(0).normal(size=120))})


@dataclass(frozen=True)
class Data:
    """A file to make, and what the command says of it."""

    make: Callable[[Path], Path]
    options: tuple[str, ...] = ()


KINDS: Mapping[str, Data] = {
    "lynx": Data(lambda _: resource_folder("datasets") / "measured" / "lynx_hare_1900_1920.csv"),
    "driven": Data(driven, ("--inputs", "u")),
    "lorenz": Data(lambda path: lorenz(path, 5000)),
    "hires": Data(lambda path: _known("hires", path)),
    "pendulum": Data(lambda path: _known("double_pendulum", path)),
    "hidden": Data(hidden, ("--law", "S' = -beta*S*I", "--law", "I' = beta*S*I - gamma*I")),
    "many": Data(many, ("--trajectory", "run")),
    "wide": Data(wide),
}


def measure(csv: Path, options: Sequence[str], budget: float, out: Path) -> dict[str, Any]:
    """One command: seconds by the clock, CPU seconds of it and its children, and how it says that it ended."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [*DISCOVER, "run", str(csv), *options, "--budget", f"{budget:g}s", "--out", str(out), "-q"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    return {
        "wall": wall, "cpu": cpu, "late": wall - budget, "code": done.returncode, "stopped": result["stopped_by"],
        "law": bool(result["equations"]), "pdf": (out / "report.pdf").exists(), "load": os.getloadavg()[0],
    }  # fmt: skip


def main() -> int:
    """Prints a row for each run; 1 if one of them was late."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budgets", default="5,15,40", help="seconds, separated by commas")
    parser.add_argument("--names", default=",".join(KINDS), help="kinds of data, separated by commas")
    asked = parser.parse_args()
    late = 0
    print(f"{'data':<10}{'budget':>7}{'clock':>8}{'late':>7}{'CPU':>7}{'load':>6}  ended")
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.names.split(","):
            csv = KINDS[name].make(Path(folder) / f"{name}.csv")
            for budget in map(float, asked.budgets.split(",")):
                one = measure(csv, KINDS[name].options, budget, Path(folder) / f"{name}_{budget:g}")
                late += one["late"] > max(LATE, SHARE * budget)
                how = f"{one['stopped']}, {'a law' if one['law'] else 'no law'}{'' if one['pdf'] else ', no PDF'}"
                figures = f"{budget:>7g}{one['wall']:>8.1f}{one['late']:>7.1f}{one['cpu']:>7.1f}{one['load']:>6.1f}"
                print(f"{name:<10}{figures}  {how}", flush=True)
    return int(late > 0)


if __name__ == "__main__":
    sys.exit(main())
