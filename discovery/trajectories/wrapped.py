"""Angles that were wrapped: what turns on and on is written between two ends, from one of which it jumps to the other.

No smooth curve follows a jump. Unwrapped, which is a choice of whole turns for each sample, the course is smooth again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from discovery.headers import split_header
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.resting import measured_values
from discovery.types import Trajectory

# A whole turn by the unit, or by the last word of a header without one, as in ``theta_rad``.
_RADIANS, _DEGREES, _TURNS = 2.0 * np.pi, 360.0, 1.0
_UNITS = {
    "rad": _RADIANS, "radian": _RADIANS, "radians": _RADIANS,
    "deg": _DEGREES, "degree": _DEGREES, "degrees": _DEGREES, "°": _DEGREES,
    "turn": _TURNS, "turns": _TURNS, "rev": _TURNS, "revolution": _TURNS, "revolutions": _TURNS, "cycle": _TURNS,
    "cycles": _TURNS,
}  # fmt: skip
# The range of a wrapped angle is a turn, but for what samples miss of the ends, and noise that was added later.
SHORT, LONG = 0.9, 1.1
# Steps are the less certain the nearer they are to half a turn: those of more than so large a share are jumps if they
# are larger than the rest of the turn, and this share of all may lie in between.
CLEAR, BETWEEN = 1.0 / 3.0, 0.1
# What is left of a jump, a turn taken off, is a step like others: at most so many times the size that few of them
# exceed. Of relaxation oscillations, whose jumps are far from their whole range, a quarter of it would be left.
LIKE, MOST = 1.5, 99.0
# Jumps that are no accident: one, where a unit says that it is an angle. Else so many, of what goes on for more than a
# turn: squares and strays come back, and of 300 relaxation oscillations with such a range two pass.
SEVERAL = 3


@dataclass(frozen=True)
class Wrapped:
    """An angle that was wrapped.

    Attributes:
        turn: a whole turn in the column's unit.
        jumps: how often it jumps by one, in all runs together.
        told: whether its name or unit says that it is an angle; else its values alone look like one.
    """

    turn: float
    jumps: int
    told: bool = True

    @property
    def unit(self) -> str:
        """A unit of angles in which a turn is that."""
        return {_RADIANS: "rad", _DEGREES: "deg"}.get(self.turn, "turn")

    @property
    def spelled(self) -> str:
        """The turn in words."""
        return "2 pi" if self.turn == _RADIANS else f"{self.turn:g}"

    def command(self, name: str) -> str:
        """What unwraps a column of that name in Python."""
        return f"numpy.unwrap({name})" if self.turn == _RADIANS else f"numpy.unwrap({name}, period={self.turn:g})"


def unwrapped(
    runs: Sequence[Trajectory], headers: Mapping[str, str], *, guess: bool = True
) -> tuple[Sequence[Trajectory], tuple[Wrapped | None, ...]]:
    """The runs with wrapped angles unwrapped, each run from its own first sample on, and which states those are.

    Args:
        guess: also what is an angle by its values alone.
    """
    every = (_wrapped(runs, index, header) for index, header in enumerate(headers.values()))
    found = tuple(one if one is not None and (guess or one.told) else None for one in every)
    if not any(found):
        return runs, found
    turns = {index: one.turn for index, one in enumerate(found) if one is not None}
    return [replace(run, states=_straightened(run, turns)) for run in runs], found


def without_wraps(measurements: Measurements) -> Measurements:
    """The measurements with wrapped angles unwrapped, as no law follows their jumps, and a note on each of them.

    What is an angle by its values alone stays as it is: a sawtooth from 0 to 6 would become a line.
    """
    runs, found = unwrapped(measurements.trajectories, measurements.headers, guess=False)
    notes = [
        f"{header} jumped by {one.spelled} from one end of its range to the other {_often(one.jumps)}: it is an "
        f"angle that was wrapped, and was unwrapped, run by run, as by {one.command(name)} in Python."
        for (name, header), one in zip(measurements.headers.items(), found, strict=True)
        if one is not None
    ]
    return replace(measurements, trajectories=tuple(runs), notes=(*measurements.notes, *notes))


def _often(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _wrapped(runs: Sequence[Trajectory], index: int, header: str) -> Wrapped | None:
    columns = measured_values(runs, index)
    turns = _turns(header)
    told = len(turns) == 1
    for turn in turns:
        jumps = _jumps(columns, turn)
        if jumps >= (1 if told else SEVERAL) and (told or _goes_on(columns, turn)):
            return Wrapped(turn, jumps, told)
    return None


def _turns(header: str) -> tuple[float, ...]:
    """What a whole turn may be: by the unit if there is one; turns are not guessed, as many things are from 0 to 1."""
    name, unit = split_header(header)
    if unit is not None:
        return (_UNITS[unit.lower()],) if unit.lower() in _UNITS else ()
    words = re.split(r"[^a-z]+", name.lower())
    return (_UNITS[words[-1]],) if len(words) > 1 and words[-1] in _UNITS else (_RADIANS, _DEGREES)


def _jumps(columns: Sequence[Float[np.ndarray, " sample"]], turn: float) -> int:
    """How often a course jumps by a turn; 0 if its other steps, or its range, are not those of a wrapped angle."""
    every = np.concatenate(columns)
    if not len(every) or not SHORT * turn <= float(np.ptp(every)) <= LONG * turn:
        return 0
    steps = np.abs(np.concatenate([np.diff(column) for column in columns]))
    small, large = steps[steps <= CLEAR * turn], steps[steps >= (1.0 - CLEAR) * turn]
    if not len(small) or not len(large) or len(small) + len(large) < (1.0 - BETWEEN) * len(steps):
        return 0
    like = np.abs(large - turn) <= LIKE * np.percentile(small, MOST)
    return len(large) if np.mean(like) > 0.5 and len(large) < len(small) else 0


def _goes_on(columns: Sequence[Float[np.ndarray, " sample"]], turn: float) -> bool:
    """Whether in some run it turns by more than its range is, for every third jump at least."""
    ways = [np.unwrap(one, period=turn) for one in columns if len(one)]
    return max(map(np.ptp, ways)) > LONG * turn and sum(map(np.ptp, ways)) * SEVERAL > turn * _jumps(columns, turn)


def _straightened(run: Trajectory, turns: Mapping[int, float]) -> Float[np.ndarray, "time state"]:
    states = np.array(run.states)
    for index, turn in turns.items():
        there = np.isfinite(states[:, index])
        states[there, index] = np.unwrap(states[there, index], period=turn)
    return states
