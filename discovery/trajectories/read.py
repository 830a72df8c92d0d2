"""From a CSV file to measurements."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from jaxtyping import Float

from discovery.errors import DataError, UsageError
from discovery.headers import bare, perhaps_unit, split_header
from discovery.trajectories.abreast import abreast
from discovery.trajectories.across import check_no_times_across
from discovery.trajectories.clock import Clock, find_clock
from discovery.trajectories.error_columns import relative
from discovery.trajectories.inputs import find_inputs, held_inputs, known_rows, named, told_held, undecided
from discovery.trajectories.layout import Layout, by_pandas, survey
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.months import check_no_months
from discovery.trajectories.names import header_of, safe_names
from discovery.trajectories.runs import Division, Run, find_runs, long_enough, with_groups
from discovery.trajectories.slower import at_every_row
from discovery.trajectories.source import Source, inspect
from discovery.trajectories.stamped import check_stamps
from discovery.trajectories.states import MOST_STATES, TIMES, find_states, may_be_states
from discovery.trajectories.table import Table, read_table
from discovery.trajectories.thinning import MOST_ROWS, cut_short, thin
from discovery.trajectories.tokens import MINUS, is_number
from discovery.trajectories.wrapped import without_wraps
from discovery.types import Trajectory
from discovery.wording import joined, listed


def read_csv(
    path: str | Path,
    *,
    time: str | None = None,
    states: Sequence[str] = (),
    trajectory: Sequence[str] = (),
    inputs: Sequence[str] = (),
    held: Sequence[str] = (),
    missing: Sequence[str] = (),
    max_rows: int = MOST_ROWS,
    successive: bool = False,
    units: Mapping[str, str] | None = None,
) -> Measurements:
    """Reads trajectories from a text file with one row for each time of each run.

    Separator (comma, semicolon, tab, blanks), decimal mark, encoding and header are found from the text; a file
    packed by gzip is read as it is. Missing entries are kept as NaN. Angles that were wrapped are unwrapped.

    Args:
        time: header of the column of times, with or without its unit as all that are told; None guesses it from the
            names, else takes the first column that increases.
        states: headers of the states' columns, in the order wanted; empty takes all columns of numbers.
        trajectory: headers of the columns that together tell runs apart; empty guesses them.
        inputs: headers of the columns that drive the states; they are held between samples where they rarely change,
            else interpolated. One that tells runs apart, as a dose does, may be named here, too.
        held: headers of the columns that drive the states and hold their value until the next row, whatever they look
            like; they are inputs whether they are named as such or not. ``none`` among them: no other input is held.
        missing: entries that stand for a value that was not measured, besides empty ones, NA and the like; none takes
            numbers such as -9999 for that, where they are far from all else.
        max_rows: more rows than these, in all runs together, are thinned.
        successive: the first rows of each run are kept then, as a map gives the next of them.
        units: units by header; that of time is the one in which dates and times of day are counted, and that of
            an angle has it unwrapped.

    Raises:
        UsageError: a column that is told does not exist or is told twice.
        DataError: the file cannot be used; the message names line and column.
    """
    layout = survey(source := inspect(Path(path)))
    also = named(held, layout.headers)
    states, trajectory, inputs, held = _in_full(layout.headers, states, trajectory, (*inputs, *also), held)
    inputs, time = tuple(dict.fromkeys(inputs)) if also else inputs, time and header_of(time, layout.headers)
    _check_told(layout.headers, time, states, trajectory, inputs, source.path)
    numbers = {mark: float(mark.replace(MINUS, "-")) for mark in missing if is_number(mark, ".")}
    table = read_table(source, layout, labelled=trajectory, missing=[one for one in missing if one not in numbers])
    check_no_times_across(table, source, layout, told=bool(time or states))
    clock = find_clock(table, time, (*states, *inputs, *trajectory), units)
    division, sorts = _divided(table, clock, trajectory, states, inputs, dated=time is None)
    taken = (clock.header, *clock.also, *division.keys)  # in which what stands for missing may be a time, or a run
    table = table.emptied([*numbers.values()], taken).numbered({*trajectory} & {*inputs}, layout.decimal)
    roles, stays = _roles(taken, division.keys, inputs, sorts), told_held(held, inputs)
    division = _where_measured(table, division, states, inputs, roles, ends=successive)
    table, division = at_every_row(table, division, clock.times, inputs, stays, maps=successive)
    driving = find_inputs(table, inputs, division.rows, guess=not missing, gaps=not successive, held=held)
    division, drives, unknown, dropped = _where_known(division, driving, len(clock.times))
    columns, errors, aside = find_states(table, told=states, taken=roles, rows=division.every_row, guess=not missing)
    runs, thinned = (cut_short if successive else thin)(division.runs, max_rows)
    headers = safe_names((*columns, *driving))
    stay = held_inputs([drives[run] for run in division.rows], stays, [clock.times[run] for run in division.rows])
    numbers, told = _numbers(table, roles), _again(time, inputs, held, missing)
    measurements = Measurements(
        _trajectories(runs, clock, columns, relative(errors, columns), tuple(headers)[: len(columns)], drives, stay),
        dict(list(headers.items())[: len(columns)]),
        clock.name,
        (*_said(source, layout, clock, division, headers, units or {}), *unknown, *dropped, *aside, *thinned),
        source.sha256,
        source.path.name,
        dict(list(headers.items())[len(columns) :]),
        division.keys, division.melted, clock.origin,
        abreast([*columns], numbers, division.keys, layout, source, MOST_STATES, told, clock.header, _rising(table)),
        " ".join(unknown),
        *_by_pandas(source, layout, clock),
        () if successive else undecided([*headers][len(columns) :], stay, stays),  # a map has nothing between its rows
    )  # fmt: skip
    return measurements if successive else without_wraps(measurements, units)  # a map may turn by more than half


def _divided(
    table: Table,
    clock: Clock,
    trajectory: Sequence[str],
    states: Sequence[str],
    inputs: Sequence[str],
    *,
    dated: bool,
) -> tuple[Division, tuple[str, ...]]:
    """The runs, and headers of columns of text that tell groups of them.

    Args:
        dated: whether dates beside the times have to tell the same steps, as where these were not told.
    """
    division = find_runs(table, clock, told=trajectory, states=(*states, *inputs))
    check_no_months(table, clock, division.keys, states)
    if dated:
        check_stamps(table, clock, division.rows)
    return with_groups(table, division, (clock.header, *clock.also, *division.keys, *states, *inputs))


def _trajectories(
    runs: Sequence[Run],
    clock: Clock,
    columns: Mapping[str, Float[np.ndarray, " row"]],
    errors: Float[np.ndarray, "row state"],
    names: tuple[str, ...],
    drives: Float[np.ndarray, "row input"],
    held: tuple[bool, ...],
) -> tuple[Trajectory, ...]:
    values = np.column_stack(list(columns.values()))
    return tuple(
        Trajectory(
            clock.times[run.rows], values[run.rows], names, run.label, drives[run.rows], held, errors=errors[run.rows]
        )
        for run in runs
    )


def _roles(times: Sequence[str], keys: Sequence[str], inputs: Sequence[str], groups: Sequence[str]) -> dict[str, str]:
    """What columns are that are no states, in words."""
    return {
        **dict.fromkeys(groups, "which tells groups of runs"),
        **dict.fromkeys(times, TIMES),
        **dict.fromkeys(keys, "which tells the runs apart"),
        **dict.fromkeys(inputs, "named as an input"),
    }


def _in_full(headers: Sequence[str], *roles: Sequence[str]) -> list[list[str]]:
    """Headers of the columns that are told for each role, with or without their units."""
    return [[header_of(one, headers) for one in some] for some in roles]


def _again(time: str | None, inputs: Sequence[str], held: Sequence[str], missing: Sequence[str]) -> list[str]:
    """What was told of columns that stay, as words of a command."""
    told = {
        "--time": [time] if time else [],
        "--inputs": [one for one in inputs if one not in held],
        "--held": held,
        "--missing": missing,
    }
    return [word for option, entries in told.items() if entries for word in (option, joined(entries))]


def _by_pandas(source: Source, layout: Layout, clock: Clock) -> tuple[str, str]:
    """How pandas reads the file, and the column there whose numbers are the times; empty where there is none."""
    timed = clock.name == clock.header in layout.headers and not clock.origin
    return by_pandas(layout, source), clock.header if timed else ""


def _numbers(table: Table, besides: Mapping[str, str]) -> list[str]:
    """Headers of the columns of numbers but some."""
    return [one.header for one in table.columns if one.kind == "number" and one.header not in besides]


def _rising(table: Table) -> frozenset[str]:
    """Headers of the columns of which each number is larger than that before it."""
    numbers = [(one.header, one.values[np.isfinite(one.values)]) for one in table.columns if one.kind == "number"]
    return frozenset(header for header, values in numbers if len(values) and np.all(np.diff(values) > 0))


def _said(
    source: Source,
    layout: Layout,
    clock: Clock,
    division: Division,
    headers: Mapping[str, str],
    told: Mapping[str, str],
) -> tuple[str, ...]:
    """Notes on the file, and on what stands like a unit in headers and is read as none, unless the unit is told.

    Dates have no unit: behind their name stands a zone of time, or how they are written.
    """
    notes = (*source.notes, *layout.notes, *clock.notes, *division.notes)
    used = {**({} if clock.origin else {"t": clock.header}), **headers}
    found = [one for name, one in used.items() if perhaps_unit(one) and not {name, one} & {*told}]
    if not found:
        return notes
    texts = listed([f"({perhaps_unit(one)})" for one in found])
    said = "was not read as a unit; if it is one," if len(found) == 1 else "were not read as units; for what is one,"
    square = f"{found[0][: found[0].rindex('(')].rstrip()} [{perhaps_unit(found[0])}]"
    which = listed(list(map(repr, found)))
    return (*notes, f"{texts} of {which} {said} write {square!r}, or tell it in [data.units].")


def _where_measured(
    table: Table,
    division: Division,
    states: Sequence[str],
    inputs: Sequence[str],
    roles: Mapping[str, str],
    *,
    ends: bool,
) -> Division:
    """The runs without rows that have neither states nor inputs, as those of a logger's events, with a note on these.

    Args:
        ends: whether only such rows before the first and behind the last others of a run are left out.
    """
    if not inputs:
        return division
    headers = [*may_be_states(table, states, roles, division.every_row), *inputs]
    there = np.any([np.isfinite(table[header].values) for header in headers], axis=0)
    kept = [np.flatnonzero(there[rows]) for rows in division.rows]
    kept = [np.arange(one[0], one[-1] + 1) if ends and len(one) else one for one in kept]
    runs = tuple(replace(run, rows=run.rows[i]) for run, i in zip(division.runs, kept, strict=True))
    lost = np.setdiff1d(division.every_row, np.concatenate([run.rows for run in runs]))
    if not len(lost) or len(lost) == len(division.every_row):
        return division
    said = "1 row was" if len(lost) == 1 else f"{len(lost)} rows were"
    note = f"{said} left out, the first in line {table.lines[lost[0]]}, with neither states nor inputs."
    return replace(division, runs=runs, notes=(*division.notes, note))


def _where_known(
    division: Division, driving: Mapping[str, Float[np.ndarray, " row"]], rows: int
) -> tuple[Division, Float[np.ndarray, "row input"], tuple[str, ...], tuple[str, ...]]:
    """The runs without the rows in which an input is unknown, the inputs of all rows, notes on these and on runs."""
    drives = np.column_stack(list(driving.values())) if driving else np.empty((rows, 0))
    known, notes = known_rows([drives[run] for run in division.rows], list(driving))
    kept, dropped = long_enough([int(np.count_nonzero(one)) for one in known], "What is left of the record")
    runs = tuple(replace(division.runs[i], rows=division.runs[i].rows[known[i]]) for i in kept)
    return replace(division, runs=runs), drives, notes, dropped


def read_course(
    path: str | Path, inputs: Sequence[str], *, unit: str = "", origin: str | None = ""
) -> tuple[Float[np.ndarray, " time"], Float[np.ndarray, "time input"]]:
    """Times and values of inputs alone, as for a forecast.

    Args:
        unit: in which a law counts time, and dates and times of day are counted.
        origin: the date or time of day since which the law counts it; empty takes the first of the file, and None
            refuses dates and times of day, for a law that counts time from another zero.

    Raises:
        UsageError: a column that is told does not exist, or time is counted in another unit or from another zero.
        DataError: the file cannot be used, the times do not increase, or an input has a gap.
    """
    source = inspect(Path(path))
    layout = survey(source)
    _check_told(layout.headers, None, (), (), inputs, source.path)
    table = read_table(source, layout, labelled=())
    clock = find_clock(table, None, inputs, {"t": unit}, origin or "")
    there = split_header(clock.name)[1]
    if unit and there and there != unit:
        raise UsageError(
            f"{source.path}: {clock.header!r} counts time in {there}, and the law in {unit}. Convert the times, and "
            f"name the column with [{unit}]."
        )
    if clock.origin and origin is None:
        raise UsageError(
            f"{source.path}: {clock.header!r} holds dates or times of day, but time stands in the law, whose zero is "
            "at none that is known. Write times as numbers, counted as in the data that the law was found in."
        )
    if not np.all(np.diff(clock.times) > 0):
        raise DataError(f"{source.path}: the times of the inputs do not increase. Sort the rows; one run only.")
    driving = find_inputs(table, inputs, [np.arange(len(clock.times))])
    return clock.times, np.column_stack(list(driving.values()))


def _check_told(
    headers: Sequence[str],
    time: str | None,
    states: Sequence[str],
    trajectory: Sequence[str],
    inputs: Sequence[str],
    path: Path,
) -> None:
    """Raises UsageError where a column is not there, or has two roles that exclude each other."""
    told = [*([] if time is None else [time]), *trajectory, *states, *inputs]
    for header in told:
        if header not in headers:
            if other := next((one for one in headers if bare(one) == bare(header) != header), ""):
                if split_header(other)[1] is None:
                    raise UsageError(
                        f"The column {other!r} of {path} has no unit, and {header!r} is wanted. If its values are in "
                        f"{split_header(header)[1]}, name it so, else convert them first."
                    )
                raise UsageError(
                    f"The column {other!r} of {path} is not in the unit of {header!r}. Convert its values, and name it "
                    f"{header!r}."
                )
            near = get_close_matches(header, headers, n=3)
            hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
            if parted := next((one for one in headers if header in map(str.strip, one.split(","))), ""):
                hint = f"A name with commas stands between quotation marks: {shlex.quote(joined([parted]))}. "
            raise UsageError(
                f"There is no column {header!r} in {path}. {hint}The columns are {', '.join(map(repr, headers))}."
            )
        if told.count(header) > 1 + (header in trajectory and header in inputs):
            raise UsageError(
                f"The column {header!r} is named {told.count(header)} times among time, states, inputs and trajectory. "
                "Name each column once; only what tells runs apart may be an input, too."
            )
