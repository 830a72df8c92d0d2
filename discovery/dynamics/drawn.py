"""Constants and starts that the data allow as well as the fitted ones, drawn by chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from discovery.dynamics.evaluate import values
from discovery.symbolic.domain import positive
from discovery.types import Beginning, DiscoveryResult, Law, NoiseModel, drive_columns

# Deviations of a normal distribution on each side of a 95 % interval.
NORMAL = 1.96
# Relative deviation from which constants are drawn by their logarithms, and by the sides of their intervals: those of
# constants known less well follow the profile (CURVED in selection/intervals.py); of the others all draws are alike.
CURVED = 0.1
# Ratio of the two sides of an interval from which it is lopsided. An end that was sought is met within 5 %.
LOPSIDED = 1.5
# Times that a variance is larger for the others' sake, up to which a constant is drawn by its own interval. Of one that
# is known only together with others, to bend it alone would spoil what is known of them together.
TIED = 4.0
# Draws by logarithms are given up where right-hand sides change so much less without; and draws that are compared.
NEARER = 0.5
COMPARED = 40
MOST = 500.0  # natural logarithms that a start is drawn from the fitted one, or its interval ends, at most
KEPT = 1e-9  # share of unity by which correlations are less than they are, so that they have an inverse


@dataclass(frozen=True)
class Known:
    """What is known of the constants of a law.

    Attributes:
        covariance: empty if they are certain.
        lows, highs: of their 95 % intervals; NaN or empty where there are none.
        points: states, inputs and times of the courses that they were fitted to; None where there are none.
        freedom: measured values less fitted constants and starts, by which the noise is known; 0 where it is known
            otherwise.
    """

    covariance: Sequence[Sequence[float]]
    lows: Sequence[float] = ()
    highs: Sequence[float] = ()
    points: Float[np.ndarray, "point name"] | None = None
    freedom: int = 0

    @classmethod
    def of(cls, result: DiscoveryResult) -> Known:
        """Of the chosen law of a result."""
        points: list[Float[np.ndarray, "point name"]] = []
        for run, curve in zip(result.trajectories, result.smoothing.trajectories, strict=False):
            columns = drive_columns(run.drive, curve.times)
            points.append(np.column_stack([curve.states, *columns, curve.times]))
        best = result.ranking.front[0]
        values = sum(int(np.isfinite(run.states).sum()) for run in result.trajectories)
        fitted = len(best.law.constants) + len(result.trajectories) * len(best.law.moving.states)
        return cls(
            result.advice.covariance, best.lows, best.highs, np.vstack(points) if points else None,
            max(values - fitted, 1),
        )  # fmt: skip


def drawn_constants(
    law: Law, known: Known, *, draws: int, seed: int, apart: bool = True
) -> Float[np.ndarray, "draw constant"]:
    """Constants from their normal distribution, or Student's, as far as what is known of them is of that form.

    None is outside of the bounds that were told, and none that is known by its sign changes it. The ones of these that
    are not known well are normal by their logarithms, as rates are, which keeps what is known of products; unless
    right-hand sides stay nearer to the fitted ones without, as where a sum is known better than its parts. The two
    sides of the lopsided interval of a constant that is not known well are drawn each by its own width.

    Args:
        apart: whether starts do not hang on the constants. The ends of a lopsided interval are those of fits with
            starts of their own, which fitted starts follow near the fit alone; with these, sides are alike.
        seed: same seed, same constants.
    """
    if not len(known.covariance):
        return np.tile(np.array(law.constants), (draws, 1))
    changes = _normal(np.array(known.covariance), draws, np.random.default_rng(seed)), students(known, draws, seed)
    rates = _rates(law, known)
    drawn = _changed(law, known, changes, rates, apart=apart)
    if known.points is None or not rates.any():
        return drawn
    straight = _changed(law, known, changes, np.zeros_like(rates), apart=apart)
    nearer = _unlike(law, straight, known.points) < NEARER * _unlike(law, drawn, known.points)
    return straight if nearer else drawn


def _told_bounds(law: Law) -> list[tuple[float, float]]:
    """Bounds of each constant, infinite where none were told."""
    told = {one.name: (one.low, one.high) for one in law.frame.constants} if law.frame else {}
    return [told.get(name, (-math.inf, math.inf)) for name in law.called]


def _signs(law: Law, known: Known) -> Float[np.ndarray, " constant"]:
    """Signs of the constants that are told or shown by their intervals; zero for others."""
    signs = np.zeros(len(law.constants))
    for place, (constant, bounds) in enumerate(zip(law.constants, _told_bounds(law), strict=True)):
        low, high = _interval(known, place)
        if low >= 0.0 or high <= 0.0 or bounds[0] >= 0.0 or bounds[1] <= 0.0:
            signs[place] = np.sign(constant)
    return signs


def _rates(law: Law, known: Known) -> Bool[np.ndarray, " constant"]:
    """Constants of a known sign that are not known well."""
    deviations = np.sqrt(np.maximum(np.diag(np.array(known.covariance)), 0.0))
    return (_signs(law, known) != 0.0) & (deviations > CURVED * np.abs(law.constants))


def _changed(
    law: Law,
    known: Known,
    changes: tuple[Float[np.ndarray, "draw constant"], Float[np.ndarray, " draw"]],
    rates: Bool[np.ndarray, " constant"],
    *,
    apart: bool,
) -> Float[np.ndarray, "draw constant"]:
    """The constants after normal changes, times Student's factors, which are those of logarithms for rates."""
    covariance, signs = np.array(known.covariance), _signs(law, known)
    tied, drawn = _tied(covariance), np.empty_like(changes[0])
    for place, (constant, bounds) in enumerate(zip(law.constants, _told_bounds(law), strict=True)):
        rate, change = bool(rates[place]), changes[0][:, place] * changes[1]
        deviation = math.sqrt(max(covariance[place, place], 0.0))
        if apart and not tied[place] and deviation > CURVED * abs(constant):
            # An end at a bound that was told, or at zero for a sign that was told, says not where the data end.
            low, high = (math.nan if end in (0.0, *bounds) else end for end in _interval(known, place))
            sided = _lopsided(changes[0][:, place], deviation, *_sides(constant, low, high, rate=rate))
            change = change if sided is None else sided  # the ends are Student's already
        one = constant * np.exp(change / constant) if rate else constant + change
        least = max(bounds[0], 0.0) if signs[place] > 0.0 else bounds[0]
        drawn[:, place] = np.clip(one, least, min(bounds[1], 0.0) if signs[place] < 0.0 else bounds[1])
    return drawn


def _unlike(law: Law, constants: Float[np.ndarray, "draw constant"], points: Float[np.ndarray, "point name"]) -> float:
    """How far right-hand sides with these constants are from the fitted ones, in sizes of these; the usual draw."""
    names, points = (*law.states, *law.inputs, "t"), points[np.isfinite(points).all(axis=1)]

    def sides(values_: Sequence[float]) -> Float[np.ndarray, "point state"]:
        with np.errstate(all="ignore"):
            return values(law.skeletons, names, points, values_)

    fitted = sides(law.constants)
    there = np.isfinite(fitted).all(axis=1)
    sizes = np.sqrt(np.mean(fitted[there] ** 2, axis=0)) if there.any() else np.ones(len(law.states))
    sizes = np.where(sizes > 0.0, sizes, 1.0)
    changes = [np.sqrt(np.mean(((sides(tuple(one)) - fitted)[there] / sizes) ** 2)) for one in constants[:COMPARED]]
    return float(np.median(np.nan_to_num(changes, nan=np.inf))) if there.any() else 0.0


def _interval(known: Known, place: int) -> tuple[float, float]:
    """Of a constant; NaN where none is known."""
    low, high = (float(ends[place]) if len(ends) else math.nan for ends in (known.lows, known.highs))
    return low, high


def _sides(constant: float, low: float, high: float, *, rate: bool) -> tuple[float, float]:
    """How far an interval reaches to both sides, as changes of the constant, of a rate by its logarithm."""
    if not rate:
        return constant - low, high - constant
    if not low * high > 0.0:  # neither is known, or it is no interval of one sign
        return math.nan, math.nan
    return constant * math.log(constant / low), constant * math.log(high / constant)


def _lopsided(
    change: Float[np.ndarray, " draw"], deviation: float, below: float, above: float
) -> Float[np.ndarray, " draw"] | None:
    """The changes, each side as wide as the interval; None unless its sides are known and not alike."""
    if not (deviation > 0.0 and 0.0 < below < math.inf and 0.0 < above < math.inf):
        return None
    if max(below, above) < LOPSIDED * min(below, above):
        return None
    return change / (NORMAL * deviation) * np.where(change < 0.0, below, above)


def _tied(covariance: Float[np.ndarray, "constant constant"]) -> Bool[np.ndarray, " constant"]:
    """Which constants are known together with others far better than alone."""
    sizes = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    units = np.where(sizes > 0.0, sizes, 1.0)
    correlations = covariance / units[:, None] / units
    eye = np.eye(len(units))
    return np.diag(np.linalg.inv((1.0 - KEPT) * correlations * (1.0 - eye) + eye)) > TIED


def measured_starts(
    start: Float[np.ndarray, " state"], noise: NoiseModel, *, draws: int, seed: int
) -> Float[np.ndarray, "draw state"]:
    """States that may have been measured as ``start``."""
    scatter = np.random.default_rng([seed, 1]).standard_normal((draws, len(start)))
    if noise.kind == "lognormal":
        return start * np.exp(noise.scale * scatter)
    return start + noise.deviation(start[None, :]) * scatter


def fitted_starts(
    start: Float[np.ndarray, " state"],
    beginning: Beginning,
    law: Law,
    constants: Float[np.ndarray, "draw constant"],
    *,
    hidden: Bool[np.ndarray, " state"] | None = None,
    known: Known | None = None,
    seed: int,
) -> Float[np.ndarray, "draw state"]:
    """States at which the run may have begun that ``start`` was fitted to, with other constants.

    Of a fit, starts and constants are not known apart: where a hidden state began lower, it has to grow faster.

    Args:
        hidden: states that nothing measured. They are known by their products with constants, such as half the state
            at twice the rate, and where it is known that they are not zero follow by logarithms, which keeps these;
            so do those of which the law has a logarithm or a root.
        known: by which the constants were drawn, whose Student's factors the starts share.
    """
    fitted = np.array(law.constants)
    scatter = _normal(beginning.scatter, len(constants), np.random.default_rng([seed, 1]))
    scatter = scatter if known is None else scatter * students(known, len(constants), seed)[:, None]
    starts = start + (constants - fitted) @ beginning.follows.T + scatter
    if hidden is None or not hidden.any():
        return starts
    ratios = constants / np.where(fitted == 0.0, 1.0, fitted)
    signed = (ratios > 0.0).all(axis=0) & (fitted != 0.0)
    changes = np.where(signed, fitted * np.log(np.where(signed, ratios, 1.0)), constants - fitted)
    relative = (changes @ beginning.follows.T + scatter) / np.where(start == 0.0, 1.0, start)
    above = np.array(positive(law.frame.templates if law.frame else (), law.states)) & (start > 0.0)
    by_logarithm = hidden & (start != 0.0) & (above | (NORMAL * relative.std(axis=0) < 1.0))
    return np.where(by_logarithm, start * np.exp(np.clip(np.where(by_logarithm, relative, 0.0), -MOST, MOST)), starts)


def students(known: Known, draws: int, seed: int) -> Float[np.ndarray, " draw"]:
    """Factors of normal draws by which these are Student's, as the noise is known from few values: one for each draw.

    Source: Kotz & Nadarajah (2004), Multivariate t Distributions and Their Applications, ch. 1.
    """
    if not known.freedom:
        return np.ones(draws)
    return np.sqrt(known.freedom / np.random.default_rng([seed, 2]).chisquare(known.freedom, draws))


def _normal(
    covariance: Float[np.ndarray, "value value"], draws: int, generator: np.random.Generator
) -> Float[np.ndarray, "draw value"]:
    """Deviations of that covariance, by the principal axes of the correlations.

    Those of the covariance itself would mix rounding of the largest deviation into the smallest, of 1e-121 beside 200.
    """
    sizes = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    units = np.where(sizes > 0.0, sizes, 1.0)
    variances, axes = np.linalg.eigh(covariance / units[:, None] / units)
    standard = generator.standard_normal((draws, len(variances)))
    # The symmetric root: axes of constants that are hardly correlated hang on the last bits, and it does not.
    return standard @ (axes * np.sqrt(np.maximum(variances, 0.0)) @ axes.T) * sizes
