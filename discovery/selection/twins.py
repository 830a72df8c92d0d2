"""Other constants with which a told law says the same, as it stands or where two states without samples change places.

Of the sum of two decays data tell both rates, but not which is whose. No fit can choose then, and a bound can.

Source: Cobelli & DiStefano (1980), Am. J. Physiol. 239:R7, for laws that data determine up to finitely many choices.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float

from discovery.dynamics.evaluate import gradients, values
from discovery.types import Law, SmoothedTrajectory, Trajectory
from discovery.wording import listed

# Points at which the sides are compared, and the share of their spread up to which they are the same.
POINTS, SAME = 100, 1e-8
# Relative change of a constant that makes it another one; deviations up to which what is believed is not against it.
APART, BELIEVED = 0.01, 3.0
# Smallest singular value, as a share of the largest, with which constants are told at all; else they are free.
TOLD = 1e-9
DRAWN = 10  # further beginnings, at factors of e on average; each takes a few milliseconds
MOST = 10  # constants of laws that are looked at


@dataclass(frozen=True)
class Twin:
    """Other constants of the same law.

    Attributes:
        exchanged: two states that change places; empty if none do.
    """

    constants: tuple[float, ...]
    exchanged: tuple[str, ...] = ()

    def said_of(self, law: Law) -> str:
        """That a bound tells it from the law, for a note."""
        others = [(*one, abs(one[2] - one[1])) for one in zip(law.told, law.constants, self.constants, strict=True)]
        changed = [(name, mine, its) for name, mine, its, off in others if off > APART * abs(mine)]
        name, mine, its = changed[0]
        between = math.copysign(math.sqrt(mine * its), mine) if mine * its > 0.0 else 0.5 * (mine + its)
        digits = next(n for n in range(2, 17) if min(mine, its) < float(f"{between:.{n}g}") < max(mine, its))
        there = listed([f"{name} = {its:.4g}" for name, _, its in changed])
        places = f", where {listed([*self.exchanged])} change places" if self.exchanged else ""
        bound = f"{name} {'<' if mine < its else '>'} {between:.{digits}g}"
        return (
            f'With {there} it is the same law{places}: data cannot tell which is meant; a bound can: --law "{bound}".'
        )


def twins(law: Law, runs: Sequence[Trajectory], curves: Sequence[SmoothedTrajectory]) -> list[Twin]:
    """Sets of constants that are as good for any data, have no more negative ones, and are within what was told.

    Nothing is looked for of a law in which something was to be found.

    Args:
        curves: of the runs; states of which these have no sample may change places.
    """
    told = law.frame is not None and not law.frame.unknowns and len(law.told) == len(law.constants)
    if law.frame is None or not told or not 0 < len(law.constants) <= MOST:
        return []
    columns = [
        np.column_stack([curve.states, run.inputs, curve.times]) for run, curve in zip(runs, curves, strict=True)
    ]
    points = np.vstack(columns)
    points = points[:: max(1, len(points) // POINTS)]
    seen = np.any([np.isfinite(run.states).any(axis=0) for run in runs], axis=0)
    begun = {one.state for one in law.frame.starts}
    hidden = [one for one, is_seen in zip(law.states, seen, strict=True) if not is_seen and one not in begun]
    return [Twin(one, pair) for pair in ((), *combinations(hidden, 2)) for one in _alike(law, points, pair)]


def _alike(law: Law, points: Float[np.ndarray, "point name"], pair: tuple[str, ...]) -> Iterator[tuple[float, ...]]:
    """Constants with which the sides at points are those of the law, both with the pair exchanged, each once."""
    from scipy.optimize import least_squares

    names, place = (*law.states, *law.inputs, "t"), np.arange(points.shape[1])
    if pair:
        one, other = map(law.states.index, pair)
        place[[one, other]] = other, one
    target = values(law.skeletons, names, points, law.constants)[:, place[: len(law.states)]]
    spread = np.maximum(np.std(target, axis=0), 1e-3 * np.max(np.abs(target), axis=0))
    weights = 1.0 / np.where(spread > 0.0, spread, 1.0)
    constants = np.array(law.constants)
    size = np.where(constants != 0.0, np.abs(constants), 1.0)

    def missed(relative: np.ndarray) -> np.ndarray:
        there = values(law.skeletons, names, points[:, place], tuple(relative * size))
        return np.nan_to_num((there - target) * weights, nan=1e6, posinf=1e6, neginf=-1e6).ravel()

    def slopes(relative: np.ndarray) -> np.ndarray:
        _, found = gradients(law.skeletons, names, points[:, place], tuple(relative * size))
        return np.nan_to_num(found * weights[:, None] * size, posinf=0.0, neginf=0.0).reshape(-1, len(size))

    known: list[np.ndarray] = [] if pair else [constants]
    singular = np.linalg.svd(slopes(constants / size), compute_uv=False)
    if len(singular) < len(size) or singular[-1] <= TOLD * singular[0]:
        return
    for begin in _beginnings(constants):
        # The stubs of SciPy have jac as a name alone.
        fitted = least_squares(missed, begin / size, jac=slopes, max_nfev=50)  # pyright: ignore[reportArgumentType]
        solved = fitted.x * size
        again = any(np.all(np.abs(solved - one) <= APART * size) for one in known)
        if not again and np.sqrt(np.mean(missed(solved / size) ** 2)) <= SAME and _permitted(law, solved):
            known.append(solved)
            yield tuple(solved.tolist())


def _beginnings(constants: Float[np.ndarray, " constant"]) -> Iterator[Float[np.ndarray, " constant"]]:
    """The constants as they are, with two of them exchanged, and at other sizes."""
    yield constants
    for one, other in combinations(range(len(constants)), 2):
        exchanged = constants.copy()
        exchanged[[one, other]] = constants[[other, one]]
        yield exchanged
    yield from constants * np.exp(np.random.default_rng(0).normal(size=(DRAWN, len(constants))))


def _permitted(law: Law, constants: Float[np.ndarray, " constant"]) -> bool:
    """Whether constants are within what was told of them, and no more of them are negative than of the law's."""
    assert law.frame is not None
    told = {one.name: one for one in law.frame.constants}
    negative = [int(np.count_nonzero(np.array(one) < 0.0)) for one in (constants, law.constants)]
    return negative[0] <= negative[1] and all(
        one.low <= value <= one.high and not abs(value - one.mean) > BELIEVED * one.deviation
        for one, value in zip((told[name] for name in law.told), constants.tolist(), strict=True)
    )
