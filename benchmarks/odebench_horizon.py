"""How long a found law's forecast from the unseen start stays near the truth, in Lyapunov times of the true law."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from discovery.dynamics.horizon import LOST
from discovery.dynamics.lyapunov import largest_exponent
from discovery.dynamics.simulate import simulate
from discovery.errors import DiscoveryError
from discovery.symbolic.parse import parse
from discovery.types import Law
from pipelines.validation_cases import Case
from pipelines.validation_summary import Row
from pipelines.validation_truth import Truth, load

# Runs for the exponent are so many times as long as the measurements, which last a few Lyapunov times.
LONGER = 20.0


def horizon(case: Case, row: Row) -> float:
    """Time until a state is off by 0.4 of its deviation, as :mod:`discovery.dynamics.horizon` counts.

    NaN without a law, or where the true one is not chaotic.
    """
    truth = load(case.system, case.start)
    exponent = _exponent(case.system)
    if truth.unseen is None or not row.equations or not math.isfinite(exponent):
        return math.nan
    try:
        written = dict(part.split("' = ") for part in row.equations.split("; "))
        found = {name: parse(written[name], truth.names) for name in truth.unseen.names}
        law = Law(truth.unseen.names, tuple(truth.in_time(found).values()), ())
    except (DiscoveryError, KeyError, ValueError):
        return math.nan
    run = truth.unseen
    apart = np.abs(simulate(law, run.states[0], run.times, rtol=1e-8) - run.states)
    lost = ~np.all(apart <= LOST * run.states.std(axis=0), axis=1)
    end = run.times[int(np.argmax(lost))] if lost.any() else run.times[-1]
    return float((end - run.times[0]) * exponent)


@cache
def _exponent(system: str) -> float:
    """Largest Lyapunov exponent of the true law."""
    truth = load(system)
    return _largest(truth)


def _largest(truth: Truth) -> float:
    run = truth.seen[0]
    law = Law(tuple(truth.equations), tuple(truth.in_time(truth.equations).values()), ())
    bound = 100.0 * np.abs(run.states).max(axis=0)
    starts = run.states[np.linspace(0, len(run.times) - 1, 5).astype(int)]
    return largest_exponent(law, starts, 0.0, LONGER * float(run.times[-1] - run.times[0]), bound)
