"""Which columns are nearly the derivatives of others: something is left beyond the noise, which a law would have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float

from discovery.types import Trajectory

# What is left stands out where, over windows of some length, more than this share of it is further from zero than so
# many of its deviations: of normal errors one in 16 000 is. Of the true x' = v in the known systems, without noise or
# with 0.1, 1 and 5 %, all samples or every third, which are 204, none is taken for less.
FAR, OFTEN = 4.0, 0.02
# Share of the position's deviation that says nothing: sensors agree no better, nor do integrals of few samples.
UNSEEN = 0.01
# Least samples of a run that are integrated, and least number of windows end to end.
FEWEST, END_TO_END = 8, 4


def nearly(
    runs: Sequence[Trajectory], pairs: Iterable[tuple[str, str]], noises: Sequence[float], spreads: Sequence[float]
) -> tuple[tuple[str, str], ...]:
    """Those of the pairs x, v with x' = v in which the changes of x, less the integral of v, are more than noise.

    Over single steps noise hides a small term that over a longer stretch adds up: a growth of a tenth in the wake
    behind a cylinder is 1 % of the variance of the steps.

    Args:
        noises, spreads: deviations of each state's noise and of the state.
    """
    places = {name: place for run in runs[:1] for place, name in enumerate(run.names)}
    return tuple(
        (x, v)
        for x, v in pairs
        if _left(runs, (places[x], places[v]), (noises[places[x]], noises[places[v]]), spreads[places[x]])
    )


def _left(runs: Sequence[Trajectory], pair: tuple[int, int], noises: tuple[float, float], spread: float) -> bool:
    from scipy.interpolate import CubicSpline  # most tables need none

    seen, far = dict[int, int](), dict[int, int]()
    for run in runs:
        there = np.isfinite(run.states[:, list(pair)]).all(axis=1)
        if int(there.sum()) < FEWEST:
            continue
        times, (position, velocity) = run.times[there], run.states[there][:, list(pair)].T
        swept = np.asarray(CubicSpline(times, velocity).antiderivative()(times))
        walk = np.concatenate([[0.0], np.cumsum(np.diff(times) ** 2)]) * noises[1] ** 2
        for length in _lengths(len(times)):
            change = _over(position - swept, length)
            allowed = 2.0 * noises[0] ** 2 + _over(walk, length) + (UNSEEN * spread) ** 2
            seen[length] = seen.get(length, 0) + len(change)
            far[length] = far.get(length, 0) + int(np.sum(change**2 > FAR**2 * allowed))
    return any(far[length] > OFTEN * seen[length] for length in seen)


def _lengths(samples: int) -> list[int]:
    return [2**power for power in range(samples.bit_length()) if END_TO_END * 2**power < samples]


def _over(values: Float[np.ndarray, " sample"], length: int) -> Float[np.ndarray, " window"]:
    return values[length:] - values[:-length]
