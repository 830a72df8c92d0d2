"""Which columns are states, and whether their values can be used."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int

from discovery.errors import DataError
from discovery.trajectories.codes import codes, spelled
from discovery.trajectories.columns import Column
from discovery.trajectories.counters import counts_pieces, is_counter
from discovery.trajectories.error_columns import errors_among, said_of_errors
from discovery.trajectories.error_columns import taken as errors_taken
from discovery.trajectories.misfits import remedy
from discovery.trajectories.qualities import said_of_quality
from discovery.trajectories.runs import FEWEST_SAMPLES
from discovery.trajectories.table import Table
from discovery.wording import listed

MOST_STATES = 20  # by experiment: a quick search takes 40 CPU seconds with 8 states and grows with their third power
LARGEST = 1e30  # of a state and of its reciprocal: tenth powers of a state, squares of its fifth, are computed
_CORRECT = "Correct the entry, leave it empty if nothing was measured, or choose columns with --states."
TIMES = "the time"  # what a column of times is
Columns = dict[str, Float[np.ndarray, " row"]]  # values of all rows, by header


def find_states(
    table: Table,
    *,
    told: Sequence[str],
    taken: Mapping[str, str],
    rows: Int[np.ndarray, " sample"],
    guess: bool = True,
) -> tuple[Columns, Columns, tuple[str, ...]]:
    """The columns told, else all columns of numbers that are nothing else; with notes on those set aside.

    Args:
        taken: what each column is that is no state, in words, by its header.
        rows: rows of the table that are used.
        guess: whether numbers such as -9999, far from all else, are taken for missing.

    Returns:
        All values of each state by its header, the errors of those that have a column of them, and the notes.

    Raises:
        DataError: text or an infinite value in a column of numbers, or no column that changes.
    """
    notes: list[str] = []
    columns = [table[header] for header in told or table.headers if header not in taken]
    others = [one for one in table.columns if one.kind == "number" and taken.get(one.header) != TIMES]
    if not told:
        columns, notes = _of_numbers(columns, rows, others)
    numbers = {one.header: one.values[rows] for one in others}
    found = errors_among([header for header in numbers if header not in (*taken, *told)], numbers)
    columns = [column for column in columns if column.header not in found]
    if not columns:
        others = listed([f"{header!r} ({role})" for header, role in taken.items()])
        raise DataError(
            f"{table.name} has no column of numbers besides {others}, so that no state is left. "
            f"{''.join(f'{note} ' for note in notes)}It needs at least one column of states, written as numbers "
            "such as 1.5 or -2e-3, without units, percent signs or thousands separators."
        )
    for column in columns:
        _check(table, column, rows)
    every = {column.header: column.values for column in columns}
    for header, values in every.items() if guess else ():
        if coded := codes(values[rows]):
            every[header] = np.where(np.isin(values, list(coded)), np.nan, values)
            notes.append(
                f"{header!r} is {spelled(coded)}, far from all else: left out as missing. --missing NA takes it as "
                "measured."
            )
    kept, aside = changing({header: values[rows] for header, values in every.items()}, table.name)
    used = {of: header for of, header in errors_taken(found).items() if of in kept}
    errors = {of: table[header].values for of, header in used.items()}
    return {header: every[header] for header in kept}, errors, (*notes, *said_of_errors(found, kept, numbers), *aside)


def may_be_states(
    table: Table, told: Sequence[str], taken: Mapping[str, str], rows: Int[np.ndarray, " sample"]
) -> list[str]:
    """Headers of the columns told, else of all columns of numbers that are nothing else and do not count the rows."""
    free, _ = _of_numbers([table[header] for header in table.headers if header not in taken], rows, table.columns)
    return list(told) or [column.header for column in free]


def changing(columns: Mapping[str, Float[np.ndarray, " sample"]], name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Headers of the columns that tell something, and notes on those that are constant or all but empty.

    Raises:
        DataError: none does.
    """
    kept: list[str] = []
    notes: list[str] = []
    for header, values in columns.items():
        measured = values[~np.isnan(values)]
        if len(measured) < FEWEST_SAMPLES:
            notes.append(f"{header!r} was set aside: it has {len(measured) or 'no'} measured values.")
        elif np.all(measured == measured[0]):
            notes.append(f"{header!r} was set aside: it is {measured[0]:g} throughout.")
        else:
            kept.append(header)
    for header in kept:
        _check_size(header, columns[header], name)
    if not kept:
        raise DataError(
            f"{name} has no state that changes: {' '.join(notes)} "
            "At least one column must vary in time; check that the right columns were measured."
        )
    return tuple(kept), tuple(notes)


def check_count(headers: Sequence[str], name: str, units: str = "") -> None:
    """Raises DataError where there are too many states to search a law for.

    Args:
        units: what to do if they are units of their own, in a sentence.
    """
    if len(headers) > MOST_STATES:
        raise DataError(
            f"{name} has {len(headers)} columns of states; at most {MOST_STATES} are searched, because the terms that "
            f"may occur grow with their products. Name those of one law with --states, for example "
            f"{','.join(headers[:3])}.{f' {units}' if units else ''}"
        )


def _check_size(header: str, values: Float[np.ndarray, " sample"], name: str) -> None:
    """Raises DataError where products of values leave what floating-point numbers can hold."""
    largest = float(np.nanmax(np.abs(values)))
    if 1.0 / LARGEST < largest < LARGEST:
        return
    raise DataError(
        f"{name}, column {header!r}: values of size {largest:.3g}. Between {1.0 / LARGEST:.0e} and {LARGEST:.0e} their "
        "products can be computed; write the column in a unit in which its values are nearer to 1."
    )


def _of_numbers(
    columns: Sequence[Column], rows: Int[np.ndarray, " sample"], measured: Sequence[Column]
) -> tuple[list[Column], list[str]]:
    """Those that may be states, of free columns, and notes on the others; what is measured has columns of qualities."""
    kept: list[Column] = []
    notes: list[str] = []
    for column in columns:
        if quality := said_of_quality(column, measured, rows):
            notes.append(quality)
        elif column.kind != "number":
            plain = {"date": "dates", "clock": "times of day"}.get(column.kind, "text")
            such = f"text such as {column.misfit.entry!r}" if column.misfit else plain
            notes.append(f"{column.header!r} was set aside: it holds {such}.")
        elif is_counter(column.header) and _counts(column.values, rows):
            notes.append(f"{column.header!r} was set aside: it counts the rows.")
        elif counts_pieces(column.header) and (last := _pieces(column.values[rows])):
            notes.append(
                f"{column.header!r} was set aside: it counts pieces of the record, of which there are {last}. "
                f"--trajectory {shlex.quote(column.header)} takes each as a run."
            )
        else:
            kept.append(column)
    return kept, notes


def _counts(values: Float[np.ndarray, " row"], rows: Int[np.ndarray, " sample"]) -> bool:
    """Whether values count these rows, or all rows, of which some are left out; in each run anew, perhaps."""
    steps = np.diff(values[rows])
    anew = (steps < 0.0) & (values[rows][1:] == values[rows][:1])
    return bool(np.all((steps == 1) | anew) and np.any(steps == 1)) or bool(np.all(steps == np.diff(rows)))


def _pieces(values: Float[np.ndarray, " sample"]) -> int:
    """How many pieces of the record values count, one up at each; 0 if they do not: what goes up once may be a step."""
    steps = np.diff(values)
    return int(np.sum(steps)) + 1 if np.all((steps == 0) | (steps == 1)) and np.sum(steps) > 1 else 0


def _check(table: Table, column: Column, rows: Int[np.ndarray, " sample"]) -> None:
    if column.kind in ("date", "clock"):
        what = "dates" if column.kind == "date" else "times of day"
        raise DataError(f"{table.name}, column {column.header!r} holds {what}. A state must be numbers; leave it out.")
    if column.misfit is not None:
        raise DataError(
            f"{table.name}, line {column.misfit.line}, column {column.header!r}: {column.misfit.entry!r} is not a "
            f"number. {remedy(table, column.misfit.entry, _CORRECT)}"
        )
    infinite = np.flatnonzero(np.isinf(column.values[rows]))
    if len(infinite):
        raise DataError(
            f"{table.place(int(rows[infinite[0]]), column.header)}: the value is infinite. "
            "Correct the entry, or leave it empty if nothing was measured."
        )
