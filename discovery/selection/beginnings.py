"""Where states began that nothing measured: the fitted start of each run, with its interval."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from discovery.dynamics.shooting import Shooting, start_deviations
from discovery.selection.selected import Selected
from discovery.types import DiscoveryProblem

NORMAL = 1.96  # deviations on each side of a 95 % interval
SHOWN = 6  # runs that are told of at most; the courses of all are kept with the result


def beginnings(selected: Selected, problem: DiscoveryProblem, headers: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each run on its hidden states, in the units of the columns.

    Args:
        headers: what the user calls the states, by identifier.
    """
    hidden = ~np.isfinite(np.vstack([run.states for run in problem.trajectories])).any(axis=0)
    if not hidden.any() or not selected.refined:
        return
    fitted = selected.last[0].fit if selected.last else selected.refined[0].fit
    deviations = start_deviations(fitted, selected.windows, Shooting())
    if deviations is None:
        return
    several = len(problem.trajectories) > 1
    firsts = [(window, run) for window, (run, first) in enumerate(selected.windows.places) if first == 0]
    for window, run in firsts[:SHOWN]:
        one = problem.trajectories[run]
        places = np.flatnonzero(hidden)
        names = [headers.get(one.names[place], one.names[place]) for place in places]
        names[0] += " began"
        ends = [_interval(fitted.starts[window, place], NORMAL * deviations[window, place]) for place in places]
        where = f"In {one.label or f'run {run + 1}'} " if several else ""
        told = ", ".join(f"{name} at {end}" for name, end in zip(names, ends, strict=True))
        yield f"{where}{told}, by the law."
    if (more := len(firsts) - SHOWN) > 0:
        runs = "1 further run" if more == 1 else f"{more} further runs"
        yield f"Where {runs} began, the courses with the result say (discover export RUN --to csv)."


def _interval(value: float, half: float) -> str:
    """The value and its interval, with two digits of the half width."""
    digits = 4
    if 0.0 < half < abs(value):
        digits = min(max(digits, math.floor(math.log10(abs(value))) - math.floor(math.log10(half)) + 2), 9)
    return f"{value:.{digits}g} ({value - half:.{digits}g} … {value + half:.{digits}g})"
