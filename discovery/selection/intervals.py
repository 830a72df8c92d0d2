"""Error bars of constants: from the curvature of the cost, or along its profile where a parabola does not do.

Source: Bates & Watts (1988), Nonlinear Regression Analysis and Its Applications, ch. 6, for profiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy import special

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows
from discovery.selection.identifiability import FREE, PRIOR, Relative

LEVEL = 0.95
# No constant is known better than the solutions that it was fitted with: their relative tolerance.
SOLVED = 1e-6
# Relative deviation of a constant from which its profile is followed: of constants known less well, 81 % were inside
# the parabola's intervals, of those known better 96 % (benchmarks/coverage.py, 580 constants at noise of 5 %).
CURVED = 0.1
# Constants whose profiles are followed at most, the least well known first, and fits for each end.
MOST = 6
FITS = 5
# An end is found where the root of the rise in chi-squared is this near to the quantile. There is none if half the
# quantile is not reached this many times as far out as for a parabola.
NEAR = 0.05
FAR = 4.0
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
    returned.
    """
    tight = replace(settings, tolerance=1e-6)
    for _ in range(RESTARTS):
        lows, highs = (np.array(side) for side in bounds(fitted))
        better: Fit | None = None
        for place in _loose(fitted):
            for ends, side in ((lows, -1.0), (highs, 1.0)):
                ends[place], lowest = _end(fitted, windows, tight, place, side)
                better = lowest if better is None or lowest.cost < better.cost else better
        again = better and fit(better.law, windows, starts=better.starts, settings=tight)
        if again is None or again.cost > fitted.cost - BETTER:
            return fitted, (_floats(lows), _floats(highs))
        fitted = again
    return fitted, bounds(fitted)


def _loose(fitted: Fit) -> list[int]:
    """Constants that are not known well but better than their size, the least known first."""
    spread = deviations(fitted) / np.maximum(np.abs(fitted.law.constants), 1e-300)
    order = np.argsort(-np.nan_to_num(spread, nan=-1.0), kind="stable")
    return [int(i) for i in order if CURVED <= spread[i] < FREE][:MOST]


def quantile(fitted: Fit) -> float:
    """Student's for the degrees of freedom of the fit."""
    freedom = max(fitted.count - fitted.starts.size - len(fitted.law.constants), 1)
    return float(special.stdtrit(freedom, 0.5 + LEVEL / 2))


def deviations(fitted: Fit) -> Float[np.ndarray, " constant"]:
    """Standard deviation of each constant; NaN where the data do not determine it."""
    if not fitted.law.constants:
        return np.empty(0)
    scaled, scale = fitted.scaled_information()
    eigenvalues, vectors = np.linalg.eigh(scaled)
    determined = eigenvalues > 1e-10
    spread = np.where(determined, 1.0 / np.where(determined, eigenvalues, 1.0), 0.0)
    loose = ((vectors[:, ~determined] ** 2).sum(axis=1) > 1e-3) | (scale == 0.0)
    variance = (vectors**2) @ spread / np.where(loose, 1.0, scale) ** 2 * max(1.0, fitted.reduced)
    return np.where(loose, np.nan, np.sqrt(variance))


def _end(fitted: Fit, windows: Windows, settings: Shooting, place: int, side: float) -> tuple[float, Fit]:
    """Where the profile of a constant has risen by the square of the quantile, on one side, by the secant rule.

    The root of the rise is a straight line if the cost is a parabola, so that few fits are needed.

    Returns:
        The end, and the best of the fits.
    """
    best, valley = np.array(fitted.law.constants), _valley(fitted, place)
    step, wanted = side * float(deviations(fitted)[place]), quantile(fitted)
    known = [(0.0, 0.0)]  # distance in deviations, and root of the rise
    distance, last, lowest = wanted, fitted, fitted
    for _ in range(FITS):
        # The others follow along the valley of the cost, from where they were fitted last.
        moved = best[place] + distance * step - last.law.constants[place]
        law = fitted.law.with_constants(_floats(np.array(last.law.constants) + moved * valley))
        found = fit(law, windows, starts=last.starts, settings=settings, fixed=(place,))
        if found is None:  # the law cannot be followed there: nearer
            distance = 0.5 * (known[-1][0] + distance)
            continue
        rise = float(np.sqrt(max(found.cost - fitted.cost, 0.0) / max(1.0, fitted.reduced)))
        known.append((distance, rise))
        last, lowest = found, found if found.cost < lowest.cost else lowest
        if abs(rise - wanted) < NEAR * wanted:
            break
        distance = _next(known, wanted)
    distances, rises = np.array(known).T
    if rises[-1] < 0.5 * wanted and distances[-1] > FAR * wanted:
        return side * np.inf, lowest
    return float(best[place] + step * _crossing(known, wanted)), lowest


def _crossing(known: Sequence[tuple[float, float]], wanted: float) -> float:
    """The distance at which the rise reaches what is wanted, between the points known; a parabola's without any."""
    inside = max((distance, rise) for distance, rise in known if rise <= wanted)
    outside = min(((d, r) for d, r in known if r > wanted and d > inside[0]), default=None)
    if outside is not None:
        return inside[0] + (outside[0] - inside[0]) * (wanted - inside[1]) / (outside[1] - inside[1])
    return inside[0] if inside[1] > 0.5 * wanted else max(inside[0], wanted)


def _valley(fitted: Fit, place: int) -> Float[np.ndarray, " constant"]:
    """Change of all constants with that of one, the cost rising least."""
    covariance = Relative.of(fitted).covariance(prior=PRIOR)
    return covariance[:, place] / covariance[place, place]


def _next(known: Sequence[tuple[float, float]], wanted: float) -> float:
    """The next distance to try: on the line through the last two, not more than three times as far out."""
    (d0, r0), (d1, r1) = known[-2:]
    slope = (r1 - r0) / (d1 - d0) if d1 != d0 else 0.0
    aim = d1 + (wanted - r1) / slope if slope > 1e-6 else 3.0 * d1
    return float(np.clip(aim, 0.2 * d1, 3.0 * d1))


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
