"""Times that come as dates are counted from the first of the data that the law was found in, durations from zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

import numpy as np
import pandas as pd
from jaxtyping import Float

from discovery.errors import DataError
from discovery.trajectories.dated import DAYS, Count, counted_in, written
from discovery.trajectories.time_names import likeness
from discovery.types import Trajectory

# A date is that of a sample of a map if it is no further from a whole number of steps: months are up to two days off.
WHOLE = 0.1
# Single dates, those of pandas and those with a time among them; and single durations.
_DATES = (date, np.datetime64, pd.Period)
_DURATIONS = (timedelta, np.timedelta64)


def are_dates(times: Any) -> bool:
    """Whether times are an array, a column or an index of dates, with or without a time zone, of periods, or one."""
    kind = getattr(times, "dtype", None)
    return isinstance(times, _DATES) or pd.api.types.is_datetime64_any_dtype(kind) or isinstance(kind, pd.PeriodDtype)


def are_durations(times: Any) -> bool:
    """Whether times are an array, a column or an index of durations, or a single one."""
    return isinstance(times, timedelta) or getattr(getattr(times, "dtype", None), "kind", "") == "m"


def whole(times: Any) -> Any:
    """Dates or durations one by one, in a list or an array or column of objects, as an index; else what came."""
    objects = pd.api.types.is_object_dtype(getattr(times, "dtype", None)) and np.ndim(times) == 1
    listed = isinstance(times, list | tuple) or objects
    each = list(cast("Sequence[Any]", times)) if listed else []
    if not (each and all(isinstance(one, (*_DATES, *_DURATIONS)) for one in each)):
        return times
    # days, which pandas leaves as they are
    days = all(isinstance(one, date) and not isinstance(one, datetime) for one in each)
    name = getattr(times, "name", None)
    return pd.DatetimeIndex(each, name=name) if days else pd.Index(each, name=name)


def own_times(X: Any) -> Any:
    """The times that a table is indexed by, or each of a list of tables; None where there are none.

    They are dates, durations, or numbers that rise: of an index that is called as times are, or broken ones of an index
    without a name. Whole numbers without a name are those of rows.
    """
    if isinstance(X, list | tuple):
        each = [own_times(one) for one in cast("list[Any]", X)]
        return each if each and all(one is not None for one in each) else None
    index = whole(X.index) if isinstance(X, pd.DataFrame | pd.Series) else None
    return index if are_dates(index) or are_durations(index) or _are_numbered(index) else None


def _are_numbered(index: Any) -> bool:
    """Whether an index of numbers rises and is one of times."""
    if not isinstance(index, pd.Index) or not pd.api.types.is_numeric_dtype(index.dtype) or len(index) < 2:
        return False
    if pd.api.types.is_bool_dtype(index.dtype) or not (np.diff(index.to_numpy(dtype=np.float64)) > 0.0).all():
        return False
    if isinstance(index.name, str):
        return likeness(index.name) is not None
    return pd.api.types.is_float_dtype(index.dtype) and not np.array_equal(index, np.arange(len(index)))


def brings_times(X: Any) -> bool:
    """Whether data need no times beside them: trajectories, and tables that times index."""
    first = cast("list[Any]", X)[0] if isinstance(X, list | tuple) and X else X
    return isinstance(first, Trajectory) or own_times(X) is not None


def _seconds(durations: Any) -> np.ndarray:
    """Durations as numbers."""
    single = isinstance(durations, timedelta)
    values = pd.TimedeltaIndex([durations]).to_numpy()[0] if single else np.asarray(durations)
    return values / np.timedelta64(1, "s")


def _index(dates: Any) -> pd.DatetimeIndex:
    """Dates as an index; a period, as a week or a month, is the date that it starts at."""
    dates = whole([dates]) if isinstance(dates, _DATES) else dates
    if isinstance(getattr(dates, "dtype", None), pd.PeriodDtype):
        return pd.PeriodIndex(dates).to_timestamp(how="start")
    return pd.DatetimeIndex(dates)


@dataclass(frozen=True)
class Calendar:
    """How dates or durations are counted.

    Attributes:
        zero: the date at which times are zero; None of durations, which tell it themselves.
        count: the unit, which suits the steps of the data.
        samples: whether the unit is the step of a map, whose samples are counted.
    """

    zero: pd.Timestamp | None
    count: Count
    samples: bool = False

    @property
    def note(self) -> str:
        """What is done with the times, a sentence."""
        if self.zero is None:
            return f"Durations were turned into {self.count.words}."
        return f"Dates were turned into {self.count.words} since {self.zero}."

    @property
    def origin(self) -> str:
        """The zero as it is written for files, whose dates are in UTC where they have a time zone; empty if none."""
        if self.zero is None:
            return ""
        return written((self.zero if self.zero.tz is None else self.zero.tz_convert(None)).to_datetime64())

    def times(self, dates: Any) -> Float[np.ndarray, "*time"]:
        """Dates or durations as numbers.

        Raises:
            DataError: they are the one, and those of the data the other; a time zone is missing, or should not be; or
                samples are counted, and there is none.
        """
        found = self._times(dates)
        return self._numbered(found) if self.samples else found

    def _numbered(self, times: Float[np.ndarray, "*time"]) -> Float[np.ndarray, "*time"]:
        numbers = np.round(times)
        if np.any(np.abs(times - numbers) > WHOLE):
            since = "zero" if self.zero is None else str(self.zero)
            raise DataError(
                f"The law is a map, of which each step is {self.count.seconds / DAYS.seconds:.6g} days, since {since}. "
                "Times that are asked for lie between its steps. Pass those of samples, or numbers of samples, as "
                "np.arange(10)."
            )
        return numbers

    def _times(self, dates: Any) -> Float[np.ndarray, "*time"]:
        if self.zero is None or are_durations(dates):
            if self.zero is not None or not are_durations(dates):
                came, had = ("dates", "durations") if self.zero is None else ("durations", "dates")
                raise DataError(
                    f"Times are {came}, but those of the data that the law was found in are {had}. Pass {had}, or "
                    f"numbers of {self.count.words}."
                )
            return _seconds(dates) / self.count.seconds
        index = _index(dates)
        if (index.tz is None) != (self.zero.tz is None):
            raise DataError(
                f"Dates have {'no' if index.tz is None else 'a'} time zone, but those of the data that the law was "
                f"found in have {'none' if self.zero.tz is None else 'one'}. Use tz_localize of pandas to make them "
                "alike."
            )
        found = ((index - self.zero) / pd.Timedelta(seconds=self.count.seconds)).to_numpy(dtype=np.float64)
        return found[0] if isinstance(dates, _DATES) else found

    def by_samples(self, step: float) -> Calendar:
        """The same dates, counted in steps of so many units."""
        return Calendar(self.zero, Count("", "samples", step * self.count.seconds), samples=True)

    def step(self, duration: Any) -> Any:
        """The step between rows as a number where it comes as a duration; what else tells times as it came."""
        return _seconds(duration) / self.count.seconds if isinstance(duration, _DURATIONS) else duration


def calendar_of(times: Sequence[Any]) -> Calendar | None:
    """From the first date of all runs, or for durations, in a unit for all; None where times are neither.

    Raises:
        DataError: some are dates and others numbers, or some have a time zone and others none.
    """
    for kind, what in ((are_durations, "durations"), (are_dates, "dates")):
        found = [kind(one) for one in times]
        if any(found) and not all(found):
            raise DataError(
                f"Times of run {found.index(False)} are no {what}, but others are. Pass {what} for each run."
            )
        if any(found):
            return _calendar_of_dates(times) if kind is are_dates else Calendar(None, counted_in(_steps(times)))
    return None


def _steps(durations: Sequence[Any]) -> np.ndarray:
    """Seconds between successive durations; a single one is a step itself."""
    each = [_seconds(one) for one in durations]
    return np.concatenate([np.diff(one) if one.ndim else one[None] for one in each])


def _calendar_of_dates(times: Sequence[Any]) -> Calendar:
    every = [_index(one) for one in times]
    zones = [one.tz for one in every]
    bare = [zone is None for zone in zones]
    if any(bare) and not all(bare):
        raise DataError(
            f"Dates of run {bare.index(True)} have no time zone, but others have one. Give all of them one, as with "
            "tz_localize of pandas."
        )
    universal = [one if one.tz is None else one.tz_convert(None) for one in every]
    steps = np.concatenate([np.diff(one.to_numpy()) / np.timedelta64(1, "s") for one in universal])
    return Calendar(min(cast("pd.Timestamp", one.min()) for one in every), counted_in(steps))
