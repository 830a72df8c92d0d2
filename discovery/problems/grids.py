"""Values that are tried first of a constant that stands inside of functions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.laws import Frame, Told, told_symbol
from discovery.problems.points import Points
from discovery.samples import SmoothedTrajectory, symbol

# In units of one over what the constant is multiplied by.
GRID = (0.1, 0.3, 1.0, 3.0, 10.0)
# Share of its size that a factor changes by if it changes at all, and is no number with rounding.
STILL = 1e-6
# Values tried beyond a bound that is itself beyond all others, in its size.
BEYOND = (0.1, 1.0, 4.0)
# Frequencies that are tried: all of the lowest, and of the others as many as have most power, as a trial is 2 ms. There
# are no more than so many in all, nor samples at which power is looked at.
LOW, HIGH, MOST = 1000, 200, 100_000


def axis(one: Told, frame: Frame, points: Points) -> Sequence[float]:
    """Values that are tried of one constant."""
    if math.isfinite(one.deviation):
        return [one.mean + step * one.deviation for step in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    if is_frequency(one.name, frame):
        return _frequencies(one, points.curves).tolist()
    scale, narrow = _scales(one.name, frame, points)
    sizes = [size * scale for size in GRID]
    sizes += [size * narrow for size in GRID if size * narrow > sizes[-1]]
    return [sign * size for sign in (1.0, -1.0) for size in sizes if one.low <= sign * size <= one.high] or between(
        one.low, one.high
    )


def between(low: float, high: float) -> list[float]:
    """Values within bounds that no other value is in; beyond the one that there is, in its own size."""
    if math.isfinite(low) and math.isfinite(high):
        return [0.5 * (low + high)]
    end, sign = (low, 1.0) if math.isfinite(low) else (high, -1.0)
    return [end + sign * share * max(abs(end), 1e-300) for share in BEYOND]


def _frequencies(one: Told, curves: Sequence[SmoothedTrajectory]) -> Float[np.ndarray, " frequency"]:
    """Angular frequencies that the samples tell apart: the lowest, and of the others those at which slopes change most.

    Half a turn apart over a record, as nearer ones are alike there; beyond half the sampling rate they fold.
    """
    span = max(float(np.ptp(curve.times)) for curve in curves)
    step = float(np.median(np.concatenate([np.diff(curve.times) for curve in curves])))
    lowest = max(math.pi / span, one.low if math.isfinite(one.low) else 0.0)
    highest = max(min(0.9 * math.pi / step, one.high), 1.01 * lowest)
    every = lowest + 0.5 * math.pi / span * np.arange(min(math.ceil((highest - lowest) / (0.5 * math.pi / span)), MOST))
    if len(every) <= LOW + HIGH:
        return every
    power = sum((_power(curve, step, every[LOW:]) for curve in curves), np.zeros(len(every) - LOW))
    return np.sort(np.concatenate([every[:LOW], every[LOW:][np.argsort(-power, kind="stable")[:HIGH]]]))


def _power(
    curve: SmoothedTrajectory, step: float, frequencies: Float[np.ndarray, " frequency"]
) -> Float[np.ndarray, " frequency"]:
    """The power of the slopes at frequencies, by a transform of the curve at even times."""
    count = min(max(2, round(float(np.ptp(curve.times)) / step) + 1), MOST)
    times = np.linspace(curve.times[0], curve.times[-1], count)
    spectrum = 2 * np.pi * np.fft.rfftfreq(4 * count, max(float(times[1] - times[0]), 1e-300))
    total = np.zeros(len(frequencies))
    for slope in curve.derivatives.T:
        even = np.interp(times, curve.times, slope)
        even = (even - even.mean()) / max(float(even.std()), 1e-300)
        total += np.interp(frequencies, spectrum, np.abs(np.fft.rfft(even, 4 * count)) ** 2)
    return total


def is_frequency(name: str, frame: Frame) -> bool:
    """Whether a constant stands only before time, within sines and cosines."""
    mark, found = told_symbol(name), False
    for expression in (*frame.templates, *(a for u in frame.unknowns for a in u.arguments)):
        rest = expression
        for wave in expression.atoms(sp.sin, sp.cos):
            slope = sp.diff(wave.args[0], mark)
            if slope != 0 and slope.free_symbols == {symbol("t")}:
                found = True
                rest = rest.subs(wave, sp.Dummy())
        if mark in rest.free_symbols:
            return False
    return found


def _scales(name: str, frame: Frame, points: Points) -> tuple[float, float]:
    """About one over what the constant is multiplied by where it first stands; 1 where that cannot be told.

    And one over by how much that changes: as 1/T does little, E in exp(-E/T) is far larger than T.
    """
    mark = told_symbol(name)
    for expression in (*frame.templates, *(a for u in frame.unknowns for a in u.arguments)):
        for part in sp.preorder_traversal(expression):
            if not isinstance(part, sp.Add | sp.Mul) or mark not in part.free_symbols:
                continue
            own = [one for one in part.args if mark in one.free_symbols]
            beside = part.func(*(one for one in part.args if mark not in one.free_symbols))
            names = set(map(str, beside.free_symbols))
            if len(own) != 1 or not names or not names <= set(points.names):
                continue
            values = points.values([beside], (), ())
            values = values[np.isfinite(values) & (values != 0.0)]
            if not len(values):
                continue
            sizes, change = np.abs(values), float(values.std())
            if isinstance(part, sp.Add):
                return float(np.max(sizes)), 0.0  # a summand is as large as its fellows
            usual = float(np.median(sizes))  # a factor takes what is usual to one, also from below the bar
            if isinstance(own[0], sp.Pow) and own[0].exp.could_extract_minus_sign():
                return usual, 0.0
            return 1.0 / usual, 1.0 / change if change > STILL * usual else 0.0
    return 1.0, 0.0


def inside(one: Told, value: float) -> float:
    """The number nearest to ``value`` that is well within bounds."""
    edge = one.low if value < one.low else one.high
    width = one.high - one.low
    step = 0.01 * width if math.isfinite(width) else max(0.01 * abs(value), 1e-6)
    return edge + step if value < one.low else edge - step


def within_bounds(one: Told, value: float) -> float:
    """The number itself where its bounds allow it, else the nearest that is well within them."""
    return value if one.low <= value <= one.high else inside(one, value)
