"""Tables of a study of smoothers for the terminal, as CSV and as JSON; each says what it was measured on."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.smoothing_peers import PEERS, REMEDY
from benchmarks.smoothing_summary import Choice, Line, Place, Setting, Study, choices, lines, places
from discovery.files import finite
from pipelines.store import write
from pipelines.validation_sheets import NOTHING, Sheet, as_csv, as_terminal

WIDTH = 205  # characters of a table; narrower ones break the names of methods


def conditions(study: Study, processes: int) -> str:
    """What every figure of a study rests on, in one sentence; says so if the study is not finished."""
    systems = len({case.system for case in study.cases})
    seeds = ", ".join(str(seed) for seed in sorted({case.seed for case in study.cases}))
    noises = ", ".join(f"{noise:g}" for noise in sorted({case.noise for case in study.cases}))
    drops = ", ".join(f"{drop:g}" for drop in sorted({case.drop for case in study.cases}))
    text = (
        f"{systems} systems of ODEBench, first initial state, 512 samples before any are left out; multiplicative "
        f"noise sigma {noises}; share rho {drops} left out at random; noise seeds {seeds}, smoothers' own seed 0; CPU "
        f"seconds of one thread, {processes} processes on {os.cpu_count()} cores."
    )
    if study.done < study.planned:
        counts = f"{study.done} of {study.planned} records are there; only cases that all methods have are shown"
        return f"PARTIAL: {counts}. {text}"
    return text


def error_sheet(found: Sequence[Line], settings: Sequence[Setting], *, peers: bool = False) -> Sheet:
    """One row for each method, one column for each setting."""
    methods = list(dict.fromkeys(line.method for line in found))
    by_place = {(line.method, line.noise, line.drop): line for line in found}
    cells: list[tuple[str, ...]] = []
    for method in methods:
        mine = [by_place[method, *setting] for setting in settings if (method, *setting) in by_place]
        errors = [_error(by_place.get((method, *setting))) for setting in settings]
        median = f"{np.median([line.median_seconds for line in mine]):.2f}"
        largest = f"{max(line.largest_seconds for line in mine):.2f}"
        failed = str(sum(line.failed for line in mine))
        cells.append((method, *errors, median, largest, failed, *([_uneven(method)] if peers else [])))
    if peers:
        gone = [peer.title for peer in PEERS.values() if peer.missing()]
        cells += [(title, REMEDY, *[""] * (len(settings) + 3)) for title in gone]
    cells.append(("cases (systems)", *(_cases(found, setting) for setting in settings), "", "", "", *[""] * peers))
    columns = ("method", *map(heading, settings), "CPU s, median", "largest", "failed")
    extra = ("uneven samples are",) if peers else ()
    title = (
        "Error of the derivative relative to its RMS: geometric mean over systems of the mean over seeds, in per cent"
    )
    return Sheet(title, (*columns, *extra), (False, *[True] * (len(columns) - 1), *[False] * peers), tuple(cells))


def choice_sheet(found: Sequence[Choice]) -> Sheet:
    """One row for each setting: the automatic smoother beside its classical start."""
    cells = tuple(
        (
            heading((one.noise, one.drop)),
            f"{one.cases} ({one.systems})",
            f"{100 * one.kept:.0f} %",
            f"{100 * one.trained:.0f} %",
            str(len(one.worse)),
            str(len(one.much_worse)),
            _percent(one.gain_on_start),
            _percent(one.attainable),
            f"{_percent(one.gain)} on {one.single}" if one.single else NOTHING,
            f"{one.median_seconds:.1f}",
            f"{one.largest_seconds:.1f}",
        )
        for one in found
    )
    columns = (
        "auto at", "cases (systems)", "neural kept", "trained", "systems >5 % worse", ">25 % worse",
        "gain on start", "if chosen by truth", "gain on best single", "CPU s, median", "largest",
    )  # fmt: skip
    return Sheet("The automatic smoother beside its classical start", columns, (False, *[True] * 10), cells)


def names_of_worse(found: Sequence[Choice]) -> tuple[str, ...]:
    """One line for each setting in which a system is worse than its classical start."""
    told = []
    for one in found:
        marked = [f"{name}{' (>25 %)' if name in one.much_worse else ''}" for name in one.worse]
        if marked:
            told.append(f"worse than the start by >5 % at {heading((one.noise, one.drop))}: {', '.join(marked)}")
    return tuple(told)


def heading(setting: Setting) -> str:
    """A setting in a few characters."""
    return f"σ={setting[0]:g} ρ={setting[1]:g}"


def publish(out: Path, name: str, study: Study, processes: int, *, peers: bool = False) -> None:
    """Prints the tables of a study and writes them as ``<name>_*.csv`` and ``<name>.json``."""
    found, automatic, single = lines(study), choices(study), places(study)
    told = conditions(study, processes)
    paper = Console(highlight=False, width=max(WIDTH, Console().width))
    paper.print(as_terminal(error_sheet(found, study.settings, peers=peers)))
    if automatic and not peers:
        paper.print()
        paper.print(as_terminal(choice_sheet(automatic)))
        for line in names_of_worse(automatic):
            paper.print(line, markup=False, soft_wrap=True)
    paper.print(told, markup=False, soft_wrap=True)
    _write(out, name, told, {"errors": found, "auto": automatic, "systems": single})


def _write(
    out: Path, name: str, told: str, tables: Mapping[str, Sequence[Line] | Sequence[Choice] | Sequence[Place]]
) -> None:
    for table, rows in tables.items():
        if rows:
            write(out / f"{name}_{table}.csv", as_csv(rows).encode())
    document = {"schema": 1, "conditions": told} | {
        table: [finite(asdict(row)) for row in rows] for table, rows in tables.items()
    }
    write(out / f"{name}.json", json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n")


def _error(line: Line | None) -> str:
    return NOTHING if line is None else f"{100 * line.error:.3g}"


def _percent(value: float) -> str:
    return NOTHING if math.isnan(value) else f"{value:+.1f} %"


def _uneven(method: str) -> str:
    return next((peer.uneven for peer in PEERS.values() if method.startswith(peer.title)), "as they are")


def _cases(found: Sequence[Line], setting: Setting) -> str:
    line = next((line for line in found if (line.noise, line.drop) == setting), None)
    return NOTHING if line is None else f"{line.cases} ({line.systems})"
