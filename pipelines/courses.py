"""Courses of inputs that drive a simulation, which may have times of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from discovery.errors import DataError
from discovery.headers import bare, split_header
from discovery.trajectories.names import header_of
from discovery.types import Drive
from pipelines.named_states import Columns


def course_of(columns: Columns, inputs: Any, times: Float[np.ndarray, " time"], held: tuple[bool, ...]) -> Drive | None:
    """What drives a simulation; None where nothing does.

    Args:
        inputs: a table with the column of times, whose rows are at these; else a row for each of ``times``.
        times: at which states are wanted.
        held: of each input whether it is held until the next row; else it is interpolated.

    Raises:
        DataError: the inputs do not fit, or their own times do not increase or do not cover the others.
    """
    clock = _clock(columns, inputs)
    own = times if clock is None else columns.times(inputs[clock])
    values = columns.drives(inputs, len(own))
    if not columns.inputs:
        return None
    if clock is not None and not (len(own) and np.all(np.diff(own) > 0.0)):
        raise DataError(f"The times of the inputs, {clock!r}, do not increase. Sort the rows; one course only.")
    if clock is not None and len(times) and not (own[0] <= times.min() and times.max() <= own[-1]):
        raise DataError(
            f"The inputs are known from {own[0]:g} to {own[-1]:g} by their column {clock!r}, but {times.min():g} to "
            f"{times.max():g} is asked for. Choose t within, or give a longer course."
        )
    return Drive.of_samples(own, values, held)


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
