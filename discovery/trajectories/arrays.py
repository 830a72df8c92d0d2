"""From arrays in memory to measurements, in the forms that users of pysindy and scikit-learn know."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import count, islice
from typing import cast

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import ArrayLike

from discovery.errors import DataError
from discovery.trajectories.array_tables import States, Tables, floats, no_number, one_by_one, place_of, table_of
from discovery.trajectories.array_times import ensure_along_rows, repeated_times, where_times_are
from discovery.trajectories.error_columns import errors_among, relative, said_of_errors, taken
from discovery.trajectories.inputs import held_inputs, known_rows, named, told_held, undecided, within
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.names import TIME, header_of, safe_names
from discovery.trajectories.runs import FEWEST_IN_RUN, check_spans, long_enough
from discovery.trajectories.states import changing
from discovery.types import Trajectory
from discovery.wording import listed


def from_arrays(
    x: States | Sequence[States],
    t: ArrayLike | float | Sequence[ArrayLike] | None = None,
    *,
    names: Sequence[str] | None = None,
    keep: Sequence[str] | None = None,
    inputs: States | Sequence[States] | None = None,
    held: Sequence[str] = (),
    errors: States | Sequence[States] | None = None,
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
        errors: of the measurements, in the form of ``x``, in any unit, NaN where they are not known; None takes those
            of trajectories, and columns of tables that are called so, as ``mag_err`` beside ``mag``.

    Raises:
        DataError: shapes, names or times do not fit together, or the values cannot be used.
    """
    runs, tables = _runs(x)
    times = _times(t, runs, tables)
    headers = _headers(names, runs, tables)
    kept, dropped = long_enough([len(table) for table in tables], "x")
    rows = np.concatenate([tables[i] for i in kept])
    values = {header: rows[:, j] for j, header in enumerate(headers)}
    tabled = errors is None and keep is None and isinstance(runs[0], pd.DataFrame)
    found = errors_among(headers, values) if tabled else {}
    clocks = {} if keep is not None else repeated_times(values, np.concatenate([times[i] for i in kept]))
    states = {header: column for header, column in values.items() if header not in (*found, *clocks)}
    used, aside = changing(states, "x") if keep is None else (_kept(keep, headers), ())
    columns = [headers.index(header) for header in used]
    notes = said_of_errors(found, used, values)
    scatter = _relative(_errors(errors, runs, tables, headers, found), tables, used, columns)
    driving, drives = _drives(inputs, runs, tables, used, held)
    told = (*(drives if driving else ()), *(one for one in scatter if one.size))
    digest = _digest((*headers, *driving), [*times, *tables, *told])
    known, unknown = known_rows(drives, driving)
    if unknown:
        times, tables, drives, scatter = (_of_rows(some, known) for some in (times, tables, drives, scatter))
        kept, dropped = long_enough([len(table) for table in tables], "x")
    safe = safe_names((*used, *driving))
    tables, names = [table[:, columns] for table in tables], tuple(safe)[: len(used)]
    stays = _told_to_be_held(held, driving, runs)
    stay = held_inputs([drives[i] for i in kept], stays, [times[i] for i in kept])
    drivers = dict(list(safe.items())[len(used) :])
    said = any(isinstance(run, Trajectory) for run in runs)  # which inputs are held
    return Measurements(
        tuple(
            _trajectory(runs[i], (i, len(runs)), times[i], tables[i], names, drives[i], stay, scatter[i]) for i in kept
        ),
        dict(list(safe.items())[: len(used)]),
        TIME,
        (*unknown, *dropped, *clocks.values(), *aside, *notes),
        digest,
        "arrays",
        drivers,
        unknown=" ".join(unknown),
        lines=() if said else undecided([*drivers], stay, stays),
    )


def columns_of(x: States | Sequence[States], *, names: Sequence[str] | None = None) -> tuple[str, ...]:
    """Header of each column of ``x``, whether it changes or not; arguments and errors as of :func:`from_arrays`."""
    return _headers(names, *_runs(x))


def _runs(x: States | Sequence[States]) -> tuple[list[States], list[np.ndarray]]:
    """The runs, and their values."""
    runs = list(cast(Sequence[States], x)) if _is_several(x) else [cast(States, x)]
    if not runs:
        raise DataError("x holds no runs. Pass at least one array of states.")
    _ensure_labels(runs)
    return runs, [table_of(run, place_of(i, len(runs))) for i, run in enumerate(runs)]


def _ensure_labels(runs: Sequence[States]) -> None:
    """Curves, forecasts and residuals of a run are looked up by its label.

    Raises:
        DataError: two runs have the same.
    """
    first: dict[str, int] = {}
    for i, label in enumerate(_label(run, i, len(runs)) for i, run in enumerate(runs)):
        if (before := first.setdefault(label, i)) < i:
            raise DataError(
                f"x[{before}] and x[{i}] are both labelled {label!r}, by which runs are told apart. Give each a label "
                "of its own, dataclasses.replace(run, label=...), or none to any."
            )


def _label(run: States, i: int, runs: int) -> str:
    """A run's own label, or its number where there are several."""
    own = run.label if isinstance(run, Trajectory) else ""
    return own or (f"run {i + 1}" if runs > 1 else "")


def _kept(keep: Sequence[str], headers: Sequence[str]) -> tuple[str, ...]:
    for header in keep:
        if header not in headers:
            raise DataError(f"x has no column {header!r}; its columns are {', '.join(headers)}. Pass that column too.")
    return tuple(keep)


def _errors(
    errors: States | Sequence[States] | None,
    runs: Sequence[States],
    tables: Tables,
    headers: Sequence[str],
    found: Mapping[str, str],
) -> list[np.ndarray]:
    """The errors of all columns in each run, NaN where they are not known.

    Args:
        found: the columns that hold errors, and whose.
    """
    if errors is not None:
        given = list(cast(Sequence[States], errors if _is_several(errors) else [errors]))
        given = [one[[*headers]] if isinstance(one, pd.DataFrame) and {*headers} == {*one} else one for one in given]
        every = [table_of(one, place_of(i, len(given), "errors")) for i, one in enumerate(given)]
        if any(np.any(one < 0.0) for one in every):
            raise DataError("There are errors below zero. Pass deviations, or NaN where none is known.")
        if [one.shape for one in every] != [table.shape for table in tables]:
            shapes = listed([str(one.shape) for one in every]), listed([str(table.shape) for table in tables])
            raise DataError(f"The errors have the shape {shapes[0]}, and x {shapes[1]}. Pass one for each value of x.")
        return every
    every = [np.full_like(table, np.nan) for table in tables]
    for i, (run, table) in enumerate(zip(runs, tables, strict=True)):
        if isinstance(run, Trajectory) and run.errors.size:
            every[i][:] = run.errors
        for of, header in taken(found).items():
            every[i][:, headers.index(of)] = table[:, headers.index(header)]
    return every


def _relative(
    errors: Tables, tables: Tables, states: Sequence[str], columns: Sequence[int]
) -> list[Float[np.ndarray, "time state"]]:
    """The errors of the states in each run, relative to the usual one of each; no columns where none are known."""
    whole, values = np.concatenate(errors)[:, columns], np.concatenate(tables)[:, columns]
    found = relative(dict(zip(states, whole.T, strict=True)), dict(zip(states, values.T, strict=True)))
    return np.split(found, np.cumsum([len(table) for table in tables])[:-1])


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
    drives = [table_of(drive, place_of(i, len(given), "inputs")) for i, drive in enumerate(given)]
    free = (name for j in count() if (name := f"u{j}") not in states)
    named = None if _own_names(given[0]) else tuple(islice(free, drives[0].shape[1]))
    headers = _headers(named, given, drives, "inputs")
    held = {header_of(one, headers) for one in told}
    gaps = [name in held or not within([drive[:, j] for drive in drives]) for j, name in enumerate(headers)]
    for i, (drive, table) in enumerate(zip(drives, tables, strict=True)):
        if len(drive) != len(table) or np.any(~np.isfinite(drive[:, gaps])):
            missing = int(np.isnan(drive).sum())
            raise DataError(
                f"{place_of(i, len(given), 'inputs')} has {len(drive)} rows, {missing} values of which are missing, "
                f"for {len(table)} rows of states. What drives the states has to be known at every time: fill the "
                "gaps as you know best, or leave those rows out."
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
        raise DataError(f"x came without times. {where_times_are(runs[0])}")
    each = list(cast(Sequence[ArrayLike], t)) if _lists_times(t) else [cast(ArrayLike, t)] * len(runs)
    if len(each) != len(runs):
        raise DataError(f"There are {len(each)} arrays of times but {len(runs)} of states. Pass one for each run.")
    clocks = [_clock(part, len(table)) for part, table in zip(each, tables, strict=True)]
    for i, (times, table) in enumerate(zip(clocks, tables, strict=True)):
        ensure_along_rows(table, times, place_of(i, len(runs)))
    return clocks


def _lists_times(t: object) -> bool:
    """Whether t holds an array of times for each run."""
    if isinstance(t, np.ndarray):
        return t.ndim == 2 and t.shape[1] > 1
    return isinstance(t, list | tuple) and len(t) > 0 and np.ndim(cast(Sequence[ArrayLike], t)[0]) > 0


def _clock(t: ArrayLike | float, rows: int) -> Float[np.ndarray, " time"]:
    entry = no_number(t)
    if isinstance(entry, str):
        column = f"t, column {str(t.name)!r}" if isinstance(t, pd.Series) and t.name is not None else "t"
        raise DataError(
            f"{column} holds text such as {str(entry)!r}. Times are numbers, or dates as "
            "pd.to_datetime makes them of text: convert it."
        )
    times = floats(t, "t")
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
    errors: np.ndarray,
) -> Trajectory:
    i, runs = place
    held = run.held if isinstance(run, Trajectory) and run.inputs.shape[1] else held
    try:
        found = Trajectory(times, table, names, _label(run, i, runs), drive, held, errors=errors)
    except DataError as error:
        key = _key(run, times) if isinstance(run, pd.DataFrame) and len(run) == len(times) else ""
        told = f" If {key!r} tells runs apart, {one_by_one(key)}." if key else ""
        raise DataError(f"{place_of(i, runs)}: {error}{told}") from None
    check_spans(found.times, place_of(i, runs))
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
