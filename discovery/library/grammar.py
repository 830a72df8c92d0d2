"""Shapes of terms that science uses, each with a textbook in which it stands.

A library is a list of terms in the states. Inner constants (the half-saturation K of x/(K + x), the scale of an
exponential) start from a coarse grid over the data's range and are refined later, with everything else.
No shape is here for the sake of one system.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.types import symbol

# Spans and scales below this count as this; a column that does not change has none of its own.
TINY = 1e-12
# exp(150) = 1e65: products with states and squares of these stay far from overflow.
LARGEST_EXPONENT = 150.0


@dataclass(frozen=True)
class Library:
    """Terms that may occur together in one right-hand side.

    Terms that hold a float have an inner constant that wants refining.
    """

    name: str
    terms: tuple[sp.Expr, ...]


def monomials(names: Sequence[str], degree: int, *, lowest: int = 0) -> tuple[sp.Expr, ...]:
    """All products of states from degree ``lowest`` to ``degree``; 1 is the product of none.

    Mass action (Murray 2002, Mathematical Biology I, ch. 6), Taylor expansions of any smooth law.
    """
    symbols = [symbol(name) for name in names]
    return tuple(
        sp.Mul(*factors)
        for power in range(lowest, degree + 1)
        for factors in combinations_with_replacement(symbols, power)
    )


def polynomial_degree(dimension: int) -> int:
    """Highest degree whose library stays below about 60 terms: 5, 5, 4, 3 and 2 for 1, 2, 3, 4-5 and more states."""
    return {1: 5, 2: 5, 3: 4, 4: 3, 5: 3}.get(dimension, 2)


def polynomial(names: Sequence[str], degree: int) -> Library:
    """Monomials up to ``degree``."""
    return Library(f"polynomial{degree}", monomials(names, degree))


def trigonometric(names: Sequence[str]) -> Library:
    """Pendula and phase oscillators (Strogatz 2015, Nonlinear Dynamics and Chaos, ch. 4, 6.7, 8.6).

    Sines and cosines of states, of their doubles and of differences of states, alone and times a state.
    """
    symbols = [symbol(name) for name in names]
    angles = [scale * x for x in symbols for scale in (1, 2)]
    angles += [x - y for i, x in enumerate(symbols) for y in symbols[i + 1 :]]
    waves = [wave(angle) for angle in angles for wave in (sp.sin, sp.cos)]
    products = [x * wave(y) for x in symbols for y in symbols for wave in (sp.sin, sp.cos)]
    products += [wave(x) * sp.sin(y) for x in symbols for y in symbols if x != y for wave in (sp.sin, sp.cos)]
    return Library("trigonometric", tuple(dict.fromkeys((*monomials(names, 2), *waves, *products))))


def dissipative(names: Sequence[str], states: Float[np.ndarray, "point state"]) -> Library:
    """Quadratic drag |x| x (Batchelor 1967, An Introduction to Fluid Dynamics, 5.11), dry friction sign(x).

    Only for states that change sign; else the shapes are polynomial. Empty if there is none.
    """
    changing = [symbol(n) for n, column in zip(names, states.T, strict=True) if column.min() < 0 < column.max()]
    terms = [shape for x in changing for shape in (sp.Abs(x) * x, sp.Abs(x), sp.sign(x))]
    return Library("dissipative", (*monomials(names, 3), *terms)) if terms else Library("dissipative", ())


def positive(names: Sequence[str], states: Float[np.ndarray, "point state"]) -> Library:
    """Shapes of positive states: x log x (Gompertz growth), square root (Torricelli outflow), x^(2/3), x^(3/4).

    Murray 2002, ch. 1; West, Brown & Enquist 2001, Nature 413:628 for the powers. Empty if no state is positive.
    """
    above = [symbol(n) for n, column in zip(names, states.T, strict=True) if column.min() > 0]
    terms = [
        shape
        for x in above
        for shape in (sp.log(x), x * sp.log(x), sp.sqrt(x), x ** sp.Rational(2, 3), x ** sp.Rational(3, 4), 1 / x)
    ]
    return Library("positive", (*monomials(names, 2), *terms)) if terms else Library("positive", ())


def _grid(column: Float[np.ndarray, " point"], count: int) -> list[float]:
    """Values of K for which K + x does not vanish on the data, from a tenth of the range to three times it."""
    low, high = float(column.min()), float(column.max())
    base = max(0.0, -low)
    span = max(high - low, TINY * max(1.0, base))
    return [_rounded(base + offset, of=offset) for offset in span * np.geomspace(0.1, 3.0, count)]


def _rounded(value: float, *, of: float | None = None) -> float:
    """``value`` with as many decimals as give ``of`` (else the value itself) three significant digits."""
    return round(value, 2 - math.floor(math.log10(abs(value if of is None else of))))


def saturating(names: Sequence[str], states: Float[np.ndarray, "point state"]) -> Library:
    """Saturation x/(K + x), 1/(K + x), Hill x^2/(K^2 + x^2), alone and times another state.

    Michaelis & Menten 1913; Monod 1949; Holling 1959 (types II and III); Hill 1910. See Murray 2002, ch. 1 and 6.
    """
    symbols = [symbol(name) for name in names]
    terms: list[sp.Expr] = []
    for x, column in zip(symbols, states.T, strict=True):
        others = [sp.Integer(1), *(y for y in symbols if y != x)]
        for half in _grid(column, 6):
            terms += [y * x / (x + half) for y in others] + [y / (x + half) for y in others]
        scale = max(float(np.abs(column).max()), TINY)
        for share in (0.2, 0.4, 0.8):
            half = _rounded(share * scale)
            terms += [y * x**2 / (x**2 + half**2) for y in others] + [y / (x**2 + half**2) for y in others]
    return Library("saturating", (*monomials(names, 2), *terms))


def exponential(names: Sequence[str], states: Float[np.ndarray, "point state"]) -> Library:
    """exp(-k x) and x exp(-k x): Arrhenius and Boltzmann factors, diodes, Ricker growth; tanh(k x) for neurons.

    Ricker 1954; Shockley 1949; Wilson & Cowan 1972.
    """
    terms: list[sp.Expr] = []
    for name, column in zip(names, states.T, strict=True):
        x, spread, largest = symbol(name), max(float(column.std()), TINY), float(np.abs(column).max())
        rates = [_rounded(share / spread) for share in (-1.0, -0.3, 0.3, 1.0)]
        for k in rates:
            if abs(k) * largest <= LARGEST_EXPONENT:
                terms += [sp.exp(k * x), x * sp.exp(k * x)]
        terms += [sp.tanh(_rounded(share / spread) * x) for share in (0.5, 2.0)]
    return Library("exponential", (*monomials(names, 2), *terms))


def libraries(names: Sequence[str], states: Float[np.ndarray, "point state"]) -> tuple[Library, ...]:
    """All libraries for these data, simplest first."""
    highest = polynomial_degree(len(names))
    every = (
        *(polynomial(names, degree) for degree in range(2, highest + 1)),
        dissipative(names, states),
        positive(names, states),
        trigonometric(names),
        exponential(names, states),
        saturating(names, states),
    )
    return tuple(library for library in every if library.terms)
