"""Where states began that nothing measured: the fitted start of each run, with its interval."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from discovery.dynamics.drawn import MOST, NORMAL
from discovery.selection.identifiability import Relative
from discovery.selection.selected import Selected
from discovery.symbolic.domain import positive
from discovery.types import DiscoveryProblem, measured_states

SHOWN = 6  # runs that are told of at most; the courses of all are kept with the result


def beginnings(selected: Selected, problem: DiscoveryProblem, headers: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each run on its hidden states, in the units of the columns.

    Args:
        headers: what the user calls the states, by identifier.
    """
    runs = {run.label: (number, run) for number, run in enumerate(problem.trajectories, start=1)}
    hidden = ~measured_states(problem.trajectories)
    told = [one for one in selected.fitted if one.beginning and one.times[0] == runs[one.label][1].times[0]]
    if not hidden.any() or not told:
        return
    covariance = Relative.of(selected.last[0].fit).covariance()
    law = selected.last[0].fit.law
    above = positive(law.frame.templates if law.frame else (), law.states)
    held = [one for one in problem.frame.starts if not one.deviation] if problem.frame else []
    for one in told[:SHOWN]:
        number, run = runs[one.label]
        assert one.beginning is not None
        exact = {start.state for start in held if start.tells_of(float(run.times[0]))}
        places = [place for place in np.flatnonzero(hidden) if run.names[place] not in exact]
        if not places:
            continue
        halves = NORMAL * np.sqrt(np.diag(one.beginning.covariance(covariance)))
        names = [headers.get(run.names[place], run.names[place]) for place in places]
        names[0] += " began"
        ends = [interval(one.states[0, place], halves[place], positive=above[place]) for place in places]
        where = f"In {one.label or f'run {number}'} " if len(runs) > 1 else ""
        yield f"{where}{', '.join(f'{name} at {end}' for name, end in zip(names, ends, strict=True))}, by the law."
    if (more := len(told) - SHOWN) > 0:
        rest = "1 further run" if more == 1 else f"{more} further runs"
        yield f"Where {rest} began, the courses with the result say (discover export RUN --to csv)."


def interval(value: float, half: float, *, positive: bool) -> str:
    """The value and its interval, by its logarithm if only positive ones are possible, with two digits of the half."""
    digits = 4
    if 0.0 < half < abs(value):
        digits = min(max(digits, math.floor(math.log10(abs(value))) - math.floor(math.log10(half)) + 2), 9)
    low, high = value - half, value + half
    if positive and value > 0.0:
        low, high = value * math.exp(-half / value), value * math.exp(min(half / value, MOST))
    return f"{value:.{digits}g} ({low:.{digits}g} … {high:.{digits}g})"
