"""The functions with inner constants, compiled: what a shape's terms are made of, at many points.

One kind of function is a number here, as compiled code cannot take a Python function for each; ``shapes.py`` says what
each is for, and where it stands in the textbooks.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from jaxtyping import Float
from numba import njit

from discovery.library.grammar import LARGEST_EXPONENT, POLE

# The largest exponent of a power with a free one.
LARGEST_POWER = 6.0
TINY = 1e-300


class Kind(IntEnum):
    """Kinds of functions, in arguments u, v and constants a, b, c."""

    FRACTION = 0  # 1/(1 + a u + b v + ...)
    SATURATION = 1  # 1/(a + u)
    HILL = 2  # 1/(1 + (u/a)^m)
    PRODUCT = 3  # 1/((1 + (u/a)^m)(1 + (v/b)^n))
    EXPONENTIAL = 4  # exp(-a u)
    WAVE = 5  # sin a u, cos a u, and if four are asked for sin 2 a u, cos 2 a u
    LOGISTIC = 6  # 1/(1 + exp(a + b u + c v + ...))
    LOGARITHM = 7  # log u
    POWER = 8  # u^a
    DRAG = 9  # |u|, sign u


FRACTION, SATURATION, HILL, PRODUCT = map(int, (Kind.FRACTION, Kind.SATURATION, Kind.HILL, Kind.PRODUCT))
EXPONENTIAL, WAVE, LOGISTIC = map(int, (Kind.EXPONENTIAL, Kind.WAVE, Kind.LOGISTIC))
LOGARITHM, POWER, DRAG = map(int, (Kind.LOGARITHM, Kind.POWER, Kind.DRAG))


def values(
    kind: Kind,
    orders: tuple[int, int],
    count: int,
    arguments: Float[np.ndarray, "argument point"],
    constants: Float[np.ndarray, " constant"],
) -> Float[np.ndarray, "function point"]:
    """``count`` functions of a kind; NaN everywhere if one is undefined, or comes too near a pole, at any point."""
    found = np.empty((count, arguments.shape[1]))
    if not fill(int(kind), orders[0], orders[1], arguments, np.asarray(constants, dtype=np.float64), found):
        found[:] = np.nan
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def fill(kind, m, n, u, c, out):
    """Writes the functions into ``out``, a row for each; False if they are undefined or too near a pole anywhere."""
    if kind == EXPONENTIAL:
        return _exponential(u, c, out)
    if kind == WAVE:
        return _wave(u, c, out)
    if kind == LOGISTIC:
        return _logistic(u, c, out)
    if kind >= LOGARITHM:
        return _plain(kind, u, c, out)
    _denominator(kind, m, n, u, c, out)
    return _inverted(out)


@njit(cache=True, nogil=True, error_model="numpy")
def _denominator(kind, m, n, u, c, out):
    for i in range(u.shape[1]):
        if kind == FRACTION:
            total = 1.0
            for k in range(u.shape[0]):
                total += c[k] * u[k, i]
            out[0, i] = total
        elif kind == SATURATION:
            out[0, i] = c[0] + u[0, i]
        else:
            out[0, i] = 1.0 + (u[0, i] / c[0]) ** m
            if kind == PRODUCT:
                out[0, i] *= 1.0 + (u[1, i] / c[1]) ** n


@njit(cache=True, nogil=True, error_model="numpy")
def _inverted(out):
    """One over the values; False if these change their sign or come too near zero."""
    least, most, positive = np.inf, 0.0, out[0, 0] > 0.0
    for i in range(out.shape[1]):
        size = abs(out[0, i])
        if (out[0, i] > 0.0) != positive or not np.isfinite(size):
            return False
        least, most = min(least, size), max(most, size)
        out[0, i] = 1.0 / out[0, i]
    return least > POLE * most


@njit(cache=True, nogil=True, error_model="numpy")
def _exponential(u, c, out):
    for i in range(u.shape[1]):
        power = -c[0] * u[0, i]
        if not abs(power) < LARGEST_EXPONENT:
            return False
        out[0, i] = np.exp(power)
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _wave(u, c, out):
    for i in range(u.shape[1]):
        sine, cosine = np.sin(abs(c[0]) * u[0, i]), np.cos(abs(c[0]) * u[0, i])
        out[0, i], out[1, i] = sine, cosine
        if out.shape[0] == 4:
            out[2, i], out[3, i] = 2.0 * sine * cosine, 1.0 - 2.0 * sine * sine
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _logistic(u, c, out):
    if not abs(c[0]) < LARGEST_EXPONENT:
        return False
    for i in range(u.shape[1]):
        total = c[0]
        for k in range(u.shape[0]):
            total += c[1 + k] * u[k, i]
        if not abs(total) < LARGEST_EXPONENT:
            return False
        out[0, i] = 1.0 / (1.0 + np.exp(total))
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _plain(kind, u, c, out):
    if kind == POWER and not abs(c[0]) < LARGEST_POWER:
        return False
    for i in range(u.shape[1]):
        if kind == LOGARITHM:
            out[0, i] = np.log(max(u[0, i], TINY))
        elif kind == POWER:
            out[0, i] = max(u[0, i], TINY) ** c[0]
        else:
            out[0, i], out[1, i] = abs(u[0, i]), np.sign(u[0, i])
    return True
