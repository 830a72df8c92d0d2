"""Monomials where some variables are the cosine and the sine of one angle: points on a circle.

The equations of linked bodies are fractions in them. Lagrange's give M(q) q'' = F - C(q, q') with a mass matrix whose
entries are products of cosines and sines, so that q'' has those over its determinant, times forces and products of
velocities (Goldstein 2002, ch. 1; Murray, Li & Sastry 1994, ch. 4). For one angle the determinant is of second degree,
as of a pole on a cart; that of a double pendulum, of fourth in two, is not offered.
"""

from __future__ import annotations

from collections.abc import Sequence

from discovery.library.shapes import Powers, exponents

Circle = tuple[int, int]

# Monomials of numerator and denominator together, as many as a support can be chosen from (search/sweep.py).
MOST = 118


def on_circles(dimension: int, circles: Sequence[Circle]) -> tuple[tuple[Powers, ...], tuple[Powers, ...]]:
    """Monomials of numerators and of denominators, the constant first.

    Numerators are of second degree in the circles' coordinates, and up to second in all others, denominators of second
    in the circles'. Squared cosines are left out, as they are one less a squared sine.

    Args:
        dimension: number of variables.
        circles: columns of the cosine and of the sine of each angle.
    """
    around = {column for circle in circles for column in circle}
    every = exponents(dimension, 2)
    waves = [one for one in every if _only(one, around) and not any(one[cosine] == 2 for cosine, _ in circles)]
    others = [one for one in every if not any(one[column] for column in around)]
    above = [tuple(a + b for a, b in zip(wave, other, strict=True)) for other in others for wave in waves]
    above.sort(key=lambda one: (sum(one), one[::-1]))
    return tuple(above[: MOST - len(waves)]), tuple(waves)


def _only(one: Powers, columns: set[int]) -> bool:
    return all(k in columns for k, exponent in enumerate(one) if exponent)
