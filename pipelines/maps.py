"""Runs of a map: samples are counted instead of timed, and the next one is the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from discovery.errors import DataError
from discovery.selection.trajectories import TrajectorySelector
from discovery.trajectories.measurements import Measurements
from discovery.types import Trajectory

TIME = "n"
# Samples of the first windows: a chaotic map takes noise apart within a few applications, so that longer ones start
# from states that a fit cannot mend. Logistic map at r = 3.9: noise of 1 % is 20 % after five.
FIRST = 3
NOTE = "The law is a map: it gives the next sample, and samples are numbered from 0."


def as_map(measurements: Measurements) -> Measurements:
    """The measurements with the number of each sample as its time.

    Raises:
        DataError: rows between others were left out, as an input is unknown there: whose samples would follow others.
    """
    if measurements.unknown:
        raise DataError(
            f"{measurements.unknown} The law is a map, of which each row gives the next, and what drives the states "
            "has to be known in all of them: fill the gaps as you know best, or leave those rows out, and pass as "
            "times the numbers of the steps that are left."
        )
    runs = tuple(map(counted, measurements.trajectories))
    return replace(
        measurements, trajectories=runs, time_name=TIME, origin="", lines=(), notes=(*measurements.notes, NOTE)
    )


def counted(run: Trajectory) -> Trajectory:
    """A run with the number of each sample as its time."""
    return replace(run, times=_numbers(run), discrete=True)


def mean_step(runs: Sequence[Trajectory]) -> float:
    """Time from a sample to the next, of months the mean; 0 where no run has two."""
    steps = sum(float(counted(run).times[-1]) for run in runs)
    return sum(float(run.times[-1] - run.times[0]) for run in runs) / steps if steps else 0.0


def selector_of_maps(selector: TrajectorySelector) -> TrajectorySelector:
    """The same selection, begun on shorter windows."""
    return replace(selector, growth=replace(selector.growth, first=FIRST))


def _numbers(run: Trajectory) -> Float[np.ndarray, " time"]:
    """Times in steps where they are whole steps apart, so that a gap stays one; else the rows' numbers."""
    count = len(run)
    steps = np.diff(run.times)
    if count < 2 or np.ptp(steps) == 0.0:
        return np.arange(count, dtype=np.float64)
    whole = (run.times - run.times[0]) / float(np.min(steps))
    rounded = np.round(whole)
    return rounded if np.all(np.abs(whole - rounded) < 1e-6) else np.arange(count, dtype=np.float64)
