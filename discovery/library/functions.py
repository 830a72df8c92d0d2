"""The functions with inner constants, compiled: what a shape's terms are made of, at many points.

One kind of function is a number here, as compiled code cannot take a Python function for each; ``stated.py`` says what
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
    """Kinds of functions, in arguments u, v and constants a, b, c; A = a u and B = a v are angles in one unit."""

    FRACTION = 0  # 1/(1 + a u + b v + ...)
    SATURATION = 1  # 1/(a + u)
    HILL = 2  # 1/(1 + (u/a)^m)
    PRODUCT = 3  # 1/((1 + (u/a)^m)(1 + (v/b)^n))
    RATIO = 4  # 1/(u + a v)
    EXPONENTIAL = 5  # exp(-a u)
    WAVE = 6  # sin a u, cos a u, and if four are asked for sin 2 a u, cos 2 a u
    LOGISTIC = 7  # 1/(1 + exp(a + b u + c v + ...))
    LOGARITHM = 8  # log u
    POWER = 9  # u^a
    DRAG = 10  # |u|, sign u
    ANGLES = 11  # waves of A and of B, of their doubles, and products of these
    COTANGENT = 12  # 1/sin A, cot A, or 1/cos A, tan A if m = 2, and if there are v waves of B and products with these
    OVER = 13  # 1/u, waves of B and these over u


FRACTION, SATURATION, PRODUCT = map(int, (Kind.FRACTION, Kind.SATURATION, Kind.PRODUCT))
RATIO, EXPONENTIAL, WAVE, LOGISTIC = map(int, (Kind.RATIO, Kind.EXPONENTIAL, Kind.WAVE, Kind.LOGISTIC))
LOGARITHM, POWER = map(int, (Kind.LOGARITHM, Kind.POWER))
ANGLES, COTANGENT, OVER = map(int, (Kind.ANGLES, Kind.COTANGENT, Kind.OVER))


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
    if kind >= ANGLES:
        return _of_angles(kind, m, u, c[0], out)
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
        elif kind == RATIO:
            out[0, i] = u[0, i] + c[0] * u[1, i]
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


@njit(cache=True, nogil=True, error_model="numpy")
def _of_angles(kind, m, u, scale, out):
    if kind == ANGLES:
        return _angles(u, scale, out)
    for i in range(u.shape[1]):
        if kind == OVER:
            out[0, i] = u[0, i]
        else:
            out[0, i] = np.sin(scale * u[0, i]) if m == 1 else np.cos(scale * u[0, i])
    if not _inverted(out[:1]):
        return False
    first = 1
    if kind == COTANGENT:
        first = 2
        for i in range(u.shape[1]):
            out[1, i] = out[0, i] * (np.cos(scale * u[0, i]) if m == 1 else np.sin(scale * u[0, i]))
    for i in range(u.shape[1] if u.shape[0] == 2 else 0):
        sine, cosine = np.sin(scale * u[1, i]), np.cos(scale * u[1, i])
        out[first, i], out[first + 1, i] = sine, cosine
        for k in range(first):
            out[first + 2 + 2 * k, i], out[first + 3 + 2 * k, i] = out[k, i] * sine, out[k, i] * cosine
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _angles(u, scale, out):
    """Of two angles: their waves, what the doubles have, products of waves, of waves with the other's doubles."""
    scale = abs(scale)  # as they are written
    for k in range(2):
        sine, cosine = out[2 * k], out[2 * k + 1]
        for i in range(u.shape[1]):
            sine[i], cosine[i] = np.sin(scale * u[k, i]), np.cos(scale * u[k, i])
        _multiply(sine, sine, out[4 + 2 * k])
        _multiply(sine, cosine, out[5 + 2 * k])
    for a in range(2):
        for b in range(2):
            _multiply(out[a], out[2 + b], out[8 + 2 * a + b])
            _multiply(out[a], out[6 + b], out[12 + 2 * a + b])
            _multiply(out[4 + a], out[2 + b], out[16 + 2 * a + b])
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _multiply(one, other, product):
    for i in range(len(product)):
        product[i] = one[i] * other[i]
