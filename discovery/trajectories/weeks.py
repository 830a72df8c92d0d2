"""Weeks of ISO 8601, such as 2017-W40, quarters such as 2017Q4, and the days that they begin with."""

from __future__ import annotations

import numpy as np
import pandas as pd

from discovery.trajectories.tokens import QUARTER, WEEK

Days = np.ndarray  # datetime64[D], NaT for what is no day


def firsts(years: np.ndarray, months: np.ndarray) -> Days:
    """The first days of months; NaT where there is no such month."""
    days = ((years - 1970) * 12 + months - 1).astype("datetime64[M]").astype("datetime64[D]")
    return np.where((months >= 1) & (months <= 12), days, np.datetime64("NaT", "D"))


def mondays(years: np.ndarray, weeks: np.ndarray) -> Days:
    """The first day of weeks of ISO 8601; NaT where the year has no such week."""
    fourth = firsts(years, np.ones_like(years)) + 3  # of January, which is in week 1
    weekday = (fourth.astype(np.int64) + 3) % 7  # 1970 began on a Thursday
    days = fourth - weekday + 7 * (weeks - 1)
    thursdays = (days + 3).astype("datetime64[Y]").astype(np.int64) + 1970
    return np.where((weeks >= 1) & (thursdays == years), days, np.datetime64("NaT", "D"))


def days_of_weeks(text: pd.Series) -> pd.Series:
    """The days that entries such as 2017-W40, 2017W40 and 2017-W40-3 mean; NaT for all else."""
    parts = text.str.extract(WEEK)
    written = parts[0].notna().to_numpy()
    days = np.full(len(text), np.datetime64("NaT", "us"))
    years, weeks, day = parts.fillna("1")[written].astype(np.int64).to_numpy().T.reshape(3, -1)
    days[written] = mondays(years, weeks) + (day - 1)
    return pd.Series(days, index=text.index)


def days_of_quarters(text: pd.Series) -> pd.Series:
    """The first days of entries such as 2017Q4, 2017-Q4 and 2017 Q4; NaT for all else."""
    parts = text.str.extract(QUARTER)
    written = parts[0].notna().to_numpy()
    days = np.full(len(text), np.datetime64("NaT", "us"))
    years, quarters = parts[written].astype(np.int64).to_numpy().T.reshape(2, -1)
    days[written] = firsts(years, 3 * quarters - 2)
    return pd.Series(days, index=text.index)
