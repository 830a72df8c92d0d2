"""How often is one law claimed where the data hold none, or do not tell which? Beside data that have a law.

    python -m benchmarks.honesty                     # 200 cases without a law and 60 with one
    python -m benchmarks.honesty --quick             # a tenth of them
    python -m benchmarks.honesty --show              # the table of what is there; runs nothing

There is none in noise, random walks and shuffled rows; records too short to tell two laws apart are an arc of growth or
decay so straight that one nat speaks for x' = c x against x' = c. Each finished case is a file in ``--out``;
an interrupted run goes on where it was. Right is `not_found`, or a tie of several laws, for these, and `found` where
there is a law. Controls are systems of ODEBench at noise of 5 %,
straight lines, and decays.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from discovery.datasets import known
from discovery.types import Trajectory
from pipelines.store import write
from pipelines.validation_jobs import THREADS
from pipelines.validation_sheets import Sheet, as_html, as_terminal

# Kinds of data and how many of each.
WITHOUT = {"white noise": 50, "random walk": 50, "shuffled rows": 50, "short record": 50}
WITH = {"known system": 40, "straight line": 10, "decay": 10}
SAMPLES = (60, 120, 240)
# Share of the cases without a law in which none may be claimed, at least.
LEAST = 0.95


@dataclass(frozen=True)
class Case:
    """One set of data."""

    kind: str
    seed: int

    @property
    def key(self) -> str:
        """A file name."""
        return f"{self.kind.replace(' ', '_')}_{self.seed}"

    def data(self) -> tuple[Trajectory, ...]:
        """The measurements; a seed gives the same ones."""
        rng = np.random.default_rng([self.seed, *self.kind.encode()])
        states, samples = 1 + self.seed % 3, SAMPLES[self.seed // 3 % 3]
        names = ("x", "y", "z")[:states]
        times = np.linspace(0.0, 10.0, samples)
        steps = rng.standard_normal((samples, states))
        if self.kind == "white noise":
            return (Trajectory(times, 3.0 * rng.integers(0, 2) + steps, names),)
        if self.kind == "random walk":
            return (Trajectory(times, np.cumsum(steps, axis=0), names),)
        if self.kind == "straight line":
            slopes = rng.uniform(-2.0, 2.0, states)
            return (Trajectory(times, 1.0 + times[:, None] * slopes + 0.05 * (self.seed % 2) * steps, names),)
        if self.kind == "short record":
            rates = rng.uniform(0.02, 0.04, states) * rng.choice([-1.0, 1.0], states)
            curve = 3.0 * np.exp(times[:, None] * rates)
            line = np.column_stack([np.polyval(np.polyfit(times, column, 1), times) for column in curve.T])
            noise = np.std(curve - line, axis=0) * np.sqrt(samples / 2.0)
            return (Trajectory(times, curve + noise * steps, names),)
        if self.kind == "decay":
            rates = rng.uniform(0.1, 0.5, states)
            return (Trajectory(times, 3.0 * np.exp(-times[:, None] * rates) + 0.03 * steps, names),)
        return _of_known(self, rng)


def _of_known(case: Case, rng: np.random.Generator) -> tuple[Trajectory, ...]:
    """A run of one of ODEBench's systems of up to three states at noise of 5 %, its rows shuffled or not."""
    from pipelines.validation_cases import Case as Known
    from pipelines.validation_cases import corrupted
    from pipelines.validation_truth import load

    choice = [name for name in known.select(suite="odebench") if known.load(name).dimension <= 3]
    name = choice[case.seed * 7 % len(choice)]
    (run,) = corrupted(Known(name, 0.05, 0.0, case.seed), load(name))
    if case.kind == "known system":
        return (run,)
    few = run.states[:: max(1, len(run) // SAMPLES[case.seed % 3])]
    return (Trajectory(run.times[: len(few)], few[rng.permutation(len(few))], run.names),)


def measure(case: Case, recipe: str, engines: tuple[str, ...]) -> dict[str, Any]:
    """The verdict on one case."""
    from pipelines import config
    from pipelines.ode import discover_ode

    settings = config.read(recipe).changed(engines=engines or None, threads=1)
    begin = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = discover_ode(case.data(), settings)
    verdict = result.verdict
    return {
        "kind": case.kind,
        "seed": case.seed,
        "status": verdict.status,
        "headline": verdict.headline,
        "measures": {key: value if np.isfinite(value) else str(value) for key, value in verdict.measures.items()},
        "findings": [[one.level, one.text] for one in verdict.findings],
        "law": {state: str(rhs) for state, rhs in result.law.equations.items()} if result.law else {},
        "seconds": time.process_time() - begin,
    }


def claimed(record: dict[str, Any]) -> bool:
    """Whether one law is said to be behind the data."""
    return record["status"] == "found" and not record["measures"].get("ties")


def sheet(records: Sequence[dict[str, Any]]) -> Sheet:
    """Shares by kind."""
    rows: list[tuple[str, ...]] = []
    for kind in (*WITHOUT, *WITH):
        mine = [one for one in records if one["kind"] == kind]
        if mine:
            found = sum(one["status"] == "found" for one in mine)
            ties = found - sum(claimed(one) for one in mine)
            seconds = sorted(one["seconds"] for one in mine)[len(mine) // 2]
            rows.append((kind, str(len(mine)), str(len(mine) - found), str(ties), str(found - ties), f"{seconds:.1f}"))
    right, of = honest(records)
    title = f"Without a law: {right} of {of} not claimed ({100 * right / max(1, of):.1f} %)"
    columns = ("data", "cases", "not found", "tie", "one law claimed", "CPU s (median)")
    return Sheet(title, columns, (False, True, True, True, True, True), tuple(rows))


def honest(records: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """In how many cases without a law none was claimed, and of how many."""
    none = [one for one in records if one["kind"] in WITHOUT]
    return sum(not claimed(one) for one in none), len(none)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what is missing, prints and writes the table; 1 if laws were claimed in more cases than may be."""
    given = _parser().parse_args(arguments)
    os.environ.update(dict.fromkeys(THREADS, "1"))
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    share = 0.1 if given.quick else 1.0
    cases = [
        Case(kind, seed)
        for kind, number in {**WITHOUT, **WITH}.items()
        if not given.kinds or kind in given.kinds.split(",")
        for seed in range(max(1, round(share * number)))
    ]
    if not given.show:
        waiting = [case for case in cases if _read(given.out, case) is None]
        for done, (case, record) in enumerate(_measured(waiting, given), start=1):
            write(given.out / "cases" / f"{case.key}.json", json.dumps(record, indent=1).encode())
            talk.print(f"{done}/{len(waiting)} {case.key}: {record['status']}, {record['seconds']:.1f} s", markup=False)
    records = [record for case in cases if (record := _read(given.out, case)) is not None]
    table = sheet(records)
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(as_terminal(table))
    write(given.out / "honesty.html", as_html([table], "Laws claimed where there are none").encode())
    right, of = honest(records)
    return int(right < LEAST * of)


def _measured(cases: Sequence[Case], given: argparse.Namespace) -> Iterator[tuple[Case, dict[str, Any]]]:
    if not cases:
        return
    engines = tuple(name for name in given.engines.split(",") if name)
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(given.jobs, mp_context=context)
    try:
        running = {pool.submit(measure, case, given.recipe, engines): case for case in cases}
        for future in as_completed(running):
            yield running[future], future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _read(out: Path, case: Case) -> dict[str, Any] | None:
    try:
        return json.loads((out / "cases" / f"{case.key}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the cases")
    parser.add_argument("--kinds", default="", help="separated by commas; all if none")
    parser.add_argument("--recipe", default="quick")
    parser.add_argument("--engines", default="", help="separated by commas; the recipe's if none")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--out", type=Path, default=Path("runs/honesty"))
    parser.add_argument("--show", action="store_true", help="run nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
