"""Forecasts of a run as a table, in the user's names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

from discovery.dynamics.drawn import Known, drawn_constants, fitted_starts, measured_starts
from discovery.dynamics.forecast import Chance, carried, forecast
from discovery.errors import DataError, EdgeReached
from discovery.headers import bare
from discovery.samples import usual_step
from discovery.types import Beginning, DiscoveryResult, Drive, NoiseModel, drive_columns, measured_states

if TYPE_CHECKING:
    import pandas as pd

# Share of the measured range by which a forecast may leave it unsaid: about as far as a record of 20 samples misses
# the ends of what it was drawn from, at each of them.
MARGIN = 0.05
# Distance from all courses, in ranges of the states, from which on a start is far. Cubic polynomials fitted to rates
# with 5 % noise, at sixty samples on two runs of 39 systems of two states, are off by 6 % of the rates' size at 0.05 to
# 0.1, by 20 % before 0.2 (medians), by 57 % behind it and 150 % behind 0.25; of 30 systems of three states by 14, 57,
# 110 and 190 %.
FAR = 0.2


@dataclass(frozen=True)
class Way:
    """How a run came to the state that a forecast begins with.

    Attributes:
        state: its first one.
        times: from the first to that of the forecast's beginning.
        drive: the inputs that the run had.
    """

    state: Float[np.ndarray, " state"]
    times: Float[np.ndarray, " time"]
    drive: Drive | None


def forecast_table(
    result: DiscoveryResult,
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    *,
    errors: Float[np.ndarray, " state"] | None = None,
    beginning: Beginning | None = None,
    way: Way | None = None,
    draws: int,
    seed: int = 0,
    drive: Drive | None = None,
) -> pd.DataFrame:
    """Times, states, and for each state the ends of a band that holds 95 % of ``draws`` solutions.

    Args:
        errors: deviations of the initial state; as large as the noise of the measurements if not given.
        beginning: how well a start is known that was fitted, if it is not given with its errors.
        way: from the state that ``beginning`` is of to ``start``; None where it is ``start`` itself.
        draws: 40 or more; 0 for no band.
        drive: the inputs of a law that has some.

    Raises:
        DataError: the run holds no law.
        SimulationError: the law cannot be followed so far.
        UsageError: a band is asked for of too few solutions to have ends.
    """
    import pandas as pd

    if result.law is None:
        raise DataError("The run holds no law that can be simulated. See the report for the reasons.")
    beginning = beginning if errors is None else None
    known = Known.of(result)
    constants = drawn_constants(result.law, known, draws=draws, seed=seed, apart=beginning is None)
    if beginning is not None:
        hidden = ~measured_states(result.trajectories)
        first = start if way is None else way.state
        starts = fitted_starts(first, beginning, result.law, constants, hidden=hidden, known=known, seed=seed)
        if way is not None:
            starts = carried(result.law, _possible(starts, way.state, result), constants, way.times, way.drive)
    else:
        noise = result.smoothing.noise
        if errors is not None or noise.process:  # where chance acts on the states, they are as they were measured
            told = np.zeros(len(start)) if errors is None else errors
            noise = NoiseModel("additive", told, np.zeros(len(told)))
        starts = measured_starts(start, noise, draws=draws, seed=seed)
    starts = _possible(starts, start, result)
    chance = _chance(result, start, seed)
    found = forecast(result.law, start, times, constants=constants, starts=starts, drive=drive, chance=chance)
    headers = list(result.headers.values())
    columns = dict(zip(headers, found.states.T, strict=True))
    clock = _free(result.time_name, columns)
    for i, header in enumerate(headers if draws else ()):
        name = bare(header)  # ends have the unit of their state
        for end, values in (("low", found.lows), ("high", found.highs)):
            columns[_free(f"{name}_{end}{header[len(name) :]}", columns)] = values[:, i]
    return pd.DataFrame({clock: times, **columns})


def until_it_ends(
    forecast_at: Callable[[Float[np.ndarray, " time"]], pd.DataFrame],
    times: Float[np.ndarray, " time"],
    result: DiscoveryResult,
) -> tuple[pd.DataFrame, EdgeReached | None]:
    """A forecast at those of the times at which the law has values, and why no others, in the user's names."""
    end = None
    while True:
        try:
            return forecast_at(times), end
        except EdgeReached as reached:
            end = end or _in_words_of_the_user(reached, result)
            kept = times[times <= reached.time]
            times = kept if len(kept) < len(times) else times[:-1]  # each time fewer, so that it comes to an end


def _in_words_of_the_user(reached: EdgeReached, result: DiscoveryResult) -> EdgeReached:
    names = {name: bare(header) for name, header in (*result.headers.items(), *result.inputs.items())}
    return EdgeReached(
        reached.quantity, reached.function, reached.time, below=reached.below, clock=result.time_name, names=names
    )


def _free(name: str, taken: Collection[str]) -> str:
    """The name, or one that no column has."""
    return next(one for one in (name + "_" * number for number in count()) if one not in taken)


def _chance(result: DiscoveryResult, start: Float[np.ndarray, " state"], seed: int) -> Chance | None:
    """What acts on the states beside the law; None where nothing does."""
    noise = result.smoothing.noise
    if not noise.process:
        return None
    least = np.where(_never_below(result, start), 0.0, -np.inf)
    return Chance(noise, usual_step(result.trajectories), least, np.random.default_rng([seed, 2]))


def _never_below(result: DiscoveryResult, start: Float[np.ndarray, " state"]) -> Bool[np.ndarray, " state"]:
    """Which states were never below zero: who counts ten does not have minus three."""
    measured = np.vstack([run.states for run in result.trajectories])
    return np.isfinite(measured).any(axis=0) & ~(measured < 0.0).any(axis=0) & (start >= 0.0)


def _possible(
    starts: Float[np.ndarray, "draw state"], start: Float[np.ndarray, " state"], result: DiscoveryResult
) -> Float[np.ndarray, "draw state"]:
    """The starts, none below zero of a state that never was."""
    return np.where(_never_below(result, start), np.maximum(starts, 0.0), starts)


def _beyond(result: DiscoveryResult, table: pd.DataFrame, drive: Drive | None) -> Iterator[str]:
    """Where a forecast leads states, and what drives them, beyond what was measured.

    A state that nothing measured has the range of its courses through the data, by the law.
    """
    times = table.iloc[:, 0].to_numpy()
    for i, header in enumerate(result.headers.values()):
        seen, what = np.concatenate([run.states[:, i] for run in result.trajectories]), "what was measured"
        if not np.isfinite(seen).any():
            seen = np.concatenate([run.states[:, i] for run in result.smoothing.trajectories])
            what = "its course through the data"
        yield from _outside(header, seen, table[header].to_numpy(), result.time_name, times, what)
    names = () if result.law is None else result.law.inputs
    for i, (name, course) in enumerate(zip(names, drive_columns(drive, times), strict=drive is not None)):
        measured = np.concatenate([run.inputs[:, i] for run in result.trajectories])
        yield from _outside(result.inputs.get(name, name), measured, course, result.time_name, times)


def _far(result: DiscoveryResult, start: Float[np.ndarray, " state"]) -> Iterator[str]:
    """A start that is within the range of each state and far from all courses, which the ranges do not show.

    Courses are straight from sample to sample, or those samples alone of a map. States that nothing measured, and that
    follow from others, are left out.
    """
    everything = np.vstack([run.states for run in result.trajectories])
    known = np.isfinite(start) & np.isfinite(everything).any(axis=0)
    low, high = (end(everything[:, known], axis=0) for end in (np.nanmin, np.nanmax))
    width, begun = np.maximum(high - low, 1e-300), start[known]
    if np.any(np.abs(begun - 0.5 * (low + high)) > (0.5 + MARGIN) * width):
        return  # which is said of that state
    courses = [run.states[:, known] for run in result.trajectories]
    courses = [one[np.isfinite(one).all(axis=1)] / width for one in courses]
    discrete = result.trajectories[0].discrete
    distance = min((_distance(one, begun / width, discrete) for one in courses if len(one)), default=0.0)
    if distance > FAR:
        headers = [header for header, there in zip(result.headers.values(), known, strict=True) if there]
        yield (
            f"The start is far from all that was measured, by {distance:.2g} of the ranges of {', '.join(headers)}, "
            "though it is outside of none of them: there the law was not tested."
        )


def _distance(course: Float[np.ndarray, "sample state"], point: Float[np.ndarray, " state"], discrete: bool) -> float:
    """From the nearest point of a course that is straight between samples; of a map from the nearest sample."""
    before = course if discrete or len(course) == 1 else course[:-1]
    steps = np.zeros_like(before) if len(before) == len(course) else np.diff(course, axis=0)
    along = np.sum((point - before) * steps, axis=1) / np.maximum(np.sum(steps**2, axis=1), 1e-300)
    nearest = before + np.clip(along, 0.0, 1.0)[:, None] * steps
    return float(np.sqrt(np.sum((nearest - point) ** 2, axis=1)).min())


def _outside(
    header: str,
    measured: Float[np.ndarray, " sample"],
    course: Float[np.ndarray, " time"],
    clock: str,
    times: Float[np.ndarray, " time"],
    what: str = "what was measured",
) -> Iterator[str]:
    measured = measured[np.isfinite(measured)]
    if not len(measured):
        return
    low, high = float(measured.min()), float(measured.max())
    margin = MARGIN * (high - low)
    out = (course < low - margin) | (course > high + margin)
    if out.any():
        yield (
            f"From {clock} = {times[int(np.argmax(out))]:.6g} on {header} is beyond {what} "
            f"({low:.4g} to {high:.4g}): there the law was not tested."
        )


def doubts(
    result: DiscoveryResult,
    start: Float[np.ndarray, " state"],
    table: pd.DataFrame,
    drive: Drive | None = None,
    end: EdgeReached | None = None,
) -> tuple[str, ...]:
    """What speaks against a forecast, in sentences for who asked for it.

    Args:
        end: why it goes no further, where the law ends.
    """
    said: list[str] = []
    if result.status == "not_found":
        said.append(result.verdict.headline)
    said += _far(result, start)
    said += _beyond(result, table, drive)
    below = [header for header, value in zip(result.headers.values(), start, strict=True) if value <= 0.0]
    if below and result.smoothing.noise.kind == "lognormal":
        said.append(f"{', '.join(below)} starts at zero or below, where no measurement of the run was.")
    open_ended = ~np.isfinite(table.to_numpy(dtype=float)).all(axis=1)
    if open_ended.any():
        since = table.iloc[int(np.argmax(open_ended)), 0]
        why = (
            ". A start that is known better narrows it: --start-error."
            if end is None
            else ", as the law itself soon after: when it ends is as uncertain as its constants and its start."
        )
        said.append(
            f"From {result.time_name} = {since:.6g} on the band has no end: more than one solution in twenty cannot be "
            f"followed so far{why}"
        )
    return tuple(said)
