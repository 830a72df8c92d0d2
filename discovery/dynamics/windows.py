"""Trajectories cut into windows, each of which a law has to reproduce from a free start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int

from discovery.samples import binary_units, measured_states
from discovery.types import Drive, NoiseModel, SmoothedTrajectory, Trajectory

# Relative tolerance of an integration as a share of the noise, so that errors of hundreds of steps stay below it; and
# the largest, which is right for the floor of a smoother's noise, 1e-3.
TOLERANCE, LARGEST_TOLERANCE = 1e-3, 1e-6
# Extra factor on the bound of a hidden state, whose scale is only guessed.
FARTHER = 1e3
# Least spread of a hidden state as a share of its size: where its first curve hardly changes, that says nothing of how
# far its start may be off, and starts are believed to lie within some spreads.
UNSURE = 0.1


@dataclass(frozen=True)
class Windows:
    """Samples of all windows, one after another.

    Attributes:
        times: time of each sample.
        values: measured states, or the logarithms of their sizes in ``units`` where ``logarithmic``; 0 where missing.
        weights: one over the standard deviation of each value; 0 where missing.
        offsets: window k holds samples offsets[k] to offsets[k + 1].
        starts: first guess of the state at the first sample of each window, from the smoother.
        spread: deviation of each state over the data.
        bound: largest magnitude that a simulated state may take.
        logarithmic: compare logarithms (log-normal noise).
        length: samples in the longest window.
        places: trajectory and sample at which each window starts.
        drives: inputs at each sample.
        held: of each input whether it is held from sample to sample; else it is interpolated.
        discrete: whether the samples are of a map.
        rtol: relative tolerance that is enough for an integration that is compared with the values.
        worth: share of the samples that count when laws are compared, as neighbours' residuals are alike.
        steps: whether each is one step that begins at its first sample, which says nothing else.
    """

    times: Float[np.ndarray, " sample"]
    values: Float[np.ndarray, "sample state"]
    weights: Float[np.ndarray, "sample state"]
    offsets: Int[np.ndarray, " edge"]
    starts: Float[np.ndarray, "window state"]
    spread: Float[np.ndarray, " state"]
    bound: Float[np.ndarray, " state"]
    logarithmic: bool
    length: int
    places: tuple[tuple[int, int], ...]
    drives: Float[np.ndarray, "sample input"] = field(default_factory=lambda: np.empty((0, 0)))
    held: tuple[bool, ...] = ()
    discrete: bool = False
    rtol: float = LARGEST_TOLERANCE
    worth: float = 1.0
    steps: bool = False

    def drive(self, low: int, high: int) -> Drive | None:
        """Inputs of samples ``low`` to ``high``; None where there are none."""
        if not self.drives.shape[1]:
            return None
        return Drive(self.times[low:high], self.drives[low:high], self.held)

    @property
    def edges(self) -> list[tuple[int, int]]:
        """The first sample of each window, and the one behind its last."""
        return list(pairwise(self.offsets.tolist()))

    @property
    def units(self) -> Float[np.ndarray, " state"]:
        """Power of two near each state's size; dividing by it is exact, so logarithms lose no digits."""
        return binary_units(self.bound)

    @property
    def count(self) -> int:
        """Number of values that were measured."""
        return int(np.count_nonzero(self.weights))


def _edges(samples: int, length: int) -> list[int]:
    """Edges of equal windows of about ``length`` samples; those of longer windows are among those of shorter ones."""
    pieces = 2 ** max(0, round(math.log2(max(1.0, samples / length))))
    return [round(i * samples / pieces) for i in range(pieces + 1)]


def _drives(run: Trajectory) -> Float[np.ndarray, "sample input"]:
    return run.inputs if run.drive is None else run.drive.values


def cut(
    trajectories: Sequence[Trajectory],
    smoothed: Sequence[SmoothedTrajectory],
    noise: NoiseModel,
    length: int,
    *,
    max_samples: int | None = None,
    to_ends: bool = False,
) -> Windows:
    """Windows of about ``length`` samples that together cover the trajectories.

    Args:
        max_samples: if the data have more samples, windows spread evenly over all trajectories are kept.
        to_ends: the last of those of a trajectory is then that at its end, from which a forecast goes on.
    """
    pieces: list[tuple[int, int, int]] = []
    for index, trajectory in enumerate(trajectories):
        edges = _edges(len(trajectory), length)
        pieces += [(index, low, high) for low, high in pairwise(edges)]
    pieces = _thin(pieces, max_samples, to_ends)
    everything = known_states(trajectories, smoothed)
    size = np.nanmax(np.abs(everything), axis=0)
    hidden = ~measured_states(trajectories)
    least = np.where(hidden, UNSURE, 1e-12) * np.where(size > 0.0, size, 1.0)
    spread = np.maximum(np.nanstd(everything, axis=0), least)
    bound = np.where(hidden, FARTHER, 1.0) * 10.0 * (size + spread)
    times, values, weights, starts, offsets = [], [], [], [], [0]
    for index, low, high in pieces:
        level = smoothed[index].states[low:high]
        part = trajectories[index].part(slice(low, high))
        value, weight = _weighed(part, level, noise, binary_units(bound))
        times.append(part.times)
        values.append(value)
        weights.append(weight)
        starts.append(part.states[0] if part.step else level[0])
        offsets.append(offsets[-1] + high - low)
    return Windows(
        np.concatenate(times),
        np.vstack(values),
        np.vstack(weights),
        np.array(offsets, dtype=np.int64),
        np.array(starts),
        spread,
        bound,
        noise.kind == "lognormal",
        max(high - low for _, low, high in pieces),
        tuple((index, low) for index, low, _ in pieces),
        np.vstack([_drives(trajectories[index])[low:high] for index, low, high in pieces]),
        trajectories[0].held,
        trajectories[0].discrete,
        _enough(noise, spread),
        steps=trajectories[0].step,
    )


def known_states(
    trajectories: Sequence[Trajectory], smoothed: Sequence[SmoothedTrajectory]
) -> Float[np.ndarray, "sample state"]:
    """What was measured; of a state that never was, the smoothed curve."""
    measured = np.vstack([trajectory.states for trajectory in trajectories])
    hidden = ~measured_states(trajectories)
    if not hidden.any():
        return measured
    return np.where(hidden, np.vstack([run.states for run in smoothed]), measured)


def weighed(
    windows: Windows, trajectories: Sequence[Trajectory], levels: Float[np.ndarray, "sample state"], noise: NoiseModel
) -> Windows:
    """The same windows with the weights that ``noise`` gives to measurements of states at ``levels``."""
    values, weights = np.empty_like(windows.values), np.empty_like(windows.weights)
    for (index, first), (low, high) in zip(windows.places, windows.edges, strict=True):
        part = trajectories[index].part(slice(first, first + high - low))
        values[low:high], weights[low:high] = _weighed(part, levels[low:high], noise, windows.units)
    return replace(
        windows, values=values, weights=weights, logarithmic=noise.kind == "lognormal",
        rtol=_enough(noise, windows.spread),
    )  # fmt: skip


def _enough(noise: NoiseModel, spread: Float[np.ndarray, " state"]) -> float:
    """The tolerance for noise of that size, of the state that has the least."""
    return min(LARGEST_TOLERANCE, TOLERANCE * float((noise.deviation(spread[None, :])[0] / spread).min()))


def _weighed(
    run: Trajectory,
    level: Float[np.ndarray, "sample state"],
    noise: NoiseModel,
    units: Float[np.ndarray, " state"],
) -> tuple[Float[np.ndarray, "sample state"], Float[np.ndarray, "sample state"]]:
    """Values, or their logarithms, and weights of the measurements of states at ``level``; both 0 where missing."""
    x, logarithmic = run.states, noise.kind == "lognormal"
    measured = np.isfinite(x) & ((x > 0.0) | (not logarithmic))  # a value that has no logarithm says nothing
    sigma = noise.scale if logarithmic else noise.deviation(level, run.errors)
    safe = np.where(measured, x, units)
    values = np.where(measured, np.log(safe / units) if logarithmic else safe, 0.0)
    measured[: int(run.step)] = False  # where a step begins is known
    return values, np.where(measured, 1.0 / np.broadcast_to(sigma, x.shape), 0.0)


def chosen(windows: Windows, which: Sequence[int]) -> Windows:
    """Some of the windows, in that order."""
    edges = [(int(windows.offsets[i]), int(windows.offsets[i + 1])) for i in which]
    rows = np.concatenate([np.arange(low, high) for low, high in edges])
    return replace(
        windows,
        times=windows.times[rows],
        values=windows.values[rows],
        weights=windows.weights[rows],
        offsets=np.cumsum([0, *(high - low for low, high in edges)], dtype=np.int64),
        starts=windows.starts[list(which)],
        places=tuple(windows.places[i] for i in which),
        drives=windows.drives[rows] if windows.drives.shape[1] else windows.drives,
    )


def carried_starts(
    starts: Float[np.ndarray, "window state"], windows: Windows, longer: Windows
) -> Float[np.ndarray, "window state"]:
    """First guesses for ``longer`` windows: the ``starts`` fitted on ``windows`` where the two begin together."""
    fitted = dict(zip(windows.places, starts, strict=True))
    return np.array([fitted.get(place, guess) for place, guess in zip(longer.places, longer.starts, strict=True)])


def records(windows: Windows) -> list[Int[np.ndarray, " window"]]:
    """Windows that go on where the one before ends, as steps of one record do: at its time, and where the states are.

    By time alone, a run whose clock goes on from the last one's would be one record with it.
    """
    begins, ends = windows.offsets[1:-1], windows.offsets[1:-1] - 1
    apart = windows.times[begins] != windows.times[ends]
    apart |= np.any(windows.values[begins] != windows.values[ends], axis=1)
    return np.split(np.arange(len(windows.starts)), np.flatnonzero(apart) + 1)


def _thin(pieces: list[tuple[int, int, int]], max_samples: int | None, to_ends: bool) -> list[tuple[int, int, int]]:
    total = sum(high - low for _, low, high in pieces)
    if max_samples is None or total <= max_samples:
        return pieces
    keep = max(1, round(len(pieces) * max_samples / total))
    chosen: Bool[np.ndarray, " piece"] = np.zeros(len(pieces), dtype=bool)
    chosen[np.linspace(0, len(pieces) - 1, keep).round().astype(int)] = True
    some = [piece for piece, kept in zip(pieces, chosen, strict=True) if kept]
    if not to_ends:
        return some
    ends = {piece[0]: piece for piece in pieces}
    lasts = [a[0] != b[0] for a, b in pairwise(some)] + [True]
    return [ends[piece[0]] if last else piece for piece, last in zip(some, lasts, strict=True)]
