"""Error bars of constants: from the curvature of the cost, or along its profile where a parabola does not do.

Source: Bates & Watts (1988), Nonlinear Regression Analysis and Its Applications, ch. 6, for profiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from scipy import special

from discovery.dynamics.beliefs import Beliefs
from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows
from discovery.selection.identifiability import FREE, PRIOR, Relative
from discovery.selection.resampling import resampled
from discovery.types import Law

LEVEL = 0.95
# Information about a combination of constants of unit size, as a share of that about each alone, below which there is
# none.
LEAST_KNOWN = 1e-10
# No constant is known better than the solutions that it was fitted with: their relative tolerance.
SOLVED = 1e-6
# Relative deviation of a constant from which its profile is followed: of constants known less well, 81 % were inside
# the parabola's intervals, of those known better 96 % (benchmarks/coverage.py, 580 constants at noise of 5 %).
CURVED = 0.1
# Constants whose profiles are followed at most, the least well known first, and fits for each end.
MOST = 6
FITS = 6
# An end is found where the root of the rise in chi-squared is this near to the quantile. There is none if half the
# quantile is not reached this many times as far out as for a parabola.
NEAR = 0.05
FAR = 4.0
# No end is nearer than this share of the parabola's, and none that was not found is nearer than the parabola's: a fit
# along a valley that bends rises too soon. Without, 70 % of constants known to a third of their size or worse were
# inside (benchmarks/coverage.py, 144 constants), inside the parabola's 96 %.
LEAST = 0.5
# Share of the way to a bound at which the profile is looked at for it: constants stay inside.
INSIDE = 0.999
# A rise this many times the quantile, or a law that cannot be followed, says no more than that the end is nearer.
STEEP = 3.0
# Fall of chi-squared by which a fit on a profile has to be better to begin anew from it, and how often that is done.
BETTER = 0.2
RESTARTS = 3

Bounds = tuple[tuple[float, ...], tuple[float, ...]]


def bounds(fitted: Fit) -> Bounds:
    """Lower and upper bounds of the 95 % interval of each constant; NaN where the data do not determine it.

    The covariance is the inverse of the normal matrix, times chi-squared by degree of freedom where that exceeds 1:
    residuals larger than the noise model says widen the intervals. None is narrower than the solver's tolerance.
    """
    constants = np.array(fitted.law.constants)
    half = np.maximum(quantile(fitted) * deviations(fitted), SOLVED * np.abs(constants))
    return _floats(constants - half), _floats(constants + half)


def profiled(fitted: Fit, windows: Windows, settings: Shooting) -> tuple[Fit, Bounds]:
    """As :func:`bounds`, with the ends of the profile for constants that are not known well.

    The profile is chi-squared as a function of one constant with all others fitted; the interval ends where it has
    risen as far as a parabola would at the quantile, or nowhere. Where a profile leads to a better fit, that is
    returned. Constants that the deadline overtakes keep their parabola.
    """
    tight = _tight(settings)
    for _ in range(RESTARTS):
        lows, highs = (np.array(side) for side in bounds(fitted))
        better: Fit | None = None
        for place in _loose(fitted):
            if settings.deadline.passed():
                break
            for ends, side in ((lows, -1.0), (highs, 1.0)):
                ends[place], lowest = _end(fitted, windows, tight, place, side, quantile(fitted))
                better = lowest if better is None or lowest.cost < better.cost else better
        again = better and fit(better.law, windows, starts=better.starts, settings=tight)
        if again is None or again.cost > fitted.cost - BETTER:
            return fitted, (_floats(lows), _floats(highs))
        fitted = again
    return fitted, bounds(fitted)


def widened(fitted: Fit, ends: Bounds, windows: Windows, settings: Shooting) -> Bounds:
    """The intervals, wider where windows that are resampled scatter the constants more than the curvature says.

    Of samples too few for that it counts how many they are worth, as residuals hang together.

    An end of a profile that gets across zero by this is sought along the profile, at a rise that is as much larger: of
    ``c0*x**c1``, whose c0 is never zero, it comes as near to zero as c1 allows.
    """
    scattered, constants = resampled(fitted, windows, settings), np.array(fitted.law.constants)
    factor = np.full(len(constants), windows.worth**-0.5)
    if scattered is not None:
        factor = np.maximum(scattered / np.maximum(deviations(fitted), 1e-300), 1.0)
    elif windows.worth == 1.0:
        return _within_told(fitted.law, np.array(ends[0]), np.array(ends[1]))
    wider: list[Float[np.ndarray, " constant"]] = []
    for before, parabola, side in zip(ends, bounds(fitted), (-1.0, 1.0), strict=True):
        found = constants + factor * (np.array(before) - constants)
        over = (found * constants <= 0.0) & (np.array(before) * constants > 0.0) & (np.array(before) != parabola)
        for place in np.flatnonzero(over):
            if not settings.deadline.passed():
                wanted = float(factor[place]) * quantile(fitted)
                found[place], _ = _end(fitted, windows, _tight(settings), int(place), side, wanted)
        wider.append(found)
    return _within_told(fitted.law, *wider)


def _tight(settings: Shooting) -> Shooting:
    """Settings for fits on a profile, whose costs are compared."""
    return replace(settings, iterations=2 * settings.iterations, tolerance=1e-6)


def _within_told(law: Law, lows: Float[np.ndarray, " constant"], highs: Float[np.ndarray, " constant"]) -> Bounds:
    """The ends, of which none is outside of the bounds that were told."""
    beliefs = Beliefs.of(law)
    if beliefs is not None:
        count = len(beliefs.lows)
        lows[:count] = np.maximum(lows[:count], beliefs.lows)
        highs[:count] = np.minimum(highs[:count], beliefs.highs)
    return _floats(lows), _floats(highs)


def _loose(fitted: Fit) -> list[int]:
    """Constants that are not known well but better than their size, or than to their bounds; the least known first.

    Of one that was told to be positive and may be nearly nothing, a parabola knows no upper end.
    """
    with np.errstate(over="ignore"):  # of a constant that is nearly nothing
        spread = deviations(fitted) / np.maximum(np.abs(fitted.law.constants), 1e-300)
    bounded, beliefs = np.zeros(len(spread), dtype=np.bool_), Beliefs.of(fitted.law)
    if beliefs is not None:
        bounded[: len(beliefs.lows)] = np.isfinite(beliefs.lows) | np.isfinite(beliefs.highs)
    order = np.argsort(-np.nan_to_num(spread, nan=-1.0), kind="stable")
    return [int(i) for i in order if spread[i] >= CURVED and (spread[i] < FREE or bounded[i])][:MOST]


def quantile(fitted: Fit) -> float:
    """Student's for the degrees of freedom of the fit."""
    freedom = max(fitted.count - fitted.fitted, 1)
    return float(special.stdtrit(freedom, 0.5 + LEVEL / 2))


def deviations(fitted: Fit) -> Float[np.ndarray, " constant"]:
    """Standard deviation of each constant; NaN where the data do not determine it."""
    if not fitted.law.constants:
        return np.empty(0)
    scaled, scale = fitted.scaled_information()
    eigenvalues, vectors = np.linalg.eigh(scaled)
    determined = eigenvalues > LEAST_KNOWN
    # A small share of a direction that is not determined at all is still much.
    spread = 1.0 / np.maximum(eigenvalues, LEAST_KNOWN)
    loose = ((vectors[:, ~determined] ** 2).sum(axis=1) > 1e-3) | (scale == 0.0)
    variance = (vectors**2) @ spread / np.where(loose, 1.0, scale) ** 2 * max(1.0, fitted.reduced)
    return np.where(loose, np.nan, np.sqrt(variance))


@dataclass(frozen=True)
class _Point:
    """A constrained fit on a profile: its distance in deviations, and the root of the rise in chi-squared there."""

    distance: float
    rise: float
    fit: Fit | None


def _end(
    fitted: Fit, windows: Windows, settings: Shooting, place: int, side: float, wanted: float
) -> tuple[float, Fit]:
    """Where the profile of a constant has risen by the square of what is wanted, on one side, by regula falsi.

    The root of the rise is a straight line if the cost is a parabola, so that few fits are needed. Each begins at the
    nearest fit further in, which is near its own: one that begins further out may not get down into the valley, and
    the interval would be too narrow. No end is across zero if the data rule zero out, wherever the fits have got.
    Where the profile has not risen as far at a bound that was told, the bound is the end. Of a constant that is not
    known to its own size the parabola knows no least distance.

    Args:
        wanted: the root of the rise in chi-squared, as the quantile.

    Returns:
        The end, and the best of the fits.
    """
    step = side * float(deviations(fitted)[place])
    known = [_Point(0.0, 0.0, fitted)]
    bound, distance = _bound(fitted.law, place, step), wanted
    if bound is not None and bound[0] < FAR * wanted:
        known.append(_point(fitted, windows, settings, place, step, known, INSIDE * bound[0]))
        if known[-1].rise <= wanted:
            return bound[1], min(fitted, known[-1].fit or fitted, key=lambda one: one.cost)
        distance = _next(*_bracket(known, wanted), wanted)
    for _ in range(FITS):
        known.append(_point(fitted, windows, settings, place, step, known, distance))
        if abs(known[-1].rise - wanted) < NEAR * wanted:
            break
        distance = _next(*_bracket(known, wanted), wanted)
    found = [point.fit for point in known if point.fit is not None]
    lowest = min(found, key=lambda one: one.cost)
    inside, outside = _bracket(known, wanted)
    if outside is None and inside.rise < 0.5 * wanted and inside.distance > FAR * wanted:
        return side * np.inf, lowest
    found_there = any(abs(point.rise - wanted) < NEAR * wanted for point in known)
    least = (LEAST if found_there else 1.0) * wanted if abs(step) < FREE * abs(fitted.law.constants[place]) else 0.0
    distance, zero = max(_crossing(inside, outside, wanted), least), -fitted.law.constants[place] / step
    if inside.distance < zero <= distance:
        at_zero = _point(fitted, windows, settings, place, step, known, zero)
        distance = _crossing(inside, at_zero, wanted) if at_zero.rise > wanted else distance
    return float(fitted.law.constants[place] + step * distance), lowest


def _bound(law: Law, place: int, step: float) -> tuple[float, float] | None:
    """How many steps it is to the bound that was told of a constant on that side, and the bound; None without one."""
    beliefs = Beliefs.of(law)
    if beliefs is None or place >= len(beliefs.lows):
        return None
    bound = float((beliefs.highs if step > 0.0 else beliefs.lows)[place])
    return ((bound - law.constants[place]) / step, bound) if np.isfinite(bound) else None


def _point(
    fitted: Fit,
    windows: Windows,
    settings: Shooting,
    place: int,
    step: float,
    known: Sequence[_Point],
    distance: float,
) -> _Point:
    """The fit with one constant held at a distance; its rise is infinite if the law cannot be followed there."""
    near = max((one for one in known if one.fit and one.distance < distance), key=lambda one: one.distance)
    assert near.fit is not None
    # The others follow along the valley of the cost.
    constants = np.array(near.fit.law.constants)
    moved = fitted.law.constants[place] + distance * step - constants[place]
    law = _inside(fitted.law, constants + moved * _valley(fitted, place), place)
    found = fit(law, windows, starts=near.fit.starts, settings=settings, fixed=(place,))
    if found is None:
        return _Point(distance, np.inf, None)
    rise = float(np.sqrt(max(found.cost - fitted.cost, 0.0) / max(1.0, fitted.reduced)))
    return _Point(distance, rise, found)


def _inside(law: Law, constants: Float[np.ndarray, " constant"], place: int) -> Law:
    """The law with the constants, those but one where steps within their bounds may come to from its own."""
    beliefs, own = Beliefs.of(law), np.array(law.constants)
    if beliefs is not None:
        kept = constants[place]
        constants = beliefs.inside(own, constants - own)
        constants[place] = kept
    return law.with_constants(_floats(constants))


def _bracket(known: Sequence[_Point], wanted: float) -> tuple[_Point, _Point | None]:
    """The furthest point that has not risen enough, and the nearest beyond it, if there is one."""
    inside = max((one for one in known if one.rise <= wanted), key=lambda one: one.distance)
    beyond = [one for one in known if one.distance > inside.distance]
    return inside, min(beyond, key=lambda one: one.distance, default=None)


def _crossing(inside: _Point, outside: _Point | None, wanted: float) -> float:
    """The distance at which the rise reaches what is wanted; that of a parabola where there is no point beyond."""
    if outside is None:
        return inside.distance if inside.rise > 0.5 * wanted else max(inside.distance, wanted)
    share = (wanted - inside.rise) / (min(outside.rise, STEEP * wanted) - inside.rise)
    return inside.distance + share * (outside.distance - inside.distance)


def _valley(fitted: Fit, place: int) -> Float[np.ndarray, " constant"]:
    """Change of all constants with that of one, the cost rising least."""
    covariance = Relative.of(fitted).covariance(prior=PRIOR)
    return covariance[:, place] / covariance[place, place]


def _next(inside: _Point, outside: _Point | None, wanted: float) -> float:
    """The next distance to try: further out by the slope so far, at most three times, or between the two."""
    if outside is None:
        return inside.distance * float(np.clip(wanted / max(inside.rise, 1e-6), 1.2, 3.0))
    aim = _crossing(inside, outside, wanted)
    width = outside.distance - inside.distance
    return float(np.clip(aim, inside.distance + 0.2 * width, outside.distance - 0.2 * width))


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
