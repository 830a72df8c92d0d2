"""Angles that were wrapped: what turns on and on is written between two ends, from one of which it jumps to the other.

No smooth curve follows a jump. Unwrapped, which is a choice of whole turns for each sample, the course is smooth again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from discovery.headers import bare, split_header
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.noisy_levels import noisy_levels
from discovery.trajectories.resting import measured_values
from discovery.types import Trajectory
from discovery.wording import times

# A whole turn by the unit, or by the last word of a header without one, as in ``theta_rad``.
_RADIANS, _DEGREES, _TURNS = 2.0 * np.pi, 360.0, 1.0
_UNITS = {
    "rad": _RADIANS, "radian": _RADIANS, "radians": _RADIANS,
    "deg": _DEGREES, "degree": _DEGREES, "degrees": _DEGREES, "°": _DEGREES,
    "turn": _TURNS, "turns": _TURNS, "rev": _TURNS, "revolution": _TURNS, "revolutions": _TURNS, "cycle": _TURNS,
    "cycles": _TURNS,
}  # fmt: skip
# Last words of a header without a unit that name an angle, of which whole turns do not count, and what may stand behind
# them; psi is an angle alone, as other words before it are of a pressure.
_ANGLES = {"yaw", "heading", "hdg", "azimuth", "bearing", "roll", "angle", "direction", "dir"}
_BEHIND = {"raw", "true", "mag", "deg", "rad"}
_ALONE = "psi"
# Words beside them of what is none: rates, errors, and what is measured of a bearing or a roll that is a part.
_NO_ANGLES = {
    "rate", "vel", "velocity", "speed", "dot", "acc", "accel", "acceleration", "err", "error", "torque",
    "temperature", "temp", "force", "pressure", "diameter", "gap", "thickness", "width", "cos", "cosine", "sin", "sine",
}  # fmt: skip
# Words, wherever they stand, of what else is as a rule an angle if it jumps by turns and goes on, and Greek letters.
_PERHAPS = {*_ANGLES, "theta", "phi", "alpha", "beta", "pitch", "phase", "ang", "orientation", "rotation", "course"}
_LETTERS = set("θϑφϕψαβ")
# Of no more different values is no course, but a code or a switch, whatever its name.
FEW = 5
# The range of a wrapped angle is a turn, but for what samples miss of the ends, and noise that was added later.
SHORT, LONG = 0.9, 1.1
# Steps are the less certain the nearer they are to half a turn: those of more than so large a share are jumps if they
# are larger than the rest of the turn, and this share of all may lie in between.
CLEAR, BETWEEN = 1.0 / 3.0, 0.1
# What is left of a jump, a turn taken off, is a step like others: at most so many times the size that few of them
# exceed. Of relaxation oscillations, whose jumps are far from their whole range, a quarter of it would be left.
LIKE, MOST = 1.5, 99.0
# Jumps that are no accident: one, where a unit or a name says that it is an angle. Else so many, of what goes on for
# more than a turn: squares and strays come back, and of 300 relaxation oscillations with such a range two pass.
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

    def said(self, name: str, header: str) -> str:
        """What was seen in the column, one sentence with what to do."""
        often, sure = times(self.jumps), self.told or may_be_angle(header)
        return (
            f"{header} jumps by {self.spelled} {often}, from one end of its range to the other: it "
            f"{'is' if sure else 'may be'} an angle that was wrapped, and no law follows its jumps. "
            f"{'Unwrap it' if sure else 'If it is one, unwrap it'}, run by run: {self.command(name)} in Python"
            f"{'' if self.told else f', or of a file by --set {self.setting(name)}'}."
        )

    def setting(self, name: str) -> str:
        """The setting that names the unit of a column, by which it is unwrapped when it is read."""
        return f"data.units.{name}={self.unit}"

    def remedy(self, header: str) -> str:
        """What else helps, and what was done for the figures of a check."""
        return (
            "For these figures it was unwrapped, and for no run. A file's column that is named with its unit, as "
            f"{bare(header)} [{self.unit}], is unwrapped when it is read."
        )

    def command(self, name: str) -> str:
        """What unwraps a column of that name in Python."""
        return f"numpy.unwrap({name})" if self.turn == _RADIANS else f"numpy.unwrap({name}, period={self.turn:g})"


def unwrapped(
    runs: Sequence[Trajectory],
    headers: Mapping[str, str],
    *,
    guess: bool = True,
    units: Mapping[str, str] | None = None,
) -> tuple[Sequence[Trajectory], tuple[Wrapped | None, ...]]:
    """The runs with wrapped angles unwrapped, each run from its own first sample on, and which states those are.

    Args:
        guess: also what is an angle by its values alone.
        units: that were told of columns, by name or header; they go before those in headers.
    """
    stated = [_stated(name, header, units or {}) for name, header in headers.items()]
    every = (
        _wrapped(runs, index, *_turns(header, unit), named=unit is None) for index, (header, unit) in enumerate(stated)
    )
    found = tuple(one if one is not None and (guess or one.told) else None for one in every)
    if not any(found):
        return runs, found
    turns = {index: one.turn for index, one in enumerate(found) if one is not None}
    return [replace(run, states=_straightened(run, turns)) for run in runs], found


def may_be_angle(header: str) -> bool:
    """Whether a header has a word or a letter of angles, and none of what they are not."""
    words = _words(header)
    named = not (_PERHAPS.isdisjoint(words) and _LETTERS.isdisjoint(header))
    return named and _NO_ANGLES.isdisjoint(words)


def if_angle(name: str, header: str, low: float, high: float) -> str:
    """What to do about a few jumps of what may be an angle by its range, behind other advice; else empty."""
    turns, _ = _turns(*_stated(name, header, {}))
    fits = [turn for turn in turns if SHORT * turn <= high - low <= LONG * turn]
    setting = Wrapped(fits[0], 0).setting(name) if fits else ""
    return f"; if it is an angle that was wrapped, tell its unit, as by --set {setting}" if fits else ""


def without_wraps(measurements: Measurements, units: Mapping[str, str] | None = None) -> Measurements:
    """The measurements with wrapped angles unwrapped, as no law follows their jumps, and a note on each of them.

    What is an angle by its values alone stays as it is: a sawtooth from 0 to 6 would become a line.
    """
    runs, found = unwrapped(measurements.trajectories, measurements.headers, guess=False, units=units)
    notes = [
        f"{header} jumped by {one.spelled} from one end of its range to the other {times(one.jumps)}: it is an "
        f"angle that was wrapped, and was unwrapped, run by run, as by {one.command(name)} in Python."
        for (name, header), one in zip(measurements.headers.items(), found, strict=True)
        if one is not None
    ]
    return replace(measurements, trajectories=tuple(runs), notes=(*measurements.notes, *notes))


def _stated(name: str, header: str, units: Mapping[str, str]) -> tuple[str, str | None]:
    """A header without its unit, and the unit that was told, else that in it."""
    word, unit = split_header(header)
    return word, next((units[key] for key in (name, header, word) if key in units), unit)


def _wrapped(
    runs: Sequence[Trajectory], index: int, turns: Sequence[float], told: bool, *, named: bool
) -> Wrapped | None:
    """What a column jumps by; what is ``named`` so, without a unit, is none if it is switched."""
    columns = measured_values(runs, index)
    for turn in turns:
        jumps = _jumps(columns, turn)
        if jumps and named and _few_levels(columns):
            return None
        if jumps >= (1 if told else SEVERAL) and (told or _goes_on(columns, turn)):
            return Wrapped(turn, jumps, told)
    return None


def _turns(name: str, unit: str | None) -> tuple[tuple[float, ...], bool]:
    """What a whole turn may be, and whether it is told that it is one: by the unit if there is one, else by the name.

    Turns are not guessed, as many things are from 0 to 1.
    """
    if unit is not None:
        return ((_UNITS[unit.lower()],), True) if unit.lower() in _UNITS else ((), False)
    words = _words(name)
    if len(words) > 1 and words[-1] in _UNITS:
        return (_UNITS[words[-1]],), True
    return (_RADIANS, _DEGREES), _named_angle(name)


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())


def _named_angle(name: str) -> bool:
    """Whether the last word of a name, but for what says how it was measured, is that of an angle."""
    last = re.split(r"[./]", name.rstrip("./ "))[-1]
    words = _words(re.sub(r"\d+[a-z]*", " ", last))  # without numbers, and heights as in 10m
    while words and words[-1] in _BEHIND:
        words.pop()
    return words == [_ALONE] or (bool(words) and words[-1] in _ANGLES and _NO_ANGLES.isdisjoint(_words(name)))


def _few_levels(columns: Sequence[Float[np.ndarray, " sample"]]) -> bool:
    """Whether a column is switched between few values, also where they were measured with noise."""
    return len(np.unique(np.concatenate(columns))) <= FEW or noisy_levels(columns) > 0


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
