"""How much the samples scatter about a smooth course: from each sample and its neighbours, without fitting anything.

A sample is predicted from the neighbours on both sides by the polynomial through them; what is left is noise, and the
more neighbours, the less of it is the polynomial's own error.

Source: Gasser, Sroka & Jennen-Steinmetz (1986), Biometrika 73:625, with more neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from discovery.noise_parts import parts
from discovery.types import Trajectory, read_only

# Neighbours on each side. Few predict badly what bends; many run into the ends and need even noise.
REACHES = (1, 2, 3, 4)
# Share of the largest residuals that is left out: outliers and corners are no noise. For a normal distribution the
# root mean square of the rest is smaller by KEPT.
TRIMMED, KEPT = 0.05, 0.871
# Log-likelihood a sample by which noise in proportion to the state must be the likelier, to be believed.
CLEARLY = 0.05
ENOUGH = 20  # samples, below which kinds of noise are not told apart
# Where a further neighbour leaves so much less, what is left is still the polynomials' error, not noise: estimates
# from white noise differ by a few per cent.
FALLING = 1.3
# A stray is this many deviations of the noise away: of 10 000 normal samples none is.
FAR = 8.0
# ... and this share of the state's deviation.
NOTICEABLE = 0.05
# Where more samples than this share stand off they are not strays: the state changes faster than it is sampled. Of a
# short record so many may, if nothing stands off the rest.
RARE, FEW = 0.03, 2
# Steps on each side whose median is the usual one at a sample.
NEARBY = 5
# Samples about a stray that tell the noise there, once it is gone: what starts fast is often measured worse there. And
# how much louder than all others they have to be to count, as medians of so few differ by half.
AROUND, LOUDER = 6, 2.0
# A sample is no stray where a line through so many before or behind it, or a parabola through so many, goes through it
# within so many deviations: there a ramp ends, or a course starts fast.
ONE_SIDED, THROUGH = ((1, 4), (2, 7)), 2.0


# Time and value of each.
Strays = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Residuals:
    """What neighbours leave unexplained of the samples of one state, all runs together.

    Attributes:
        values: the samples that could be predicted.
        times: when they were measured.
        errors: by how much they miss their prediction, so scaled that noise alone has its own deviation.
        apart: how much more the course may bend between the neighbours than between others nearby, by its second
            derivative: the product of the steps to them, in usual ones; 1 at least.
        falling: whether the last further neighbours still left less: then the noise is at most what is left.
    """

    values: Float[np.ndarray, " sample"]
    times: Float[np.ndarray, " sample"]
    errors: Float[np.ndarray, " sample"]
    apart: Float[np.ndarray, " sample"]
    falling: bool = False

    def __post_init__(self) -> None:
        for name in ("values", "times", "errors", "apart"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @property
    def scale(self) -> float:
        """Deviation of the noise, in the state's unit; NaN without residuals."""
        if not len(self.errors):
            return float("nan")
        sizes = np.sort(np.abs(self.errors))
        kept = sizes[: max(1, round((1.0 - TRIMMED) * len(sizes)))]
        return float(np.sqrt(np.mean(kept**2))) / KEPT

    @property
    def kind(self) -> Literal["additive", "proportional"]:
        """Whether the errors are as large everywhere, or in proportion to the state: what is clearly the likelier."""
        sizes = np.abs(self.values)
        if len(sizes) < ENOUGH or not np.all(sizes > 0.0) or self.scale == 0.0:
            return "additive"
        gain = np.log(self.scale) - np.log(max(self.ratio, 1e-300)) - float(np.mean(np.log(sizes)))
        return "proportional" if gain > CLEARLY else "additive"

    @property
    def ratio(self) -> float:
        """Deviation of the noise relative to the state, where that is nowhere zero."""
        return replace(self, errors=self.errors / np.abs(self.values)).scale

    @property
    def largest(self) -> float:
        """Deviation of the noise where the state is largest; of two parts it may be many times the usual one there."""
        if not len(self.errors):
            return self.scale
        most = np.max(np.abs(self.values), keepdims=True)
        alone = self.scale if self.kind == "additive" else self.ratio * float(most[0])
        return max(alone, float(parts(self.errors, self.values).deviation(most)[0]))


def residuals(trajectories: Sequence[Trajectory], state: int) -> Residuals:
    """Residuals of one state, with as many neighbours as leave the least."""
    every = [_of_reach(trajectories, state, reach) for reach in REACHES]
    sizes = [one.scale if len(one.errors) else np.inf for one in every]
    least = int(np.argmin(sizes))
    last = least + 1 == len(sizes) or np.isinf(sizes[least + 1])
    return replace(every[least], falling=bool(last and least > 0 and sizes[least - 1] > FALLING * sizes[least]))


def _of_reach(trajectories: Sequence[Trajectory], state: int, reach: int) -> Residuals:
    parts: list[np.ndarray] = [np.empty((4, 0))]
    for run in trajectories:
        there = np.isfinite(run.states[:, state])
        times, values = run.times[there], run.states[there, state]
        if len(times) > 2 * reach:
            weights = _weights(times, reach)
            near = np.lib.stride_tricks.sliding_window_view(values, 2 * reach + 1)
            missed = values[reach:-reach] - np.sum(weights * near, axis=1)
            scaled = missed / np.sqrt(1.0 + np.sum(weights**2, axis=1))
            rows = np.stack(
                [values[reach:-reach], times[reach:-reach], scaled, _apart(times)[reach - 1 : 1 - reach or None]]
            )
            parts.append(rows[:, _without_kinks(run, there, reach)])
    return Residuals(*np.concatenate(parts, axis=1))


def _apart(times: Float[np.ndarray, " time"]) -> Float[np.ndarray, " inner"]:
    """Of all times but the first and the last, the product of the steps to their neighbours in usual ones nearby."""
    steps = np.diff(times)
    padded = np.pad(steps, NEARBY - 1, constant_values=np.nan)
    usual = np.nanmedian(np.lib.stride_tricks.sliding_window_view(padded, 2 * NEARBY), axis=1)
    return np.maximum(1.0, (steps[:-1] / usual) * (steps[1:] / usual))


def _without_kinks(run: Trajectory, there: Bool[np.ndarray, " time"], reach: int) -> Bool[np.ndarray, " sample"]:
    """Measured samples with ``reach`` others on each side and no switch of an input between those; all if most have."""
    switches = np.cumsum(run.switched)
    rows = np.flatnonzero(there)
    smooth = switches[rows[2 * reach :] - 1] == switches[rows[: -2 * reach]]
    return smooth if np.mean(smooth) > 0.5 else np.ones_like(smooth)


def _weights(times: Float[np.ndarray, " time"], reach: int) -> Float[np.ndarray, "sample neighbour"]:
    """Lagrange's weights of each sample's neighbours at its own time; 0 for the sample itself."""
    near = np.lib.stride_tricks.sliding_window_view(times, 2 * reach + 1)
    ahead = near - near[:, reach : reach + 1]
    ahead = ahead / np.max(np.abs(ahead), axis=1, keepdims=True)
    weights = np.zeros_like(ahead)
    others = [j for j in range(2 * reach + 1) if j != reach]
    for j in others:
        weights[:, j] = np.prod([ahead[:, m] / (ahead[:, m] - ahead[:, j]) for m in others if m != j], axis=0)
    return weights


def strays(found: Residuals, spread: float) -> Strays:
    """Single samples that stand off a smooth course: far beyond the noise, alone among their neighbours.

    Args:
        spread: deviation of the state over the data; what is small beside it is not worth a word.
    """
    sizes, far = np.abs(found.errors), _far(found, spread)
    peaks = far & (sizes >= np.append(sizes[1:], 0.0)) & (sizes >= np.append(0.0, sizes[:-1]))
    if np.count_nonzero(peaks) > max(FEW, RARE * len(peaks)):
        return ()
    return tuple(zip(found.times[peaks].tolist(), found.values[peaks].tolist(), strict=True))


def _far(found: Residuals, spread: float) -> Bool[np.ndarray, " sample"]:
    """Which samples are off what their neighbours say; those in a gap must be further off, as a course bends in it."""
    sizes = np.abs(found.errors)
    if not len(sizes):
        return np.zeros(0, dtype=bool)
    local = np.full(len(sizes), _typical(sizes))
    if found.kind == "proportional":  # to the lesser of a sample and what is expected there: none excuses itself
        levels = np.minimum(np.abs(found.values), np.abs(found.values - found.errors))
        local = np.maximum(local, _typical(sizes / np.abs(found.values)) * levels)
    return sizes > np.maximum(FAR * local * found.apart, NOTICEABLE * spread)


def _typical(sizes: Float[np.ndarray, " sample"]) -> float:
    return float(np.median(sizes)) / 0.6745  # of a normal distribution


def without_strays(
    trajectories: Sequence[Trajectory], state: int, spread: float
) -> tuple[Sequence[Trajectory], Residuals, Strays]:
    """The runs without strays of a state, its residuals in them, and the strays.

    A stray spoils what is expected of its neighbours, of a short record most of all; but those are on a smooth course
    again once it is gone, which those beside a jump are not.
    """
    found = residuals(trajectories, state)
    off = strays(found, spread)
    if not off:
        return trajectories, found, off
    kept, rest = _without(trajectories, state, off)
    if np.mean(_far(found, spread)) > RARE and _far(rest, spread).any():
        return trajectories, found, ()
    corners = {one for run in trajectories for one in off if _is_corner(run, state, one, rest.scale)}
    off = tuple(one for one in off if one not in corners and _is_far_there(found, rest, one))
    if not off:
        return trajectories, found, off
    kept, rest = _without(trajectories, state, off)
    return kept, rest, off


def _without(trajectories: Sequence[Trajectory], state: int, off: Strays) -> tuple[list[Trajectory], Residuals]:
    """The runs with nothing where a state is astray, and its residuals in them."""
    kept = [replace(run, states=_emptied(run, state, off)) for run in trajectories]
    return kept, residuals(kept, state)


def _is_corner(run: Trajectory, state: int, one: tuple[float, float], noise: float) -> bool:
    """Whether a sample of a run goes on from those before it, or leads to those behind, without a bend between."""
    times, values = run.measured(state)
    for place in np.flatnonzero((times == one[0]) & (values == one[1])).tolist():
        for degree, count in ONE_SIDED:
            for side in (slice(max(place - count, 0), place), slice(place + 1, place + 1 + count)):
                if len(times[side]) == count:
                    ahead = (times[side] - one[0]) / float(np.ptp(times[side]))
                    weights = np.linalg.pinv(ahead[:, None] ** np.arange(degree + 1))[0]
                    told = noise * float(np.sqrt(1.0 + np.sum(weights**2)))
                    left = values[side] - np.polyval(np.polyfit(ahead, values[side], degree), ahead)
                    if abs(one[1] - weights @ values[side]) <= THROUGH * told and np.std(left) <= THROUGH * noise:
                        return True
    return False


def _is_far_there(found: Residuals, rest: Residuals, one: tuple[float, float]) -> bool:
    """Whether a stray is far beyond the noise of the samples about it, too, as these are once it is gone."""
    nearest = np.argsort(np.abs(rest.times - one[0]), kind="stable")[:AROUND]
    there = _typical(np.abs(rest.errors[nearest])) if len(nearest) else 0.0
    size = float(np.max(np.abs(found.errors[(found.times == one[0]) & (found.values == one[1])])))
    return there <= LOUDER * _typical(np.abs(rest.errors)) or size > FAR * there


def astray(run: Trajectory, state: int, off: Strays) -> Bool[np.ndarray, " time"]:
    """Which samples of a run are strays of a state: known by time and value, as runs may have times in common."""
    found = np.zeros(len(run), dtype=bool)
    for time, value in off:
        found |= (run.times == time) & (run.states[:, state] == value)
    return found


def _emptied(run: Trajectory, state: int, off: Strays) -> Float[np.ndarray, "time state"]:
    states = np.array(run.states)
    states[astray(run, state, off), state] = np.nan
    return states


def whose(runs: Sequence[Trajectory], index: int, strays: Strays) -> tuple[str, ...]:
    """Labels of the runs that have those samples."""
    return tuple(next(run.label for run in runs if astray(run, index, (one,)).any()) for one in strays)


def emptied(run: Trajectory, strays: Sequence[Strays]) -> Trajectory:
    """The run with nothing measured where a state is astray."""
    spoilt = np.any([astray(run, state, off) for state, off in enumerate(strays)], axis=0)
    return replace(run, states=np.where(spoilt[:, None], np.nan, run.states))
