"""Times that come as dates become days, counted from the first date of the data that the law was found in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
from jaxtyping import Float

from discovery.errors import DataError


def are_dates(times: Any) -> bool:
    """Whether times are an array, a column or an index of dates, with or without a time zone."""
    return pd.api.types.is_datetime64_any_dtype(getattr(times, "dtype", None))


def first_date(times: Sequence[Any]) -> pd.Timestamp | None:
    """The first date of all runs; None where times are no dates.

    Raises:
        DataError: some are dates and others numbers, or some have a time zone and others none.
    """
    dated = [are_dates(one) for one in times]
    if not any(dated):
        return None
    if not all(dated):
        raise DataError(f"Times of run {dated.index(False)} are no dates, but others are. Pass dates for each run.")
    zones = [pd.DatetimeIndex(one).tz for one in times]
    bare = [zone is None for zone in zones]
    if any(bare) and not all(bare):
        raise DataError(
            f"Dates of run {bare.index(True)} have no time zone, but others have one. Give all of them one, as with "
            "tz_localize of pandas."
        )
    return min(cast("pd.Timestamp", pd.DatetimeIndex(one).min()) for one in times)


def in_days(times: Any, zero: pd.Timestamp | None) -> Float[np.ndarray, " time"]:
    """Days since ``zero``.

    Raises:
        DataError: the law was found in data whose times are numbers, or a time zone is missing.
    """
    if zero is None:
        raise DataError("Times are dates, but those of the data that the law was found in are numbers. Pass numbers.")
    dates = pd.DatetimeIndex(times)
    if (dates.tz is None) != (zero.tz is None):
        raise DataError(
            f"Dates have {'no' if dates.tz is None else 'a'} time zone, but those of the data that the law was found "
            f"in have {'none' if zero.tz is None else 'one'}. Use tz_localize of pandas to make them alike."
        )
    return ((dates - zero) / pd.Timedelta(days=1)).to_numpy(dtype=np.float64)
