"""Arrays and tables of pandas as numbers, a table for each run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import ArrayLike

from discovery.errors import DataError
from discovery.trajectories.runs import FEWEST_IN_RUN
from discovery.types import Trajectory

States = ArrayLike | pd.DataFrame | pd.Series | Trajectory
Tables = Sequence[np.ndarray]  # of one run each, so that their lengths differ


def place_of(i: int, count: int, what: str = "x") -> str:
    """What messages call a run, one of ``count``."""
    return f"{what}[{i}]" if count > 1 else what


def table_of(run: States, place: str) -> Float[np.ndarray, "time state"]:
    """The states as float64, NaN where nothing was measured.

    Raises:
        DataError: they are no real numbers, infinite, or of another shape.
    """
    values = floats(run.states if isinstance(run, Trajectory) else run, place)
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or not values.shape[1]:
        raise DataError(
            f"{place} has the shape {values.shape}. It needs one row for each time and one column for each state."
        )
    if np.any(np.isinf(values)):
        row, column = np.argwhere(np.isinf(values))[0]
        raise DataError(f"{place} is infinite in row {row}, column {column}. Put NaN where nothing was measured.")
    return values


def floats(values: object, place: str) -> np.ndarray:
    """Real numbers as float64, NaN where they are masked.

    Raises:
        DataError: they are no such numbers, or rows are of different lengths.
    """
    frame = values if isinstance(values, pd.DataFrame) else None
    if isinstance(values, pd.DataFrame | pd.Series):
        values = values.to_numpy()
    if hasattr(values, "toarray"):
        raise DataError(f"{place} is a sparse array, but states are needed at every time. Pass {place}.toarray().")
    if callable(values):
        raise DataError(f"{place} is a function, and its values are needed: pass an array with a row for each time.")
    if frame is not None:
        _check_columns(frame, place)
    try:
        if isinstance(values, np.ma.MaskedArray):
            values = np.ma.filled(values.astype(np.float64), np.nan)
        array = np.asarray(cast(ArrayLike, values))
        if array.dtype.kind == "c":
            raise TypeError("Complex data not supported; pass real and imaginary parts as two states")
        if array.dtype.kind == "m":
            raise TypeError("durations, which np.timedelta64(1, 's') divides into seconds")
        if array.dtype.kind not in "biufO":
            raise TypeError(f"values of type {array.dtype}")
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{place} does not hold real numbers in rows of one length: {error}. Convert it.") from None
    except RuntimeError as error:  # a tensor that has gradients is no array without more ado
        raise DataError(f"{place} cannot be read as an array: {error}") from None


def _check_columns(frame: pd.DataFrame, place: str) -> None:
    """Raises DataError where a column holds no numbers."""
    for i, header in enumerate(map(str, frame.columns)):
        column = frame.iloc[:, i]
        entry = no_number(column)
        if entry is None:
            continue
        dated = pd.api.types.is_datetime64_any_dtype(column.dtype) or isinstance(column.dtype, pd.PeriodDtype)
        what = "dates" if dated else "durations" if column.dtype.kind == "m" else "text"
        if what == "text" and _mostly_numbers(column):
            raise DataError(
                f"{place}, column {header!r} holds {str(entry)!r} among its numbers. Where that stands for no value, "
                f"as beyond a limit of detection, {place}[{header!r}] = pd.to_numeric({place}[{header!r}], "
                "errors='coerce') leaves it out; else correct it."
            )
        remedy = f"Leave it out, as with {place}.drop(columns={header!r}), or convert it"
        if what != "text":
            remedy = f"If these are the times, pass t={header!r}; else leave it out"
        elif column.nunique() <= len(column) // FEWEST_IN_RUN:
            remedy += f"; if it tells runs apart, {one_by_one(header)}"
        raise DataError(f"{place}, column {header!r} holds {what} such as {str(entry)!r}, and no numbers. {remedy}.")


def _mostly_numbers(column: pd.Series) -> bool:
    """Whether most entries that are there are numbers, some perhaps as text."""
    numbers = np.asarray(pd.to_numeric(column.astype(object), errors="coerce"), dtype=np.float64)
    return bool(2 * np.count_nonzero(np.isfinite(numbers)) > column.count())


def no_number(values: object) -> object | None:
    """The first entry that is there and no number; None if there is none."""
    try:
        array = np.asarray(cast(ArrayLike, values))
    except RuntimeError:  # of which `floats` says what it is
        return None
    if array.dtype.kind in "biufc":
        return None
    for entry in array.reshape(-1):
        try:
            if isinstance(entry, np.datetime64 | datetime | np.timedelta64 | timedelta):
                return entry
            float(entry)
        except (TypeError, ValueError):
            if not pd.isna(entry):
                return entry
    return None


def one_by_one(header: str) -> str:
    """What to do with a table of several runs."""
    return f"pass a list with a table for each: [run.drop(columns={header!r}) for _, run in x.groupby({header!r})]"
