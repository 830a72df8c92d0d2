"""Shapes with inner constants that science uses; ``stated.py`` has a textbook for each.

A shape is one function (or a few that share constants) of one state or two, times any of its multipliers, which are
powers of states. Outer constants are linear and never in a shape; inner constants start from a grid over the data's
range and are refined by variable projection. The same shapes are offered to every system, each with free scales.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.library.functions import Kind, values
from discovery.library.grammar import FLAT, LARGEST_EXPONENT, SMALLEST, Powers, rests
from discovery.symbolic.writing import IN_ORDER, float_of, one_over, plus, scaled, times

States = Float[np.ndarray, "point state"]
Constants = Float[np.ndarray, " constant"]
Functions = Float[np.ndarray, "point function"]
Arguments = Float[np.ndarray, "argument point"]

# Starts of an inner constant, as shares of the data's size, a factor of about 2 apart. Not tuned: the values up to 3.2
# were a first guess, and 6.4 was added for one system of the design half whose half-saturation lies beyond the data.
SHARES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
COARSE = (0.05, 0.15, 0.4, 1.2)
RATIOS = (0.05, 0.2, 1.0, 5.0, 20.0)
RATES = (0.1, 0.3, 0.7, 1.5, 3.0)
# Least value of a variable over its largest from which on it counts as far from zero, as temperatures in kelvins do:
# flames and stars apart, what is measured in one experiment is within a factor of three.
FAR = 1.0 / 3.0
# Largest k/x to begin from: activation energies reach fifty times the thermal energy (Levenspiel 1999, ch. 2).
COLDEST = 60.0


@dataclass(frozen=True)
class Shape:
    """Functions of states with common inner constants, and what they may be multiplied by.

    Attributes:
        name: for sources of candidates, such as ``hill2``.
        states: indices of the states that it depends on.
        starts: inner constants to begin from.
        kind: of the functions, as they are computed.
        write: the functions as expressions.
        multipliers: exponents of all states, one tuple for each product.
        power: highest power of a state inside.
        natural: multipliers that make another textbook form of it, such as x^n of 1/(k^n + x^n).
        orders: whole powers in a Hill function or a product of two.
        count: functions that share the constants.
        combined: what the functions are of, where that is not the states themselves, one row for each.
        factors: how many each function is a product of; one each if empty.
    """

    name: str
    states: tuple[int, ...]
    starts: Float[np.ndarray, "start constant"]
    kind: Kind
    write: Callable[[Sequence[sp.Expr], Constants], tuple[sp.Expr, ...]]
    multipliers: tuple[Powers, ...]
    power: int = 1
    natural: tuple[Powers, ...] = ()
    orders: tuple[int, int] = (1, 1)
    count: int = 1
    combined: Callable[[States], Arguments] | None = None
    factors: tuple[int, ...] = ()

    def arguments(self, states: States) -> Arguments:
        """What the functions are of, at some states."""
        rows = states[:, list(self.states)].T if self.combined is None else self.combined(states)
        return np.ascontiguousarray(rows, dtype=np.float64)

    def value(self, states: States, constants: Constants) -> Functions:
        """The functions at some states; NaN where they are undefined or too near a pole."""
        return values(self.kind, self.orders, self.count, self.arguments(states), constants).T

    @property
    def effort(self) -> int:
        """Roughly the length of the text that all terms share: two for each inner constant, and powers."""
        return 2 * self.starts.shape[1] + min(self.power, 2)

    def length(self, function: int, multiplier: Powers) -> int:
        """Factors that a term has besides one of the forms of the shape, and those of that."""
        left = [sum(multiplier)]
        for form in self.natural:
            rest = [a - b for a, b in zip(multiplier, form, strict=True)]
            left += [sum(rest)] if min(rest) >= 0 else []
        return (self.factors[function] if self.factors else 1) + min(left)


def shapes(states: States) -> tuple[Shape, ...]:
    """All shapes for these data."""
    found: list[Shape] = []
    for i, column in enumerate(states.T):
        if float(np.ptp(column)) <= FLAT * float(np.abs(column).max()):
            continue  # nothing can be learned of how the law depends on it
        found += _of_one(i, states)
    for i, j in combinations(range(states.shape[1]), 2):
        found += _of_two(i, j, states)
    return tuple(found)


def _of_one(i: int, states: States) -> list[Shape]:
    column, dimension = states[:, i], states.shape[1]
    low, high = float(column.min()), float(column.max())
    found = [_saturation(i, states), _exponential(i, states), _wave(i, states), _logistic(i, states)]
    found += [_hill(i, power, states) for power in (2, 3, 4, 5) if low >= 0.0 or power % 2 == 0]
    if low > 0.0:
        found += [_logarithm(i, dimension), _power(i, dimension)]
        found += [_activation(i, states)] if low > FAR * high else []
    if low < 0.0 < high or rests(column):
        found.append(_drag(i, dimension))
    return found


def _of_two(i: int, j: int, states: States) -> list[Shape]:
    found = [_logistic_of_two(i, j, states), _wave_of_difference(i, j, states)]
    if states[:, [i, j]].min() >= 0.0:
        found += [_ratio(i, j, states), _competition(i, j, states)]
        found += [_product(i, m, j, n, states) for m in (1, 2) for n in (1, 2)]
    return found


def exponents(dimension: int, degree: int) -> tuple[Powers, ...]:
    """Exponents of all monomials up to a degree, the constant first."""
    every = [p for p in product(range(degree + 1), repeat=dimension) if sum(p) <= degree]
    return tuple(sorted(every, key=lambda p: (sum(p), p[::-1])))


def _unit(i: int, power: int, dimension: int) -> Powers:
    return tuple(power if k == i else 0 for k in range(dimension))


def _times(one: Powers, other: Powers) -> Powers:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _rich(dimension: int) -> tuple[Powers, ...]:
    """Products of degree two at most; only of one other state where there are many."""
    return exponents(dimension, 2 if dimension <= 3 else 1)


def _gate(number: float, *terms: sp.Expr) -> sp.Expr:
    """1/(1 + exp(number + terms))."""
    return one_over(plus(sp.S.One, [sp.exp(plus(float_of(number), terms), evaluate=False)]))


def size_of(column: Float[np.ndarray, " point"]) -> float:
    """The largest absolute value, never zero."""
    return max(float(np.abs(column).max()), SMALLEST)


def spread(column: Float[np.ndarray, " point"]) -> float:
    """The standard deviation, never zero."""
    return max(float(column.std()), SMALLEST)


def _saturation(i: int, states: States) -> Shape:
    """1/(k + x)."""
    column, dimension = states[:, i], states.shape[1]
    low, high = float(column.min()), float(column.max())
    span = max(high - low, SMALLEST)
    starts = [max(0.0, -low) + share * (size_of(column) if low >= 0 else span) for share in SHARES]
    starts += [-(high + share * span) for share in (0.3, 1.0)]
    extra = [_times(_unit(i, 1, dimension), _unit(k, 1, dimension)) for k in range(dimension)]
    return Shape(
        "saturation", (i,), np.array(starts)[:, None],
        Kind.SATURATION,
        lambda s, c: (one_over(plus(float_of(c[0]), [s[i]])),),
        (*dict.fromkeys((*_rich(dimension), *extra)),),
        natural=(_unit(i, 1, dimension),),
    )  # fmt: skip


def _hill(i: int, power: int, states: States) -> Shape:
    """1/(k^n + x^n), times x^n a Hill function."""
    dimension = states.shape[1]
    scale = size_of(states[:, i])
    top = _unit(i, power, dimension)
    extra = [_times(top, _unit(k, 1, dimension)) for k in range(dimension)]
    return Shape(
        f"hill{power}", (i,), scale * np.array(SHARES)[:, None],
        Kind.HILL,
        lambda s, c: (one_over(plus(sp.S.One, [scaled(c[0] ** -power, s[i] ** power)])),),
        (*dict.fromkeys((*_rich(dimension), top, *extra)),),
        power,
        natural=(top,),
        orders=(power, 1),
    )  # fmt: skip


def _exponential(i: int, states: States) -> Shape:
    """exp(-k x)."""
    scale, largest = spread(states[:, i]), size_of(states[:, i])
    rates = [sign * share / scale for share in RATES for sign in (1.0, -1.0) if share * largest <= scale * 30.0]
    return Shape(
        "exponential", (i,), np.array(rates).reshape(-1, 1),
        Kind.EXPONENTIAL,
        lambda s, c: (sp.exp(scaled(-c[0], s[i]), evaluate=False),),
        _rich(states.shape[1]),
    )  # fmt: skip


def _activation(i: int, states: States) -> Shape:
    """exp(-k/x)."""
    inverse = 1.0 / states[:, i]
    scale, largest = spread(inverse), size_of(inverse)
    rates = [sign * share / scale for share in RATES for sign in (1.0, -1.0) if share * largest <= scale * COLDEST]
    return Shape(
        "activation", (i,), np.array(rates).reshape(-1, 1),
        Kind.EXPONENTIAL,
        lambda s, c: (sp.exp(scaled(-c[0], one_over(s[i])), evaluate=False),),
        _rich(states.shape[1]),
        combined=lambda x: 1.0 / x[:, i][None, :],
    )  # fmt: skip


def _wave(i: int, states: States) -> Shape:
    """sin(w x + p) and its double. Angles come first."""
    scale = spread(states[:, i])
    starts = np.array([1.0, *(share / scale for share in RATES)])[:, None]
    return Shape(
        "wave", (i,), starts,
        Kind.WAVE,
        lambda s, c: _waves(s[i], abs(c[0])),
        exponents(states.shape[1], 1),
        count=4,
    )  # fmt: skip


def _waves(x: sp.Expr, rate: float) -> tuple[sp.Expr, ...]:
    """Sine and cosine, and those of the double; of an angle itself as products of the first two."""
    first = tuple(f(scaled(rate, x), evaluate=False) for f in (sp.sin, sp.cos))
    if rate == 1.0:
        return (*first, 2 * sp.sin(x) * sp.cos(x), 1 - 2 * sp.sin(x) ** 2)
    return (*first, *(f(scaled(2.0 * rate, x), evaluate=False) for f in (sp.sin, sp.cos)))


def _wave_of_difference(i: int, j: int, states: States) -> Shape:
    """sin(w (x - y)): coupled phases."""
    scale = spread(states[:, i] - states[:, j])
    return Shape(
        "difference", (i, j), np.array([1.0, 1.0 / scale])[:, None],
        Kind.WAVE,
        lambda s, c: tuple(f(sp.Float(abs(c[0])) * (s[i] - s[j]), evaluate=False) for f in (sp.sin, sp.cos)),
        exponents(states.shape[1], 1),
        count=2,
        combined=lambda x: (x[:, i] - x[:, j])[None, :],
    )  # fmt: skip


def _logistic(i: int, states: States) -> Shape:
    """1/(1 + exp(a + b x))."""
    column = states[:, i]
    widths = spread(column) * np.array([0.1, 0.3, 1.0, 3.0])
    starts = [(-centre / width, 1.0 / width) for centre in np.quantile(column, (0.1, 0.5, 0.9)) for width in widths]
    starts += [(0.0, -1.0 / width) for width in widths]
    return Shape(
        "logistic", (i,), _moderate(np.array(starts)),
        Kind.LOGISTIC,
        lambda s, c: (_gate(c[0], scaled(c[1], s[i])),),
        exponents(states.shape[1], 1),
    )  # fmt: skip


def _logistic_of_two(i: int, j: int, states: States) -> Shape:
    """1/(1 + exp(a + b x + c y))."""
    one, other = states[:, i], states[:, j]
    directions = [(np.cos(angle), np.sin(angle)) for angle in np.pi * np.arange(1, 8) / 8 if angle != np.pi / 2]
    starts: list[tuple[float, float, float]] = []
    for b, c in directions:
        b, c = b / spread(one), c / spread(other)
        argument = b * one + c * other
        starts += [
            (-centre * s, b * s, c * s) for s in (0.5, 2.0) for centre in (*np.quantile(argument, (0.2, 0.8)), 0.0)
        ]
    return Shape(
        "logistic_of_two", (i, j), _moderate(np.array(starts)),
        Kind.LOGISTIC,
        lambda s, c: (_gate(c[0], scaled(c[1], s[i]), scaled(c[2], s[j])),),
        exponents(states.shape[1], 1),
    )  # fmt: skip


def _moderate(starts: Float[np.ndarray, "start constant"]) -> Float[np.ndarray, "start constant"]:
    """Starts whose offset does not overflow when it is written as exp(a)."""
    return starts[np.abs(starts[:, 0]) < LARGEST_EXPONENT]


def _logarithm(i: int, dimension: int) -> Shape:
    """Log x, x log x."""
    return Shape(
        "logarithm", (i,), np.empty((1, 0)),
        Kind.LOGARITHM,
        lambda s, _: (sp.log(s[i]),),
        _rich(dimension),
    )  # fmt: skip


def _power(i: int, dimension: int) -> Shape:
    """x^p."""
    return Shape(
        "power", (i,), np.array([[-1.5], [-1.0], [-0.5], [0.25], [0.5], [0.75], [1.5], [2.5]]),
        Kind.POWER,
        lambda s, c: (s[i] ** sp.Float(c[0]),),
        exponents(dimension, 1),
    )  # fmt: skip


def _drag(i: int, dimension: int) -> Shape:
    """|x| x, |x|, sign x."""
    return Shape(
        "drag", (i,), np.empty((1, 0)),
        Kind.DRAG,
        lambda s, _: (sp.Abs(s[i]), sp.sign(s[i])),
        exponents(dimension, 1),
        count=2,
    )  # fmt: skip


def _competition(i: int, j: int, states: States) -> Shape:
    """1/(1 + a x + b y)."""
    dimension = states.shape[1]
    sizes = size_of(states[:, i]), size_of(states[:, j])
    starts = [(1 / (one * sizes[0]), 1 / (other * sizes[1])) for one in COARSE for other in COARSE]
    return Shape(
        "competition", (i, j), np.array(starts),
        Kind.FRACTION,
        lambda s, c: (one_over(plus(sp.S.One, [scaled(c[0], s[i]), scaled(c[1], s[j])])),),
        _rich(dimension),
        natural=(_unit(i, 1, dimension), _unit(j, 1, dimension)),
    )  # fmt: skip


def _ratio(i: int, j: int, states: States) -> Shape:
    """1/(x + a y)."""
    dimension = states.shape[1]
    one, other = _unit(i, 1, dimension), _unit(j, 1, dimension)
    return Shape(
        "ratio", (i, j), size_of(states[:, i]) / size_of(states[:, j]) * np.array(RATIOS)[:, None],
        Kind.RATIO,
        lambda s, c: (one_over(sp.Add(*sorted((s[i], scaled(c[0], s[j])), key=IN_ORDER), evaluate=False)),),
        tuple(dict.fromkeys((*_rich(dimension), _times(one, other)))),
        natural=(one, other, _times(one, other)),
    )  # fmt: skip


def _product(i: int, m: int, j: int, n: int, states: States) -> Shape:
    """1/((k^m + x^m)(l^n + y^n))."""
    dimension = states.shape[1]
    sizes = size_of(states[:, i]), size_of(states[:, j])
    starts = [(one * sizes[0], other * sizes[1]) for one in COARSE for other in COARSE]
    one, other = _unit(i, m, dimension), _unit(j, n, dimension)
    return Shape(
        f"product{m}{n}", (i, j), np.array(starts),
        Kind.PRODUCT,
        lambda s, c: (
            times(
                one_over(plus(sp.S.One, [scaled(number**-power, x**power)]))
                for number, power, x in ((c[0], m, s[i]), (c[1], n, s[j]))
            ),
        ),
        tuple(dict.fromkeys((*exponents(dimension, 1), one, other, _times(one, other)))),
        m + n,
        natural=(one, other, _times(one, other)),
        orders=(m, n),
    )  # fmt: skip
