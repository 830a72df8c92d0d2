"""Errors of the smoothers' derivatives on systems whose law is known, beside other packages, and their cost.

    python -m benchmarks.smoothing --out runs/smoothing          # 63 systems, 6 settings, 3 noise seeds
    python -m benchmarks.smoothing --quick                       # 12 systems, 4 settings, 1 seed: minutes
    python -m benchmarks.smoothing --quick --peers               # the same beside pysindy, PyNumDiff and others
    python -m benchmarks.smoothing --scale --no-study            # seconds and memory up to a million rows
    python -m benchmarks.smoothing --show                        # tables of what is there; measures nothing

Each finished case is a file in ``--out``; an interrupted run goes on where it was, and what a change of the sources
made out of date is measured anew. Every process is given one thread. On two idle cores ``--quick`` takes some minutes,
``--peers`` half an hour more, the whole study about an hour.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.smoothing_cases import PEER_SYSTEMS
from benchmarks.smoothing_methods import AUTO, Subject, peers, subjects
from benchmarks.smoothing_picture import draw
from benchmarks.smoothing_runs import Archive, finished, jobs_of, run
from benchmarks.smoothing_scale import measure_all, scale_sheet
from benchmarks.smoothing_sheet import conditions, publish
from benchmarks.smoothing_summary import Study, lines
from pipelines.validate import numbers
from pipelines.validation_cases import Case, chosen, plan
from pipelines.validation_sheets import as_terminal

EVERY = 30.0  # seconds between lines of progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures what was asked for, prints and writes the tables."""
    try:
        _main(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; call it again to go on.\n")
        return 130
    return 0


def _main(arguments: Sequence[str] | None) -> None:
    given = _parser().parse_args(arguments)
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    archive = Archive(given.out)
    ours = tuple(one for one in subjects() if not given.methods or one.name in given.methods.split(","))
    if AUTO not in {one.name for one in ours}:
        talk.print(f"{AUTO} is not among the smoothers; its rows are left out.")
    cases = _cases(given)
    if not given.no_study:
        _study(archive, Task("smoothing", ours, cases), given, talk)
    if given.peers:
        few = tuple(case for case in cases if case.system in PEER_SYSTEMS and case.seed == 0)
        _study(archive, Task("peers", (*ours, *peers()), few), given, talk)
    if given.scale:
        found = measure_all(given.out, given.scale_smoother, talk.print)
        Console(highlight=False).print(as_terminal(scale_sheet(found, given.scale_smoother)))


@dataclass(frozen=True)
class Task:
    """Subjects, cases, and what the files are called that say what came of them."""

    name: str
    subjects: tuple[Subject, ...]
    cases: tuple[Case, ...]


def _study(archive: Archive, task: Task, given: argparse.Namespace, talk: Console) -> None:
    """Measures what is missing, then prints and draws all that is there, however the measuring ended."""
    try:
        if not given.show:
            mine = [one for one in task.subjects if one.kind != "peer"]
            run(archive, jobs_of(mine, task.cases, {}), given.jobs, _progress(talk))
            auto = finished(archive, [one for one in mine if one.kind == "auto"], task.cases)
            theirs = [one for one in task.subjects if one.kind == "peer"]
            run(archive, jobs_of(theirs, task.cases, auto), given.jobs, _progress(talk))
    finally:
        study = Study(task.subjects, task.cases, finished(archive, task.subjects, task.cases))
        publish(given.out, task.name, study, given.jobs, peers=task.name == "peers")
        draw(lines(study), conditions(study, given.jobs), given.out / task.name)


def _cases(given: argparse.Namespace) -> tuple[Case, ...]:
    names = given.systems or (tuple(PEER_SYSTEMS) if given.quick else ())
    noises = numbers(given.noise or ("0.01,0.05" if given.quick else "0,0.01,0.05"), "--noise")
    seeds = 1 if given.quick else given.seeds
    return plan(chosen(names, suite=None if names else "odebench"), noises, numbers(given.drop, "--drop"), seeds)


def _progress(talk: Console) -> Callable[[int, int], None]:
    """Prints a line now and then with the time that is left."""
    begin = last = time.monotonic()

    def tell(done: int, count: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > EVERY or done == count:
            last = now
            left = (now - begin) / done * (count - done)
            talk.print(f"{done} of {count} measured in {now - begin:.0f} s, about {left:.0f} s left")

    return tell


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="12 systems, noise 0.01 and 0.05, one seed")
    parser.add_argument("--systems", nargs="*", default=(), help="names; all of ODEBench if none")
    parser.add_argument("--noise", default="", help="relative deviations, separated by commas")
    parser.add_argument("--drop", default="0,0.5", help="fractions left out, separated by commas")
    parser.add_argument("--seeds", type=int, default=3, help="noise seeds 0, 1, ...")
    parser.add_argument("--methods", default="", help="names of smoothers, separated by commas; all if none")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--out", type=Path, default=Path("runs/smoothing"))
    parser.add_argument("--peers", action="store_true", help="other packages too, on 12 systems at the first seed")
    parser.add_argument("--scale", action="store_true", help="seconds and memory up to a million rows")
    parser.add_argument("--scale-smoother", default=AUTO, help="whose seconds and memory")
    parser.add_argument("--no-study", action="store_true", help="only what --peers and --scale need")
    parser.add_argument("--show", action="store_true", help="measure nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
