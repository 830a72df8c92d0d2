"""Times of arrays and tables that are not where they are looked for: among the states, in an index, along rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float

from discovery.errors import DataError
from discovery.trajectories.array_tables import States
from discovery.trajectories.time_names import likeness

# Largest difference, as a share of their span, between times and a column that repeats them; rounding comes on top.
SAME = 1e-9


def where_times_are(run: States) -> str:
    """What to pass where a table came without times: those that index it beside its runs, or a column of it."""
    if isinstance(run, pd.DataFrame | pd.Series) and isinstance(run.index, pd.MultiIndex):
        outer = 0 if run.index.nlevels == 2 else list(range(run.index.nlevels - 1))
        return (
            f"The table has an index of {run.index.nlevels} levels: if the last are times and the others tell runs "
            f"apart, runs = [run.droplevel({outer}) for _, run in x.groupby(level={outer})]; then pass runs, and "
            "t=[run.index for run in runs]."
        )
    rising = (
        header
        for i, header in enumerate(map(str, run.columns if isinstance(run, pd.DataFrame) else ()))
        if likeness(header) is not None and isinstance(run, pd.DataFrame) and run.iloc[:, i].is_monotonic_increasing
    )
    header = next(rising, None)
    if header is not None:
        return f"If they are in column {header!r}, pass t={header!r}."
    return "Pass t: the times of the rows, as x.index of a table that has them there, or the step between rows."


def ensure_along_rows(table: Float[np.ndarray, "time state"], times: Float[np.ndarray, " time"], place: str) -> None:
    """Raises DataError where an array has a row for each state and a column for each time."""
    if len(table) != len(times) == table.shape[1]:
        raise DataError(
            f"{place} has {len(table)} rows and {len(times)} columns, and there are {len(times)} times. It needs one "
            f"row for each time and one column for each state: pass {place}.T."
        )


def repeated_times(
    values: Mapping[str, Float[np.ndarray, " sample"]], times: Float[np.ndarray, " sample"]
) -> dict[str, str]:
    """Columns that are the times, counted from when they may, each with a note on it: no state moves so exactly.

    None where no other column is left.
    """
    if not len(times):
        return {}
    span = float(np.ptp(times))
    found = {
        header: f"{header!r} was set aside: it is the times t."
        for header, column in values.items()
        if len(column) == len(times) and np.ptp(column - times) <= SAME * span + 4.0 * _spacing(column, times)
    }
    return found if len(found) < len(values) else {}


def _spacing(*some: Float[np.ndarray, " sample"]) -> float:
    """The distance between floats of the size of the largest."""
    return float(np.spacing(max(np.max(np.abs(one)) for one in some)))
