"""Laws of systems on which chance acts, by `--noise process`, beside walks and noise, which have none.

    python -m benchmarks.chance                      # 40 of ODEBench's systems, 40 walks and 20 cases of noise
    python -m benchmarks.chance --cases 10 --share 0.1

Each system goes from its first initial state in even steps; in each step chance adds ``--share`` of the deviation that
the state has without chance. One run, 200 steps. Chosen on observed data; `found` and the true form are counted.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from discovery.datasets import known
from discovery.dynamics.simulate import simulate
from discovery.dynamics.single_steps import by_chance
from discovery.symbolic.compare import SAME_FORM
from discovery.types import Law, NoiseModel, Trajectory
from pipelines.config import read
from pipelines.store import write
from pipelines.validation_jobs import THREADS
from pipelines.validation_scoring import score
from pipelines.validation_truth import Truth, load

STEPS = 200
# States that leave this many deviations of the course without chance have left the system's region.
LOST = 20.0


def by_chance_of(name: str, share: float, seed: int) -> Trajectory | None:
    """A run of a known system with chance in each step; None where it leaves the system's region."""
    truth = load(name)
    (run,) = truth.seen
    law = Law(run.names, tuple(truth.equations.values()), ())
    times = np.linspace(run.times[0], run.times[-1], STEPS + 1)
    calm = simulate(law, run.states[0], times)
    spread = calm.std(axis=0)
    noise = NoiseModel("additive", share * spread, np.zeros(len(spread)), process=True)
    least = np.where(calm.min(axis=0) >= 0.0, 0.0, -np.inf)
    rng = np.random.default_rng(seed)
    states = by_chance(law, run.states[0], times, noise, times[1] - times[0], rng, least=least)
    lost = not np.all(np.isfinite(states)) or np.any(np.abs(states - calm.mean(axis=0)) > LOST * spread)
    return None if lost or not np.all(spread > 0.0) else Trajectory(times, states, run.names)


def lawless(kind: str, seed: int) -> Trajectory:
    """A walk, a walk of rates, or noise, of one or two states."""
    rng = np.random.default_rng([seed, len(kind)])
    steps = rng.standard_normal((STEPS, 1 + seed % 2))
    states = {"noise": steps, "walk": np.cumsum(steps, axis=0), "walk of rates": np.cumsum(np.cumsum(steps, 0), 0)}[
        kind
    ]
    return Trajectory(np.arange(float(STEPS)), states, ("x", "y")[: states.shape[1]])


def measured(run: Trajectory, truth: Truth | None, recipe: str) -> dict[str, Any]:
    """The verdict on a run, and whether its law has the true form."""
    from pipelines.ode import discover_ode

    begin = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = discover_ode([run], read(recipe).changed(noise="process", threads=1))
    law = {} if result.law is None else dict(result.law.equations)
    form = bool(truth is not None and law and score(law, truth).form in SAME_FORM)
    told = {state: str(side) for state, side in law.items()}
    return {"status": result.status, "form": form, "law": told, "seconds": time.process_time() - begin}


def cases(given: argparse.Namespace) -> Iterator[tuple[str, Trajectory, Truth | None]]:
    """Systems of up to three states, and data without a law."""
    small = [name for name in known.select(suite="odebench") if known.load(name).dimension <= 3]
    for name in small[:: max(1, len(small) // given.cases)][: given.cases]:
        if (run := by_chance_of(name, given.share, given.seed)) is not None:
            yield name, run, load(name)
    for kind in ("walk", "walk of rates", "noise"):
        for seed in range(given.cases // 2):
            yield f"{kind} {seed}", lawless(kind, seed), None


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what is missing and prints the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--recipe", default="quick")
    parser.add_argument("--out", type=Path, default=Path("runs/chance"))
    given = parser.parse_args(arguments)
    os.environ.update(dict.fromkeys(THREADS, "1"))
    records: dict[str, dict[str, Any]] = {}
    for name, run, truth in cases(given):
        path = given.out / f"{name}-{given.share:g}-{given.seed}.json"
        if not path.exists():
            write(path, json.dumps(measured(run, truth, given.recipe), indent=1).encode())
        records[name] = one = json.loads(path.read_text(encoding="utf-8"))
        print(f"{name}: {one['status']}{', true form' * one['form']}, {one['seconds']:.1f} s", flush=True)
    lawful = {name: one for name, one in records.items() if name.partition(" ")[0] not in ("walk", "noise")}
    without = [one for name, one in records.items() if name not in lawful]
    found = [one for one in lawful.values() if one["status"] == "found"]
    print(
        f"{len(lawful)} systems: {len(found)} found, {sum(one['form'] for one in found)} of them in the true form; "
        f"{len(without)} without a law: {sum(one['status'] == 'found' for one in without)} found"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
