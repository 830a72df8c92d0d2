"""Times that come as dates are counted from the first date of the data that the law was found in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from jaxtyping import Float

from discovery.errors import DataError
from discovery.trajectories.dated import Count, counted_in, written


def are_dates(times: Any) -> bool:
    """Whether times are an array, a column or an index of dates, with or without a time zone, or of periods."""
    kind = getattr(times, "dtype", None)
    return pd.api.types.is_datetime64_any_dtype(kind) or isinstance(kind, pd.PeriodDtype)


def _index(dates: Any) -> pd.DatetimeIndex:
    """Dates as an index; a period, as a week or a month, is the date that it starts at."""
    if isinstance(getattr(dates, "dtype", None), pd.PeriodDtype):
        return pd.PeriodIndex(dates).to_timestamp(how="start")
    return pd.DatetimeIndex(dates)


@dataclass(frozen=True)
class Calendar:
    """How dates are counted.

    Attributes:
        zero: the date at which times are zero.
        count: the unit, which suits the steps of the data.
    """

    zero: pd.Timestamp
    count: Count

    @property
    def origin(self) -> str:
        """The zero as it is written for files, whose dates are in UTC where they have a time zone."""
        return written((self.zero if self.zero.tz is None else self.zero.tz_convert(None)).to_datetime64())

    def times(self, dates: Any) -> Float[np.ndarray, " time"]:
        """Dates as numbers.

        Raises:
            DataError: a time zone is missing, or there should be none.
        """
        index = _index(dates)
        if (index.tz is None) != (self.zero.tz is None):
            raise DataError(
                f"Dates have {'no' if index.tz is None else 'a'} time zone, but those of the data that the law was "
                f"found in have {'none' if self.zero.tz is None else 'one'}. Use tz_localize of pandas to make them "
                "alike."
            )
        return ((index - self.zero) / pd.Timedelta(seconds=self.count.seconds)).to_numpy(dtype=np.float64)


def calendar_of(times: Sequence[Any]) -> Calendar | None:
    """From the first date of all runs, in a unit for all; None where times are no dates.

    Raises:
        DataError: some are dates and others numbers, or some have a time zone and others none.
    """
    dated = [are_dates(one) for one in times]
    if not any(dated):
        return None
    if not all(dated):
        raise DataError(f"Times of run {dated.index(False)} are no dates, but others are. Pass dates for each run.")
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
