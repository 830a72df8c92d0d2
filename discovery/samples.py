"""What was measured and what a smoother makes of it. Frozen values, their arrays read-only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, Protocol, Self

import numpy as np
import sympy as sp
from jaxtyping import Bool, Float, Int

from discovery.between import nearest_lines
from discovery.errors import DataError

if TYPE_CHECKING:
    from scipy import sparse

NoiseKind = Literal["additive", "counts", "proportional", "combined", "lognormal", "given"]
# Powers of a state's size with which the deviation of each kind of noise grows.
_POWERS = {"additive": 0.0, "counts": 0.5, "proportional": 1.0, "combined": 1.0, "lognormal": 1.0, "given": 0.0}


@lru_cache(maxsize=1 << 12)
def symbol(name: str) -> sp.Symbol:
    """The symbol of that name; all symbols of this package are made here, real, so that they compare equal."""
    return sp.Symbol(name, real=True)


def read_only(values: object) -> np.ndarray:
    """A float64 copy of ``values`` that cannot be written to."""
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def binary_units(sizes: Float[np.ndarray, " state"]) -> Float[np.ndarray, " state"]:
    """The powers of two next above some sizes, 1 where a size is zero.

    Numbers counted in these lose no digit, and have the same digits whatever power of two their own unit is.
    """
    return np.ldexp(1.0, np.frexp(sizes)[1])


@dataclass(frozen=True)
class Drive:
    """Inputs of one run.

    Attributes:
        held: of each input whether a value is held until the next time; else it is interpolated linearly. One for all
            may be given, or nothing, where none is.
    """

    times: Float[np.ndarray, " time"]
    values: Float[np.ndarray, "time input"]
    held: tuple[bool, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "held", _of_each(self.held, np.shape(self.values)[1]))

    @classmethod
    def of_samples(
        cls, times: Float[np.ndarray, " time"], samples: Float[np.ndarray, "time input"], held: tuple[bool, ...]
    ) -> Self:
        """The courses that samples of inputs have: of one that is smooth, the lines that lie nearest to it."""
        return cls(times, nearest_lines(times, samples, _of_each(held, samples.shape[1])), held)


# Steps may be longer or shorter than usual by this share and count as alike.
EVEN = 0.01
# Days of the shortest and the longest month, quarter and half of a year.
CALENDAR = ((28, 31), (89, 92), (181, 184))
WHOLE = 0.05  # days by which such steps miss whole ones at most: times in years with four digits miss them by 0.04


def drive_columns(drive: Drive | None, times: Float[np.ndarray, " time"]) -> list[Float[np.ndarray, " time"]]:
    """Each input at other times; beyond the ends the values there."""
    if drive is None:
        return []
    rows = np.clip(np.searchsorted(drive.times, times, side="right") - 1, 0, len(drive.times) - 1)
    return [
        column[rows] if held else np.interp(times, drive.times, column)
        for column, held in zip(drive.values.T, drive.held, strict=True)
    ]


def _of_each(held: Sequence[bool] | bool, inputs: int) -> tuple[bool, ...]:
    """Whether each input is held.

    Raises:
        DataError: it is said of another number of inputs.
    """
    held = (held,) * inputs if isinstance(held, bool) else held
    if len(held) not in (0, inputs):
        raise DataError(
            f"Of {len(held)} inputs it is said whether they are held, but there are {inputs}. "
            "Say it of each, or of none."
        )
    return tuple(map(bool, held)) or (False,) * inputs


@dataclass(frozen=True)
class Trajectory:
    """Measurements of one run of a system.

    Attributes:
        times: strictly increasing, in the unit of the measurements.
        states: one column for each state; NaN where nothing was measured.
        names: one identifier for each column of ``states``.
        label: tells this run from others; empty where there is only one.
        inputs: what drives the states, known at every time, one column each; no columns where nothing does.
        held: of each input whether it is held until the next time; else it is interpolated linearly. One for all may be
            given, or nothing, where none is.
        discrete: whether times number the applications of a map, and nothing is between them.
        errors: errors of the measurements that came with them, relative to the usual one of each state; no columns
            where none came.
        step: whether it is one step of a record in which chance acts on the states: it begins at its first sample.

    Raises:
        DataError: shapes, names or times do not fit together.
    """

    times: Float[np.ndarray, " time"]
    states: Float[np.ndarray, "time state"]
    names: tuple[str, ...]
    label: str = ""
    inputs: Float[np.ndarray, "time input"] = field(default_factory=lambda: np.empty((0, 0)))
    held: tuple[bool, ...] = ()
    discrete: bool = False
    errors: Float[np.ndarray, "time state"] = field(default_factory=lambda: np.empty((0, 0)))
    step: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", read_only(self.times))
        object.__setattr__(self, "states", read_only(self.states))
        object.__setattr__(self, "names", tuple(self.names))
        if self.times.ndim != 1 or self.states.ndim != 2:
            raise DataError(
                f"Trajectory got times of shape {self.times.shape} and states of shape {self.states.shape}. "
                "It needs times (n,) and states (n, d). Use states[:, None] for a single state."
            )
        if len(self.times) != len(self.states):
            raise DataError(
                f"Trajectory has {len(self.times)} times but {len(self.states)} rows of states. "
                "Pass one time for each row."
            )
        if self.states.shape[1] != len(self.names):
            raise DataError(
                f"Trajectory has {self.states.shape[1]} state columns but {len(self.names)} names {self.names}. "
                "Pass one name for each column of `states`."
            )
        there = np.size(self.inputs) or (np.ndim(self.inputs) == 2 and np.shape(self.inputs)[1])  # also of no rows
        inputs = self.inputs if there else np.empty((len(self.times), 0))
        object.__setattr__(self, "inputs", read_only(inputs))
        if self.inputs.ndim != 2 or len(self.inputs) != len(self.times) or not np.all(np.isfinite(self.inputs)):
            raise DataError(
                f"Trajectory has {len(self.times)} times and inputs of shape {self.inputs.shape}. "
                "Inputs need one row for each time and no missing value: fill gaps before, as you know best how."
            )
        object.__setattr__(self, "errors", read_only(self.errors))
        if self.errors.size and (self.errors.shape != self.states.shape or not np.all(self.errors > 0.0)):
            raise DataError(
                f"Trajectory has states of shape {self.states.shape} and errors of shape {self.errors.shape}. "
                "Pass one error above zero for each measurement, or none at all."
            )
        # A map has nothing between its times.
        object.__setattr__(self, "held", _of_each(() if self.discrete else self.held, self.inputs.shape[1]))
        if not np.all(np.isfinite(self.times)):
            raise DataError("Trajectory has times that are not finite. Remove those rows.")
        if np.any(np.diff(self.times) <= 0):
            row = int(np.argmax(np.diff(self.times) <= 0)) + 1
            raise DataError(
                f"Trajectory times must increase; time {self.times[row]:g} at index {row} follows "
                f"{self.times[row - 1]:g}. Sort by time and average or remove repeated times."
            )

    @property
    def drive(self) -> Drive | None:
        """The inputs by themselves; None where nothing drives the states."""
        if not self.inputs.shape[1]:
            return None
        return Drive(self.times, self.inputs, self.held) if self.discrete else self._drive

    @cached_property
    def _drive(self) -> Drive:
        return Drive.of_samples(self.times, self.inputs, self.held)

    @property
    def switched(self) -> Bool[np.ndarray, " time"]:
        """Times at which an input that is held changes: states are continuous there, their derivatives are not."""
        changes = np.any(np.diff(self.inputs[:, np.array(self.held, dtype=bool)], axis=0) != 0.0, axis=1)
        return np.concatenate([np.zeros(min(len(self), 1), dtype=bool), changes])

    @property
    def dimension(self) -> int:
        """Number of states."""
        return len(self.names)

    def part(self, rows: slice | Bool[np.ndarray, " time"] | Int[np.ndarray, " row"]) -> Self:
        """Some of the rows."""
        errors = self.errors[rows] if self.errors.size else self.errors
        return replace(self, times=self.times[rows], states=self.states[rows], inputs=self.inputs[rows], errors=errors)

    def measured(self, state: int) -> tuple[Float[np.ndarray, " seen"], Float[np.ndarray, " seen"]]:
        """Times and values of the samples of one state that are there."""
        there = np.isfinite(self.states[:, state])
        return self.times[there], self.states[there, state]

    def __len__(self) -> int:
        return len(self.times)


def usual_step(runs: Sequence[Trajectory]) -> float:
    """The time between samples that is there most often, up to a share of :data:`EVEN`; NaN where none is."""
    steps = np.sort(np.concatenate([np.diff(run.times) for run in runs]))
    if not len(steps):
        return float("nan")
    alike = np.searchsorted(steps, steps * (1.0 + EVEN), side="right") - np.arange(len(steps))
    first = int(np.argmax(alike))
    return float(np.median(steps[first : first + alike[first]]))


def is_usual(steps: Float[np.ndarray, " step"], usual: float) -> Bool[np.ndarray, " step"]:
    """Which times between samples are as long as usual; months and quarters are, however many days they have."""
    even = np.abs(steps - usual) <= EVEN * usual
    for shortest, longest in CALENDAR:
        for length in range(shortest, longest + 1):  # that of the usual one, in whatever unit they are counted
            days = steps * (length / usual)
            within = (days > shortest - 0.5) & (days < longest + 0.5)
            if np.all(np.abs(days - np.round(days))[within] <= WHOLE):
                even |= within
    return even


def measured_states(runs: Sequence[Trajectory]) -> Bool[np.ndarray, " state"]:
    """Which states have a sample in any of the runs; of the others nothing was measured."""
    return np.any(np.isfinite(np.vstack([run.states for run in runs])), axis=0)


@dataclass(frozen=True)
class NoiseModel:
    """How measurements scatter about the states.

    Attributes:
        kind: ``additive`` x + s e, ``counts`` x + s sqrt(x) e, ``proportional`` x (1 + s e), ``combined``
            x (1 + s e) + a d, ``lognormal`` x exp(s e) or ``given`` x + s r e, with e and d ~ N(0, 1) and r the
            relative error that came with the sample.
        scale: s of each state: in the state's unit where additive, in its root for counts (1 where single events are
            counted, as by Poisson's law), else relative.
        floor: smallest deviation that is believed, in the state's unit; keeps weights finite near zero.
        estimated: True if ``kind`` was chosen by likelihood, False if it was asked for.
        process: whether it acts on the states, once from each sample to the next, and not on measurements alone.
        constant: a of each state, in its unit; zero where the noise is of one part, as may be left out.
    """

    kind: NoiseKind
    scale: Float[np.ndarray, " state"]
    floor: Float[np.ndarray, " state"]
    estimated: bool = True
    process: bool = False
    constant: Float[np.ndarray, " state"] = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", read_only(self.scale))
        object.__setattr__(self, "floor", read_only(self.floor))
        object.__setattr__(self, "constant", read_only(self.constant if len(self.constant) else 0.0 * self.scale))

    def deviation(
        self, states: Float[np.ndarray, "time state"], errors: Float[np.ndarray, "time state"] | None = None
    ) -> Float[np.ndarray, "time state"]:
        """Standard deviation of a measurement at each of ``states``, in the states' units.

        Args:
            errors: of these measurements, where any came with them; else each has the usual one.
        """
        return np.maximum(np.hypot(self.scale * growth(self.kind, states, errors), self.constant), self.floor)


def growth(
    kind: NoiseKind, states: Float[np.ndarray, "*shape"], errors: Float[np.ndarray, "*shape"] | None = None
) -> Float[np.ndarray, "*shape"]:
    """Deviation of noise of a scale of 1 at ``states``: 1, the root of their size, their size, or what was given."""
    if kind == "given" and errors is not None and errors.size:
        return np.broadcast_to(errors, np.shape(states))
    return np.abs(states) ** _POWERS[kind]


def whole_numbers(values: Float[np.ndarray, "*shape"]) -> bool:
    """Whether all that was measured may have been counted: whole numbers, none below zero."""
    known = values[np.isfinite(values)]
    return bool(np.all((known >= 0.0) & (known == np.round(known))))


def single(kind: NoiseKind, scale: Float[np.ndarray, " state"]) -> Float[np.ndarray, " state"]:
    """The deviation below which noise of counts does not fall: a single count, whose size its scale tells; else 0."""
    return scale**2 if kind == "counts" else np.zeros_like(scale)


# What smoothing tells of each sample.
CURVES = ("times", "states", "derivatives", "state_deviations", "derivative_deviations")


@dataclass(frozen=True)
class SmoothedTrajectory:
    """States and derivatives of one run after smoothing, with standard deviations.

    The derivative of a smooth curve is less certain than the curve: use ``derivative_deviations`` as weights.
    """

    times: Float[np.ndarray, " time"]
    states: Float[np.ndarray, "time state"]
    derivatives: Float[np.ndarray, "time state"]
    state_deviations: Float[np.ndarray, "time state"]
    derivative_deviations: Float[np.ndarray, "time state"]
    names: tuple[str, ...]
    label: str = ""

    def __post_init__(self) -> None:
        for name in CURVES:
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def part(self, rows: slice) -> Self:
        """Some of the rows."""
        return replace(self, **{name: getattr(self, name)[rows] for name in CURVES})


def through_samples(
    runs: Sequence[Trajectory], curves: Sequence[SmoothedTrajectory], noise: NoiseModel
) -> tuple[SmoothedTrajectory, ...]:
    """The curves with what was measured in place of their states, and its noise; as they are where nothing was."""
    return tuple(_through(run, curve, noise) for run, curve in zip(runs, curves, strict=True))


def _through(run: Trajectory, curve: SmoothedTrajectory, noise: NoiseModel) -> SmoothedTrajectory:
    width = run.dimension  # a curve may have further states
    states, deviations = curve.states.copy(), curve.state_deviations.copy()
    there = np.isfinite(run.states)
    states[:, :width] = np.where(there, run.states, states[:, :width])
    scatter = noise.deviation(curve.states[:, :width], run.errors)
    deviations[:, :width] = np.where(there, scatter, deviations[:, :width])
    return replace(curve, states=states, state_deviations=deviations)


class VectorField(Protocol):
    """A learned right-hand side that can be evaluated near the data."""

    def __call__(self, states: Float[np.ndarray, "point state"], /) -> Float[np.ndarray, "point state"]:
        """Derivatives at ``states``, in the data's units."""
        ...

    def trust(self, states: Float[np.ndarray, "point state"], /) -> Float[np.ndarray, " point"]:
        """1 on the data, falling to 0 away from them."""
        ...


@dataclass(frozen=True)
class Smoothing:
    """What a smoother made of the measurements.

    Attributes:
        field: the learned vector field; None from smoothers that learn curves only.
        noise: the noise model, estimated from these data unless asked for.
        score: mean log-likelihood of held-out samples, in nats; larger is better.
        method: name of the smoother that was kept.
        notes: what the user should know, one sentence each.
    """

    trajectories: tuple[SmoothedTrajectory, ...]
    field: VectorField | None
    noise: NoiseModel
    score: float
    method: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Regression:
    """Rows of a regression for the right-hand side of each state: target = operator @ f(states).

    Attributes:
        kind: ``derivative`` (operator is the identity) or ``weak`` (integrals against test functions).
        states: points at which terms are evaluated.
        targets: left-hand side, one column for each state.
        deviations: standard deviation of each target.
        operator: maps values of a term at ``states`` to rows of the regression.
        matrix: the operator's, where it is at hand.
    """

    kind: Literal["derivative", "weak"]
    states: Float[np.ndarray, "point state"]
    targets: Float[np.ndarray, "row state"]
    deviations: Float[np.ndarray, "row state"]
    operator: Callable[[Float[np.ndarray, "point term"]], Float[np.ndarray, "row term"]]
    matrix: sparse.csr_array | None = None
