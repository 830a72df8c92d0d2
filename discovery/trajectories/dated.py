"""Dates and times of day as numbers, in the unit that suits how often was measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from discovery.errors import UsageError
from discovery.trajectories.columns import Column, grow
from discovery.trajectories.tokens import kind_of, seconds_of

# A time of day that goes back has passed midnight if the step through it is at most so many usual ones; else the clock
# was started again.
LONG = 4.0


@dataclass(frozen=True)
class Count:
    """A unit of time.

    Attributes:
        unit: as in a header, ``d``.
        words: many of it, ``days``.
        seconds: its length.
    """

    unit: str
    words: str
    seconds: float


@dataclass(frozen=True)
class Counted:
    """Dates or times of day as numbers.

    Attributes:
        times: since the origin; NaN where none is written.
        origin: the date or the time of day at which time is zero.
        note: what was done, a sentence.
    """

    times: Float[np.ndarray, " row"]
    count: Count
    origin: str
    note: str


DAYS = Count("d", "days", 86_400.0)
COUNTS = (Count("s", "seconds", 1.0), Count("min", "minutes", 60.0), Count("h", "hours", 3_600.0), DAYS)
# Units that dates are counted in where somebody says so, and by no choice of ours; months have no one length.
LONGER = (Count("week", "weeks", 7.0 * DAYS.seconds), Count("yr", "years of 365.25 days", 365.25 * DAYS.seconds))
SPELLINGS = {
    "s": ("sec", "secs", "second", "seconds"), "min": ("mins", "minute", "minutes"),
    "h": ("hr", "hrs", "hour", "hours"), "d": ("day", "days"), "week": ("weeks",), "yr": ("a", "year", "years"),
}  # fmt: skip


def counted_in(steps: np.ndarray) -> Count:
    """The smallest unit that the usual step is no longer than; days where there is none.

    So that a rate of change has a size that people know: measured every ten seconds it is one by the minute.

    Args:
        steps: seconds between successive times; those that go back, as from one run to the next, do not count.
    """
    usual = _usual(steps)
    return next((count for count in COUNTS if usual <= count.seconds), DAYS)


def counted(columns: tuple[Column, ...], unit: str, origin: str = "") -> Counted:
    """Times since the first, or since the origin.

    Args:
        columns: one of dates or of times of day; or one of each, whose times are the sum.
        unit: of :data:`COUNTS`, :data:`LONGER` or :data:`SPELLINGS`, if told; else the one that suits their steps.
        origin: the date or the time of day at which time is zero, as :class:`Counted` has it; else it is the first.

    Raises:
        UsageError: it is another unit, or the origin is a date and these are times of day alone, or the reverse.
    """
    dates, clock = (next((one for one in columns if one.kind == kind), None) for kind in ("date", "clock"))
    zero, seconds = np.datetime64(0, "us"), np.zeros(len(columns[0].values))
    if dates is not None:
        zero = next((one for one in dates.values if not np.isnat(one)), zero)
        seconds += (dates.values - zero) / np.timedelta64(1, "s")
    if clock is not None:
        seconds += clock.values if dates is not None else _past_midnight(clock.values)
    start = float(next((one for one in seconds if not np.isnan(one)), 0.0))
    start = _seconds_to(origin, zero, columns) if origin else start
    seconds -= start
    since = _of_day(start) if dates is None else written(zero + np.timedelta64(round(1e6 * start), "us"))
    found = next((one for one in (*COUNTS, *LONGER) if unit in (one.unit, *SPELLINGS[one.unit])), None)
    if unit and found is None:
        raise UsageError(
            f"Time is to be counted in {unit!r}; dates and times of day can be counted in "
            f"{', '.join(one.unit for one in (*COUNTS, *LONGER))}. Name one of them in [data.units], or write times as "
            "numbers."
        )
    count = found or counted_in(np.diff(seconds[~np.isnan(seconds)]))
    what = {"date": "dates in {!r}", "clock": "times of day in {!r}"}
    done = " and the ".join(what[one.kind].format(one.header) for one in columns)
    note = f"The {done} were turned into {count.words} since {since}."
    return Counted(seconds / count.seconds, count, since, note)


def moment(text: str, unit: str, origin: str, last: float = 0.0) -> float | None:
    """A date or a time of day as a number of units since the origin; None where the text is neither.

    Args:
        last: time of a record; times of day before the origin are those of the next day where it has passed midnight.

    Raises:
        UsageError: as :func:`counted`.
    """
    kind = kind_of([text.strip()], ".")
    if kind not in ("date", "local date", "clock"):
        return None
    growing = grow(kind, ".")
    growing.add(pd.Series([text.strip()]), np.zeros(1, dtype=np.int64))
    column = growing.finished("the time")
    if column.kind == "text" or column.misfit is not None:
        return None
    found = counted((column,), unit, origin)
    day, since = DAYS.seconds / found.count.seconds, float(found.times[0])
    passed = column.kind == "clock" and seconds_of(origin) / found.count.seconds + last >= day
    return since + day if passed and since < 0.0 else since


def of_days(column: Column) -> bool:
    """Whether a column has dates without times of day."""
    return column.kind == "date" and bool(
        np.all(column.values.astype("datetime64[D]") == column.values, where=~np.isnat(column.values))
    )


def _seconds_to(origin: str, zero: np.datetime64, columns: tuple[Column, ...]) -> float:
    """Where the origin lies, in seconds after the date ``zero``, or after midnight for times of day alone."""
    of_day, dated = seconds_of(origin), any(one.kind == "date" for one in columns)
    if dated == bool(np.isnan(of_day)):
        return float((np.datetime64(origin, "us") - zero) / np.timedelta64(1, "s")) if dated else of_day
    raise UsageError(
        f"{columns[0].header!r} holds {'dates' if dated else 'times of day'}, but time is counted since {origin}. "
        f"Write {'times of day' if dated else 'dates'} as in the data that the law was found in, or numbers since then."
    )


def _usual(steps: np.ndarray) -> float:
    forward = steps[np.nan_to_num(steps) > 0.0]
    return float(np.median(forward)) if len(forward) else DAYS.seconds


def _past_midnight(seconds: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """With a day more after each midnight, at which times of day go back to zero; elapsed ones do not."""
    there = np.flatnonzero(~np.isnan(seconds))
    steps = np.diff(seconds[there])
    passed = np.zeros(len(seconds))
    if np.nanmax(seconds, initial=0.0) < DAYS.seconds:
        passed[there[1:]] = np.cumsum((steps < 0.0) & (steps + DAYS.seconds <= LONG * _usual(steps)))
    return seconds + DAYS.seconds * passed


def _of_day(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 3), 60.0)
    return f"{int(minutes // 60):02d}:{int(minutes % 60):02d}:{rest:06.3f}".removesuffix(".000")


def written(date: np.datetime64) -> str:
    """A date as an origin is written: no time of day where that is midnight, no fractions where there are none."""
    return str(date.astype("datetime64[us]")).removesuffix(".000000").removesuffix("T00:00:00").replace("T", " ")
