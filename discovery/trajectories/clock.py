"""Which column is time, and its values as numbers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from discovery.errors import DataError
from discovery.headers import bare, split_header
from discovery.trajectories.calendar import as_dates, names_dates, year_in_parts
from discovery.trajectories.columns import Column
from discovery.trajectories.counters import is_counter
from discovery.trajectories.dated import counted, of_days
from discovery.trajectories.keys import is_run_name
from discovery.trajectories.local_dates import FORM
from discovery.trajectories.stamps import stamp_in_parts
from discovery.trajectories.table import Table
from discovery.trajectories.time_names import AMONG, CAPITAL, SPAN, UNIT, UNKNOWN, goes_on, likeness, only_rises
from discovery.trajectories.tokens import seconds_of
from discovery.trajectories.zones import said_of_zone
from discovery.wording import listed

# Entries of which nothing tells whether they are hours and minutes or minutes and seconds, and those of a day.
_OF_TWO = re.compile(r"\d{1,4}:[0-5]\d(?:[.,]\d+)?", re.ASCII)
_PARTS = re.compile(r"(?:h{1,2}|m{1,2}|min)[:_. /](?:m{1,2}|min|s{1,2}|sec)")  # mm:ss
SAME_DAY = 0.25  # share of the rows, at least, that are of the same day as the row before
_HOURS = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_TWELVE = re.compile(r"(0?[1-9]|1[0-2])(:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)\s*([AaPp])\.?[Mm]\.?", re.ASCII)


@dataclass(frozen=True)
class Clock:
    """The column of times.

    Attributes:
        times: of each row of the table; NaN where none is written.
        certain: False if the column was taken for want of one that is named like a time.
        notes: what was done, one sentence each.
        unit: of times that were dates or of day; empty where the header says it, or nothing does.
        also: headers of further columns that times were made of.
        origin: the date or time of day at which time is zero; empty where times are numbers.
    """

    header: str
    times: Float[np.ndarray, " row"]
    certain: bool
    notes: tuple[str, ...] = ()
    unit: str = ""
    also: tuple[str, ...] = ()
    origin: str = ""

    @property
    def name(self) -> str:
        """What time is called, with its unit: ``date [d]`` where dates are counted in days."""
        return f"{bare(self.header)} [{self.unit}]" if self.unit else self.header

    @cached_property
    def rows(self) -> Int[np.ndarray, " timed"]:
        """Rows of the table that have a time."""
        return np.flatnonzero(~np.isnan(self.times))


def find_clock(
    table: Table, told: str | None, others: Sequence[str], units: Mapping[str, str] | None = None, origin: str = ""
) -> Clock:
    """The column told, else the one named like a time, else the first with dates, times of day, or numbers.

    Args:
        others: headers of columns that are told to be something else.
        units: in which dates are to be counted, by the name of time, if that is told.
        origin: the date or time of day since which they are to be counted; else the first.

    Raises:
        DataError: there is no column of numbers, or an entry of the column is no time.
    """
    table = replace(table, columns=_with_times_of_day(table.columns))
    free = [column for column in table.columns if column.header not in others]
    if told is None and (day := _one_day(free)) is not None:
        clock = find_clock(table, None, (*others, day.header), units, origin)
        note = f"{day.header!r} is {day.labels[0]!r} wherever it stands, and was left out: it tells no two times apart."
        return replace(clock, notes=(note, *clock.notes), also=(day.header, *clock.also))
    parts = year_in_parts(table, others, told)
    if parts is not None:
        clock = _read(table, (table[parts.decimal],), {}, "", certain=True)
        also = (parts.year, *parts.others)
        note = (
            f"{parts.decimal!r} was taken for time: it has in one number what {listed(list(map(repr, also)))} have, "
            "which were set aside."
        )
        return replace(clock, notes=(note, *clock.notes), also=also)
    column, stamp = table[told] if told is not None else _named(free), stamp_in_parts(free, told)
    any_clock = any(map(_may_be_clock, free))
    halves = [one for one in free if not any_clock or _PARTS.fullmatch(one.header.lower())]
    _check_whole(table, halves if column is None else [column])
    if stamp is not None and (told in stamp.headers or (told is None and _is_unsure(column))):
        clock = _read(table, (replace(table[stamp.whole], values=stamp.times),), {}, "", certain=True)
        note = f"{stamp.whole!r} and {stamp.beyond!r} were put together: seconds, and nanoseconds beyond them."
        return replace(clock, notes=(note, *clock.notes), unit="s", also=(stamp.beyond,))
    if column is not None:
        clock = _read(table, _with_beside(column, free), units or {}, origin, certain=True)
        return replace(clock, also=(*clock.also, *stamp.headers)) if stamp is not None else clock
    if (column := _called_like_one(free) or _of_unknown_unit(free)) is not None:
        clock = _read(table, (column,), units or {}, origin, certain=True)
        said = f"{column.header!r} was taken for time, by its name or its unit; --time names another."
        return replace(clock, notes=(said, *clock.notes))
    for kind in ("date", "clock", "number"):
        for column in free:
            if column.kind == "text" and kind == "number" and _is_local_date(column):
                return _read(table, (column,), {}, "", certain=True)  # which says how dates are written
            numbered = kind == "date" and names_dates(column.header) and bool(as_dates(column)[1])
            if (column.kind == kind or numbered) and not is_run_name(column.header):
                return _read(table, _with_beside(column, free), units or {}, origin, certain=kind != "number")
    raise DataError(
        f"{table.name} has no column of numbers; its columns are {', '.join(map(repr, table.headers))}. "
        "It needs one of times and at least one of states."
    )


def _with_times_of_day(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns; beside days, entries such as 12:30 are times of day, which they may not be anywhere else.

    So they are where they are called like times, or where days repeat from row to row: when the sun rose is no time.
    """
    days = next((one.values for one in columns if of_days(one)), None)
    if days is None:
        return tuple(columns)
    repeated = len(days) > 1 and float(np.mean(days[1:] == days[:-1])) >= SAME_DAY
    return tuple(_of_day(one) if repeated or likeness(one.header) is not None else one for one in columns)


def _of_day(column: Column) -> Column:
    """The column, as seconds if it has hours and minutes, or hours before and after noon."""
    if column.kind != "text" or not column.labels or "elapsed" in column.header.lower():
        return column
    seconds = np.array([*map(_seconds_of_day, column.labels), np.nan])
    if np.isnan(seconds[:-1]).any():
        return column
    return replace(column, kind="clock", values=seconds[column.values], labels=(), misfit=None)


def _seconds_of_day(entry: str) -> float:
    """Seconds of 20:15 and of 08:15 PM; NaN for other entries."""
    if _HOURS.fullmatch(entry):
        return seconds_of(f"{entry}:00")
    if (half := _TWELVE.fullmatch(entry)) is None:
        return float("nan")
    hours = int(half[1]) % 12 + 12 * (half[3] in "Pp")
    return seconds_of(f"{hours}{half[2]}" + ":00" * (half[2].count(":") == 1))


def _may_be_clock(column: Column) -> bool:
    """Whether it has dates, times of day or numbers that go on, of which the first is taken for time."""
    return column.kind in ("date", "clock") or (column.kind == "number" and goes_on(column))


def _check_whole(table: Table, columns: Sequence[Column]) -> None:
    """Raises an error if one has entries such as 12:30 that go on as times do, which may be two things."""
    for column in columns:
        if column.kind == "text" and column.labels and all(map(_OF_TWO.fullmatch, column.labels)):
            each = np.array([seconds_of(f"{label}:00") for label in column.labels])[column.values]
            if not goes_on(replace(column, kind="number", values=each)):
                continue  # a ratio, or a score
            of = f"table[{column.header!r}]"
            raise DataError(
                f"{table.name}, column {column.header!r}: {column.labels[0]!r} may be hours and minutes or minutes and "
                f"seconds, and nothing tells which. Write all three: {of} = '00:' + {of} in pandas if it is minutes "
                f"and seconds, {of} = {of} + ':00' if it is hours and minutes."
            )


def _named(free: Sequence[Column]) -> Column | None:
    """The column that is named like a time, numbers or dates before times of day.

    A temperature T is no time beside dates or times of day, whatever these are called; nor is what has the name of a
    unit alone, unless they tell fewer rows apart, as the day of an experiment does, and nowhere unless it goes on.
    """
    dated = _dated(free)
    ranks = {one.header: likeness(one.header) for one in free}

    def may_be(column: Column, rank: int | None) -> bool:
        if rank == CAPITAL:
            return not dated
        if rank is None or rank < SPAN:
            return rank is not None
        return rank == SPAN and dated < _different(column) and goes_on(column)

    named = [one for one in free if may_be(one, ranks[one.header])]
    return min(named, key=lambda one: (one.kind == "text", one.kind == "clock", ranks[one.header]), default=None)


def _is_unsure(column: Column | None) -> bool:
    """Whether there is no column of times, or one of no surer name than T and sec."""
    rank = likeness(column.header) if column is not None else None
    return rank is None or rank >= CAPITAL


def _called_like_one(free: Sequence[Column]) -> Column | None:
    """The first column of numbers that rise and have a word of time in their name, or a unit of time.

    Only where the first column of numbers counts rows, or does not rise: ages and durations are states as often.
    """
    first = next((one for one in free if one.kind == "number" and not is_run_name(one.header)), None)
    if first is None or (only_rises(first) and not (is_counter(first.header) or _counts_rows(first))):
        return first if first is not None and likeness(first.header) in (AMONG, UNIT) else None
    dated = _dated(free)
    rising = (one for one in free if likeness(one.header) in (AMONG, UNIT) and only_rises(one))
    return next((one for one in rising if dated < _different(one)), None)


def _counts_rows(column: Column) -> bool:
    """Whether its numbers are those of the rows, from 0 or 1 on, whatever they are called: echoes, shots, frames."""
    first = column.values[0]
    return (
        split_header(column.header)[1] is None
        and first in (0.0, 1.0)
        and np.array_equal(column.values, first + np.arange(len(column.values)))
    )


def _of_unknown_unit(free: Sequence[Column]) -> Column | None:
    """The only column of numbers that rise and is called a time, in a unit that counts none; nothing beside dates."""
    called = [one for one in free if likeness(one.header) == UNKNOWN and only_rises(one)]
    return called[0] if len(called) == 1 and not _dated(free) else None


def _dated(free: Sequence[Column]) -> int:
    """How many rows dates or times of day tell apart."""
    return max((_different(one) for one in free if one.kind in ("date", "clock")), default=0)


def _different(column: Column) -> int:
    """How many different entries a column has."""
    return len(np.unique(column.values[~np.isnan(column.values)] if column.kind == "number" else column.values))


def _with_beside(column: Column, free: Sequence[Column]) -> tuple[Column, ...]:
    """The column, and the times of day beside dates of days or the dates beside times of day, if there is one such."""
    days, clocks = [one for one in free if of_days(one)], [one for one in free if one.kind == "clock"]
    if len(days) == len(clocks) == 1 and any(one is column for one in (*days, *clocks)):
        return (column, *(one for one in (*days, *clocks) if one is not column))
    return (column,)


def _is_local_date(column: Column) -> bool:
    """Whether entries are dates such as 1/2/24, of which none tells the order of day and month."""
    return column.misfit is not None and FORM.fullmatch(column.misfit.entry) is not None


def _one_day(free: Sequence[Column]) -> Column | None:
    """A column of one date in all rows whose order nothing tells, beside times of day; others named so go first."""
    days = [one for one in free if one.kind == "text" and _is_local_date(one) and len(one.labels) == 1]
    return days[0] if days and any(one.kind == "clock" for one in free) else None


def _read(table: Table, columns: tuple[Column, ...], units: Mapping[str, str], origin: str, *, certain: bool) -> Clock:
    column = next((one for one in columns if one.misfit is not None), columns[0])
    if column.misfit is not None:
        place = f"{table.name}, line {column.misfit.line}, column {column.header!r}"
        if _is_local_date(column) and column.kind == "text":
            raise DataError(
                f"{place}: of dates such as {column.misfit.entry!r} none tells which number is the day and which the "
                f"month. Write them as 2024-01-31, or name another column with --time{_such_as(table)}."
            )
        if zone := said_of_zone(column.misfit.entry, column.header):
            raise DataError(f"{place}: {column.misfit.entry!r} is not a time. {zone}")
        raise DataError(
            f"{place}: {column.misfit.entry!r} is not a time. Times must be numbers, dates such as 2024-01-31 or "
            "2024-01-31 12:30:00, months such as 2024-01, quarters such as 2024Q1, weeks of ISO 8601 such as "
            "2024-W05, or hours, minutes and seconds such as 12:30:00; correct the entry, or name another column with "
            "--time."
        )
    column, read_as = _with_dates(table, column)
    columns = tuple(column if one.header == column.header else one for one in columns)
    certain = certain or bool(read_as)
    notes = () if certain else (f"No column is named like a time; the first, {column.header!r}, was taken.",)
    times, unit, zero = column.values, "", ""
    if column.kind in ("date", "clock"):
        told = next((units[name] for name in (column.header, bare(column.header), "t") if name in units), "")
        dated = counted(columns, told, origin)
        times, unit, zero = dated.times, dated.count.unit, dated.origin
        notes = (*([read_as] if read_as else []), dated.note)
    if np.any(np.isinf(times)):
        place = table.place(int(np.argmax(np.isinf(times))), column.header)
        raise DataError(f"{place}: the time is infinite. Correct or remove that row.")
    empty = np.flatnonzero(np.isnan(times))
    if len(empty):
        rows = "1 row without a time was" if len(empty) == 1 else f"{len(empty)} rows without a time were"
        notes = (*notes, f"{rows} left out, the first in line {table.lines[empty[0]]}.")
    return Clock(column.header, times, certain, notes, unit, tuple(one.header for one in columns[1:]), zero)


def _such_as(table: Table) -> str:
    """The column of times of day, to be named, if there is one."""
    clocks = [one.header for one in table.columns if one.kind == "clock"]
    return f", as --time {shlex.quote(clocks[0])}" if len(clocks) == 1 else ""


def _with_dates(table: Table, column: Column) -> tuple[Column, str]:
    """The column with its numbers as dates where they are such, and a note then; an error where one of them is none."""
    dated, note = as_dates(column)
    if note and np.any(wrong := np.isnat(dated.values) & ~np.isnan(column.values)):
        place = table.place(int(np.argmax(wrong)), column.header)
        raise DataError(
            f"{place}: {column.values[np.argmax(wrong)]:.0f} is no week of ISO 8601, or no month. If weeks are "
            "counted otherwise, write the date of the first day of each."
        )
    return dated, note
