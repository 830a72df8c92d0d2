"""Where states began that nothing measured: the fitted start of each run, with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from discovery.dynamics.shooting import Shooting, start_deviations
from discovery.selection.trajectories import Selected
from discovery.types import DiscoveryProblem

NORMAL = 1.96  # deviations on each side of a 95 % interval
SHOWN = 6  # runs that are told of at most; the courses of all are kept with the result


def beginnings(selected: Selected, problem: DiscoveryProblem, headers: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each hidden state of each run, in the units of the columns.

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
        where = f" in {one.label or f'run {run + 1}'}" if several else ""
        for place in np.flatnonzero(hidden):
            value, half = fitted.starts[window, place], NORMAL * deviations[window, place]
            name = headers.get(one.names[place], one.names[place])
            yield f"{name} began{where} at {value:.4g} ({value - half:.4g} … {value + half:.4g}), by the law."
