"""States that come and go as arrays, tables or dictionaries, by the names that the user gave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, cast

import numpy as np
import pandas as pd
from jaxtyping import Float

from discovery.errors import DataError
from discovery.headers import bare
from discovery.trajectories.array_tables import floats
from discovery.trajectories.arrays import columns_of, from_arrays
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.names import header_of
from discovery.types import Trajectory
from pipelines.dates import Calendar, calendar_of, own_times, whole
from pipelines.maps import mean_step


@dataclass(frozen=True)
class Columns:
    """The columns of the data, and which of them are states.

    Attributes:
        given: names of all columns, in their order.
        states: those that are states.
        named: whether the data came as tables, which have names of their own.
        time: what time is called.
        inputs: names of the columns that drive the states.
        calendar: how times are counted, where they are dates.
        samples: how dates are counted where the law is a map, in its steps.
    """

    given: tuple[str, ...]
    states: tuple[str, ...]
    named: bool = False
    time: str = "t"
    inputs: tuple[str, ...] = ()
    calendar: Calendar | None = None
    samples: Calendar | None = None

    def times(self, t: Any) -> Float[np.ndarray, " time"]:
        """Times as the law counts them: dates since the first of the data that it was found in.

        Raises:
            DataError: they are dates and those were none, or they are no numbers.
        """
        counted = _counted(t, self.calendar)
        try:
            if isinstance(counted, np.ma.MaskedArray):
                return np.ma.filled(counted.astype(np.float64), np.nan)
            return np.asarray(counted, dtype=np.float64)
        except (TypeError, ValueError, RuntimeError) as error:
            why = str(error).rstrip(".")
            raise DataError(f"t holds no times: {why}. Pass numbers, or dates where the data had them.") from None

    def read(self, X: Any) -> Float[np.ndarray, "point state"]:
        """Values of the states at points.

        Args:
            X: an array with all columns of the data, or with the states alone; or a table, whose columns are found by
                their names, with or without their units.

        Raises:
            DataError: the columns do not fit.
        """
        if isinstance(X, pd.DataFrame):
            table = in_full(X, self.states)
            if missing := [name for name in self.states if name not in table.columns]:
                raise DataError(f"X has no column {missing[0]!r}. It needs the columns {', '.join(self.states)}.")
            return floats(table[list(self.states)], "X")
        if isinstance(X, list | tuple) and any(_is_run(one) for one in cast("Sequence[Any]", X)):
            raise DataError(
                "X is a list of runs, and the points of one array or table are wanted. Pass one run at a time: "
                "[model.predict(run) for run in X]."
            )
        points = floats(X, "X")
        if points.ndim == 2 and points.shape[1] == len(self.given) != len(self.states):
            return points[:, [self.given.index(name) for name in self.states]]
        if points.ndim != 2 or points.shape[1] != len(self.states):
            raise _misfit(self, points.shape)
        return points

    def drives(self, inputs: Any, rows: int, X: Any = None) -> Float[np.ndarray, "row input"]:
        """Values of the inputs, one row for each of ``rows``.

        Args:
            inputs: an array, a table with columns of their names, or a number for each name; None takes the columns of
                the table ``X``.

        Raises:
            DataError: they are missing, or of another shape, or not wanted, or have gaps.
        """
        if inputs is None and self.inputs and isinstance(X, pd.DataFrame):
            inputs = X if set(self.inputs) <= set(in_full(X, self.inputs).columns) else None
        inputs = self.wanted(_throughout(inputs, rows) if isinstance(inputs, Mapping) else inputs)
        if inputs is None:
            return np.empty((rows, 0))
        values = floats(inputs, "inputs")
        values = values[:, None] if values.ndim == 1 else values
        _ensure_fits(values, rows, self)
        return values

    def wanted(self, inputs: Any) -> Any:
        """The inputs as they were given, of tables the columns of the law's inputs.

        Raises:
            DataError: they are missing, or not wanted, or a table has not their columns.
        """
        if inputs is None and self.inputs:
            raise DataError(
                f"The law is driven. Pass inputs, an array of a row for each time or a table: {', '.join(self.inputs)}."
            )
        if inputs is not None and not self.inputs:
            raise DataError("Inputs are given, but nothing drives the states of this model. Leave them out.")
        if isinstance(inputs, list | tuple) and any(isinstance(one, pd.DataFrame) for one in cast("list[Any]", inputs)):
            return [self.wanted(one) for one in cast("list[Any]", inputs)]
        if not isinstance(inputs, pd.DataFrame):
            return inputs
        table = in_full(inputs, self.inputs)
        if missing := [name for name in self.inputs if name not in table.columns]:
            raise DataError(f"The inputs have no column {missing[0]!r}. They need {', '.join(self.inputs)}.")
        return table[list(self.inputs)]

    def like_points(self, values: Float[np.ndarray, "point state"], X: Any) -> Any:
        """Values at points in the form of the points."""
        return pd.DataFrame(values, index=X.index, columns=self.index) if isinstance(X, pd.DataFrame) else values

    def trajectories(self, X: Any, t: Any, inputs: Any = None) -> tuple[Trajectory, ...]:
        """Runs of the same states in other data, given as to :func:`measured`."""
        own = isinstance(X, Trajectory) or _has_names(X, Trajectory)
        if inputs is None and self.inputs and _has_names(X, pd.DataFrame):
            inputs = self.inputs
        tables, times, _ = _apart(X, t)
        tables, drives = _undriven(tables, inputs)
        if isinstance(drives, Mapping):
            runs = cast("list[Any]", tables) if isinstance(tables, list | tuple) else [tables]
            each = [_throughout(cast("Mapping[Any, Any]", drives), len(run)) for run in runs]
            drives = each if isinstance(tables, list | tuple) else each[0]
        drives = None if own else self.wanted(drives)
        given = columns_of(tables)
        if _has_names(tables):
            names = None
        elif len(given) in (len(self.given), len(self.states)):
            names = self.given if len(given) == len(self.given) else self.states
        else:
            raise _misfit(self, (len(cast("Any", tables[0] if isinstance(tables, list) else tables)), len(given)))
        counted = _counted(times if self.calendar is None else self.calendar.step(times), self.calendar)
        runs = from_arrays(tables, counted, names=names, keep=self.states, inputs=drives).trajectories
        if runs[0].inputs.shape[1] != len(self.inputs):
            raise DataError(
                f"There are {runs[0].inputs.shape[1]} inputs, but the law has {len(self.inputs)}"
                f"{': ' if self.inputs else ''}{', '.join(self.inputs)}. Pass these."
            )
        return runs

    @property
    def index(self) -> pd.Index:
        """The states as the columns of a table."""
        return pd.Index(self.states)


def _misfit(columns: Columns, shape: tuple[int, ...]) -> DataError:
    """The error of an array with other columns or axes, worded so that scikit-learn's tools know it."""
    wanted = f"one column for each of {', '.join(columns.states)}"
    if len(shape) != 2:
        return DataError(
            f"X has the shape {shape}, and EquationDiscovery is expecting one row for each point, {wanted}. Reshape "
            "your data: a single point is [[...]]."
        )
    return DataError(
        f"X has {shape[1]} features, but EquationDiscovery is expecting {len(columns.given)} features as input: "
        f"{wanted}. Its shape is {shape}. Pass these columns.{unmeasured(columns)}"
    )


def unmeasured(columns: Columns) -> str:
    """What to do where the law has the rate of a column for a state, as one of second order has."""
    rates = [name for name in columns.states if "'" in name]
    if not rates:
        return ""
    return f' The law is of second order and needs {rates[0]}, too; laws=["x\' = f(x)"] would ask for one of first.'


def _is_run(one: Any) -> bool:
    """Whether a member of a list is a whole run, and no row of numbers."""
    return isinstance(one, pd.DataFrame | Trajectory) or len(getattr(one, "shape", ())) > 1


def _ensure_fits(values: np.ndarray, rows: int, columns: Columns) -> None:
    """Raises DataError where inputs have another shape or gaps."""
    if values.shape != (rows, len(columns.inputs)):
        raise DataError(
            f"Inputs have the shape {values.shape}, and ({rows}, {len(columns.inputs)}) is wanted: a row for each "
            f"time or point, a column for each of {', '.join(columns.inputs)}. In simulate, a table with the column "
            f"{columns.time!r} may have rows at other times."
        )
    if not np.all(np.isfinite(values)):
        raise DataError(
            f"Inputs have {int((~np.isfinite(values)).sum())} values that are not finite. Fill them in, or leave "
            "their rows out."
        )


def _throughout(inputs: Mapping[Any, Any], rows: int) -> pd.DataFrame:
    """Inputs that stay as they are, as a table of so many rows.

    Raises:
        DataError: they are not numbers.
    """
    try:
        return pd.DataFrame({str(name): np.full(rows, float(value)) for name, value in inputs.items()})
    except (TypeError, ValueError) as error:
        raise DataError(
            f"The inputs are not numbers: {error}. By name one number stands for each, which holds throughout; of a "
            "course pass a table with a row for each time."
        ) from None


def in_full(table: pd.DataFrame, headers: Sequence[str]) -> pd.DataFrame:
    """The table with these headers where its columns are named without units, or by the identifiers of a law."""
    full = {one: header_of(one, headers) for one in table.columns if isinstance(one, str)}
    return table.rename(columns={one: header for one, header in full.items() if header not in table.columns})


def measured(
    X: Any,
    t: Any,
    names: Sequence[str] | None = None,
    inputs: Any = None,
    held: str | Sequence[str] = (),
    errors: Any = None,
) -> tuple[Measurements, Columns]:
    """Measurements from arrays or tables, and the columns that they came with.

    Args:
        t: times as in :func:`discovery.trajectories.arrays.from_arrays`, or the name of the column that holds them.
        inputs: what drives the states, in the form of ``X``, or names of its columns.
        held: names of the inputs that hold their value until the next row.
        errors: of the measurements, in the form of ``X`` but its times and inputs.

    Raises:
        DataError: the data cannot be used.
    """
    tables, times, time = _apart(X, t)
    calendar = calendar_of(_each(times))
    notes: tuple[str, ...] = ()
    origin = ""
    if calendar is not None:
        origin = calendar.origin
        time = f"{bare(time)} [{calendar.count.unit}]"
        notes = (calendar.note,)
    held = (held,) if isinstance(held, str) else held
    tables, drives = _undriven(tables, inputs)
    measurements = from_arrays(tables, _counted(times, calendar), names=names, inputs=drives, held=held, errors=errors)
    named = names is None and _has_names(tables, pd.DataFrame)
    headers, driving = tuple(measurements.headers.values()), tuple(measurements.inputs.values())
    columns = Columns(columns_of(tables, names=names), headers, named, time, driving, calendar)
    return replace(measurements, time_name=time, notes=(*measurements.notes, *notes), origin=origin), columns


def by_samples(measurements: Measurements, columns: Columns) -> tuple[Measurements, Columns]:
    """Measurements of a map, and their columns, whose dates number samples: no note says how else they are counted."""
    calendar, step = columns.calendar, mean_step(measurements.trajectories)
    if calendar is None or not step > 0.0:
        return measurements, columns
    notes = tuple(note for note in measurements.notes if note != calendar.note)
    return replace(measurements, notes=notes), replace(columns, samples=calendar.by_samples(step))


def _has_names(X: Any, kinds: type | tuple[type, ...] = (pd.DataFrame, Trajectory)) -> bool:
    first: Any = X[0] if isinstance(X, list | tuple) and X else X
    return isinstance(first, kinds)


def _apart(X: Any, t: Any) -> tuple[Any, Any, str]:
    """States, times and the name of time; where t is the name of a column, that is taken out of each table.

    Without t they are the times that tables are indexed by.
    """
    if t is None and (own := own_times(X)) is not None:
        name = _each(own)[0].name
        return X, own, "t" if name is None else str(name)
    if not isinstance(t, str):
        return X, t, "t"
    several = isinstance(X, list | tuple)
    tables: list[Any] = list(cast("Sequence[Any]", X)) if several else [X]
    header = _header(t, tables, "t")
    rest, times = [table.drop(columns=header) for table in tables], [table[header] for table in tables]
    return (rest, times, header) if several else (rest[0], times[0], header)


def _header(name: str, tables: Sequence[Any], what: str) -> str:
    """The header of the column that is told in tables, with or without its unit.

    Raises:
        DataError: one is no table, or has no such column.
    """
    header = name
    for table in tables:
        columns = [str(one) for one in table.columns] if isinstance(table, pd.DataFrame) else []
        header = header_of(name, columns)
        if header not in columns:
            near = get_close_matches(name, [*map(bare, columns), *columns], n=1)
            hint = f"Did you mean {header_of(near[0], columns)!r}? " if near else ""
            there = f"{hint}The columns are {', '.join(map(repr, columns))}" if columns else "It is no table of pandas"
            raise DataError(
                f"There is no column {name!r} in X for {what}. {there}. Pass tables that have it, or its values."
            )
    return header


def _each(times: Any) -> list[Any]:
    """Times of each run."""
    times = whole(times)
    return [whole(one) for one in cast("Sequence[Any]", times)] if isinstance(times, list | tuple) else [times]


def _counted(times: Any, calendar: Calendar | None) -> Any:
    """Times as a calendar counts them where they are dates or durations, else as they came.

    Raises:
        DataError: they are such, and those of the data that the law was found in are not.
    """
    each = _each(times)
    came = calendar_of(each)
    if came is None:
        return times
    if calendar is None:
        what = "durations" if came.zero is None else "dates"
        raise DataError(f"Times are {what}, but those of the data that the law was found in are numbers. Pass numbers.")
    counted = [calendar.times(one) for one in each]
    return counted if isinstance(whole(times), list | tuple) else counted[0]


def _undriven(tables: Any, inputs: Any) -> tuple[Any, Any]:
    """The tables without the inputs, and these, where they are named as columns."""
    named = [inputs] if isinstance(inputs, str) else inputs
    if not (
        isinstance(named, list | tuple) and named and all(isinstance(one, str) for one in cast("list[Any]", named))
    ):
        return tables, inputs
    several = isinstance(tables, list | tuple)
    runs: list[Any] = list(cast("Sequence[Any]", tables)) if several else [tables]
    headers = [_header(one, runs, "the inputs") for one in cast("Sequence[str]", named)]
    rest, drives = [run.drop(columns=headers) for run in runs], [run[headers] for run in runs]
    return (rest, drives) if several else (rest[0], drives[0])
