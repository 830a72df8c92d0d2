"""Every law of the front set in motion beside the measurements, for a reader who wants to see what each is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.shooting import Shooting, fit
from discovery.dynamics.simulate import FEW_STEPS, simulate
from discovery.dynamics.single_steps import expected
from discovery.dynamics.windows import Windows, cut
from discovery.reports.drawing import MOST_POINTS
from discovery.types import DiscoveryResult, Drive, Law, symbol

# Starts only are fitted, which are near the smoothed states. On the hares and lynxes and on Lorenz's system without
# noise eight steps bring chi-squared within 0.02 % of forty; four leave 0.6 %.
_STARTS = Shooting(iterations=8)
_FINE = 400  # points of a curve through few samples; fewer show corners


@dataclass(frozen=True)
class Curve:
    """A law's states in one window of a run.

    Attributes:
        run: place of the run among the measurements.
        complete: False if the law left every bound before the window's end.
    """

    run: int
    times: Float[np.ndarray, " point"]
    states: Float[np.ndarray, "point state"]
    complete: bool


def curves(result: DiscoveryResult, laws: Sequence[Law], runs: int) -> tuple[tuple[Curve, ...], ...]:
    """The curves of each law on the first ``runs`` runs, window by window.

    Constants are those of the law; the state at the start of each window is fitted to the samples, for each law anew,
    as it was when laws were compared. Windows are as long as they were then, or as forecasts hold if that is shorter.
    A law with symbols that nothing is known of has no curves.
    """
    known = {symbol(name) for name in ("t", *result.trajectories[0].names, *result.inputs)}
    if result.smoothing.noise.process:
        return tuple(_steps_of(law, result, runs) if _symbols(law) <= known else () for law in laws)
    windows = cut(
        result.trajectories[:runs],
        result.smoothing.trajectories[:runs],
        result.smoothing.noise,
        _window_length(result),
    )
    return tuple(_curves_of(law, windows, result) if _symbols(law) <= known else () for law in laws)


def _steps_of(law: Law, result: DiscoveryResult, runs: int) -> tuple[Curve, ...]:
    """What the law gives for each sample from the one before it, where chance acts on the states."""
    found: list[Curve] = []
    for place, run in enumerate(result.trajectories[:runs]):
        with np.errstate(all="ignore"):
            states = expected(law.numeric, run)
        there = np.isfinite(states).all(axis=1)
        found.append(Curve(place, run.times[there], states[there], True))
    return tuple(found)


def _window_length(result: DiscoveryResult) -> int:
    longest = max(len(run) for run in result.trajectories)
    length = min(result.verdict.measures.get("window_samples", longest), longest, horizon_samples(result))
    return max(2, int(length)) if np.isfinite(length) else longest


def horizon_samples(result: DiscoveryResult) -> float:
    """Samples for which forecasts hold; of a chaotic law no start fits a longer record by itself."""
    steps = np.concatenate([np.diff(run.times) for run in result.trajectories])
    horizon = result.verdict.measures.get("horizon", np.inf)
    return horizon / float(np.median(steps)) if len(steps) else np.inf


def _symbols(law: Law) -> set[sp.Basic]:
    return set[sp.Basic]().union(*(rhs.free_symbols for rhs in law.equations.values()))


def _curves_of(law: Law, windows: Windows, result: DiscoveryResult) -> tuple[Curve, ...]:
    fixed = law.numeric  # no constants: only the starts are left to fit
    with np.errstate(all="ignore"):  # a rival may have no value somewhere; then its curve ends there
        fitted = fit(fixed, windows, settings=_STARTS)
        starts = windows.starts if fitted is None else fitted.starts
        return tuple(
            _curve(fixed, start, run, times, windows.bound, result.trajectories[run].drive)
            for start, (run, times) in zip(starts, _clocks(windows, result), strict=True)
        )


def _clocks(windows: Windows, result: DiscoveryResult) -> list[tuple[int, Float[np.ndarray, " point"]]]:
    """Run and times to draw of each window: it reaches to the first sample of the next one."""
    clocks: list[tuple[int, np.ndarray]] = []
    ends = [*windows.places[1:], (-1, 0)]
    for (run, low), (following, next_low) in zip(windows.places, ends, strict=True):
        samples = result.trajectories[run].times
        times = samples[low : next_low + 1] if following == run else samples[low:]
        sparse = np.append(times[: -1 : 1 + len(samples) // MOST_POINTS], times[-1])
        clocks.append((run, times if windows.discrete else _fine(sparse)))
    return clocks


def _fine(times: Float[np.ndarray, " time"]) -> Float[np.ndarray, " point"]:
    """The samples' times, and times between them where they are few."""
    between = -(-_FINE // len(times))
    if between <= 1:
        return times
    return np.unique(np.concatenate([np.linspace(low, high, between + 1) for low, high in pairwise(times)] or [times]))


def _curve(
    law: Law,
    start: np.ndarray,
    run: int,
    times: Float[np.ndarray, " point"],
    bound: Float[np.ndarray, " state"],
    drive: Drive | None,
) -> Curve:
    states = simulate(law, start, times, max_steps=FEW_STEPS, drive=drive)
    usable = np.all(np.abs(np.nan_to_num(states, nan=np.inf)) <= bound, axis=1)
    reached = len(times) if usable.all() else int(np.argmin(usable))
    return Curve(run, times[:reached], states[:reached], reached == len(times))
