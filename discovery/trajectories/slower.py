"""Inputs that were measured at a rate of their own, lower than that of the rows.

Loggers of flight tests, of buses in vehicles and of robots write one row for each time at which anything was measured,
and what is slower has empty entries. An input has to be known in each row: one that is set keeps its last value until
the next, and a course goes straight from value to value. When a value was set that is another than the last, somewhere
between the two, no row tells: rows between them are left out, unless it is told that it was set at the time of its row.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, Int

from discovery.trajectories.codes import codes
from discovery.trajectories.inputs import KNOWN, held_inputs, within
from discovery.trajectories.runs import Division
from discovery.trajectories.table import Table
from discovery.types import Trajectory
from discovery.wording import joined

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
    *,
    maps: bool = False,
) -> tuple[Table, Division]:
    """The table with values of slower inputs in all rows of the runs, and these rows, with a note on each such input.

    Rows before the first value are left out, those behind the last one of a course, and, if they are not too many,
    those between two values of what is held without being told so.

    Args:
        times: of all rows of the table.
        told: of each input whether it is told to be held, or not; None leaves it to its own steps.
        maps: whether each row is a step of a map, for which nothing is filled in.
    """
    notes: list[str] = []
    runs, every = division.rows, np.concatenate(division.rows)
    known, columns = np.ones(len(times), dtype=np.bool_), {column.header: column for column in table.columns}
    for header, said in zip(inputs, told, strict=True):
        column = columns[header]
        if column.kind != "number" or column.misfit is not None or codes(column.values[every]):
            continue
        clocks, values = [times[rows] for rows in runs], [column.values[rows] for rows in runs]
        if maps or not is_slower(clocks, values):
            continue
        own = [one[np.isfinite(one)][:, None] for one in values]
        held = held_inputs(own)[0] if said is None else said
        filled = np.concatenate([_filled(*one, held=held) for one in zip(clocks, values, strict=True)])
        vague = np.concatenate([_vague(one) for one in values])
        if held and said is None and np.mean(vague) <= 1.0 - KNOWN:
            filled[vague] = np.nan
        full = np.array(column.values)
        full[every] = filled
        columns[header] = replace(column, values=full)
        known &= np.isfinite(full)
        lost = int(np.count_nonzero(np.isnan(filled)))
        notes.append(_said(header, len(filled) / sum(map(len, own)), lost, held=held))
    if not notes:
        return table, division
    kept = tuple(replace(run, rows=run.rows[known[run.rows]]) for run in division.runs)
    division = replace(division, runs=kept, notes=(*division.notes, *notes))
    return replace(table, columns=tuple(columns.values())), division


def _vague(values: Float[np.ndarray, " row"]) -> Bool[np.ndarray, " row"]:
    """Rows between a value and the next, if that is another."""
    there = np.flatnonzero(np.isfinite(values))
    place = np.searchsorted(there, np.arange(len(values)))  # of the next value, or the row's own
    known = values[there]
    other = np.concatenate([[False], known[1:] != known[:-1], [False]])
    found: Bool[np.ndarray, " row"] = other[place] & ~np.isfinite(values)
    return found


def _filled(
    times: Float[np.ndarray, " row"], values: Float[np.ndarray, " row"], *, held: bool
) -> Float[np.ndarray, " row"]:
    there = np.flatnonzero(np.isfinite(values))
    if not held:
        return np.interp(times, times[there], values[there], left=np.nan, right=np.nan)
    last: Int[np.ndarray, " row"] = np.searchsorted(there, np.arange(len(values)), side="right") - 1
    return np.where(last < 0, np.nan, values[there[np.maximum(last, 0)]])


def _said(header: str, rows: float, lost: int, *, held: bool) -> str:
    told = shlex.quote(joined([header]))
    if held:
        how = "keeps its last value in the others, and --held none draws lines"
        left = f"before its first value, or between two that differ (none between with --held {told})"
    else:
        how = f"goes straight from value to value in the others, and --held {told} keeps the last one"
        left = "before its first value or behind its last"
    ends = f" Rows {left} were left out: {lost}." if lost else ""
    return f"{header} has a value in one of {rows:.3g} rows, at a rate of its own; it {how}.{ends}"
