"""Courses of inputs that drive a simulation, which may have times of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pandas as pd
from jaxtyping import Float

from discovery.errors import DataError
from discovery.headers import bare, split_header
from discovery.trajectories.names import header_of
from discovery.types import Drive
from pipelines.dates import own_times
from pipelines.named_states import Columns

# A function is taken at so many even times first, then halfway between two where straight lines are off by more than
# this share of its range, as often as said: a step is placed to 1e-7 of the whole time, and what is smooth, at most a
# few hundred periods of it, is as accurate as the constants of a law at their best.
EVEN_TIMES, OFF, HALVINGS = 4096, 1e-4, 11
# Values that are taken at most: solvers stop at each of these times.
MOST = 20_000


def course_of(
    columns: Columns, inputs: Any, times: Float[np.ndarray, " time"], held: tuple[bool, ...], *, discrete: bool = False
) -> Drive | None:
    """What drives a simulation; None where nothing does.

    Args:
        inputs: a function of time; or a table with the column of times, whose rows are at these; else a row for each
            of ``times``.
        times: at which states are wanted.
        held: of each input whether it is held until the next row; else it is interpolated.
        discrete: whether they drive a map, which asks for them at every whole step.

    Raises:
        DataError: the inputs do not fit, or their own times do not increase or do not cover the others.
    """
    if callable(inputs):
        return _sampled(columns, columns.wanted(inputs), times, discrete=discrete)
    known, where = _known(columns, inputs)
    own = times if known is None else columns.times(known)
    values = columns.drives(inputs, len(own))
    if not columns.inputs:
        return None
    if known is not None and not (len(own) and np.all(np.diff(own) > 0.0)):
        raise DataError(f"The times of the inputs, {where}, do not increase. Sort the rows; one course only.")
    if known is not None and len(times) and not (own[0] <= times.min() and times.max() <= own[-1]):
        raise DataError(
            f"The inputs are known from {own[0]:g} to {own[-1]:g} by their {where}, but {times.min():g} to "
            f"{times.max():g} is asked for. Choose t within, or give a longer course."
        )
    return Drive.of_samples(own, values, held)


def _taken(
    columns: Columns, function: Callable[[float], Any], at: Float[np.ndarray, " time"]
) -> Float[np.ndarray, "time input"]:
    """Values of a function at times.

    Raises:
        DataError: it fails, or does not give a number for each input.
    """
    if not len(at):
        return np.empty((0, len(columns.inputs)))
    wanted = f"It is called with one time, and gives a number for each of {', '.join(columns.inputs)}"
    try:
        values = np.array([np.ravel(function(float(t))) for t in at], dtype=np.float64)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        raise DataError(
            f"The inputs are a function, which failed at times from {at[0]:g} to {at[-1]:g}: "
            f"{type(error).__name__}: {error}. {wanted}."
        ) from error
    if values.shape[1] != len(columns.inputs):
        came = "1 number" if values.shape[1] == 1 else f"{values.shape[1]} numbers"
        raise DataError(f"The inputs are a function, which gives {came}. {wanted}.")
    return columns.drives(values, len(at))


def _sampled(
    columns: Columns, function: Callable[[float], Any], times: Float[np.ndarray, " time"], *, discrete: bool
) -> Drive:
    """What a function of time drives: straight lines between times at which it is taken, nearer where it bends.

    Raises:
        DataError: it does not give a number for each input at every time.
    """
    if not np.isfinite(times).all() or not len(times):
        return Drive(times, np.zeros((len(times), len(columns.inputs))))  # of which the simulation says what is wrong
    if discrete:
        own = times[0] + np.arange(max(0.0, np.round(times.max() - times[0])) + 1.0)
        return Drive(own, _taken(columns, function, own))
    own = np.union1d(times, np.linspace(times.min(), times.max(), EVEN_TIMES))
    values, bent = _taken(columns, function, own), np.ones(len(own) - 1, dtype=bool)
    for _ in range(HALVINGS):
        middles = np.flatnonzero(bent)
        if not len(middles) or len(own) + len(middles) > MOST:
            break
        at = 0.5 * (own[middles] + own[middles + 1])
        there = _taken(columns, function, at)
        off = np.abs(there - 0.5 * (values[middles] + values[middles + 1])) > OFF * np.ptp(values, axis=0)
        further = np.zeros(len(bent), dtype=bool)
        further[middles] = off.any(axis=1)
        own, values = np.insert(own, middles + 1, at), np.insert(values, middles + 1, there, axis=0)
        bent = np.insert(further, middles + 1, further[middles])
    return Drive(own, values)


def _known(columns: Columns, inputs: Any) -> tuple[Any, str]:
    """Times of a table of inputs, None where it has none, and what a message calls them.

    They are a column, or the dates or durations that index the table where those of the data are such, or an index that
    is called as time is.
    """
    clock = _clock(columns, inputs)
    if clock is not None:
        return cast("pd.DataFrame", inputs)[clock], f"column {clock!r}"
    if not isinstance(inputs, pd.DataFrame | pd.Series):
        return None, "index"
    called = isinstance(inputs.index.name, str) and bare(inputs.index.name) == bare(columns.time)
    return own_times(inputs) if called or columns.calendar is not None else None, "index"


def _clock(columns: Columns, inputs: Any) -> str | None:
    """The column of times of a table of inputs, with or without its unit; None where there is none.

    Raises:
        DataError: it counts time in another unit.
    """
    if not isinstance(inputs, pd.DataFrame):
        return None
    headers = [one for one in inputs.columns if isinstance(one, str)]
    header = columns.time if columns.time in headers else header_of(bare(columns.time), headers)
    if header not in headers:
        return None
    there, unit = split_header(header)[1], split_header(columns.time)[1]
    if there and unit and there != unit:
        raise DataError(
            f"The inputs' column {header!r} counts time in {there}, and the law in {unit}. Convert the times, and name "
            f"the column {columns.time!r}."
        )
    return header
