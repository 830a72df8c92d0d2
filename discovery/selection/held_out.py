"""Forecasts of samples that were not fitted, beside those of laws that know nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.windows import Windows, cut
from discovery.selection.nulls import average, extrapolations
from discovery.selection.trends import Trends
from discovery.structure import MARK
from discovery.types import DiscoveryProblem, Law, Prediction, SmoothedTrajectory, Trajectory

# Share of each record, or of the trajectories, that is kept out. A fifth is the usual choice where data are scarce.
SHARE = 0.2
# A forecast can tell a law from a null only if the null's error is this many times the noise variance; at the end of a
# decay, for example, it is not.
CLEAR = 3.0
# With this many trajectories whole ones are kept out, which tests unseen initial states too; of two, one would be half
# of the data, and each is forecast from the other besides.
WHOLE = 3
# Samples of a record that are fitted at least where its end is kept out; and of a whole one that is kept out.
FEWEST = 4
# Values that a run has for each constant and state of a law at least, if the law is fitted to that run alone.
ENOUGH = 5
# A forecast is lost where it is off by this share of a state's deviation, beyond what three deviations of the noise
# explain (0.4 is usual for valid prediction times: Pathak et al. 2018, Phys. Rev. Lett. 120:024102).
LOST, NOISY = 0.4, 3.0
# Deviations of the noise, and of what the start's error makes of a whole run, as a root mean square, by which forecasts
# of a state are off more than they may be: constants have errors, and so has a start in the middle of a record.
OFF = 3.0
# One of the nulls, which begins anew where the law does.
SMOOTH = "a free smooth curve"


@dataclass(frozen=True)
class HeldOut:
    """Errors of forecasts on kept-out samples, as mean squares in units of each state's variance.

    Attributes:
        error: of the law, refitted without those samples; infinite if it cannot be simulated.
        persistence: of staying at the forecast's first state.
        mean: of the mean of the samples fitted.
        noise: that which measurement noise alone explains.
        whole: whether whole trajectories were kept out.
        curves: of curves that go on as the samples fitted did, by name (:mod:`discovery.selection.nulls`), and of one
            that goes on as the samples before each forecast did, or stays where a whole run begins
            (:mod:`discovery.selection.trends`).
        valid: median time for which forecasts stay near the measurements; infinite if most do to their end.
        off: of each state, the law's mean squared error in variances of the noise, and of what the error of the start
            makes of a run that is forecast whole.
    """

    error: float
    persistence: float
    mean: float
    noise: float
    count: int
    whole: bool
    predictions: tuple[Prediction, ...]
    curves: Mapping[str, float] = field(default_factory=dict[str, float])
    valid: float = math.inf
    off: tuple[float, ...] = ()

    @property
    def informative(self) -> bool:
        """Whether a law can show anything here: the nulls are well above what noise alone makes."""
        return min(self.persistence, self.mean) > CLEAR * self.noise

    @property
    def refuting(self) -> bool:
        """Whether a law is wrong where nulls are too good to tell a right one: it alone is clearly above the noise.

        On average by as much as a null that can be beaten, and of some state by more than constants and starts explain.
        """
        above = self.error > max(self.persistence, CLEAR * self.noise)
        return above and not self.informative and any(square > OFF**2 for square in self.off)

    @property
    def skill(self) -> float:
        """Share of the better null's error, noise apart, that the law removes; 1 is perfect."""
        return self._removed(min(self.persistence, self.mean))

    @property
    def smooth_skill(self) -> float:
        """Share of a free smooth curve's error, noise apart, that the law removes; 1 where noise is all of it."""
        curve = self.curves.get(SMOOTH, 0.0)
        return self._removed(curve) if curve > CLEAR * self.noise else 1.0

    @property
    def beyond_curves(self) -> float:
        """Share of the best curve's error, noise apart, that the law removes; 0 where noise is about all of it."""
        curve = min(self.curves.values(), default=math.inf)
        return self._removed(curve) if curve > CLEAR * self.noise else 0.0

    def _removed(self, other: float) -> float:
        """Share of another forecast's error, noise apart, that the law removes; all of what is without bounds."""
        if not other > self.noise or not math.isfinite(self.error):
            return -math.inf
        return 1.0 - max(self.error - self.noise, 0.0) / (other - self.noise)

    def behind(self, factor: float) -> str:
        """The best of the curves, if its error, noise apart, times ``factor`` is below the law's; else nothing."""
        name = min(self.curves, key=self.curves.__getitem__, default="")
        chance = 3.0 * self.noise * math.sqrt(2.0 / max(self.count, 1))
        least = max(self.curves[name] - self.noise, 0.0) if name else math.inf
        return name if self.error - self.noise > factor * least + chance else ""


@dataclass(frozen=True)
class _Part:
    """Samples low to high of one trajectory."""

    index: int
    low: int
    high: int

    @property
    def rows(self) -> slice:
        """Those of the trajectory."""
        return slice(self.low, self.high)


@dataclass(frozen=True)
class _Split:
    """What is fitted and what is forecast; ``whole`` if that is whole trajectories."""

    train: tuple[_Part, ...]
    test: tuple[_Part, ...]
    whole: bool


def hold_out(
    law: Law, problem: DiscoveryProblem, length: int, settings: Shooting, *, curves: bool = True
) -> HeldOut | None:
    """Refits ``law`` without the kept-out samples and forecasts them; None if there are too few samples.

    Runs too short to spare some are fitted whole. A law that cannot be refitted keeps its constants and window starts
    as they are guessed from the smoothed states.

    Args:
        length: longest forecast in samples; beyond it a chaotic law cannot be expected to follow.
        curves: whether curves that know no law forecast them too, and the start's error is followed.
    """
    runs = problem.trajectories
    curves = curves and not runs[0].step  # of which none goes on
    kept_out = _with_known_constants(law, runs, set(_telling(runs)[1 :: round(1 / SHARE)]))
    whole = len(runs) >= WHOLE and bool(kept_out)
    if whole:
        train = tuple(_Part(i, 0, len(run)) for i, run in enumerate(runs) if i not in kept_out)
        test = tuple(_Part(i, _begun(runs[i]), len(runs[i])) for i in sorted(kept_out))
    else:
        ends = [_spared(run) for run in runs]
        train = tuple(_Part(i, 0, low) for i, (low, _) in enumerate(ends))
        test = tuple(_Part(i, low, high) for i, (low, high) in enumerate(ends) if low < high)
    fitted = _fit(law, problem, train, length, settings) if test else None
    return fitted and _judge(fitted, problem, _Split(train, test, whole), length, curves=curves)


def _samples(run: Trajectory) -> Int[np.ndarray, " sample"]:
    """The rows that hold a value; that one is below a limit of detection is no sample to forecast."""
    return np.flatnonzero(np.isfinite(run.states).any(axis=1))


def _spared(run: Trajectory) -> tuple[int, int]:
    """Where the last samples of a record begin and end; nowhere if too few would be left to fit."""
    rows = _samples(run)
    number = max(2, round(SHARE * len(rows)))
    return (int(rows[-number]), int(rows[-1]) + 1) if len(rows) - number >= FEWEST else (len(run), len(run))


def _telling(runs: Sequence[Trajectory]) -> list[int]:
    """The runs that have enough samples to show something when they are kept out; all if most samples are of others."""
    counts = [len(_samples(run)) for run in runs]
    long = [i for i, count in enumerate(counts) if count >= FEWEST]
    return long if 2 * sum(counts[i] for i in long) > sum(counts) else list(range(len(runs)))


def _with_known_constants(law: Law, runs: Sequence[Trajectory], kept_out: set[int]) -> set[int]:
    """Those of the runs to be kept out whose groups' constants other runs tell: no law forecasts without its own."""
    marks = [place for place, name in enumerate(law.inputs) if name.startswith(MARK)]
    groups = [{place for place in marks if run.inputs[0, place] > 0.0} for run in runs]
    told = set[int]().union(*[one for i, one in enumerate(groups) if i not in kept_out])
    return {i for i in kept_out if groups[i] <= told}


def crossed(law: Law, problem: DiscoveryProblem, length: int, settings: Shooting) -> HeldOut | None:
    """Of two trajectories each forecast from its first samples by the law refitted to the other.

    None where there are not two, or where one of them has too few samples for that, or constants of its own.
    """
    runs = problem.trajectories
    unknowns = len(law.constants) + len(law.states)
    if len(runs) != WHOLE - 1 or any("[" in name for name in law.told):
        return None
    if min(int(np.isfinite(run.states).sum()) for run in runs) < ENOUGH * unknowns:
        return None
    found: list[HeldOut] = []
    for i, j in ((0, 1), (1, 0)):
        split = _Split((_Part(i, 0, len(runs[i])),), (_Part(j, _begun(runs[j]), len(runs[j])),), whole=True)
        fitted = _fit(law, problem, split.train, length, settings)
        found.append(_judge(fitted, problem, split, length, curves=False))
    return _together(found)


def _together(some: Sequence[HeldOut]) -> HeldOut:
    """Several forecasts as one: mean errors by value, and the time after which the first is lost."""
    counts = np.array([one.count for one in some], dtype=np.float64)
    shares = counts / max(float(counts.sum()), 1.0)

    def mean(values: Sequence[float]) -> float:
        return float(shares @ np.array(values)) if np.all(np.isfinite(values)) else math.inf

    return HeldOut(
        mean([one.error for one in some]), mean([one.persistence for one in some]), mean([one.mean for one in some]),
        mean([one.noise for one in some]), sum(one.count for one in some), whole=True,
        predictions=tuple(prediction for one in some for prediction in one.predictions),
        valid=min(one.valid for one in some),
    )  # fmt: skip


def _begun(run: Trajectory) -> int:
    """The first sample by which all that is measured of the run has begun, from which it can be forecast."""
    there = np.isfinite(run.states)
    return int(np.max(np.argmax(there, axis=0), initial=0))


def _begin(
    problem: DiscoveryProblem, index: int, row: int
) -> tuple[Float[np.ndarray, " state"], Float[np.ndarray, " state"]]:
    """The state at a sample, to forecast from, and its deviation.

    It is smoothed, or measured where that is missed, as at steep starts.
    """
    curve, here = problem.smoothing.trajectories[index], problem.trajectories[index].part(slice(row, row + 1))
    smooth, measured, noise = curve.states[row], here.states[0], problem.smoothing.noise
    scatter = noise.deviation(smooth[None, :], here.errors)[0]
    usable = np.isfinite(measured) & ((measured > 0.0) | (noise.kind != "lognormal"))
    taken = usable & (np.abs(measured - smooth) > NOISY * scatter)
    return np.where(taken, measured, smooth), np.where(taken, scatter, curve.state_deviations[row])


def _by_start(
    law: Law, problem: DiscoveryProblem, part: _Part, forecast: Float[np.ndarray, "time state"], spread: np.ndarray
) -> Float[np.ndarray, "time state"]:
    """Deviations of the forecast of a run that come from its start, each state of which may be a deviation off.

    Where the law cannot be followed from such a start, that explains nothing.
    """
    run, (start, deviation) = problem.trajectories[part.index], _begin(problem, part.index, part.low)
    found = np.zeros_like(forecast)
    for place in np.flatnonzero(deviation > 0.0):
        moved = start + np.where(np.arange(len(start)) == place, deviation, 0.0)
        times = run.times[part.rows]
        with np.errstate(all="ignore"):  # of a forecast that runs off
            change = (simulate(law, moved, times, drive=run.drive, spread=spread) - forecast) ** 2
        found += np.where(np.isfinite(change), change, 0.0)
    return np.sqrt(found)


def _slice(problem: DiscoveryProblem, part: _Part) -> tuple[Trajectory, SmoothedTrajectory]:
    run, smooth = problem.trajectories[part.index], problem.smoothing.trajectories[part.index]
    return run.part(part.rows), smooth.part(part.rows)


def _fit(
    law: Law, problem: DiscoveryProblem, train: Sequence[_Part], length: int, settings: Shooting
) -> tuple[Fit, Windows]:
    pieces = [_slice(problem, part) for part in train]
    windows = cut(
        [raw for raw, _ in pieces],
        [smooth for _, smooth in pieces],
        problem.smoothing.noise,
        length,
        max_samples=20_000,
        to_ends=True,
    )
    fitted = fit(law, windows, settings=settings)
    if fitted is None:
        number = len(law.constants)
        fitted = Fit(law, windows.starts, np.inf, np.empty(0), np.zeros((number, number)), windows.count)
    return fitted, windows


def _judge(
    fitted: tuple[Fit, Windows], problem: DiscoveryProblem, split: _Split, length: int, *, curves: bool
) -> HeldOut:
    (result, windows), train, whole = fitted, split.train, split.whole
    known = np.vstack([problem.trajectories[part.index].states[part.rows] for part in train])
    known = np.where(np.isfinite(known).any(axis=0), known, _smooth(problem, train))  # a hidden state has its curve
    mean = np.nanmean(known, axis=0)
    least = problem.smoothing.noise.deviation(mean[None, :])[0]  # a state that hardly changes is measured by its noise
    spread = np.maximum(np.maximum(np.nanstd(known, axis=0), least), 1e-150)
    sums: dict[str, float] = {}
    count, expected = 0, 0.0
    missed, seen = np.zeros(len(spread)), np.zeros(len(spread))
    predictions: list[Prediction] = []
    valid: list[float] = []
    trends = Trends.of([_measured(problem, part) for part in train]) if curves else None
    for part in split.test:
        run = problem.trajectories[part.index]
        forecast, persisted = _forecasts(result, windows, problem, part, length, whole)
        predictions.append(Prediction("held_out", run.label, run.times[part.rows], forecast))
        measured = run.states[part.rows]
        there = np.isfinite(measured)
        there[: int(run.step)] = False  # where a step begins is no forecast
        guesses = {"law": forecast, "persistence": persisted, "mean": np.broadcast_to(mean, measured.shape)}
        if trends is not None:
            guesses |= _curves(problem, train, part, whole=whole, clock=not result.law.autonomous)
            lows = range(part.low, part.high, length)
            guesses[SMOOTH] = trends.forecast(run.times, run.states, lows, part.high, begun=whole)
        for name, guess in guesses.items():
            error = np.where(there, (guess - measured) / spread, 0.0)
            square = np.inf if not np.all(np.isfinite(error)) else float((error**2).sum())
            sums[name] = sums.get(name, 0.0) + square
        errors = run.part(part.rows).errors
        noise = problem.smoothing.noise.deviation(np.where(there, measured, mean), errors) / spread
        off = np.where(there, np.abs(forecast - measured) / spread - NOISY * noise, 0.0)
        valid += _valid(run.times[part.rows], ~np.all(off <= LOST, axis=1), length)
        begun_once = whole and curves and length >= len(measured)
        doubt = _by_start(result.law, problem, part, forecast, windows.spread) / spread if begun_once else 0.0
        with np.errstate(all="ignore"):  # of a forecast that runs off
            missed += np.where(there, ((forecast - measured) / spread / np.hypot(noise, doubt)) ** 2, 0.0).sum(axis=0)
        seen += there.sum(axis=0)
        expected += float(np.where(there, noise**2, 0.0).sum())
        count += int(there.sum())
    means = {name: total / max(count, 1) for name, total in sums.items()}
    law, persistence, mean_error = (means.pop(name) for name in ("law", "persistence", "mean"))
    return HeldOut(
        law, persistence, mean_error, expected / max(count, 1), count, whole, tuple(predictions), means,
        float(np.median(valid)), tuple(map(float, missed / np.maximum(seen, 1))),
    )  # fmt: skip


def _valid(times: Float[np.ndarray, " time"], lost: Bool[np.ndarray, " time"], length: int) -> Iterator[float]:
    """How long each forecast of ``length`` samples lasts; infinite if to its end."""
    for low in range(0, len(times), length):
        rows = np.flatnonzero(lost[low : low + length])
        yield float(times[low + rows[0]] - times[low]) if len(rows) else math.inf


def _measured(
    problem: DiscoveryProblem, part: _Part
) -> tuple[Float[np.ndarray, " time"], Float[np.ndarray, "time state"]]:
    run = problem.trajectories[part.index]
    return run.times[part.rows], run.states[part.rows]


def _smooth(problem: DiscoveryProblem, parts: Sequence[_Part]) -> Float[np.ndarray, "sample state"]:
    return np.vstack([problem.smoothing.trajectories[part.index].states[part.rows] for part in parts])


def _curves(
    problem: DiscoveryProblem, train: Sequence[_Part], part: _Part, *, whole: bool, clock: bool
) -> Mapping[str, Float[np.ndarray, "time state"]]:
    """What curves that know no law expect of a part.

    Args:
        clock: whether the time that runs have in common is the clock's, and not that since each began.
    """
    run = problem.trajectories[part.index]
    if not whole:
        return extrapolations(run.times[: part.low], run.states[: part.low], run.times[part.rows])
    others = [problem.trajectories[one.index] for one in train]
    known = [(one.times - (0.0 if clock else one.times[0]), one.states) for one in others]
    return average(known, run.times[part.rows] - (0.0 if clock else run.times[0]))


def _forecasts(
    fitted: Fit, windows: Windows, problem: DiscoveryProblem, part: _Part, length: int, whole: bool
) -> tuple[Float[np.ndarray, "time state"], Float[np.ndarray, "time state"]]:
    """Forecasts of a part by the law and by persistence, begun anew every ``length`` samples."""
    run = problem.trajectories[part.index]
    times = run.times
    smooth = problem.smoothing.trajectories[part.index].states
    forecast, persisted = [], []
    for low in range(part.low, part.high, length):
        high = min(low + length, part.high)
        follows = low == part.low and not whole  # goes on from the samples fitted
        origin, start = low, _begin(problem, part.index, low)[0]
        if follows and (fitted_last := _last_start(fitted, windows, part.index)) is not None:
            origin, start = fitted_last
        followed = simulate(fitted.law, start, times[origin:high], drive=run.drive, spread=windows.spread)
        forecast.append(followed[low - origin :])
        first = smooth[low - 1] if follows else start
        persisted.append(np.broadcast_to(first, (high - low, len(first))))
    return np.vstack(forecast), np.vstack(persisted)


def _last_start(fitted: Fit, windows: Windows, index: int) -> tuple[int, Float[np.ndarray, " state"]] | None:
    """Where the last fitted window of a trajectory begins, and the state fitted there; None if there is none."""
    rows = [row for row, (run, _) in enumerate(windows.places) if run == index]
    return (windows.places[rows[-1]][1], fitted.starts[rows[-1]]) if rows else None
