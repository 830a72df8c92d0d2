"""Denominators of any form by implicit regression, as shapes that the structured search takes like its own.

Q f = P is linear in the coefficients of both polynomials, so that best subsets of both are found at once. Dividing by
the last Q makes the residuals those of f (Sanathanan & Koerner 1963, IEEE Trans. Autom. Control 8:56). Of the result
only Q is kept: as 1/Q times monomials, beside monomials, it becomes an explicit law with as few constants as it needs,
which can be simulated, as implicit ones (SINDy-PI: Kaheman, Kutz & Brunton 2020, Proc. R. Soc. A 476:20200279) cannot.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.library.circles import Circle, on_circles
from discovery.library.functions import Kind
from discovery.library.grammar import keeps_clear, monomial
from discovery.library.shapes import Powers, Shape, exponents
from discovery.search.models import View, as_product
from discovery.search.sweep import members, supports
from discovery.symbolic.writing import one_over, plus, scaled

# Highest degrees of numerator and denominator by the number of states; about forty columns in all.
DEGREES = {1: (6, 4), 2: (4, 3), 3: (4, 2)}
MANY_STATES = (2, 2)
BOX = 256  # points of the data's range at which a denominator must not vanish
NEGLIGIBLE = 1e-3  # share of a denominator below which its term fits the smoother's error; as in the pool
TINY = 1e-300


@dataclass(frozen=True)
class Implicit:
    """Settings of the implicit regression.

    Attributes:
        largest: most coefficients of numerator and denominator together.
        beam: supports carried from one size to the next.
        sizes: of the supports from which coefficients are taken away one by one; a support that holds the law shows
            which of its coefficients are void, where one that is too small shows nothing.
        descents: supports of each of these sizes.
        reweighted: steps with the last denominator as weight.
        most: denominators returned for an equation.
    """

    largest: int = 10
    beam: int = 60
    sizes: tuple[int, ...] = (6, 8, 10)
    descents: int = 2
    reweighted: int = 3
    most: int = 3


def denominators(
    view: View, equation: int, multipliers: Sequence[Powers], settings: Implicit, circles: Sequence[Circle] = ()
) -> list[Shape]:
    """The likeliest denominators that the grammar has no shape for, without zeros on the data's range.

    Args:
        view: of smoothed derivatives.
        multipliers: of the shapes that are returned.
        circles: columns that are the cosine and the sine of one angle; denominators then hold these alone.
    """
    dimension = view.states.shape[1]
    above, below = DEGREES.get(dimension, MANY_STATES)
    weights, target = view.weights[:, equation], view.targets[:, equation]
    every = on_circles(dimension, circles) if circles else (exponents(dimension, above), exponents(dimension, below))
    around = _around(view.states, circles)
    regression = _Regression.of(view.states, around, target / weights, weights, every[0], every[1][1:])
    best: dict[tuple[Powers, ...], tuple[float, Shape]] = {}
    for one in regression.found(settings):
        monomials = tuple(regression.denominator[j] for j in one.bottom)
        offered = not circles and _known(monomials)
        if not offered and (monomials not in best or one.score < best[monomials][0]):
            best[monomials] = (one.score, _shape(monomials, one.coefficients, tuple(multipliers)))
    return [shape for _, shape in sorted(best.values(), key=lambda pair: pair[0])[: settings.most]]


def _around(states: Float[np.ndarray, "row state"], circles: Sequence[Circle]) -> Float[np.ndarray, "point state"]:
    """Points of the data's range, of circles all around."""
    low, high = states.min(axis=0), states.max(axis=0)
    rng = np.random.default_rng(0)
    box = low + (high - low) * rng.random((BOX, states.shape[1]))
    for cosine, sine in circles:
        angle = 2.0 * np.pi * rng.random(BOX)
        box[:, cosine], box[:, sine] = np.cos(angle), np.sin(angle)
    return box


def _known(monomials: tuple[Powers, ...]) -> bool:
    """Whether 1 + ... is a shape of the grammar's own: a power of one state, or both of two states."""
    single = all(sum(e > 0 for e in one) == 1 for one in monomials)
    return single and (len(monomials) == 1 or (len(monomials) == 2 and all(sum(one) == 1 for one in monomials)))


def _shape(monomials: tuple[Powers, ...], start: Sequence[float], multipliers: tuple[Powers, ...]) -> Shape:
    """1/(1 + a m + b n + ...) with the coefficients as inner constants."""
    states = tuple(i for i in range(len(monomials[0])) if any(one[i] for one in monomials))

    def combined(x: Float[np.ndarray, "point state"]) -> Float[np.ndarray, "monomial point"]:
        return np.stack([monomial(x, one) for one in monomials])

    def write(symbols: Sequence[sp.Expr], c: Float[np.ndarray, " constant"]) -> tuple[sp.Expr, ...]:
        terms = [scaled(number, as_product(sp.S.One, symbols, one)) for number, one in zip(c, monomials, strict=True)]
        return (one_over(plus(sp.S.One, terms)),)

    degree = max(map(sum, monomials))
    return Shape(
        "fraction", states, np.array([start]), Kind.FRACTION, write, multipliers, degree,
        natural=monomials, combined=combined,
    )  # fmt: skip


@dataclass(frozen=True)
class _Denominator:
    bottom: tuple[int, ...]
    coefficients: tuple[float, ...]
    score: float


@dataclass(frozen=True)
class _Regression:
    """One equation: monomials of numerator and denominator at its rows, its slopes and their weights."""

    denominator: tuple[Powers, ...]
    above: Float[np.ndarray, "row top"]
    below: Float[np.ndarray, "row bottom"]
    around: Float[np.ndarray, "point bottom"]
    slopes: Float[np.ndarray, " row"]
    weights: Float[np.ndarray, " row"]

    @classmethod
    def of(
        cls,
        states: Float[np.ndarray, "row state"],
        box: Float[np.ndarray, "point state"],
        slopes: Float[np.ndarray, " row"],
        weights: Float[np.ndarray, " row"],
        numerator: tuple[Powers, ...],
        denominator: tuple[Powers, ...],
    ) -> _Regression:
        above = np.stack([monomial(states, m) for m in numerator], axis=1)
        below, around = (np.stack([monomial(some, m) for m in denominator], axis=1) for some in (states, box))
        return cls(denominator, above, below, around, slopes, weights)

    def found(self, settings: Implicit) -> Iterator[_Denominator]:
        """Denominators of the best supports, and of what is left of these coefficient by coefficient."""
        rows = np.hstack([self.above, -self.below * self.slopes[:, None], self.slopes[:, None]]) * self.weights[:, None]
        lengths = np.linalg.norm(rows, axis=0)
        if lengths[-1] == 0.0 or not np.all(np.isfinite(lengths)):
            return
        rows = rows / np.where(lengths > 0.0, lengths, 1.0)
        count = self.above.shape[1]
        forced = np.arange(len(lengths) - 1) >= count
        masks, _ = supports(
            (rows.T @ rows)[None], forced, largest=settings.largest, beam=settings.beam, keep=settings.descents
        )
        for size in settings.sizes:
            for mask in masks[0, size - 1] if size <= masks.shape[1] else ():
                chosen = members(mask)
                top, bottom = [j for j in chosen if j < count], [j - count for j in chosen if j >= count]
                yield from self.descent(top, bottom, settings.reweighted)

    def descent(self, top: list[int], bottom: list[int], steps: int) -> Iterator[_Denominator]:
        """Fractions with ever fewer coefficients: the one of least Wald statistic goes."""
        while top and bottom:
            solved = self.reweighted(top, bottom, steps)
            if solved is None:
                return
            coefficients, wald, error = solved
            below, around = 1.0 + self.below[:, bottom] @ coefficients, 1.0 + self.around[:, bottom] @ coefficients
            shares = np.abs(coefficients) * np.linalg.norm(self.below[:, bottom], axis=0) / np.linalg.norm(below)
            if keeps_clear(np.concatenate([below, around])) and shares.min() > NEGLIGIBLE:
                rows = len(self.slopes)
                score = rows * math.log(error + TINY) + (len(top) + len(bottom)) * math.log(rows)  # Schwarz 1978
                yield _Denominator(tuple(bottom), tuple(map(float, coefficients)), score)
            weakest = int(np.argmin(wald))
            if weakest < len(top):
                top = top[:weakest] + top[weakest + 1 :]
            else:
                weakest -= len(top)
                bottom = bottom[:weakest] + bottom[weakest + 1 :]

    def reweighted(
        self, top: list[int], bottom: list[int], steps: int
    ) -> tuple[Float[np.ndarray, " bottom"], Float[np.ndarray, " coefficient"], float] | None:
        """Coefficients of Q, Wald statistics of all, and the mean squared error; None where Q vanishes."""
        above, below = self.above[:, top], self.below[:, bottom]
        rows = np.hstack([above, -below * self.slopes[:, None]])
        sizes = np.maximum(np.linalg.norm(rows, axis=0), TINY)
        scale = self.weights
        solved, normal, error = np.zeros(len(sizes)), np.eye(len(sizes)), math.inf
        for _ in range(steps):
            with np.errstate(all="ignore"):
                weighted = rows * scale[:, None] / sizes
            if not np.all(np.isfinite(weighted)):
                return None
            normal = weighted.T @ weighted
            solved = np.linalg.lstsq(weighted, self.slopes * scale, rcond=1e-12)[0]
            error = float(np.mean((weighted @ solved - self.slopes * scale) ** 2))
            with np.errstate(divide="ignore"):  # where Q vanishes at a sample the next step ends it
                scale = self.weights / (1.0 + below @ (solved / sizes)[len(top) :])
        covariance = np.linalg.pinv(normal, rcond=1e-14, hermitian=True)
        return (solved / sizes)[len(top) :], solved**2 / np.maximum(np.diag(covariance), TINY), error
