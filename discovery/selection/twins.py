"""Other constants with which a told law says the same, as it stands or where two states without samples change places.

Of the sum of two decays data tell both rates, but not which is whose. No fit can choose then, and a bound can.

Source: Cobelli & DiStefano (1980), Am. J. Physiol. 239:R7, for laws that data determine up to finitely many choices.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from jaxtyping import Float

from discovery.dynamics.evaluate import gradients, values
from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows
from discovery.protocols import Deadline
from discovery.selection.polish import to_the_end
from discovery.selection.selected import Selected
from discovery.types import DiscoveryProblem, Law, measured_states
from discovery.wording import listed

# Points at which the sides are compared, and the share of their spread up to which they are the same.
POINTS, SAME = 100, 1e-8
# Relative change of a constant that makes it another one; deviations up to which what is believed is not against it.
APART, BELIEVED = 0.01, 3.0
# Chi-squared, in units of that by degree of freedom, within which two fits are as good: they end within a hundredth.
# Their constants differ by more than so large a share then, as fits that begin elsewhere end beside each other.
AS_WELL, FURTHER = 0.1, 0.1
# Smallest singular value, as a share of the largest, with which constants are told at all; else they are free.
TOLD = 1e-9
DRAWN = 10  # further beginnings, at factors of e on average; each takes a few milliseconds
MOST, FEW = 10, 6  # constants of laws that are looked at, and of those that are refitted with each two exchanged


@dataclass(frozen=True)
class Twin:
    """Other constants of the same law.

    Attributes:
        exchanged: two states that change places; empty if none do.
        other: states that take another course.
    """

    constants: tuple[float, ...]
    exchanged: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    def said_of(self, law: Law) -> str:
        """That a bound tells it from the law, if one does."""
        pairs = zip(law.told, law.constants, self.constants, strict=True)
        changed = [(name, mine, its) for name, mine, its in pairs if abs(its - mine) > APART * abs(mine)]
        there = listed([f"{name} = {its:.4g}" for name, _, its in changed])
        says = "it is the same law"
        if self.exchanged:
            says += f", where {listed([*self.exchanged])} change places"
        elif self.other:
            says = f"and another course of {listed([*self.other])} the law fits as well"
        bound = _bound(changed)
        told = f'; a bound can: --law "{bound}"' if bound else ""
        return f"With {there} {says}: data cannot tell which is meant{told}."


def _bound(changed: Sequence[tuple[str, float, float]]) -> str:
    """A sentence that holds for the law's constants and not for the twin's, of all groups at once; empty if none does.

    Args:
        changed: what constants are called, and their values in the law and in the twin.
    """
    families: dict[str, list[tuple[float, float]]] = {}
    for name, mine, its in changed:
        families.setdefault(name.partition("[")[0], []).append((mine, its))
    for family, pairs in families.items():
        mine, its = zip(*pairs, strict=True)
        for below, above, sign in ((max(mine), min(its), "<"), (max(its), min(mine), ">")):
            if below < above:
                between = (
                    math.copysign(math.sqrt(below * above), above) if below * above > 0.0 else 0.5 * (below + above)
                )
                digits = next(n for n in range(2, 17) if below < float(f"{between:.{n}g}") < above)
                return f"{family} {sign} {between:.{digits}g}"
    return ""


def said_of_twins(selected: Selected, problem: DiscoveryProblem, deadline: Deadline) -> Iterator[str]:
    """A sentence for each set of constants with which the chosen law is as good, if it was told in full."""
    if not selected.last or selected.windows.steps:
        return
    fitted, windows = selected.last[0].fit, selected.last[0].windows
    law, frame = fitted.law, fitted.law.frame
    told = frame is not None and not frame.unknowns and len(law.told) == len(law.constants)
    if frame is None or not told or not 0 < len(law.constants) <= MOST:
        return
    begun, seen = {one.state for one in frame.starts}, measured_states(problem.trajectories)
    hidden = [one for one, is_seen in zip(law.states, seen, strict=True) if not is_seen and one not in begun]
    pairs = zip(problem.trajectories, problem.smoothing.trajectories, strict=True)
    columns = np.vstack([np.column_stack([curve.states, run.inputs, curve.times]) for run, curve in pairs])
    found = renamed(law, columns, hidden)
    if hidden and not found and len(law.constants) <= FEW and _are_told(law, columns):
        settings = to_the_end(law, windows, replace(selected.shooting, deadline=deadline))
        found = refitted(fitted, windows, hidden, settings)
    yield from (one.said_of(law) for one in found)


def renamed(law: Law, columns: Float[np.ndarray, "point name"], hidden: Sequence[str]) -> list[Twin]:
    """Sets of constants with which the sides are the same, no more of them negative, and within what was told.

    Args:
        columns: values of the states, the inputs and the time.
        hidden: states that may change places.
    """
    points = columns[:: max(1, len(columns) // POINTS)]
    pairs = ((), *combinations(hidden, 2)) if _are_told(law, columns) else ()
    return [Twin(one, pair) for pair in pairs for one in _alike(law, points, pair)]


def _are_told(law: Law, columns: Float[np.ndarray, "point name"]) -> bool:
    """Whether the sides at points tell all constants, and not only some combinations of them."""
    points = columns[:: max(1, len(columns) // POINTS)]
    _, slopes = gradients(law.skeletons, (*law.states, *law.inputs, "t"), points, law.constants)
    size = np.where(np.array(law.constants) != 0.0, np.abs(law.constants), 1.0)
    flat = np.nan_to_num(slopes * size, posinf=0.0, neginf=0.0)
    scale = np.max(np.abs(flat), axis=(0, 2), keepdims=True)
    flat = (flat / np.where(scale > 0.0, scale, 1.0)).reshape(-1, len(size))
    singular = np.linalg.svd(flat, compute_uv=False)
    return len(singular) == len(size) and bool(singular[-1] > TOLD * singular[0])


def refitted(fitted: Fit, windows: Windows, hidden: Sequence[str], settings: Shooting) -> list[Twin]:
    """Constants that fit as well with other hidden courses, from fits that begin with two of them exchanged.

    Of a chain, as from a source to what it feeds, both rates are known and not which is whose: the source begins lower.
    """
    law, known = fitted.law, [np.array(fitted.law.constants)]
    for one, other in combinations(range(len(law.constants)), 2):
        exchanged = list(law.constants)
        exchanged[one], exchanged[other] = exchanged[other], exchanged[one]
        trial = fit(law.with_constants(tuple(exchanged)), windows, starts=fitted.starts, settings=settings)
        if trial is None or trial.cost > fitted.cost + AS_WELL * max(1.0, fitted.reduced):
            continue
        there = np.array(trial.law.constants)
        again = any(np.all(np.abs(there - one) <= FURTHER * np.abs(one)) for one in known)
        known += [there] if not again and _permitted(law, there) else []
    return [Twin(tuple(one.tolist()), other=tuple(hidden)) for one in known[1:]]


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
