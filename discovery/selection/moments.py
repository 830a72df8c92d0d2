"""Switches that may have come earlier than their rows, by a part of the step before, where no residuals can show it.

A record has the new value of an input with the next sample, which counts as the moment. Where noise is small, samples
show that it was earlier; where it is not, the answer seems to begin sooner and times come out shorter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from discovery.samples import NoiseModel, SmoothedTrajectory
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.resting import pulsed
from discovery.trajectories.switches import BEFORE, MOMENTS, between_samples
from discovery.types import Trajectory

# Steps before switches that are long, as a share of the time in which a state changes: half of one, by which switches
# are late on the average, is a fortieth then, as much as intervals of times from some hundred samples often tell.
LONG = 0.05
# Deviations of noise by which half a step shifts a state, above which samples show it: a parabola through those before
# is off by 2.4 of them, whose median is two thirds, and three times that is noticed.
SHOWN = 5.0
# Share of the largest change after a switch from which others tell how long it takes; and deviations that are one.
LARGE, CLEAR = 0.5, 3.0
# Share of the rows at which an input has another value, above which it is not switched but set at each.
EACH = 0.5


def unknown_moments(
    curves: Sequence[SmoothedTrajectory],
    measurements: Measurements,
    noise: NoiseModel,
    unit: str,
    jumping: Collection[str] = (),
) -> Iterator[str]:
    """What is not known of the moments of switches, a sentence for each input; nothing where steps are short.

    Totals, which come in pulses, count from their rows on; and a row without states tells the moment itself.

    Args:
        curves: the smoothed states at the samples of each run.
        unit: of time.
        jumping: states that jump along with inputs, by the law that was told.
    """
    runs = measurements.trajectories
    shown = {late.input for late in between_samples(runs, jumping)}
    states = list(measurements.headers.values())
    moving = [column for column, name in enumerate(runs[0].names) if name not in jumping]
    for place, header in enumerate(measurements.inputs.values()):
        if place in shown or not runs[0].held[place] or _at_each_row(runs, place) or _totals(runs, place, header):
            continue
        pairs = zip(runs, curves, strict=True)
        found = [one for run, curve in pairs for one in _answers(run, curve, noise, place)]
        if found and (worst := _worst(np.array(found)[:, :, moving])) is not None:
            state, share, step = moving[worst[0]], *worst[1:]
            yield (
                f"{header} counts as if it were switched at its rows. If it was within the step before, of "
                f"{step:.2g}{f' {unit}' if unit else ''} or {100 * share:.0f} % of the time in which {states[state]} "
                "changes, times of the law come out too short by about half of that, and no residuals show it. "
                f"{MOMENTS}"
            )


def _at_each_row(runs: Sequence[Trajectory], place: int) -> bool:
    """Whether an input is set anew at most rows, as by a controller that writes them: these are the moments."""
    return float(np.mean(np.concatenate([np.diff(run.inputs[:, place]) != 0.0 for run in runs]))) > EACH


def _totals(runs: Sequence[Trajectory], place: int, header: str) -> bool:
    """Whether an input comes in pulses, as rain does."""
    alone = [Trajectory(run.times, run.inputs[:, [place]], ("u",)) for run in runs]
    values = np.unique(np.concatenate([run.states for run in alone]))
    return len(values) > 1 and pulsed(alone, 0, float(np.diff(values).min()), header)


def _answers(
    run: Trajectory, curve: SmoothedTrajectory, noise: NoiseModel, place: int
) -> Iterator[Float[np.ndarray, "figure state"]]:
    """Of each switch: how much each state changes until the next, how fast at most, its noise, and the step before."""
    width = run.dimension
    ends = np.append(np.flatnonzero(run.switched), len(run))
    moved = np.append(False, np.diff(run.inputs[:, place]) != 0.0)
    for row, end in pairwise(ends):
        if end - row <= BEFORE or not moved[row] or not np.any(np.isfinite(run.states[row])):
            continue
        states, deviations = (one[:, :width] for one in (curve.states[row:end], noise.deviation(curve.states[row:end])))
        step = np.full(width, run.times[row] - run.times[row - 1])
        fastest = np.max(np.abs(curve.derivatives[row:end, :width]), axis=0)
        yield np.array([np.ptp(states, axis=0), fastest, deviations.mean(axis=0), step])


def _worst(answers: Float[np.ndarray, "switch figure state"]) -> tuple[int, float, float] | None:
    """The state beside whose time the step before a switch is longest, that share and the step; None if it is short."""
    found: tuple[int, float, float] | None = None
    for state in range(answers.shape[2]):
        change, fastest, noise, step = answers[:, :, state].T
        large = (change >= LARGE * change.max()) & (change > CLEAR * noise) & (fastest > 0.0)
        if not large.any():
            continue
        change, fastest, noise, step = (figure[large] for figure in (change, fastest, noise, step))
        share = float(np.median(step * fastest / change))
        hidden = float(np.median(0.5 * step * fastest / np.maximum(noise, np.finfo(float).tiny))) < SHOWN
        if hidden and share >= LONG and (found is None or share > found[1]):
            found = state, share, float(np.median(step))
    return found
