"""Is the true structure among the candidates? By setting, kind, half of the registry and source, beside two peers.

    python -m benchmarks.pool                          # ODEBench and the other systems, 4 settings, 1 seed
    python -m benchmarks.pool --quick                  # 12 systems of the design half
    python -m benchmarks.pool --half design --subjects pool --settings 0.05:0
    python -m benchmarks.pool --show                   # tables of what is there; measures nothing

The truth is used to score, and for nothing else. Each finished case is a file in ``--out``; an interrupted run goes on
where it was. A case is smoothed once for all subjects. Every process is given one thread; seconds are CPU seconds,
smoothing not counted.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from rich.console import Console

from benchmarks.pool_sheets import Results, sheets
from discovery.datasets import known
from pipelines.store import write
from pipelines.validation_cases import Case
from pipelines.validation_jobs import THREADS, Record, version_of
from pipelines.validation_sheets import as_html, as_terminal

SETTINGS = "0:0,0.01:0,0.05:0,0.05:0.5"
SUBJECTS = ("pool", "genetic", "pysindy", "operon")
# All kinds, one to four states, of the half on which defaults may be chosen.
QUICK = (
    "odebench_06_autocatalysis", "odebench_14_budworm", "odebench_21_sir_dead",
    "odebench_31_sir", "odebench_36_pendulum_nonlinear_damping", "odebench_42_chlorine_dioxide_iodine",
    "odebench_49_brusselator", "odebench_56_lorenz_chaotic", "ivlev", "leslie_gower",
    "feed_forward_loop", "lorenz_stenflo",
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures what is missing, prints and writes the tables."""
    given = _parser().parse_args(arguments)
    os.environ.update(dict.fromkeys(THREADS, "1"))  # read when a process that is started loads its libraries
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    files = sorted([*ROOT.glob("discovery/**/*.py"), *ROOT.glob("benchmarks/pool*.py")])
    version = "kept" if given.keep else version_of(files)
    subjects = tuple(name for name in SUBJECTS if name in given.subjects.split(","))
    cases = _cases(given)
    if not given.show:
        _run(given, subjects, cases, version, talk)
    found: Results = {
        (subject, case): record
        for subject in subjects
        for case in cases
        if (record := _read(given.out, subject, case, None if given.show else version)) is not None
    }
    tables = sheets(found, subjects)
    paper = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    for table in tables:
        paper.print(as_terminal(table))
    write(given.out / "pool.html", as_html(tables, "The true structure in the pool").encode())


def _cases(given: argparse.Namespace) -> tuple[Case, ...]:
    names = given.systems or (QUICK if given.quick else known.select(suite=given.suite))
    settings = [tuple(map(float, one.split(":"))) for one in given.settings.split(",")]
    chosen = [name for name in names if given.half in ("both", known.half(known.resolve(name)))]
    return tuple(
        Case(known.resolve(name), noise, drop, seed)
        for noise, drop in settings
        for name in chosen
        for seed in range(given.seeds)
    )


def _run(
    given: argparse.Namespace, subjects: Sequence[str], cases: Sequence[Case], version: str, talk: Console
) -> None:
    def missing(case: Case) -> tuple[str, ...]:
        return tuple(subject for subject in subjects if _read(given.out, subject, case, version) is None)

    waiting = {case: some for case in cases if (some := missing(case))}
    for done, (case, records) in enumerate(_measured(given, waiting, version), start=1):
        for subject, record in records.items():
            place = given.out / "cases" / subject / f"{case.key}.json"
            write(place, json.dumps({"version": version, **record}, indent=1).encode())
            absent = [row["state"] for row in record["equations"] if not row["verdict"]]
            told = f"{case.key} {subject}: {record['seconds']:.1f} s, missing {absent or 'nothing'}"
            talk.print(f"{done}/{len(waiting)} {told}", markup=False)


def _measured(
    given: argparse.Namespace, waiting: Mapping[Case, Sequence[str]], version: str
) -> Iterator[tuple[Case, Mapping[str, Record]]]:
    from benchmarks.pool_case import measure

    if not waiting:
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(given.jobs, mp_context=context, initializer=_prepare)
    try:
        running = {}
        for case, subjects in waiting.items():
            # What ours took with genetic search; else without; else the bound on the pool's median.
            ours = _read(given.out, "genetic", case, version) or _read(given.out, "pool", case, version)
            running[pool.submit(measure, case, subjects, ours["seconds"] if ours else 3.0)] = case
        for future in as_completed(running):
            yield running[future], future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _prepare() -> None:
    """Loads and compiles what would otherwise be counted as time of the first case."""
    from benchmarks.pool_case import measure

    measure(Case("odebench_25_harmonic_oscillator_damped", 0.01, 0.0, 0), ("pool",), 1.0)


def _read(out: Path, subject: str, case: Case, version: str | None) -> Record | None:
    try:
        record = json.loads((out / "cases" / subject / f"{case.key}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if version in (None, record["version"]) else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="12 systems of the design half")
    parser.add_argument("--systems", nargs="*", default=(), help="names; all of the suite if none")
    parser.add_argument("--suite", default="known", choices=known.SUITES)
    parser.add_argument("--half", default="both", choices=("both", "design", "check"))
    parser.add_argument("--settings", default=SETTINGS, help="noise:share dropped, separated by commas")
    parser.add_argument("--subjects", default=",".join(SUBJECTS), help="separated by commas")
    parser.add_argument("--seeds", type=int, default=1, help="noise seeds 0, 1, ...")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--keep", action="store_true", help="go on with records whatever the sources say")
    parser.add_argument("--out", type=Path, default=Path("runs/pool"))
    parser.add_argument("--show", action="store_true", help="measure nothing")
    return parser


if __name__ == "__main__":
    main()
