"""Do 95 % intervals contain the truth, and are they as narrow as they can be? On laws of the right form.

    python -m benchmarks.coverage                    # ODEBench and the other systems, three settings, two seeds
    python -m benchmarks.coverage --quick            # a dozen systems of the design half
    python -m benchmarks.coverage --show             # the tables of what is there; measures nothing
    python -m benchmarks.coverage --report benchmarks/coverage.md

The true form, its constants off by a tenth, is refined as the pipeline refines a candidate: from measurements with
noise of 1 or 5 %, all samples or half of them, smoothed without knowing the noise. Width is relative to the Cramér-Rao
bound: the interval at best, if the noise is known and the whole trajectory is used at once. Each finished case is a
file in ``--out``; an interrupted run goes on where it was.
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
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.odebench_best import problem_of
from discovery.datasets import known
from discovery.dynamics.shooting import Shooting, fit
from discovery.dynamics.windows import cut
from discovery.protocols import NEVER
from discovery.selection.growth import Growth, grow, levels
from discovery.selection.intervals import bounds
from discovery.selection.polish import polished
from discovery.selection.refined import Refined, canonical_law
from discovery.types import DiscoveryProblem, Law, NoiseModel, SmoothedTrajectory, Trajectory
from pipelines.store import write
from pipelines.validation_cases import Case
from pipelines.validation_jobs import THREADS, version_of
from pipelines.validation_sheets import Sheet, as_html, as_terminal
from pipelines.validation_truth import Truth
from pipelines.validation_truth import load as load_truth

SETTINGS = ((0.01, 0.0), (0.05, 0.0), (0.05, 0.5))
SMOOTHER = "gaussian_process"  # the noise model of the default smoother is from it too
OFF = 0.1
QUICK = (
    "odebench_03_logistic_growth", "odebench_07_gompertz_tumor", "odebench_14_budworm",
    "odebench_24_harmonic_oscillator", "odebench_27_lotka_volterra", "odebench_31_sir", "odebench_37_van_der_pol",
    "odebench_49_brusselator", "odebench_56_lorenz_chaotic", "odebench_63_seir", "ivlev", "leslie_gower",
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[1]
Record = dict[str, Any]


def refined_truth(truth: Truth, problem: DiscoveryProblem, seed: int) -> tuple[Law, Refined | None, Any]:
    """The true law with all its factors as constants, the same refined from a guess, and the windows."""
    law = canonical_law(Law(tuple(truth.equations), tuple(truth.equations.values()), ()))
    rng = np.random.default_rng([seed, len(law.constants)])
    guess = law.with_constants(tuple(np.array(law.constants) * (1 + OFF * rng.standard_normal(len(law.constants)))))
    growth = Growth()
    found, windows = grow([guess], levels(problem, growth), growth, threads=1, deadline=NEVER)
    return law, found[0] if found else None, windows


def cramer_rao(law: Law, truth: Truth, runs: Sequence[Trajectory], noise: float) -> np.ndarray:
    """Deviations of the constants at best: whole trajectories from unknown starts, known noise; NaN if singular."""
    clean: list[SmoothedTrajectory] = []
    for run, whole in zip(runs, truth.seen, strict=True):
        rows = np.searchsorted(whole.times, run.times)
        none = np.zeros_like(run.states)
        clean.append(SmoothedTrajectory(run.times, whole.states[rows], none, none, none, run.names))
    spread = np.vstack([run.states for run in clean]).std(axis=0)
    model = NoiseModel("proportional", np.full(len(law.states), noise), 1e-9 * spread)
    windows = cut([Trajectory(c.times, c.states, c.names) for c in clean], clean, model, 10**6)
    exact = fit(law, windows, settings=Shooting(iterations=0, rtol=1e-8, steps_a_sample=200))
    if exact is None:
        return np.full(len(law.constants), np.nan)
    scaled, scale = exact.scaled_information()
    with np.errstate(all="ignore"):
        try:
            return np.sqrt(np.diag(np.linalg.inv(scaled))) / scale
        except np.linalg.LinAlgError:
            return np.full(len(law.constants), np.nan)


def measure(case: Case, smoother: str) -> Record:
    """Intervals of one case."""
    truth = load_truth(case.system)
    begin = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        problem = problem_of(case, truth, smoother)
        law, found, windows = refined_truth(truth, problem, case.seed)
    record: Record = {"case": case.document(), "constants": [], "seconds": time.process_time() - begin}
    noise = problem.smoothing.noise
    record["noise"] = {"kind": noise.kind, "scale": [float(s) for s in noise.scale]}
    if found is None:
        return record
    best = cramer_rao(law, truth, problem.trajectories, case.noise)
    last = polished(found.fit, windows, problem.trajectories, noise, Growth().shooting)
    lows, highs = last.bounds
    curvature = bounds(last.fit)
    record["noise_of_law"] = {"kind": last.noise.kind, "scale": [float(s) for s in last.noise.scale]}
    record |= {"misfit": found.fit.misfit, "length": windows.length, "windows": len(windows.starts)}
    columns = zip(law.constants, last.fit.law.constants, lows, highs, map(float, best), *curvature, strict=True)
    names = ("true", "value", "low", "high", "bound", "parabola_low", "parabola_high")
    record["constants"] = [dict(zip(names, row, strict=True)) for row in columns]
    return record


def rows_of(record: Record) -> Iterator[tuple[bool, float]]:
    """Whether each constant is covered, and the width of its interval over the best.

    Constants of which the interval says that the data do not determine them are left out, and counted in the table.
    """
    for one in record["constants"]:
        if not np.isnan(one["low"]) and np.isfinite(one["bound"]):
            width = (one["high"] - one["low"]) / (2 * 1.96 * one["bound"])
            yield one["low"] <= one["true"] <= one["high"], width


def sheets(records: Sequence[Record]) -> list[Sheet]:
    """Coverage and width by setting, half of the registry, noise model found and number of windows; then the misses."""
    groups = {
        "all": lambda _: True,
        "σ=0.01": lambda r: r["case"]["noise"] == 0.01,
        "σ=0.05": lambda r: r["case"]["noise"] == 0.05 and r["case"]["drop"] == 0.0,
        "σ=0.05, ρ=0.5": lambda r: r["case"]["drop"] > 0.0,
        "ODEBench": lambda r: r["case"]["system"].startswith("odebench_"),
        "others": lambda r: not r["case"]["system"].startswith("odebench_"),
        "design half": lambda r: known.half(r["case"]["system"]) == "design",
        "check half": lambda r: known.half(r["case"]["system"]) == "check",
        "noise taken for additive": lambda r: r.get("noise_of_law", {}).get("kind") == "additive",
        "noise taken for proportional": lambda r: r.get("noise_of_law", {}).get("kind") == "proportional",
        "noise taken for log-normal": lambda r: r.get("noise_of_law", {}).get("kind") == "lognormal",
        "whole trajectory": lambda r: r.get("windows") == 1,
        "several windows": lambda r: r.get("windows", 0) > 1,
        "misfit up to 1.5": lambda r: r.get("misfit", 9.0) <= 1.5,
    }
    rows: list[tuple[str, ...]] = []
    for name, belongs in groups.items():
        mine = [record for record in records if belongs(record)]
        pairs = [pair for record in mine for pair in rows_of(record)]
        if pairs:
            covered = 100 * float(np.mean([inside for inside, _ in pairs]))
            widths = np.quantile([width for _, width in pairs], (0.1, 0.5, 0.9))
            loose = sum(len(record["constants"]) for record in mine) - len(pairs)
            counts = (str(len(mine)), str(len(pairs)), str(loose), f"{covered:.1f}")
            rows.append((name, *counts, *(f"{w:.2f}" for w in widths)))
    columns = ("group", "cases", "constants", "undetermined", "covered %", "width, 10 %", "median", "90 %")
    return [
        Sheet(
            "Coverage of 95 % intervals; widths over the Cramér-Rao bound", columns, (False, *[True] * 7), tuple(rows)
        ),
        _misses(records),
    ]


def _misses(records: Sequence[Record]) -> Sheet:
    rows: list[tuple[str, ...]] = []
    for record in records:
        inside = [covered for covered, _ in rows_of(record)]
        if len(inside) - sum(inside) > 1 or not record["constants"]:
            case = record["case"]
            worst = max(
                (abs(c["value"] - c["true"]) / max(c["bound"], 1e-300) for c in record["constants"]), default=0.0
            )
            rows.append(
                (
                    case["system"], f"{case['noise']:g}", f"{case['drop']:g}", str(case["seed"]),
                    record["noise"]["kind"], f"{sum(inside)}/{len(inside)}",
                    f"{record.get('misfit', float('nan')):.2f}",
                    str(record.get("windows", 0)), f"{worst:.1f}",
                )
            )  # fmt: skip
    columns = ("system", "noise", "dropped", "seed", "kind found", "covered", "misfit", "windows", "worst, in bounds")
    right = (False, True, True, True, False, True, True, True, True)
    return Sheet("Cases with two or more constants outside, or that could not be fitted", columns, right, tuple(rows))


def as_markdown(tables: Sequence[Sheet], given: argparse.Namespace, records: Sequence[Record]) -> str:
    """The tables as a page, with the command that made them."""
    seconds = [record["seconds"] for record in records]
    lines = [
        "# Do 95 % intervals contain the truth?",
        "",
        f"`python -m benchmarks.coverage --suite {given.suite} --seeds {given.seeds}`: {len(records)} cases, the true",
        "form refined as a run refines a candidate; noise multiplicative, ρ the share of samples dropped, noise and",
        f"its kind estimated. {np.median(seconds):.1f} CPU s a case at the median, {max(seconds):.0f} at most.",
        "`undetermined` are constants of which the interval says so. Widths are over that of the Cramér-Rao bound.",
    ]
    for sheet in tables:
        rows = [sheet.columns, ("---",) * len(sheet.columns), *sheet.rows]
        lines += ["", f"## {sheet.title}", "", *("| " + " | ".join(row) + " |" for row in rows)]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures what is missing, prints and writes the tables."""
    given = _parser().parse_args(arguments)
    os.environ.update(dict.fromkeys(THREADS, "1"))
    files = sorted([*ROOT.glob("discovery/**/*.py"), Path(__file__).resolve()])
    version = "" if given.keep or given.show else version_of(files)
    cases = _cases(given)
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    if not given.show:
        waiting = [case for case in cases if _read(given.out, case, version) is None]
        for done, (case, record) in enumerate(_measured(waiting, given), start=1):
            write(
                given.out / "cases" / f"{case.key}.json", json.dumps({"version": version, **record}, indent=1).encode()
            )
            inside = [covered for covered, _ in rows_of(record)]
            talk.print(f"{done}/{len(waiting)} {case.key}: {sum(inside)}/{len(inside)}", markup=False)
    records = [record for case in cases if (record := _read(given.out, case, version)) is not None]
    tables = sheets(records)
    paper = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    for table in tables:
        paper.print(as_terminal(table))
    if given.report is not None:
        write(given.report, as_markdown(tables, given, records).encode())
    write(given.out / "coverage.html", as_html(tables, "Coverage of intervals").encode())


def _cases(given: argparse.Namespace) -> list[Case]:
    names = given.systems or (QUICK if given.quick else known.select(suite=given.suite))
    # Laws that time drives have their own study: from phases that are off by many turns no fit comes back.
    systems = {name: known.load(name) for name in map(known.resolve, names)}
    smooth = [name for name, one in systems.items() if not one.events and "forced" not in one.tags]
    chosen = [name for name in smooth if given.half in ("both", known.half(name))]
    seeds = 1 if given.quick else given.seeds
    # Each system and setting has noise of its own: with one seed for all, those of equal size would share it.
    first = {name: 100 * place for place, name in enumerate(known.names())}
    return [
        Case(name, noise, drop, first[name] + 30 * place + seed)
        for place, (noise, drop) in enumerate(SETTINGS)
        for name in chosen
        for seed in range(seeds)
    ]


def _measured(cases: Sequence[Case], given: argparse.Namespace) -> Iterator[tuple[Case, Record]]:
    if not cases:
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(given.jobs, mp_context=context)
    try:
        running = {pool.submit(measure, case, given.smoother): case for case in cases}
        for future in as_completed(running):
            yield running[future], future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _read(out: Path, case: Case, version: str) -> Record | None:
    try:
        record = json.loads((out / "cases" / f"{case.key}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if version in ("", record["version"]) else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="12 systems, one seed")
    parser.add_argument("--systems", nargs="*", default=(), help="names; all of the suite if none")
    parser.add_argument("--suite", default="known", choices=known.SUITES)
    parser.add_argument("--half", default="both", choices=("both", "design", "check"))
    parser.add_argument("--seeds", type=int, default=2, help="noise seeds 0, 1, ...")
    parser.add_argument("--smoother", default=SMOOTHER)
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--keep", action="store_true", help="go on with records whatever the sources say")
    parser.add_argument("--out", type=Path, default=Path("runs/coverage"))
    parser.add_argument("--report", type=Path, help="a page in Markdown to write the tables to")
    parser.add_argument("--show", action="store_true", help="measure nothing")
    return parser


if __name__ == "__main__":
    main()
