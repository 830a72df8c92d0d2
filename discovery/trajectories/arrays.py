"""From arrays in memory to measurements, in the forms that users of pysindy and scikit-learn know."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from itertools import count, islice
from typing import cast

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import ArrayLike

from discovery.errors import DataError
from discovery.trajectories.inputs import held_inputs, known_rows, named, told_held, within
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.names import TIME, header_of, safe_names
from discovery.trajectories.runs import FEWEST_IN_RUN, check_spans, long_enough
from discovery.trajectories.states import changing
from discovery.types import Trajectory

States = ArrayLike | pd.DataFrame | pd.Series | Trajectory
Tables = Sequence[np.ndarray]  # of one run each, so that their lengths differ


def from_arrays(
    x: States | Sequence[States],
    t: ArrayLike | float | Sequence[ArrayLike] | None = None,
    *,
    names: Sequence[str] | None = None,
    keep: Sequence[str] | None = None,
    inputs: States | Sequence[States] | None = None,
    held: Sequence[str] = (),
) -> Measurements:
    """Measurements from arrays.

    Args:
        x: one row for each time and one column for each state, as array or DataFrame; a list of those, or an array of
            three axes, for several runs; or one or more trajectories, which bring their own times.
        t: times of the rows, or the step between rows; for several runs a list of times, or one for all. None for
            trajectories only.
        names: header of each column; None takes those of the DataFrame or trajectory, else x0, x1, ...
        keep: headers of the columns that are states; None takes those that change.
        inputs: what drives the states, in the form of ``x``: a row for each time, a column for each input; None takes
            those of trajectories. They are held between samples where they rarely change, else interpolated; rows in
            which one that is interpolated is NaN, within a run, are left out.
        held: headers of those inputs that hold their value until the next row, whatever they look like;
            ``none`` among them: no other is held.

    Raises:
        DataError: shapes, names or times do not fit together, or the values cannot be used.
    """
    runs, tables = _runs(x)
    times = _times(t, runs, tables)
    headers = _headers(names, runs, tables)
    kept, dropped = long_enough([len(table) for table in tables], "x")
    rows = np.concatenate([tables[i] for i in kept])
    values = {header: rows[:, j] for j, header in enumerate(headers)}
    used, aside = changing(values, "x") if keep is None else (_kept(keep, headers), ())
    columns = [headers.index(header) for header in used]
    driving, drives = _drives(inputs, runs, tables, used, held)
    digest = _digest((*headers, *driving), [*times, *tables, *(drives if driving else ())])
    known, unknown = known_rows(drives, driving)
    if unknown:
        times, tables, drives = (_of_rows(some, known) for some in (times, tables, drives))
        kept, dropped = long_enough([len(table) for table in tables], "x")
    safe = safe_names((*used, *driving))
    stay = held_inputs([drives[i] for i in kept], _told_to_be_held(held, driving, runs), [times[i] for i in kept])
    return Measurements(
        tuple(
            _trajectory(
                runs[i], (i, len(runs)), times[i], tables[i][:, columns], tuple(safe)[: len(used)], drives[i], stay
            )
            for i in kept
        ),
        dict(list(safe.items())[: len(used)]),
        TIME,
        (*unknown, *dropped, *aside),
        digest,
        "arrays",
        dict(list(safe.items())[len(used) :]),
        unknown=" ".join(unknown),
    )


def columns_of(x: States | Sequence[States], *, names: Sequence[str] | None = None) -> tuple[str, ...]:
    """Header of each column of ``x``, whether it changes or not; arguments and errors as of :func:`from_arrays`."""
    return _headers(names, *_runs(x))


def _runs(x: States | Sequence[States]) -> tuple[list[States], list[np.ndarray]]:
    """The runs, and their values."""
    runs = list(cast(Sequence[States], x)) if _is_several(x) else [cast(States, x)]
    if not runs:
        raise DataError("x holds no runs. Pass at least one array of states.")
    return runs, [_table(run, _place(i, len(runs))) for i, run in enumerate(runs)]


def _kept(keep: Sequence[str], headers: Sequence[str]) -> tuple[str, ...]:
    for header in keep:
        if header not in headers:
            raise DataError(f"x has no column {header!r}; its columns are {', '.join(headers)}. Pass that column too.")
    return tuple(keep)


def _drives(
    inputs: States | Sequence[States] | None,
    runs: Sequence[States],
    tables: Tables,
    states: Sequence[str],
    told: Sequence[str],
) -> tuple[tuple[str, ...], list[np.ndarray]]:
    """Headers of the inputs, and their values in each run."""
    own = [run.inputs for run in runs if isinstance(run, Trajectory)]
    if inputs is not None and any(drive.shape[1] for drive in own):
        raise DataError("x holds trajectories, which bring their inputs, and also inputs are given. Pass one of both.")
    if inputs is None and not any(drive.shape[1] for drive in own):
        return (), [np.empty((len(table), 0)) for table in tables]
    several = inputs is None or _is_several(inputs)
    given = list(cast(Sequence[States], own if inputs is None else inputs if several else [inputs]))
    if len(given) != len(tables):
        raise DataError(f"There are {len(given)} arrays of inputs but {len(tables)} of states. Pass one for each run.")
    drives = [_table(drive, _place(i, len(given), "inputs")) for i, drive in enumerate(given)]
    free = (name for j in count() if (name := f"u{j}") not in states)
    named = None if _own_names(given[0]) else tuple(islice(free, drives[0].shape[1]))
    headers = _headers(named, given, drives, "inputs")
    held = {header_of(one, headers) for one in told}
    gaps = [name in held or not within([drive[:, j] for drive in drives]) for j, name in enumerate(headers)]
    for i, (drive, table) in enumerate(zip(drives, tables, strict=True)):
        if len(drive) != len(table) or np.any(~np.isfinite(drive[:, gaps])):
            missing = int(np.isnan(drive).sum())
            raise DataError(
                f"{_place(i, len(given), 'inputs')} has {len(drive)} rows, {missing} values of which are missing, for "
                f"{len(table)} rows of states. What drives the states has to be known at every time: fill the gaps as "
                "you know best, or leave those rows out."
            )
    if shared := set(headers) & set(states):
        raise DataError(f"A state and an input are both called {min(shared)!r}. Give each column its own name.")
    return headers, drives


def _told_to_be_held(held: Sequence[str], inputs: Sequence[str], runs: Sequence[States]) -> tuple[bool | None, ...]:
    """Of each input whether it is told to be held, or that it is not.

    Raises:
        DataError: one that is told is no input, or runs bring what is held.
    """
    told = [header_of(one, inputs) for one in held]
    if held and any(isinstance(run, Trajectory) for run in runs):
        raise DataError("x holds trajectories, which say themselves which inputs are held. Say it there.")
    for one in named(told, inputs):
        if one not in inputs:
            among = f"The inputs are {', '.join(inputs)}" if inputs else "There are no inputs"
            raise DataError(f"{one!r} is told to be held, but is no input. {among}. Pass it with the inputs.")
    return told_held(told, inputs)


def _of_rows(arrays: Tables, rows: Sequence[np.ndarray]) -> list[np.ndarray]:
    """These rows of each array; all of one of another length, of which it is said elsewhere."""
    return [one[there] if len(one) == len(there) else one for one, there in zip(arrays, rows, strict=True)]


def _is_several(x: object) -> bool:
    """Whether x holds several runs: an array of three axes, or a list whose members are more than rows of numbers."""
    if isinstance(x, np.ndarray):
        return x.ndim == 3
    if not isinstance(x, list | tuple):
        return False
    if not x:
        return True
    first = cast(Sequence[object], x)[0]
    if isinstance(first, list | tuple) and first:
        return isinstance(cast(Sequence[object], first)[0], list | tuple)
    return isinstance(first, Trajectory) or (hasattr(first, "__array__") and np.ndim(cast(ArrayLike, first)) > 0)


def _place(i: int, count: int, what: str = "x") -> str:
    """What messages call a run, one of ``count``."""
    return f"{what}[{i}]" if count > 1 else what


def _table(run: States, place: str) -> Float[np.ndarray, "time state"]:
    """The states as float64, NaN where nothing was measured."""
    values = _floats(run.states if isinstance(run, Trajectory) else run, place)
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


def _floats(values: object, place: str) -> np.ndarray:
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    frame = values if isinstance(values, pd.DataFrame) else None
    if isinstance(values, pd.DataFrame | pd.Series):
        values = values.to_numpy()
    if hasattr(values, "toarray"):
        raise DataError(f"{place} is a sparse array, but states are needed at every time. Pass {place}.toarray().")
    if frame is not None:
        _check_columns(frame, place)
    try:
        array = np.asarray(cast(ArrayLike, values))
        if array.dtype.kind == "c":
            raise TypeError("Complex data not supported; pass real and imaginary parts as two states")
        if array.dtype.kind not in "biufO":
            raise TypeError(f"values of type {array.dtype}")
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{place} does not hold real numbers in rows of one length: {error}. Convert it.") from None


def _check_columns(frame: pd.DataFrame, place: str) -> None:
    """Raises DataError where a column holds no numbers."""
    for i, header in enumerate(map(str, frame.columns)):
        column = frame.iloc[:, i]
        entry = _no_number(column)
        if entry is None:
            continue
        dated = pd.api.types.is_datetime64_any_dtype(column.dtype) or isinstance(column.dtype, pd.PeriodDtype)
        what = "dates" if dated else "text"
        remedy = f"Leave it out, as with {place}.drop(columns={header!r}), or convert it"
        if what == "dates":
            remedy = f"If these are the times, pass t={header!r}; else leave it out"
        elif column.nunique() <= len(column) // FEWEST_IN_RUN:
            remedy += f"; if it tells runs apart, {_one_by_one(header)}"
        raise DataError(f"{place}, column {header!r} holds {what} such as {str(entry)!r}, and no numbers. {remedy}.")


def _no_number(values: object) -> object | None:
    """The first entry that is there and no number; None if there is none."""
    array = np.asarray(cast(ArrayLike, values))
    if array.dtype.kind in "biufc":
        return None
    for entry in array.reshape(-1):
        try:
            if isinstance(entry, np.datetime64 | datetime):
                return entry
            float(entry)
        except (TypeError, ValueError):
            if not pd.isna(entry):
                return entry
    return None


def _one_by_one(header: str) -> str:
    """What to do with a table of several runs."""
    return f"pass a list with a table for each: [run.drop(columns={header!r}) for _, run in x.groupby({header!r})]"


def _times(
    t: ArrayLike | float | Sequence[ArrayLike] | None, runs: Sequence[States], tables: Tables
) -> list[np.ndarray]:
    given = [run.times for run in runs if isinstance(run, Trajectory)]
    if given:
        if len(given) < len(runs) or t is not None:
            raise DataError(
                "x holds trajectories, which bring their times, and also arrays or times t. "
                "Pass trajectories alone, or arrays with t."
            )
        return given
    if t is None:
        raise DataError("x came without times. Pass t: the times of the rows, or the step between them.")
    each = list(cast(Sequence[ArrayLike], t)) if _lists_times(t) else [cast(ArrayLike, t)] * len(runs)
    if len(each) != len(runs):
        raise DataError(f"There are {len(each)} arrays of times but {len(runs)} of states. Pass one for each run.")
    return [_clock(part, len(table)) for part, table in zip(each, tables, strict=True)]


def _lists_times(t: object) -> bool:
    """Whether t holds an array of times for each run."""
    if isinstance(t, np.ndarray):
        return t.ndim == 2 and t.shape[1] > 1
    return isinstance(t, list | tuple) and len(t) > 0 and np.ndim(cast(Sequence[ArrayLike], t)[0]) > 0


def _clock(t: ArrayLike | float, rows: int) -> Float[np.ndarray, " time"]:
    entry = _no_number(t)
    if isinstance(entry, str):
        column = f"t, column {str(t.name)!r}" if isinstance(t, pd.Series) and t.name is not None else "t"
        raise DataError(
            f"{column} holds text such as {str(entry)!r}. Times are numbers, or dates as "
            "pd.to_datetime makes them of text: convert it."
        )
    times = _floats(t, "t")
    if times.ndim:
        return times.reshape(-1)
    if not (np.isfinite(times) and times > 0):
        raise DataError(f"t is {times:g}. As one number it is the step between rows and must be positive.")
    return times * np.arange(rows)


def _headers(names: Sequence[str] | None, runs: Sequence[States], tables: Tables, what: str = "x") -> tuple[str, ...]:
    widths = [table.shape[1] for table in tables]
    for i, width in enumerate(widths):
        if width != widths[0] or _own_names(runs[i]) != _own_names(runs[0]):
            which = "states" if what == "x" else what
            raise DataError(
                f"{what}[{i}] and {what}[0] have not the same columns. Pass the same {which} in the same order."
            )
    headers = tuple(names) if names is not None else _own_names(runs[0]) or tuple(f"x{j}" for j in range(widths[0]))
    if len(headers) != widths[0]:
        raise DataError(f"There are {len(headers)} names but {widths[0]} columns. Pass one name for each column.")
    if len(set(headers)) < len(headers):
        raise DataError(f"Two columns have the same name among {headers}. Give each column its own name.")
    return headers


def _own_names(run: States) -> tuple[str, ...]:
    """Names that the run brings; none from an array."""
    if isinstance(run, Trajectory):
        return run.names
    if isinstance(run, pd.DataFrame):
        return tuple(map(str, run.columns))
    return (str(run.name),) if isinstance(run, pd.Series) and run.name is not None else ()


def _trajectory(
    run: States,
    place: tuple[int, int],
    times: np.ndarray,
    table: np.ndarray,
    names: tuple[str, ...],
    drive: np.ndarray,
    held: tuple[bool, ...],
) -> Trajectory:
    i, runs = place
    label = run.label if isinstance(run, Trajectory) else ""
    held = run.held if isinstance(run, Trajectory) and run.inputs.shape[1] else held
    try:
        found = Trajectory(times, table, names, label or (f"run {i + 1}" if runs > 1 else ""), drive, held)
    except DataError as error:
        key = _key(run, times) if isinstance(run, pd.DataFrame) and len(run) == len(times) else ""
        told = f" If {key!r} tells runs apart, {_one_by_one(key)}." if key else ""
        raise DataError(f"{_place(i, runs)}: {error}{told}") from None
    check_spans(found.times, _place(i, runs))
    return found


def _key(table: pd.DataFrame, times: np.ndarray) -> str:
    """The column in whose groups of rows time increases, as it does not in all; empty if there is none."""
    for i, header in enumerate(map(str, table.columns)):
        codes, different = pd.factorize(table.iloc[:, i])
        groups = [times[codes == code] for code in range(len(different))]
        if 1 < len(groups) <= len(times) // FEWEST_IN_RUN and all(np.all(np.diff(one) > 0) for one in groups):
            return header
    return ""


def _digest(headers: Sequence[str], arrays: Sequence[np.ndarray]) -> str:
    digest = hashlib.sha256("\0".join(headers).encode())
    for array in arrays:
        digest.update(repr(array.shape).encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
