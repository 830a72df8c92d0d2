"""The rows of a table, dealt out to runs in which time increases."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from discovery import wording
from discovery.errors import DataError
from discovery.trajectories.calendar import joined, year_and_part
from discovery.trajectories.clock import Clock
from discovery.trajectories.columns import MOST_LABELS
from discovery.trajectories.copies import without_copies
from discovery.trajectories.dated import written
from discovery.trajectories.keys import (
    ROWS_PER_RUN,
    disorder,
    group,
    guess_keys,
    keys_of_restarts,
    nearly_a_key,
    told_keys,
)
from discovery.trajectories.melted import Melted, melted, only_numbers, pivot
from discovery.trajectories.summer_time import Change, changes, remedy, said_of_spring
from discovery.trajectories.table import Table
from discovery.trajectories.tokens import is_number

FEWEST_SAMPLES = 5  # in all: a start and two constants can meet three samples whatever the law; two more can object
FEWEST_IN_RUN = 3  # the fewest that show a curvature
FEWEST_IN_RESTART = 5  # rows; shorter blocks are more likely rows out of order than runs
LONGEST_SPAN = 1e30  # of times, and of the reciprocal of their steps
RESTART_TOLERANCE = 0.05  # of the range of times; allows for a late first sample, not for blocks in the wrong order


@dataclass(frozen=True)
class Run:
    """Rows of a table that follow each other in time.

    Attributes:
        label: tells the run from others; empty where there is one run only.
    """

    label: str
    rows: Int[np.ndarray, " sample"]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Division:
    """A table divided into runs.

    Attributes:
        keys: headers of the columns that tell the runs apart; empty if none do.
        notes: what was done, one sentence each.
        melted: the key that names quantities rather than runs, if one seems to.
    """

    runs: tuple[Run, ...]
    keys: tuple[str, ...]
    notes: tuple[str, ...] = ()
    melted: Melted | None = None

    @property
    def rows(self) -> list[Int[np.ndarray, " sample"]]:
        """The rows of each run."""
        return [run.rows for run in self.runs]

    @property
    def every_row(self) -> Int[np.ndarray, " sample"]:
        """The rows of all runs, in the order of the table."""
        return np.sort(np.concatenate(self.rows))


def find_runs(table: Table, clock: Clock, *, told: Sequence[str], states: Sequence[str]) -> Division:
    """Divides the rows that have a time into runs.

    Args:
        told: headers of the columns that tell runs apart; if empty, they are guessed, or seen where time starts again.
        states: headers of columns that are told to be states.

    Raises:
        DataError: time does not increase within a run, or there are too few samples.
    """
    clock, notes = without_copies(table, clock)
    rows, times = clock.rows, clock.times[clock.rows]
    taken = (clock.header, *clock.also, *states)
    twice = changes(clock, rows, back=True)
    if twice and not told and np.count_nonzero(np.diff(times) <= 0) == len(twice):
        raise _put_back(table, clock, twice[0])  # before a column is found that tells the same hour apart by chance
    calendar = year_and_part(table, states) if not told else None
    if calendar is not None and clock.header == calendar[0] and _has_parts(table, rows, *calendar):
        raise DataError(
            f"{table.name}: times are in two columns, {calendar[0]!r} and {calendar[1]!r}. Make one column of them, "
            f"such as 2024-W05 or 2024-01-31; in pandas {joined(*calendar, table.headers)}."
        )
    keys = told_keys(table, told, rows) if told else guess_keys(table, rows, times, taken)
    groups = group(table, keys, rows)
    if not keys:
        groups, again = _restarts(table, rows, times)
        notes = (*notes, *again)
    if (wrong := disorder(times, groups)) is not None:
        nearly = None if keys else nearly_a_key(table, rows, times, taken)
        raise next(
            (_put_back(table, clock, one) for one in twice if one.row == wrong[0]),
            _disordered(table, clock, keys, *wrong, nearly, states),
        )
    order = np.argsort(groups, kind="stable")
    parts = np.split(rows[order], np.flatnonzero(np.diff(groups[order])) + 1)
    kept, dropped = long_enough([len(part) for part in parts], table.name)
    quantities = melted(table, keys, parts, clock) if not told else None
    for part in (parts[i] for i in kept):
        check_spans(clock.times[part], f"{table.name}, column {clock.header!r}")
    if keys and len(parts) > 1:
        notes = (*notes, f"The rows are {len(parts)} runs, told apart by {' and '.join(map(repr, keys))}.")
        notes = (*notes, *_perhaps_long(table, keys, parts, clock)) if not (told or quantities) else notes
    labels = [_label(table, keys, part, i) if len(parts) > 1 else "" for i, part in enumerate(parts, start=1)]
    spring = next(filter(None, (said_of_spring(table, clock, parts[i]) for i in kept)), ())
    return Division(tuple(Run(labels[i], parts[i]) for i in kept), keys, (*notes, *dropped, *spring), quantities)


def with_groups(table: Table, division: Division, taken: Sequence[str]) -> tuple[Division, tuple[str, ...]]:
    """The runs with a note on columns of text that tell groups of them, as a treatment does, and headers of these.

    Args:
        taken: headers of columns that are something else.
    """
    words = [one for one in table.columns if one.kind == "text" and one.header not in taken] if division.keys else []
    found = tuple(one for one in words if _tells_groups(one.values, division.rows))
    notes = [
        f"{one.header!r} was set aside: it holds text such as {one.labels[0]!r}, the same all along each run. Where "
        f"such groups differ in a constant, --trajectory {shlex.quote(wording.joined([*division.keys, one.header]))} "
        f"--own {shlex.quote(f'auto:{one.header}')} gives each its own."
        for one in found
    ]
    return replace(division, notes=(*division.notes, *notes)), tuple(one.header for one in found)


def _tells_groups(codes: Int[np.ndarray, " row"], runs: Sequence[Int[np.ndarray, " sample"]]) -> bool:
    """Whether entries are there and the same along each run, and there are several, but fewer than runs."""
    entries = [{*codes[run].tolist()} for run in runs]
    different = set[int]().union(*entries)
    return all(len(one) == 1 for one in entries) and -1 not in different and 1 < len(different) < len(runs)


def _has_parts(table: Table, rows: Int[np.ndarray, " timed"], year: str, part: str) -> bool:
    """Whether any year has several parts in adjacent rows."""
    same = np.diff(table[year].values[rows]) == 0
    return bool(np.any(same & (np.diff(table[part].values[rows]) != 0)))


def _perhaps_long(table: Table, keys: Sequence[str], parts: Sequence[np.ndarray], clock: Clock) -> Iterator[str]:
    """Whether the rows are rather those of one system in a long table: all it has at one time, then at the next."""
    first, *others = parts
    values = only_numbers(table, keys, clock) if len(keys) == 1 else None
    same = all(np.array_equal(clock.times[first], clock.times[part]) for part in others)
    if values is not None and same and all(np.all(np.diff(part) == len(parts)) for part in parts):
        yield (
            "If they are quantities of one system instead, give each a column of its own; in pandas "
            f"{pivot([clock.header], keys[0], values)}."
        )


def long_enough(lengths: Sequence[int], name: str) -> tuple[list[int], tuple[str, ...]]:
    """Which runs have samples enough to show a change of slope, with a note on the others.

    Raises:
        DataError: no run has, or there are too few samples in all.
    """
    kept = [i for i, length in enumerate(lengths) if length >= FEWEST_IN_RUN]
    total = sum(lengths[i] for i in kept)
    if total < FEWEST_SAMPLES:
        raise DataError(
            f"{name} has {_counted(sum(lengths), 'sample')} in {_counted(len(lengths), 'run')}. A law needs at least "
            f"{FEWEST_SAMPLES} in all, from runs of {FEWEST_IN_RUN} or more; some dozens are better. Add measurements."
        )
    dropped = len(lengths) - len(kept)
    verb = "was" if dropped == 1 else "were"
    note = f"{_counted(dropped, 'run')} of fewer than {FEWEST_IN_RUN} samples {verb} left out."
    return kept, (note,) if dropped else ()


def check_spans(times: Float[np.ndarray, " sample"], place: str) -> None:
    """Raises DataError where rates of change would leave what floating-point numbers can hold."""
    span, step = float(times[-1] - times[0]), float(np.min(np.diff(times)))
    if not (span < LONGEST_SPAN and step > 1.0 / LONGEST_SPAN):
        raise DataError(
            f"{place}: times span {span:.3g} in steps of {step:.3g} and more. Between {1.0 / LONGEST_SPAN:.0e} and "
            f"{LONGEST_SPAN:.0e} rates of change can be computed; count time in a unit in which steps are nearer to 1."
        )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _restarts(
    table: Table, rows: Int[np.ndarray, " timed"], times: Float[np.ndarray, " timed"]
) -> tuple[Int[np.ndarray, " timed"], tuple[str, ...]]:
    """Numbers of runs, where time goes back to its start after each; one run for all rows if it does not."""
    starts = np.flatnonzero(np.diff(times) < 0) + 1
    groups = np.zeros(len(times), dtype=np.int64)
    groups[starts] = 1
    groups = np.cumsum(groups)
    together = RESTART_TOLERANCE * np.ptp(times) if len(times) else 0.0
    alike = np.all(np.abs(times[starts] - times[:1]) <= together)
    if not len(starts) or not alike or np.bincount(groups).min() < FEWEST_IN_RESTART:
        return np.zeros_like(groups), ()
    if disorder(times, groups) is not None:
        return np.zeros_like(groups), ()
    places = f"line {table.lines[rows[starts[0]]]}" + (f" and {len(starts) - 1} more" if len(starts) > 1 else "")
    return groups, (f"Time starts again in {places}; the rows were split into {len(starts) + 1} runs there.",)


def _disordered(
    table: Table,
    clock: Clock,
    keys: Sequence[str],
    late: int,
    before: int,
    nearly: tuple[str, int, int] | None,
    states: Sequence[str],
) -> DataError:
    if nearly is not None:
        key, again, first = nearly[0], int(clock.rows[nearly[1]]), int(clock.rows[nearly[2]])
        run = _label(table, [key], np.array([again]), 1)
        time = _spoken(table, clock, again)
        return DataError(
            f"{table.place(again, clock.header)}: time {time} stands in line {table.lines[first]} "
            f"already in the run {run!r}, which {key!r} tells from others. Average or remove repeated times, or name "
            "the columns that tell runs apart with --trajectory, as that one and one that numbers replicates."
        )
    row, previous = int(clock.rows[late]), int(clock.rows[before])
    if not clock.certain:
        return DataError(
            f"{table.name} has no column named like a time (t, time, year, date, ...), and the first of numbers, "
            f"{clock.header!r}, does not increase in line {table.lines[row]}. Name the column of times with --time; "
            f"the columns are {', '.join(map(repr, table.headers))}."
        )
    place, time = table.place(row, clock.header), _spoken(table, clock, row)
    within = f" in the run {_label(table, keys, clock.rows[[late]], 1)!r}" if keys else ""
    same = clock.times[row] == clock.times[previous]
    if same:
        what = f"time {time} stands in line {table.lines[previous]} already{within}"
        average = f" (in pandas table.groupby({clock.header!r}, as_index=False).mean(numeric_only=True))"
        remedy, such = "Average or remove repeated times", ", as one that numbers replicates"
        remedy += average if not (keys or clock.also) else ""
    elif steady := keys_of_restarts(table, clock.rows, clock.times[clock.rows], (clock.header, *clock.also), keys):
        what = f"time goes back to {time}{within}, where other runs begin"
        raised = f"Name the columns that tell them apart: --trajectory {shlex.quote(wording.joined(steady))}"
        return DataError(f"{place}: {what}. {raised}.")
    else:
        what = f"time {time} comes after {_spoken(table, clock, previous)}{within}"
        remedy, such = "Sort the rows by time", ""
        if clock.times[row] == clock.times[clock.rows[0]]:  # sorted they would be one run
            remedy, such = "If another run begins there, add a column that numbers runs", ""
    also = "further columns" if keys else "the columns"
    other, told = _rising(table, clock, states) if same else ("", ())
    if other:
        such += f"; or, if samples are to be counted by {other!r}, which rises in each, --time {shlex.quote(other)}"
        such += f" --trajectory {shlex.quote(wording.joined(told))}"
    return DataError(f"{place}: {what}. {remedy}, or name {also} that tell runs apart with --trajectory{such}.")


def _spoken(table: Table, clock: Clock, row: int) -> str:
    """A time as it stands in the file, where that is a date; else as a number."""
    column = table[clock.header]
    return written(column.values[row]) if column.kind == "date" and not clock.also else f"{clock.times[row]:.12g}"


def _rising(table: Table, clock: Clock, states: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The first column that rises among the rows of each time, by what text tells apart, and what these are.

    Nothing where none does. Text that some rows lack, or that never changes, tells no runs.
    """
    words = [one for one in table.columns if one.kind == "text" and len(one.labels) <= MOST_LABELS]
    codes = {one.header: one.values[clock.rows] for one in words if one.header != clock.header}
    keys = (clock.header, *(header for header, one in codes.items() if np.min(one) >= 0 and np.ptp(one) > 0))
    groups = group(table, keys, clock.rows)
    runs = int(groups.max(initial=0)) + 1
    if len(groups) < ROWS_PER_RUN * runs or runs > MOST_LABELS:
        return "", ()
    for column in table.columns:
        free = column.kind == "number" and column.header not in (clock.header, *clock.also, *states)
        if free and np.isfinite(values := column.values[clock.rows]).all() and disorder(values, groups) is None:
            return column.header, keys
    return "", ()


def _put_back(table: Table, clock: Clock, change: Change) -> DataError:
    """The error of an hour that is there twice, as clocks were put back in it."""
    place = table.place(int(clock.rows[change.row]), clock.header)
    return DataError(f"{place}: {change.said}. An hour is there twice. {remedy(table, clock, change.zone)}")


def _label(table: Table, keys: Sequence[str], rows: Int[np.ndarray, " sample"], number: int) -> str:
    """The run in words, from its first row: ``baseball, drop 1``; ``run 2`` where no column tells."""
    words: list[str] = []
    for key in keys:
        column = table[key]
        value = column.values[rows[0]]
        word = column.labels[value] if column.kind == "text" else f"{value:.0f}"
        words.append(f"{key} {word}" if is_number(word, ".") else word)
    return ", ".join(words) or f"run {number}"
