"""Records that begin before the motion: all is at rest until something is let go, or switched on.

No law of the states alone does that: what is at rest by it stays there. Growth from a start too small to be seen looks
alike at first, but comes smoothly; so the beginning is compared with both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.trajectories.tokens import is_number
from discovery.types import Trajectory
from discovery.wording import listed

# Samples at rest at least, as many by which a stretch at the end of a range counts; samples that move, for a course.
FEWEST, MOVING = 5, 4
# Share of a run below which a rest tells a course of high order as well: the last of a chain begins late.
SHORTEST = 0.03
# Deviations of the noise that are a motion, where two samples in a row are as far.
MOVED = 4.0
# The beginning ends where it has moved by so many deviations or this share of the range, but not by more than half of
# it: a parabola follows the first part of a swing.
FAR, SHARE, HALF = 50.0, 0.2, 0.5
# Noise below this share of the range is taken as large: beyond three digits no such curve is the course.
LEAST = 1e-3
# Noise above this share of the deviation leaves a column no course, of which a rest could be told.
DROWNED = 0.5
# What a course from rest may leave, in deviations of the noise and as a share of the motion, to be one.
LEFT, MISSED = 2.0, 0.03
# Nats by which it has to be likelier than smooth growth from the first sample on; and by which times are as good. Of
# 1760 records of the registry's systems, with noise of none to 5 %, three at most are taken for such; of 120
# with a rest of 4.5 of 15 time units and noise of 0.1 and 1 % all.
CLEARLY, ALIKE = 15.0, 2.0
# Share of the rest for which states whose own course does not tell have to be at rest, too; rates move a little before.
TOGETHER = 0.75
ROWS = 400  # of a beginning that are looked at: more are thinned
SHOWN = 5  # runs whose beginnings are written out
_STEEPNESS, _MIDDLES = np.geomspace(2.0, 200.0, 40), np.geomspace(0.3, 30.0, 30)
_POWERS = np.geomspace(0.5, 30.0, 60)


@dataclass(frozen=True)
class Released:
    """A run that begins at rest.

    Attributes:
        row: its first row in which something moves; all before it may be left out.
        times: by state, until when it is at rest.
    """

    run: int
    label: str
    row: int
    time: float
    times: Mapping[int, float]


def released(runs: Sequence[Trajectory], noises: Sequence[float]) -> tuple[Released, ...]:
    """The runs in which all states with a course are at rest first, and then begin to move.

    Args:
        noises: deviations of the noise of all states; NaN for those of which nothing can be told, as switches.
    """
    every = [np.concatenate([run.states[:, place] for run in runs]) for place in range(len(noises))]
    known = [place for place, noise in enumerate(noises) if noise < DROWNED * float(np.nanstd(every[place]))]
    found = [_released(index, run, {place: noises[place] for place in known}) for index, run in enumerate(runs)]
    return tuple(one for one in found if one is not None)


def _released(index: int, run: Trajectory, noises: Mapping[int, float]) -> Released | None:
    """How a run begins; None where a state moves from the start, or none has a course that tells from when on."""
    times: dict[int, float] = {}
    others: list[float] = []
    for place, noise in noises.items():
        clock, values = run.measured(place)
        if (time := rest(clock, values, noise)) is not None:
            times[place] = time
        elif (row := left_at(values, noise)) >= 0:  # else it stays where it is
            others.append(float(clock[row]))
    if not times:
        return None
    row = int(np.searchsorted(run.times, min(times.values())))
    first, begins = float(run.times[0]), float(run.times[row])
    early = any(time - first < TOGETHER * (begins - first) for time in others)
    if early or len(times) < len(others) or row < SHORTEST * len(run):
        return None
    return Released(index, run.label, row, begins, times)


def left_at(values: Float[np.ndarray, " time"], noise: float) -> int:
    """The first row at which a course has left its first value for good; -1 where it does not, or is too short."""
    noise = max(noise, LEAST * float(np.ptp(values))) if len(values) else noise
    return _twice(np.abs(values - np.median(values[:FEWEST])) > MOVED * noise) if len(values) > FEWEST else -1


def rest(times: Float[np.ndarray, " time"], values: Float[np.ndarray, " time"], noise: float) -> float | None:
    """Until when a course is at rest, the latest time that goes with its samples; None where it moves from the start.

    It is where a parabola that begins there, of any slope, follows on a constant, clearly better than a logistic curve,
    a power of the time or a parabola does from the first sample on.
    """
    if len(values) < 2 * (FEWEST + MOVING):
        return None
    width = float(np.ptp(values))
    noise = max(noise, LEAST * width)
    away = np.abs(values - np.median(values[:FEWEST]))
    limit = min(max(FAR * noise, SHARE * width), HALF * width)
    left, last = left_at(values, noise), _twice(away > limit)
    if not FEWEST < left <= last or last < FEWEST + MOVING:
        return None
    every = -(-(last + 1) // ROWS)
    rows = np.arange(0, last + 1, every)
    clock = (times[rows] - times[0]) / (times[last] - times[0])
    begun = (values[rows] - values[:FEWEST].mean()) / noise
    starts = clock[FEWEST : -MOVING + 1]
    costs = np.array([_left(_bent(clock, start), begun) for start in starts])
    if not len(costs):
        return None
    best = float(costs.min())
    size = max(1.0, best / len(rows))
    if size > max(LEFT, MISSED * limit / noise) ** 2 or _smoothly(clock, begun) - best < 2.0 * CLEARLY * size:
        return None
    latest = starts[np.flatnonzero(costs - best < 2.0 * ALIKE * size)[-1]]
    return float(times[0] + latest * (times[last] - times[0]))


def _twice(there: np.ndarray) -> int:
    """The first row that it is true of, and of the next; -1 where there is none."""
    rows = np.flatnonzero(there[:-1] & there[1:])
    return int(rows[0]) if len(rows) else -1


def _bent(clock: Float[np.ndarray, " time"], start: float) -> Float[np.ndarray, "time term"]:
    later = np.maximum(clock - start, 0.0)
    return np.column_stack([np.ones_like(clock), later, later**2])


def _left(terms: Float[np.ndarray, "time term"], values: Float[np.ndarray, " time"]) -> float:
    """The sum of squares that the best sum of terms leaves."""
    found = np.linalg.lstsq(terms, values, rcond=None)[0]
    return float(np.sum((values - terms @ found) ** 2))


def _smoothly(clock: Float[np.ndarray, " time"], values: Float[np.ndarray, " time"]) -> float:
    """The least that curves leave which begin with the record: growth from what cannot be seen, powers, a parabola."""
    ones = np.ones_like(clock)
    steep, middle = np.meshgrid(_STEEPNESS, _MIDDLES)
    inside = steep.ravel()[:, None] * (clock - middle.ravel()[:, None])
    logistic = np.exp(-np.logaddexp(0.0, -inside) + np.maximum(steep * (middle - 1.0), 0.0).ravel()[:, None])
    curves = [*logistic, *(clock**power for power in _POWERS)]
    return min(
        _left(np.column_stack([ones, clock, clock**2, clock**3]), values), *(_least(one, values) for one in curves)
    )


def _least(curve: Float[np.ndarray, " time"], values: Float[np.ndarray, " time"]) -> float:
    """The sum of squares that a constant and a multiple of a curve leave."""
    curve, values = curve - curve.mean(), values - values.mean()
    square = float(curve @ curve)
    return float(values @ values) - (float(curve @ values) ** 2 / square if square > 0.0 else 0.0)


def said_of(found: Sequence[Released], headers: Sequence[str], time_name: str) -> str:
    """What was seen, in a sentence: until when each column is at rest, in each run."""
    parts: list[str] = []
    for one in found[:SHOWN]:
        where = f" in {one.label}" if one.label else ""
        each = [
            f"{headers[place]} keeps its first value until {time_name} = {at:.10g}" for place, at in one.times.items()
        ]
        parts.append(f"{listed(each)}{where}")
    more = f"; {len(found) - SHOWN} more runs begin alike" if len(found) > SHOWN else ""
    moves = "moves" if len(found) == len(found[0].times) == 1 else "they move"
    return f"{'; '.join(parts)}{more}; then {moves}. What is at rest by a law of the states alone stays at rest."


def remedy(found: Sequence[Released], source: tuple[str, str, str], keys: Sequence[str], runs: int) -> str:
    """What to do, with the line of pandas that does it where the columns of time and of runs are one each.

    Args:
        source: name of the file, the expression of pandas that reads it, empty for arrays, and the header of its column
            of numbers that are the times, empty where there is none.
        keys: headers of the columns that tell runs apart.
        runs: number of all runs.
    """
    (file, table, time), cut = source, ""
    if table and runs == 1:
        cut = f"[lambda d: d[{time!r}] >= {float(found[0].time)!r}]" if time else f".iloc[{found[0].row}:]"
    elif table and time and len(keys) == 1 and len(found) <= SHOWN:
        begins = ", ".join(f"{entry}: {float(one.time)!r}" for one in found for entry in _entries(one.label, keys[0]))
        cut = f"[lambda d: ~(d[{time!r}] < d[{keys[0]!r}].map({{{begins}}}))]"
    name = f"{file.partition('.')[0]}_cut.csv"
    told = f", in pandas {table}{cut}.to_csv({name!r}, index=False)" if cut else ""
    return (
        "If something was let go or switched on there, or a sensor was at the end of its range before, leave the rows "
        f"before it out{told}; or name with --inputs what was switched."
    )


def _entries(label: str, key: str) -> tuple[str, ...]:
    """What a column may have in the rows of a run, as Python writes it: a number has the column's name before it."""
    word = label.removeprefix(f"{key} ")
    return (word, repr(label)) if word != label and is_number(word, ".") else (repr(label),)
