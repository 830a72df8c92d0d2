"""Three discoveries from CSV to law by the command line, with what was found and the seconds of each stage.

    python benchmarks/acceptance.py [--only lynx_hare,kidger,lorenz] [--out DIR]

Each case is written as a CSV and given to ``discover run`` in a process of its own; nothing but the CSV and the
options printed reach it. The truth is used for scoring only. Settings are the defaults unless printed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.integrate import solve_ivp

from discovery.resources import folder
from discovery.symbolic.compare import compare_laws
from discovery.symbolic.parse import parse
from pipelines.terminal import WITH_RESULT


@dataclass(frozen=True)
class Case:
    """A CSV, options, and the law that made it (or is accepted for it)."""

    name: str
    csv: Path
    options: tuple[str, ...]
    truth: Mapping[str, str]
    accepted: str


def lynx_hare(_: Path) -> Iterator[Case]:
    """Measured pelts; the accepted constants are those of Carpenter (2018)."""
    csv = folder("datasets/measured") / "lynx_hare_1900_1920.csv"
    hare, lynx = "hare_thousands", "lynx_thousands"
    published = {hare: f"0.55*{hare} - 0.028*{hare}*{lynx}", lynx: f"-0.80*{lynx} + 0.024*{hare}*{lynx}"}
    for seed in (0, 1, 2):
        yield Case(f"lynx-hare, seed {seed}", csv, ("--seed", str(seed)), published, "within .12, .008, .18, .008")
    fitted = {hare: f"0.540*{hare} - 0.0272*{hare}*{lynx}", lynx: f"-0.797*{lynx} + 0.0237*{hare}*{lynx}"}
    yield Case("lynx-hare, lognormal", csv, ("--noise", "lognormal"), fitted, "within 3 %")


def kidger(work: Path) -> Iterator[Case]:
    """Kidger (2022), On Neural Differential Equations, section 6.1."""
    truth = {"x": "y/(1 + y)", "y": "-x/(1 + x)"}
    times = np.linspace(0.0, 10.0, 100)
    starts = np.random.default_rng(0).uniform(-0.6, 1.0, (256, 2))

    def field(_: float, s: np.ndarray) -> list[float]:
        return [s[1] / (1 + s[1]), -s[0] / (1 + s[0])]

    runs = [solve_ivp(field, (0, 10), s, t_eval=times, rtol=1e-10, atol=1e-12).y.T for s in starts]
    spread = np.vstack(runs).std(axis=0)
    rng = np.random.default_rng(1)
    noisy = [run + 0.02 * spread * rng.standard_normal(run.shape) for run in runs[:8]]
    for name, chosen, accepted in (("256 clean", runs, "within 0.1 %"), ("8 with 2 % noise", noisy, "within 1 %")):
        frames = [pd.DataFrame({"run": i, "t": times, "x": run[:, 0], "y": run[:, 1]}) for i, run in enumerate(chosen)]
        csv = work / f"kidger_{len(chosen)}.csv"
        pd.concat(frames).to_csv(csv, index=False)
        yield Case(f"Kidger, {name}", csv, (), truth, accepted)


def lorenz(work: Path) -> Iterator[Case]:
    """Lorenz (1963) at the classical constants, 5000 rows on [0, 50], additive noise of 1 % of each deviation."""
    times = np.linspace(0.0, 50.0, 5000)

    def field(_: float, s: np.ndarray) -> list[float]:
        return [10 * (s[1] - s[0]), s[0] * (28 - s[2]) - s[1], s[0] * s[1] - 8 / 3 * s[2]]

    states = solve_ivp(field, (0, 50), [1.0, 1.0, 1.0], t_eval=times, rtol=1e-10, atol=1e-12).y.T
    states = states + 0.01 * states.std(axis=0) * np.random.default_rng(0).standard_normal(states.shape)
    csv = work / "lorenz.csv"
    pd.DataFrame({"t": times, "x": states[:, 0], "y": states[:, 1], "z": states[:, 2]}).to_csv(csv, index=False)
    truth = {"x": "-10*x + 10*y", "y": "28*x - x*z - y", "z": f"x*y - {8 / 3!r}*z"}
    yield Case("Lorenz", csv, (), truth, "exactly seven terms, < 60 s")


CASES = {"lynx_hare": lynx_hare, "kidger": kidger, "lorenz": lorenz}


def run(case: Case, out: Path) -> None:
    """Runs one case and prints what came of it."""
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "run", str(case.csv)]
    shutil.rmtree(out, ignore_errors=True)  # stages that an earlier run finished would not be timed
    begin = time.perf_counter()
    done = subprocess.run(
        [*command, "--out", str(out), "--json", *case.options], capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - begin
    print(f"== {case.name}: exit {done.returncode}, {wall:.1f} s wall {' '.join(case.options)}")
    if done.returncode not in WITH_RESULT:
        print(done.stderr)
        return
    result = json.loads(done.stdout)
    found = {state: parse(text) for state, text in result["equations"].items()}
    for state, rhs in result["equations"].items():
        print(f"   {state}' = {rhs}")
    if found:
        reference = {state: parse(text) for state, text in case.truth.items()}
        verdict = compare_laws(found, reference)
        error = f"{100 * verdict.largest_error:.3g} %"
        print(f"   form: {verdict.verdict}; largest error of a constant {error} ({case.accepted})")
    seconds = json.loads((out / "timing.json").read_text())
    print(f"   noise {result['noise']['kind']}, smoothed by {result['smoothing']['method']}, status {result['status']}")
    print("   seconds: " + ", ".join(f"{stage} {value:.1f}" for stage, value in seconds.items()), flush=True)


def main() -> None:
    """Runs the cases asked for."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default=",".join(CASES))
    options.add_argument("--out", type=Path, default=Path("runs/acceptance"))
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    print(f"{os.cpu_count()} cores; data made with seeds 0 and 1; laws chosen on the CSV alone")
    for name in given.only.split(","):
        for i, case in enumerate(CASES[name](given.out)):
            run(case, given.out / f"{name}_{i}")


if __name__ == "__main__":
    main()
