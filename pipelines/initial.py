"""What a simulation begins from and goes through, as a user gives it, and the form that its states come back in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd
from jaxtyping import Float

from discovery.errors import DataError
from discovery.headers import bare
from discovery.trajectories.array_tables import floats
from pipelines.dates import are_dates, are_durations, whole
from pipelines.named_states import Columns, in_full, unmeasured


def moments_of(columns: Columns, t: Any) -> Float[np.ndarray, " time"]:
    """The times of a simulation as the law counts them.

    Raises:
        DataError: they are none, or one alone that is no list, or of more axes.
    """
    times = columns.times(t)
    if times.ndim != 1:
        came = f"an array of the shape {times.shape}" if times.ndim else "one number"
        raise DataError(
            f"t is {came}. Pass all times at which states are wanted, that of x0 first, as np.linspace(0, 5, 101)."
        )
    return times


def starts_of(columns: Columns, x0: Any) -> Float[np.ndarray, "start state"]:
    """One or more initial states, also as a dictionary or a row of a table.

    Raises:
        DataError: there is not one number for each state.
    """
    starts = _read(columns, x0)
    if not np.isfinite(starts).all():
        row, column = np.argwhere(~np.isfinite(starts))[0]
        of = f" in row {row}" if len(starts) > 1 else ""
        raise DataError(
            f"x0 has no finite value of {columns.states[column]!r}{of}: it is missing, masked or infinite. A law "
            "begins from a number for each state; give one."
        )
    return starts


def _read(columns: Columns, x0: Any) -> Float[np.ndarray, "start state"]:
    if isinstance(x0, Mapping | pd.Series):
        table = in_full(pd.DataFrame([dict(cast("Mapping[str, float]", x0).items())]), columns.states)
        if missing := [name for name in columns.states if name not in table.columns]:
            raise DataError(
                f"x0 has no value of {missing[0]!r}. Give one for each of {', '.join(columns.states)}; units may be "
                "left out."
            )
        return floats(table[list(columns.states)].to_numpy(), "x0")
    if isinstance(x0, pd.DataFrame):
        return columns.read(x0)
    starts = np.atleast_2d(floats(x0, "x0"))
    if starts.ndim > 2 or starts.shape[1] not in (len(columns.states), len(columns.given)):
        raise DataError(
            f"x0 has the shape {np.shape(x0)}, and the states are {', '.join(columns.states)}. Give a number for "
            f"each, in this order, or several rows of them.{unmeasured(columns)}"
        )
    return columns.read(starts)


def like_starts(columns: Columns, runs: Float[np.ndarray, "start time state"], x0: Any, t: Any) -> Any:
    """Simulated states in the form of the initial states: arrays from arrays, tables from what has names.

    Args:
        t: the times as they came: tables by dates where these are such.
    """
    clock = whole(t)
    dated = are_dates(clock) or are_durations(clock)
    clock = pd.Index(clock, name=bare(columns.time)) if dated else pd.Index(columns.times(t), name=columns.time)
    if isinstance(x0, Mapping | pd.Series):
        return pd.DataFrame(runs[0], index=clock, columns=columns.index)
    if isinstance(x0, pd.DataFrame):
        rows = pd.MultiIndex.from_product([x0.index, clock], names=[x0.index.name or "start", columns.time])
        return pd.DataFrame(runs.reshape(-1, len(columns.states)), index=rows, columns=columns.index)
    return runs if np.ndim(x0) == 2 else runs[0]
