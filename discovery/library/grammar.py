"""Shapes of terms that science uses, each with a textbook in which it stands.

A library is a list of terms in the states, without inner constants; shapes that have some are in ``shapes.py``.
No shape is here for the sake of one system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import sympy as sp

from discovery.types import symbol

# Spans and scales below this count as this; a column that does not change has none of its own.
TINY = 1e-12
# exp(150) = 1e65: products with states and squares of these stay far from overflow.
LARGEST_EXPONENT = 150.0
WAVES = (sp.sin, sp.cos)
# States up to which waves of an angle times waves of twice another are offered; beyond, they would be too many.
DOUBLED = 3


@dataclass(frozen=True)
class Library:
    """Terms that may occur together in one right-hand side."""

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


def trigonometric(names: Sequence[str], *, doubled: bool = False) -> Library:
    """Pendula and phase oscillators (Strogatz 2015, Nonlinear Dynamics and Chaos, ch. 4, 6.7, 8.6).

    Sines and cosines of states, of their doubles and of differences of states, alone and times a state.

    Args:
        doubled: also waves of one state times waves of twice another, of at most three states.
    """
    symbols = [symbol(name) for name in names]
    angles = [scale * x for x in symbols for scale in (1, 2)]
    angles += [x - y for i, x in enumerate(symbols) for y in symbols[i + 1 :]]
    waves = [wave(angle) for angle in angles for wave in (sp.sin, sp.cos)]
    products = [x * wave(y) for x in symbols for y in symbols for wave in (sp.sin, sp.cos)]
    products += [wave(x) * sp.sin(y) for x in symbols for y in symbols if x != y for wave in (sp.sin, sp.cos)]
    if doubled and len(names) <= DOUBLED:  # spherical pendula, tumbling bodies: Goldstein 2002, ch. 1 and 4
        products += [wave(x) * f(2 * y) for x in symbols for y in symbols if x != y for wave in WAVES for f in WAVES]
    return Library("trigonometric", tuple(dict.fromkeys((*monomials(names, 2), *waves, *products))))


def libraries(names: Sequence[str]) -> tuple[Library, ...]:
    """All libraries without inner constants, simplest first."""
    highest = polynomial_degree(len(names))
    return (*(polynomial(names, degree) for degree in range(2, highest + 1)), trigonometric(names, doubled=True))
