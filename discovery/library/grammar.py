"""Libraries of the terms that science uses; ``stated.py`` has a textbook for each.

A library is a list of terms in the states, without inner constants; shapes that have some are in ``shapes.py``.
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

Powers = tuple[int, ...]

RESTING = 10  # points at which a state that rests is zero (:mod:`discovery.problems.resting`)
# A column that changes by less than this share of its largest value does not change.
FLAT = 1e-12
# Spans and scales of columns below this count as this.
SMALLEST = 1e-150
# exp(150) = 1e65: products with states and squares of these stay far from overflow.
LARGEST_EXPONENT = 150.0
WAVES = (sp.sin, sp.cos)
# States up to which waves of an angle times waves of twice another are offered; beyond, they would be too many.
DOUBLED = 3


# Terms of a library at most: as many as a support can be chosen from (search/sweep.py).
MOST_TERMS = 120
# Highest degree of the polynomials that are tried.
HIGHEST = 5
# Constants of a denominator k + x^n: k is (share times the largest |x|)^n. Shares are a factor of 1.4 apart: of the ten
# rational equations of ODEBench's design half a factor of two found two without noise, 1.4 three, 1.2 three.
SHARES = tuple(0.05 * 2.0 ** (i / 2) for i in range(12))
# Powers of a state in a denominator: up to those of haemoglobin and of gene switches (Murray 2002, ch. 1 and 6).
POWERS = (1, 2, 3, 4, 5)
# Whole negative powers: to that of the centrifugal force at a given angular momentum (Goldstein 2002, ch. 3).
INVERSE = (1, 2, 3)
# Powers of a length that a vector is multiplied by: drag that goes with the square of speed (Batchelor 1967, 5.11), dry
# friction, vortices (Saffman 1992, ch. 7), gravity and the forces between charges (Goldstein 2002, ch. 3).
RADIAL = (1, -1, -2, -3)
# Largest |x| for which denominators are offered: its fifth power and products with that stay far from overflow. Below
# one over it, they are not offered either.
LARGEST = 1e20
# A denominator must stay above this share of its largest value on the data: nearer to a pole nothing can be simulated.
POLE = 1e-3


@dataclass(frozen=True)
class Library:
    """Terms that may occur together in one right-hand side."""

    name: str
    terms: tuple[sp.Expr, ...]


@dataclass(frozen=True)
class Fractions:
    """Libraries of equally many terms, each with a denominator k + x^n of its own.

    Attributes:
        whole: terms beside the fractions.
        numerators: terms over the denominator.
        state: x.
        power: n.
        constants: k of each library.
    """

    name: str
    whole: tuple[sp.Expr, ...]
    numerators: tuple[sp.Expr, ...]
    state: sp.Symbol
    power: int
    constants: tuple[float, ...]

    def chosen(self, number: int, columns: Sequence[int]) -> Library:
        """Those columns, whole terms first, of the library with the denominator of that number."""
        inverse = sp.Pow(sp.Float(self.constants[number]) + self.state**self.power, -1)
        count = len(self.whole)
        return Library(
            self.name, tuple(self.whole[i] if i < count else self.numerators[i - count] * inverse for i in columns)
        )


def monomials(names: Sequence[str], degree: int, *, lowest: int = 0) -> tuple[sp.Expr, ...]:
    """All products of states from degree ``lowest`` to ``degree``; 1 is the product of none."""
    symbols = [symbol(name) for name in names]
    return tuple(
        sp.Mul(*factors)
        for power in range(lowest, degree + 1)
        for factors in combinations_with_replacement(symbols, power)
    )


def monomial(states: Float[np.ndarray, "point state"], powers: Powers) -> Float[np.ndarray, " point"]:
    """The product of powers of the states, at each point."""
    values = np.ones(len(states))
    for state, power in enumerate(powers):
        for _ in range(power):
            values = values * states[:, state]
    return values


def polynomial_degree(dimension: int) -> int:
    """Highest degree whose library stays below about 60 terms: 5, 5, 4, 3 and 2 for 1, 2, 3, 4-5 and more states."""
    return {1: 5, 2: 5, 3: 4, 4: 3, 5: 3}.get(dimension, 2)


def polynomial(names: Sequence[str], degree: int) -> Library:
    """Monomials up to ``degree``."""
    return Library(f"polynomial{degree}", monomials(names, degree))


def trigonometric(names: Sequence[str], *, doubled: bool = False) -> Library:
    """Pendula and phase oscillators.

    Sines and cosines of states and of differences of states, alone and times a state, and waves of the doubles: as
    sin x cos x and sin^2 x, so that it is one angle.

    Args:
        doubled: also waves of one state times waves of twice another, of at most three states.
    """
    symbols = [symbol(name) for name in names]
    angles = [*symbols, *(x - y for i, x in enumerate(symbols) for y in symbols[i + 1 :])]
    waves = [wave(angle) for angle in angles for wave in (sp.sin, sp.cos)]
    twice = {x: (sp.sin(x) * sp.cos(x), sp.sin(x) ** 2) for x in symbols}
    waves += [wave for x in symbols for wave in twice[x]]
    products = [x * wave(y) for x in symbols for y in symbols for wave in (sp.sin, sp.cos)]
    products += [wave(x) * sp.sin(y) for x in symbols for y in symbols if x != y for wave in (sp.sin, sp.cos)]
    if doubled and len(names) <= DOUBLED:  # spherical pendula, tumbling bodies
        products += [wave(x) * f for x in symbols for y in symbols if x != y for wave in WAVES for f in twice[y]]
    return Library("trigonometric", tuple(dict.fromkeys((*monomials(names, 2), *waves, *products))))


def rests(column: Float[np.ndarray, " point"]) -> bool:
    """Whether a state stands still at zero for a while, where dry friction has no sign; what is off or on does not."""
    return bool(np.count_nonzero(column == 0.0) >= RESTING) and len(np.unique(column)) > 2


def mixed(names: Sequence[str], states: Float[np.ndarray, "point state"]) -> Library:
    """Functions of several kinds in one right-hand side, those that these states allow; of at most three states.

    Angles and drag, gravity and drag, Euler angles, whose rates have cotangents and reciprocal sines, squared waves.
    """
    symbols = [symbol(name) for name in names]
    waves = [wave(x) for x in symbols for wave in WAVES]
    waves += [wave(x - y) for i, x in enumerate(symbols) for y in symbols[i + 1 :] for wave in WAVES]
    terms = [*monomials(names, 2 if len(names) > 2 else 3), *waves]
    for x, column in zip(symbols, states.T, strict=True):
        others = [wave(y) for y in symbols if y != x for wave in WAVES]
        if float(column.min()) < 0.0 < float(column.max()):
            terms += [sp.Abs(x) * x, sp.sign(x)]
        elif rests(column):
            terms.append(sp.sign(x))
        if float(column.min()) > 0.0:
            terms += [sp.log(x), *(y * sp.log(x) for y in symbols)]
            terms += [1 / x, *(wave / x for wave in others)]
        if keeps_clear(np.sin(column)):
            over = [1 / sp.sin(x), sp.cos(x) / sp.sin(x)]
            terms += [*over, *(f * wave for f in over for wave in others)]
        terms += [x * wave for wave in others] + [y * wave(x) for y in symbols for wave in WAVES]
        terms += [sp.sin(x) * wave for wave in others] + [
            wave(x) * sp.sin(y) ** 2 for y in symbols if y != x for wave in WAVES
        ]
    return Library("mixed", tuple(dict.fromkeys(terms)))


def inverse(names: Sequence[str], states: Float[np.ndarray, "point state"]) -> Library:
    """Whole negative powers of states that are positive here, also times another state or its square.

    Of two or three states: central forces, gravity beside the centrifugal r w^2 or L^2/r^3, are laws of second order.
    """
    symbols = [symbol(name) for name in names]
    terms = [*monomials(names, 2 if len(names) > 2 else 3), *(x * y**2 for x in symbols for y in symbols)]
    for x, column in zip(symbols, states.T, strict=True):
        if float(column.min()) > 0.0:
            over = [x**-power for power in INVERSE]
            terms += [*over, *(y**power * one for y in symbols if y != x for power in (1, 2) for one in over)]
    return Library("inverse", tuple(dict.fromkeys(terms)))


def radial(names: Sequence[str], states: Float[np.ndarray, "point state"], vectors: Sequence[Sequence[str]]) -> Library:
    """Vectors by their lengths: drag along a velocity, forces that point to a centre, flow around one.

    Args:
        vectors: names of the components of each.
    """
    terms = [*monomials(names, 2)]
    for vector in vectors:
        symbols = [symbol(name) for name in vector]
        lengths = np.linalg.norm(states[:, [names.index(name) for name in vector]], axis=1)
        square = sp.Add(*(x**2 for x in symbols))
        powers = RADIAL if lengths.min() > POLE * lengths.max() else RADIAL[:1]
        terms += [x * square ** sp.Rational(power, 2) for power in powers for x in symbols]
    return Library("radial", tuple(dict.fromkeys(terms)))


def libraries(
    names: Sequence[str], states: Float[np.ndarray, "point state"], vectors: Sequence[Sequence[str]] = ()
) -> tuple[Library, ...]:
    """All libraries without inner constants, simplest first.

    Of 120 terms at most: of five states and more the last products of waves are left out, then those of a state and a
    wave, and of nine and more waves of differences.

    Args:
        vectors: names of states that may be the components of one vector.
    """
    highest = polynomial_degree(len(names))
    found = [polynomial(names, degree) for degree in range(2, highest + 1)]
    found.append(trigonometric(names, doubled=True))
    if len(names) <= DOUBLED:
        found.append(mixed(names, states))
        found += [inverse(names, states)] if len(names) > 1 and np.any(np.min(states, axis=0) > 0.0) else []
    found += [radial(names, states, vectors)] if vectors else []
    return tuple(Library(one.name, one.terms[:MOST_TERMS]) for one in found)


def exponential(names: Sequence[str]) -> Library:
    """Exponentials of states, alone and times a state."""
    symbols = [symbol(name) for name in names]
    grown = [sp.exp(sign * x) for x in symbols for sign in (1, -1)]
    return _beside_quadratics("exponential", names, (*grown, *(x * f for x in symbols for f in grown)))


def logarithmic(names: Sequence[str]) -> Library:
    """Logarithms of states, alone and times a state."""
    symbols = [symbol(name) for name in names]
    logarithms = [sp.log(x) for x in symbols]
    return _beside_quadratics("logarithmic", names, (*logarithms, *(x * f for x in symbols for f in logarithms)))


def products(names: Sequence[str]) -> Library:
    """Waves and exponentials of a state times two states."""
    functions = [f for x in map(symbol, names) for f in (sp.sin(x), sp.cos(x), sp.exp(x), sp.exp(-x))]
    return _beside_quadratics("products", names, [m * f for m in monomials(names, 2, lowest=2) for f in functions])


def _beside_quadratics(name: str, names: Sequence[str], terms: Sequence[sp.Expr]) -> Library:
    return Library(name, tuple(dict.fromkeys((*monomials(names, 2), *terms))))


def growth(names: Sequence[str], most: int) -> tuple[Library, ...]:
    """Libraries in the order in which they are tried, those with more than ``most`` terms left out but for the first.

    Polynomials to degree five, then functions of a state, then their products.
    """
    dimension = len(names)
    degrees = [degree for degree in range(3, HIGHEST + 1) if math.comb(dimension + degree, degree) <= most]
    functions = [trigonometric(names), exponential(names), logarithmic(names)]
    if dimension <= DOUBLED:
        functions += [trigonometric(names, doubled=True), products(names)]
    larger = [*(polynomial(names, degree) for degree in degrees), *functions]
    return (polynomial(names, 2), *(library for library in larger if len(library.terms) <= most))


def fractions(names: Sequence[str], states: Float[np.ndarray, "point state"], most: int) -> tuple[Fractions, ...]:
    """Rational right-hand sides: a polynomial over k + x^n, or beside saturating or decaying fractions.

    Numerators are such that no term is a sum of others: x^n/(k + x^n) is 1 - k/(k + x^n).
    """
    symbols = [symbol(name) for name in names]
    found: list[Fractions] = []
    for x, column in zip(symbols, states.T, strict=True):
        factors = [sp.Integer(1), *(y for y in symbols if y != x)]
        size = float(np.abs(column).max(initial=0.0))
        if not 1.0 / LARGEST < size < LARGEST:
            continue
        for n in POWERS:
            grid = tuple((share * size) ** n for share in SHARES)
            good = tuple(k for k in grid if keeps_clear(k + column**n))
            if not good:
                continue
            saturating = tuple(dict.fromkeys(x**m * y for m in (1, n) for y in factors))
            quadratics = monomials(names, 2)
            kinds = [("saturating", quadratics, saturating), ("decaying", quadratics, tuple(factors))]
            if n <= 2:  # a cubic or quartic over it: logistic growth with predation
                kinds += [("common", (), monomials(names, n + 2))]
            found += [
                Fractions(f"{kind} {x.name}^{n}", whole, over, x, n, good)
                for kind, whole, over in kinds
                if len(whole) + len(over) <= most
            ]
    return tuple(found)


def keeps_clear(denominator: Float[np.ndarray, " point"]) -> bool:
    """Whether a denominator keeps its sign and stays away from zero."""
    sizes = np.abs(denominator)
    return bool(np.ptp(np.sign(denominator)) == 0 and sizes.min() > POLE * sizes.max())
