"""Which column is time, and its values as numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from discovery.errors import DataError
from discovery.trajectories.columns import Column
from discovery.trajectories.dated import DAYS, counted_in
from discovery.trajectories.keys import is_run_name
from discovery.trajectories.local_dates import FORM
from discovery.trajectories.table import Table
from discovery.wording import bare

TIME_WORDS = frozenset(
    {"t", "time", "times", "timestamp", "datetime", "date", "epoch", "year", "years", "month", "months", "week"}
    | {"weeks", "day", "days", "hour", "hours", "minute", "minutes", "second", "seconds"}
)
UNITS = frozenset(
    {"s", "sec", "secs", "ms", "us", "ns", "min", "mins", "h", "hr", "hrs", "d", "yr", "yrs", "jd", "mjd", "utc"}
)
CAPITAL = 3  # rank of the name T, which is a temperature where a column of dates or times of day is beside it
HALF_A_DAY = 43_200.0  # seconds by which a time of day that goes back has passed midnight
FILLERS = frozenset({"in", "elapsed", "since", "start"})


@dataclass(frozen=True)
class Clock:
    """The column of times.

    Attributes:
        times: of each row of the table; NaN where none is written.
        certain: False if the column was taken for want of one that is named like a time.
        notes: what was done, one sentence each.
        unit: of times that were dates or of day; empty where the header says it, or nothing does.
    """

    header: str
    times: Float[np.ndarray, " row"]
    certain: bool
    notes: tuple[str, ...] = ()
    unit: str = ""

    @property
    def name(self) -> str:
        """What time is called, with its unit: ``date [d]`` where dates became days."""
        return f"{bare(self.header)} [{self.unit}]" if self.unit else self.header

    @cached_property
    def rows(self) -> Int[np.ndarray, " timed"]:
        """Rows of the table that have a time."""
        return np.flatnonzero(~np.isnan(self.times))


def find_clock(table: Table, told: str | None, others: Sequence[str]) -> Clock:
    """The column told, else the one named like a time, else the first with dates, times of day, or numbers.

    Args:
        others: headers of columns that are told to be something else.

    Raises:
        DataError: there is no column of numbers, or an entry of the column is no time.
    """
    if told is not None:
        return _read(table, table[told], certain=True)
    free = [column for column in table.columns if column.header not in others]
    ranks = {column.header: _likeness(column.header) for column in free}
    named = [column for column in free if ranks[column.header] is not None]
    if [ranks[column.header] for column in named] == [CAPITAL] and any(one.kind in ("date", "clock") for one in free):
        named = []
    if named:
        return _read(table, min(named, key=lambda c: (c.kind == "text", ranks[c.header])), certain=True)
    for kind in ("date", "clock", "number"):
        for column in free:
            if column.kind == "text" and kind == "number" and _is_local_date(column):
                return _read(table, column, certain=True)  # which says how dates are written
            if column.kind == kind and not is_run_name(column.header):
                return _read(table, column, certain=kind != "number")
    raise DataError(
        f"{table.name} has no column of numbers; its columns are {', '.join(map(repr, table.headers))}. "
        "It needs one of times and at least one of states."
    )


def _is_local_date(column: Column) -> bool:
    """Whether entries are dates such as 1/2/24, of which none tells the order of day and month."""
    return column.misfit is not None and FORM.fullmatch(column.misfit.entry) is not None


def _likeness(header: str) -> int | None:
    """0 for the surest name of a time; None for a name that is none.

    Every word must belong to a time, so that ``t_days`` and ``time [s]`` are times and ``T [K]`` and ``time_to_peak``
    are not. A capital T alone is more often a temperature, and comes last.
    """
    words = [word for word in re.split(r"[\W_]+", header.lower()) if word]
    main = next((word for word in words if word in TIME_WORDS), None)
    if main is None or words[-1] == "in" or not set(words) <= TIME_WORDS | UNITS | FILLERS:
        return None
    if main == "t":
        return CAPITAL if header.lstrip().startswith("T") else 1
    return 0 if main == "time" else 2


def _read(table: Table, column: Column, certain: bool) -> Clock:
    if column.misfit is not None:
        place = f"{table.name}, line {column.misfit.line}, column {column.header!r}"
        if _is_local_date(column) and column.kind == "text":
            raise DataError(
                f"{place}: of dates such as {column.misfit.entry!r} none tells which number is the day and which the "
                "month. Write them as 2024-01-31, or name another column with --time."
            )
        raise DataError(
            f"{place}: {column.misfit.entry!r} is not a "
            "time. Times must be numbers, dates such as 2024-01-31 or 2024-01-31 12:30:00, or hours, minutes and "
            "seconds such as 12:30:00; correct the entry, or name another column with --time."
        )
    notes = () if certain else (f"No column is named like a time; the first, {column.header!r}, was taken.",)
    times, unit = column.values, ""
    if column.kind in ("date", "clock"):
        times, unit, notes = _counted(column)
    if np.any(np.isinf(times)):
        place = table.place(int(np.argmax(np.isinf(times))), column.header)
        raise DataError(f"{place}: the time is infinite. Correct or remove that row.")
    empty = np.flatnonzero(np.isnan(times))
    if len(empty):
        rows = "1 row without a time was" if len(empty) == 1 else f"{len(empty)} rows without a time were"
        notes = (*notes, f"{rows} left out, the first in line {table.lines[empty[0]]}.")
    return Clock(column.header, times, certain, notes, unit)


def _counted(column: Column) -> tuple[Float[np.ndarray, " row"], str, tuple[str, ...]]:
    """Dates or times of day since the first, the unit that suits their steps, and a note."""
    first = next((i for i, one in enumerate(column.values) if one == one), 0)  # which is not so of one that is missing
    if column.kind == "date":
        what, since = "dates", _written(column.values[first])
        seconds = (column.values - column.values[first]) / np.timedelta64(1, "s")
    else:
        what, since = "times of day", _of_day(column.values[first])
        seconds = _past_midnight(column.values - column.values[first])
    count = counted_in(np.diff(seconds[~np.isnan(seconds)]))
    note = f"The {what} in {column.header!r} were turned into {count.words} since {since}."
    return seconds / count.seconds, count.unit, (note,)


def _past_midnight(seconds: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """With a day more after each midnight, at which times of day go back to zero."""
    there = np.flatnonzero(~np.isnan(seconds))
    passed = np.zeros(len(seconds))
    passed[there[1:]] = np.cumsum(np.diff(seconds[there]) < -HALF_A_DAY)
    return seconds + DAYS.seconds * passed


def _of_day(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60.0)
    return f"{int(minutes // 60):02d}:{int(minutes % 60):02d}:{rest:06.3f}".removesuffix(".000")


def _written(date: np.datetime64) -> str:
    return str(date.astype("datetime64[s]")).removesuffix("T00:00:00").replace("T", " ")
