"""Curves through measured samples: the likelier noise model, and the posterior.

What all classical smoothers share; they differ in how a curve is tuned and drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from jaxtyping import Float

from discovery.errors import DataError
from discovery.noise_parts import Parts, gain, parts, price
from discovery.protocols import NEVER, Deadline
from discovery.smoothing.clock import PLAIN, Clock
from discovery.smoothing.kinks import kinks
from discovery.smoothing.series import Grid, Series, Units, excerpt, grid, spacing, units
from discovery.types import NoiseKind, NoiseModel, SmoothedTrajectory, Trajectory, growth, single, whole_numbers

SPIKY = 20.0  # max|x| / median|x| above which proportional noise flattens peaks; chosen by experiment
FLOOR = 1e-3  # smallest believed deviation relative to the state's own: below lies the integrator's error
FAINTEST = 1e-2  # smallest |x| at which proportional noise still shrinks, relative to the state's root mean square
# Kinds of noise whose size is taken from a curve that was drawn before.
GUIDED: tuple[NoiseKind, ...] = ("counts", "proportional", "combined")
CONVINCING = 3.0  # nats by which another kind of noise must be likelier than additive noise to be kept
EXCERPT = 1200  # samples that hyper-parameters are tuned on: their likelihood is then sharp to a few per cent
# Share of the samples of a state that an excerpt should have of it, as it has of all, for the state to be tuned on it.
ENOUGH = 0.5


class Method(Protocol):
    """How a curve is tuned to the samples of one state and drawn through those of one run, in standard units."""

    @property
    def jumps(self) -> tuple[int, ...]:
        """The first derivatives that it can let jump where inputs switch, 0 for none."""
        ...

    def tuned(self, series: Sequence[Series], deadline: Deadline) -> tuple[Float[np.ndarray, " hyper"], float]:
        """Logarithms of the hyper-parameters, the second of them the noise's, and the samples' log-likelihood."""
        ...

    def drawn(
        self, series: Series, hyper: Float[np.ndarray, " hyper"]
    ) -> tuple[Float[np.ndarray, "time 2"], Float[np.ndarray, "time 3"]]:
        """Curve and derivative at every row, measured or not, and their variances and covariance."""
        ...


@dataclass(frozen=True)
class Column:
    """What was learned of one state: its units and the logarithms of the method's hyper-parameters.

    Attributes:
        kind: of the noise under which it was tuned.
        faintest: smallest |x| that proportional noise, or that of counts, is taken relative to, in the data's units.
        constant: |x| at which the constant part of combined noise is as large as the other; else 0.
        jump: the first derivative that jumps where inputs switch, by the likelihood; 0 where none does.
    """

    units: Units
    hyper: Float[np.ndarray, " hyper"]
    evidence: float
    kind: NoiseKind
    faintest: float
    jump: int = 0
    constant: float = 0.0

    @property
    def noise(self) -> float:
        """Noise in standard units, or its scale where it grows with the state."""
        return float(np.exp(self.hyper[1]))


@dataclass(frozen=True)
class Fit:
    """A method tuned to data.

    Attributes:
        guides: the additive fit of each state, whose curve noise that grows with the state is taken relative to;
            empty for other noise.
        clock: by which the curves are smooth.
    """

    method: Method
    spacing: float
    kind: NoiseKind
    estimated: bool
    columns: tuple[Column, ...]
    guides: tuple[Column, ...] = ()
    clock: Clock = PLAIN

    @property
    def evidence(self) -> float:
        """Log-likelihood of the samples that all states were tuned on, in the data's units."""
        return sum(column.evidence for column in self.columns)

    def noise_model(self, trajectories: Sequence[Trajectory]) -> NoiseModel:
        """The noise model in the data's units."""
        deviations = np.nanstd(np.concatenate([run.states for run in trajectories]), axis=0)
        scale = np.array([column.noise * (1.0 if self.guides else column.units.unit) for column in self.columns])
        floor = np.maximum(FLOOR * deviations, single(self.kind, scale))
        constant = scale * [column.constant for column in self.columns]
        return NoiseModel(self.kind, scale, floor, self.estimated, constant=constant)


def fit_method(
    trajectories: Sequence[Trajectory],
    method: Method,
    noise: NoiseKind | Literal["auto"] = "auto",
    *,
    deadline: Deadline = NEVER,
) -> Fit:
    """Tunes ``method`` to each state; where noise is ``auto``, each kind that the data allow is tried and the
    likelier kept.

    Raises:
        DataError: the noise is log-normal and a value is not positive, or given and no errors came with the samples.
    """
    if noise == "given" and not any(run.errors.size for run in trajectories):
        raise DataError(
            "Noise of the kind `given` needs a column with the error of each measurement, as `mag_err` beside `mag`, "
            "that are not all alike. Name such a column so, or choose another kind; auto takes the likeliest."
        )
    clock = Clock.of(trajectories)
    return replace(_tuned(clock.warped(trajectories), method, noise, deadline), clock=clock)


def _tuned(
    trajectories: Sequence[Trajectory], method: Method, noise: NoiseKind | Literal["auto"], deadline: Deadline
) -> Fit:
    """The same for runs timed by the clock by which they are smooth."""
    unit = spacing(trajectories)
    some = excerpt(trajectories, EXCERPT)
    tuner = _Tuner(method, trajectories, some, unit, deadline)
    if noise in ("lognormal", "given"):
        return Fit(method, unit, noise, False, tuner.columns(noise))
    best = Fit(method, unit, "additive", noise == "auto", tuner.columns("additive"))
    if noise == "additive" or (noise == "auto" and max(column.noise for column in best.columns) < FLOOR):
        return best  # noise that small is of no kind
    guides = best.columns
    if noise in GUIDED:
        both = tuner.parts(guides) if noise == "combined" else ()
        return Fit(method, unit, noise, False, tuner.columns(noise, guides, both), guides)
    for kind in other_kinds(trajectories):
        both = tuner.parts(guides) if kind == "combined" else ()
        dearer = CONVINCING + (tuner.price if both else 0.0)
        if deadline.passed() or (both and not gain(both) > dearer):
            continue
        guide = guides if kind in GUIDED else ()
        other = Fit(method, unit, kind, True, tuner.columns(kind, guide, both), guide)
        best = other if other.evidence > best.evidence + dearer else best
    return best


def other_kinds(trajectories: Sequence[Trajectory]) -> tuple[NoiseKind, ...]:
    """Kinds of noise beside additive that these data may have: what is given, that of counts where all are whole
    numbers, no noise that grows with states that are spiky in a run, whose peaks it would flatten, and log-normal
    noise only on positive ones. Combined noise comes last, as it has to be likelier than each of its parts.
    """
    kinds: list[NoiseKind] = []
    if any(run.errors.size for run in trajectories):
        kinds.append("given")
    if all(whole_numbers(run.states) for run in trajectories):
        kinds.append("counts")
    if not any(map(_spiky, trajectories)):
        kinds.append("proportional")
    if all(np.nanmin(run.states, initial=np.inf) > 0.0 for run in trajectories):
        kinds.append("lognormal")
    return (*kinds, "combined") if "proportional" in kinds else tuple(kinds)


def _spiky(run: Trajectory) -> bool:
    """Whether a state that was measured has peaks far beyond its usual size."""
    sizes = np.abs(run.states[:, np.isfinite(run.states).any(axis=0)])
    return bool(np.any(np.nanmax(sizes, axis=0) > SPIKY * np.nanmedian(sizes, axis=0)))


def _grids(trajectories: Sequence[Trajectory], unit: float) -> list[Grid]:
    """Grids of all runs; runs with the same times, and switches, share one."""
    known: dict[bytes, Grid] = {}
    found: list[Grid] = []
    for run, switches in zip(trajectories, kinks(trajectories), strict=True):
        gaps = np.round(np.diff(run.times) / unit, 9)
        found.append(known.setdefault(gaps.tobytes() + switches.tobytes(), grid(run.times, unit, switches)))
    return found


@dataclass(frozen=True)
class _Tuner:
    """Tunes every state on ``some`` samples, in units taken from ``everything``."""

    method: Method
    everything: Sequence[Trajectory]
    some: Sequence[Trajectory]
    unit: float
    deadline: Deadline

    def columns(
        self, kind: NoiseKind, guides: tuple[Column, ...] = (), both: tuple[Parts, ...] = ()
    ) -> tuple[Column, ...]:
        """The tuned states under that kind of noise, which may be relative to ``guides``, and have two parts."""
        return tuple(
            self._column(index, kind, guides[index] if guides else None, both[index] if both else None)
            for index in range(self.some[0].dimension)
        )

    @property
    def price(self) -> float:
        """Nats that a second scale of noise costs in each state."""
        return price(self.some[0].dimension, sum(map(len, self.some)))

    def parts(self, guides: tuple[Column, ...]) -> tuple[Parts, ...]:
        """The two parts of the noise about the curves of ``guides``, for each state."""
        return tuple(self._parts(index, guide) for index, guide in enumerate(guides))

    def _parts(self, index: int, guide: Column) -> Parts:
        some = self._telling(index)
        grids = _grids(some, self.unit)
        courses = [_course(run, index, one, self.method, guide) for run, one in zip(some, grids, strict=True)]
        levels = np.concatenate(courses)
        misses = np.concatenate([run.states[:, index] for run in some]) - levels
        known = np.isfinite(misses)
        return parts(misses[known], levels[known])

    def _column(self, index: int, kind: NoiseKind, guide: Column | None, both: Parts | None) -> Column:
        scale = units(self.everything, index, kind)
        values = np.concatenate([run.states[:, index] for run in self.everything])
        faintest = FAINTEST * float(np.sqrt(np.nanmean(values**2))) or 1.0
        constant = both.constant / both.scale if both is not None and both.scale > 0.0 else 0.0
        blank = Column(scale, np.empty(0), 0.0, kind, faintest, constant=constant)
        some = self._telling(index)
        series = [
            _series(run, index, one, blank, self.method, guide)
            for run, one in zip(some, _grids(some, self.unit), strict=True)
        ]
        jumps = self.method.jumps if any(one.grid.kinks.any() for one in series) else (0,)
        tried: list[tuple[Float[np.ndarray, " hyper"], float, int]] = []
        for jump in jumps if guide is None else (guide.jump,):
            if not tried or not self.deadline.passed():
                tried.append((*self.method.tuned([replace(one, jump=jump) for one in series], self.deadline), jump))
        hyper, likelihood, jump = max(tried, key=lambda one: one[1])
        stretch = sum(scale.stretch(run.states[:, index]) for run in some)
        return replace(blank, hyper=hyper, evidence=likelihood - stretch, jump=jump)

    def _telling(self, index: int) -> Sequence[Trajectory]:
        """The samples that a state is tuned on: others where it was hardly measured in those, as in one run of many."""
        seen, whole = (
            sum(np.isfinite(r.states[:, index]).sum() for r in runs) for runs in (self.some, self.everything)
        )
        share = sum(map(len, self.some)) / sum(map(len, self.everything))
        if seen >= ENOUGH * share * whole:
            return self.some
        there = [np.flatnonzero(np.isfinite(run.states[:, index])) for run in self.everything]
        spans = [
            (run, slice(rows[0], rows[-1] + 1)) for run, rows in zip(self.everything, there, strict=True) if len(rows)
        ]
        return excerpt([run.part(rows) for run, rows in spans], EXCERPT)


def _series(run: Trajectory, index: int, steps: Grid, column: Column, method: Method, guide: Column | None) -> Series:
    """One state of one run in the units of ``column``; noise relative to the curve of ``guide`` where there is one."""
    values = run.states[:, index]
    weights = growth(column.kind, np.ones_like(values), run.errors[:, index] if run.errors.size else None)
    if guide is not None:
        curve = np.maximum(np.abs(_course(run, index, steps, method, guide)), column.faintest)
        weights = np.hypot(growth(column.kind, curve), column.constant) / column.units.unit
    return Series(column.units.standard(values), weights, steps, column.jump)


def _course(run: Trajectory, index: int, steps: Grid, method: Method, guide: Column) -> Float[np.ndarray, " time"]:
    """The additive curve of one state of one run, in its unit."""
    values = run.states[:, index]
    means, _ = method.drawn(Series(guide.units.standard(values), np.ones_like(values), steps, guide.jump), guide.hyper)
    return guide.units.centre + guide.units.unit * means[:, 0]


def posterior(fit: Fit, trajectories: Sequence[Trajectory]) -> tuple[SmoothedTrajectory, ...]:
    """The curves of ``fit`` through the samples of each run, in the data's units.

    Deviations of states and derivatives are no smaller than a thousandth of the deviation of the states and of the
    root mean square of the derivatives: without noise the posterior is sharper than its prior is true.
    """
    warped = fit.clock.warped(trajectories)
    grids = _grids(warped, fit.spacing)
    runs = [_smooth_run(fit, run, one) for run, one in zip(warped, grids, strict=True)]
    states, derivatives = (np.concatenate([run[i] for run in runs]) for i in (0, 1))
    lowest = FLOOR * np.std(states, axis=0), FLOOR * np.sqrt(np.mean(derivatives**2, axis=0))
    curves = tuple(
        SmoothedTrajectory(run.times, x, dx, np.maximum(s, lowest[0]), np.maximum(ds, lowest[1]), run.names, run.label)
        for run, (x, dx, s, ds) in zip(warped, runs, strict=True)
    )
    return fit.clock.unwarped(curves, trajectories)


def _smooth_run(fit: Fit, run: Trajectory, steps: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """States, derivatives and their deviations of one run, without floors."""
    parts: list[np.ndarray] = []
    for index, column in enumerate(fit.columns):
        guide = fit.guides[index] if fit.guides else None
        series = _series(run, index, steps, column, fit.method, guide)
        means, covariances = fit.method.drawn(series, column.hyper)
        parts.append(_in_data_units(column.units, fit.spacing, means, covariances))
    states, derivatives, deviations, slopes = (np.stack([part[i] for part in parts], axis=1) for i in range(4))
    return states, derivatives, deviations, slopes


def _in_data_units(
    scale: Units, spacing: float, means: Float[np.ndarray, "time 2"], covariances: Float[np.ndarray, "time 3"]
) -> np.ndarray:
    """Curve, derivative and their deviations in the data's units, as four rows; logarithms to first order."""
    curve, slope = scale.centre + scale.unit * means[:, 0], scale.unit * means[:, 1] / spacing
    variance, steepness, shared = covariances.T * scale.unit**2 / np.array([[1.0], [spacing**2], [spacing]])
    if scale.logarithm:
        curve = factor = scale.base * np.exp(curve)
        steepness = factor**2 * (steepness + 2.0 * slope * shared + slope**2 * variance)
        slope, variance = factor * slope, factor**2 * variance
    return np.stack([curve, slope, np.sqrt(np.maximum(variance, 0.0)), np.sqrt(np.maximum(steepness, 0.0))])
