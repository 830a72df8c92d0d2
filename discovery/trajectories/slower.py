"""Inputs that were measured at a rate of their own, lower than that of the rows.

Loggers of flight tests, of buses in vehicles and of robots write one row for each time at which anything was measured,
and what is slower has empty entries. An input has to be known in each row: one that is set keeps its last value until
the next, as its instrument shows it, and a course goes straight from value to value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from discovery.trajectories.codes import codes
from discovery.trajectories.inputs import held_inputs, within
from discovery.trajectories.runs import Division
from discovery.trajectories.table import Table
from discovery.types import Trajectory

# Rows for each value, at most: buses log 10 Hz beside 100 Hz. A daily input beside hourly states is as often a total or
# a mean as a reading, and has to be brought to their times by those who know which.
MOST_ROWS = 10.5
# Steps from value to value, in usual ones: nine in ten are no longer than the first, as clocks are not exact, and of
# values that are missing at random, half of all, one in ten spans four. None is longer than the second: two values in
# a row may be lost. Where most rows have a value none may be, as rows without one can be left out.
REGULAR, MOSTLY, LONGEST = 1.6, 0.9, 3.5
FEW = 0.6  # share of the rows that have a value, up to which it is the rate that leaves the others empty
FEWEST = 4  # values in a run


def is_slower(times: Sequence[Float[np.ndarray, " row"]], values: Sequence[Float[np.ndarray, " row"]]) -> bool:
    """Whether in each run a column has values all along, at a steady rate that is lower than that of the rows."""
    known = [np.isfinite(one) for one in values]
    if all(np.count_nonzero(one[:-1] < one[1:]) == (not one[0]) for one in known if len(one)):
        return False  # nothing is missing but at the ends
    total, there = sum(map(len, known)), sum(int(np.count_nonzero(one)) for one in known)
    if there == total or total > MOST_ROWS * there or any(np.count_nonzero(one) < FEWEST for one in known):
        return False
    steps = np.concatenate([np.diff(clock[one]) for clock, one in zip(times, known, strict=True)])
    usual = float(np.median(steps))
    ends = [max(clock[one][0] - clock[0], clock[-1] - clock[one][-1]) for clock, one in zip(times, known, strict=True)]
    longest = LONGEST if there <= FEW * total else REGULAR
    steady = np.quantile(steps, MOSTLY) <= REGULAR * usual and np.max(steps) <= longest * usual
    return bool(steady and max(ends) <= REGULAR * usual)


def can_drive(runs: Sequence[Trajectory], index: int, *, held: bool) -> bool:
    """Whether a state with missing values is known wherever an input has to be, if it is one.

    Args:
        held: whether it would hold its value until the next row.
    """
    columns = [run.states[:, index] for run in runs]
    return is_slower([run.times for run in runs], columns) or (not held and within(columns))


def at_every_row(
    table: Table,
    division: Division,
    times: Float[np.ndarray, " row"],
    inputs: Sequence[str],
    told: Sequence[bool | None],
) -> tuple[Table, Division, tuple[str, ...]]:
    """The table with values of slower inputs in all rows of the runs, these rows, and a note on each such input.

    Rows before the first value are left out, and those behind the last one of a course.

    Args:
        times: of all rows of the table.
        told: of each input whether it is told to be held, or not; None leaves it to its own steps.
    """
    notes: list[str] = []
    for header, said in zip(inputs, told, strict=True):
        column = table[header]
        if column.kind != "number" or column.misfit is not None or codes(column.values[division.every_row]):
            continue
        clocks, values = [times[rows] for rows in division.rows], [column.values[rows] for rows in division.rows]
        if not is_slower(clocks, values):
            continue
        own = [one[np.isfinite(one)][:, None] for one in values]
        held = held_inputs(own)[0] if said is None else said
        full = np.array(column.values)
        for rows in division.rows:
            full[rows] = _filled(times[rows], column.values[rows], held=held)
        table = replace(
            table, columns=tuple(replace(column, values=full) if one is column else one for one in table.columns)
        )
        runs = tuple(replace(run, rows=run.rows[np.isfinite(full[run.rows])]) for run in division.runs)
        lost = len(division.every_row) - sum(len(run.rows) for run in runs)
        division = replace(division, runs=runs)
        notes.append(_said(header, sum(map(len, values)) / sum(map(len, own)), lost, held=held))
    return table, division, tuple(notes)


def _filled(
    times: Float[np.ndarray, " row"], values: Float[np.ndarray, " row"], *, held: bool
) -> Float[np.ndarray, " row"]:
    there = np.flatnonzero(np.isfinite(values))
    if not held:
        return np.interp(times, times[there], values[there], left=np.nan, right=np.nan)
    last: Int[np.ndarray, " row"] = np.searchsorted(there, np.arange(len(values)), side="right") - 1
    return np.where(last < 0, np.nan, values[there[np.maximum(last, 0)]])


def _said(header: str, rows: float, lost: int, *, held: bool) -> str:
    how = "keeps its last value in the others" if held else "goes straight from value to value in the others"
    other = "--held none draws lines" if held else "--held keeps the last value"
    ends = f" Rows without a value {'before' if held else 'on both sides'} were left out: {lost}." if lost else ""
    return f"{header} has a value in one of {rows:.3g} rows, at a rate of its own; it {how}, and {other}.{ends}"
