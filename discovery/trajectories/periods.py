"""Inputs that come day by day, month by month or year by year: often totals or means, which hold for a whole period."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from discovery.headers import unit_of_time
from discovery.wording import joined, listed

# Days of each unit that times are counted in, however it is written.
_DAYS = {
    **dict.fromkeys(("yr", "yrs", "year", "years", "a"), 365.25), **dict.fromkeys(("month", "months"), 365.25 / 12),
    **dict.fromkeys(("wk", "week", "weeks"), 7.0), **dict.fromkeys(("d", "day", "days"), 1.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 1 / 24), **dict.fromkeys(("min", "mins", "minute"), 1 / 1440),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1 / 86_400),
}  # fmt: skip
# The shortest and the longest of each period, in days: of dates, and of numbers, among which thirty days are no month.
_PERIODS = {"day": (1.0, 1.0), "week": (7.0, 7.0), "month": (28.0, 31.0), "year": (365.0, 366.0)}
_OF_NUMBERS = {**_PERIODS, "month": (365.25 / 12, 365.25 / 12)}
NEARLY = 1e-4  # share by which a step may miss them, as of times in years with five digits
MOSTLY = 0.8  # share of the steps that are one period, at least, where others pass over gaps


def held_otherwise(
    inputs: Sequence[str], clock: str, times: Sequence[Float[np.ndarray, " sample"]], *, dated: bool
) -> tuple[str, ...]:
    """That inputs between which lines are drawn may hold for the period of their row; nothing where none may.

    Args:
        inputs: headers of those of which nobody has said whether they are held.
        clock: header of the times, with their unit.
        times: of each run.
        dated: whether they were dates.
    """
    period = _period(clock, np.concatenate([np.diff(one) for one in times]), dated=dated) if inputs else ""
    if not period:
        return ()
    has, which, holds = ("has", "is", "it holds") if len(inputs) == 1 else ("have", "are", "they hold")
    return (
        f"{listed(inputs)} {has} a value for each {period}, and {which} taken along straight lines between these. "
        f"Where {holds} for the whole {period}, as totals and means do, that is another reading, by which constants "
        f"change: --held {shlex.quote(joined(inputs))}.",
    )


def _period(clock: str, steps: Float[np.ndarray, " step"], *, dated: bool) -> str:
    """The period that rows are apart; empty where they are apart otherwise, or nothing tells the unit of time."""
    unit = (unit_of_time(clock) or "").lower()
    if unit not in _DAYS:
        return ""
    days = _DAYS[unit] * steps
    periods = _PERIODS if dated else _OF_NUMBERS
    return next((name for name, (low, high) in periods.items() if _share(days, low, high) >= MOSTLY), "")


def _share(steps: Float[np.ndarray, " step"], low: float, high: float) -> float:
    """The share of the steps that are as long."""
    return float(np.mean((steps >= low * (1.0 - NEARLY)) & (steps <= high * (1.0 + NEARLY)))) if len(steps) else 0.0
