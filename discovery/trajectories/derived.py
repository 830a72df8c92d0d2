"""Which columns were computed from others: derivatives that have the noise of what they are derivatives of, too.

The software of motion sensors writes velocities and accelerations beside positions, made of these by differences
between neighbours, often smoothed. What was measured by itself misses any such differences of a noisy column by their
noise; what was computed is a weighted sum of them, but for its digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
from jaxtyping import Float

from discovery.headers import split_header
from discovery.types import Trajectory

# Differences are taken over up to so many neighbours on each side: Logger Pro takes 3, twice smoothed 4. Rows for each
# of them, rows of all runs, and a share of the shortest run, below which less are taken; and rows that are looked at.
REACH, FOR_EACH, FEWEST, SHARE, MOST = 8, 12, 20, 4, 1000
# Share of the mean square that the noise of the one makes of the differences, below which the other misses them less
# than if it had been measured: of 4600 records of 30 to 150 rows of a spring, a cart and a fall, at four noises and
# with digits cut in four ways, with velocities and accelerations measured with noise, none do, and without noise one;
# nor do 660 records of all known systems. What was computed from 150 rows does in nearly all.
EXPLAINED = 0.05
# Mean square of rounding, in squared steps of the digits; and the largest share of the noise, or of what it makes of
# the differences, that rounding may have: it is alike in neighbours.
ROUNDING, MOSTLY = 1.0 / 12.0, 0.15
# Decimals up to which numbers are looked at, and digits of floating-point numbers that are none of the column's.
DECIMALS, FLOATING = 12, 1e-9
# Units of places and angles, whose laws are of second order, and what velocities are called where there is no unit.
PLACES = frozenset({"m", "cm", "mm", "km", "µm", "um", "in", "ft", "px", "pixel", "pixels", "rad", "deg", "°"})
_VELOCITY = re.compile(r"v(?:[_\d\W]|[xyz]\b|$)|.*(?:veloc|speed|geschw|vitesse|omega)", re.IGNORECASE)


def derived(runs: Sequence[Trajectory], noises: Sequence[float]) -> tuple[tuple[int, int], ...]:
    """Pairs of states, the second computed from the first, which was computed from none.

    Args:
        noises: deviation of each state's noise; infinite where it is not known well, and nothing is told of it.
    """
    steps = [_step(np.concatenate([run.states[:, place] for run in runs])) for place in range(len(noises))]
    left = np.full((len(noises), len(noises)), np.inf)
    for place, noise in enumerate(noises):
        if np.isfinite(noise) and noise > 0.0 and ROUNDING * steps[place] ** 2 < MOSTLY * noise**2:
            left[place] = np.minimum(*(_left(runs, place, order, noise, steps) for order in (1, 2)))
            left[place, place] = np.inf
    found = (left < EXPLAINED) & (left < left.T)
    roots = {place for place in range(len(noises)) if found[place].any() and not found[:, place].any()}
    pairs: list[tuple[int, int]] = []
    for root in sorted(roots):
        reached = {root}
        while (more := reached | {int(other) for one in reached for other in np.flatnonzero(found[one])}) != reached:
            reached = more
        pairs += [(root, other) for other in sorted(reached - {root, *(other for _, other in pairs)})]
    return tuple(pairs)


def is_place(header: str, velocity: str) -> bool:
    """Whether a column is a position or an angle, by its unit, or the name of its derivative where it has none."""
    _, unit = split_header(header)
    return unit.strip() in PLACES if unit is not None else _VELOCITY.match(velocity) is not None


def _step(values: Float[np.ndarray, " row"]) -> float:
    """What all numbers differ by multiples of: the step of their digits; zero where they have too many."""
    known = values[np.isfinite(values)]
    for decimals in range(DECIMALS):
        whole = known * 10.0**decimals
        if np.all(np.abs(whole - np.round(whole)) <= FLOATING * np.maximum(1.0, np.abs(whole))):
            if np.max(np.abs(whole), initial=0.0) > 2.0**53:
                return 0.0
            return float(np.gcd.reduce(np.diff(np.unique(np.round(whole).astype(np.int64))))) / 10.0**decimals
    return 0.0


def _left(
    runs: Sequence[Trajectory], place: int, order: Literal[1, 2], noise: float, steps: Sequence[float]
) -> Float[np.ndarray, " state"]:
    """What a weighted sum of differences of one state misses of each, as a share of what its noise makes of them."""
    shares = np.full(len(steps), np.inf)
    reach = min(REACH, sum(map(len, runs)) // FOR_EACH, min(map(len, runs)) // SHARE)
    if reach < 1:
        return shares
    apart = sum(len(run) - 2 * reach for run in runs) // MOST + 1
    parts = [_quotients(run, place, order, reach, apart) for run in runs]
    sought, every, spans = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    for other, step in enumerate(steps):
        rows = np.isfinite(every).all(axis=1) & np.isfinite(sought[:, other])
        if np.count_nonzero(rows) < FEWEST:
            continue
        weights = np.linalg.lstsq(every[rows], sought[rows, other], rcond=1e-10)[0]
        missed = float(np.mean((sought[rows, other] - every[rows] @ weights) ** 2))
        each = weights / spans[rows]
        heard = 2.0 * np.sum(each**2, axis=1) + (4.0 * np.sum(each, axis=1) ** 2 if order == 2 else 0.0)
        size = float(np.mean(heard))
        digits, expected = ROUNDING * (step**2 + size * steps[place] ** 2), size * noise**2
        # weights are negative the other way round: a place is some rate of its velocity where a spring pulls it back
        if np.sum(weights) > 0.0 and ROUNDING * step**2 < MOSTLY * expected:
            shares[other] = (missed - digits) / expected
    return shares


def _quotients(
    run: Trajectory, place: int, order: Literal[1, 2], reach: int, apart: int
) -> tuple[Float[np.ndarray, "row state"], Float[np.ndarray, "row reach"], Float[np.ndarray, "row reach"]]:
    """At some rows of a run all states, difference quotients of one about them, and what these divide by."""
    at = np.arange(reach, len(run) - reach, apart)[:, None]
    behind, ahead = at - np.arange(1, reach + 1), at + np.arange(1, reach + 1)
    values, spans = run.states[:, place], run.times[ahead] - run.times[behind]
    if order == 1:
        return run.states[at[:, 0]], (values[ahead] - values[behind]) / spans, spans
    spans = (spans / 2.0) ** 2
    return run.states[at[:, 0]], (values[ahead] - 2.0 * values[at] + values[behind]) / spans, spans
