"""What a right-hand side leaves of a derivative, as a target of its own, and its terms beside what is found for that.

The numbers in front of the terms are fitted without what is looked for, and so take a part of it into them: what they
leave is not yet that function. Once a first tree is there, all numbers are fitted together, and what the terms leave
then is a better target (backfitting: Breiman & Friedman, J. Am. Stat. Assoc. 80 (1985) 580).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.errors import ExpressionError
from discovery.search.genetic_points import WeightedPoints, scale_of
from discovery.symbolic.evaluate import compiled

# Share of the derivative, by root mean square, below which a rest is rounding: genetic search has single precision.
LEAST = 1e-5


@dataclass(frozen=True)
class Rest:
    """The terms of a right-hand side at the points of the derivative that it is meant to be.

    Attributes:
        points: of the whole derivative.
        terms: without the numbers in front.
        values: of the terms, over ``scales``.
        scales: root mean square of each term.
    """

    points: WeightedPoints
    terms: tuple[sp.Expr, ...]
    values: Float[np.ndarray, "point term"]
    scales: Float[np.ndarray, " term"]

    def left(self, beside: Float[np.ndarray, " point"] | None = None) -> WeightedPoints:
        """The points with what the terms leave as the target; their numbers are fitted together with ``beside``."""
        numbers = self._fitted([] if beside is None else [beside])[0]
        rest = self.points.targets - self.values @ numbers[: len(self.terms)]
        scale = scale_of(rest)
        return replace(self.points, targets=rest / scale, target_scale=scale * self.points.target_scale)

    def error(self, beside: Float[np.ndarray, " point"] | None = None) -> float:
        """Mean square of what terms and ``beside`` leave, over that of the whole; infinite where it is undefined."""
        if beside is None:
            return self._fitted([])[1]
        return self._fitted([beside])[1] if np.all(np.isfinite(beside)) and beside.any() else np.inf

    def whole(self, tree: sp.Expr, values: Float[np.ndarray, " point"]) -> Iterator[sp.Expr]:
        """The terms with a tree beside them, and with an intercept too where it pays for itself.

        That is where it lowers N log(error) by more than log N (Schwarz 1978).
        """
        if not np.isfinite(self.error(values)):
            return
        numbers, error = self._fitted([values])
        yield self._sum(numbers, (tree,))
        if sp.S.One in self.terms or np.ptp(values) == 0:
            return
        affine, affine_error = self._fitted([values, np.ones_like(values)])
        tiny = float(np.finfo(np.float64).tiny)
        if len(values) * np.log((error + tiny) / (affine_error + tiny)) > np.log(len(values)):
            yield self._sum(affine, (tree, sp.S.One))

    def _fitted(self, beside: Sequence[Float[np.ndarray, " point"]]) -> tuple[Float[np.ndarray, " number"], float]:
        """Numbers of the scaled terms and of ``beside``, and the error over the mean square of the targets."""
        columns = np.column_stack([self.values, *beside])
        sizes = np.abs(columns).max(axis=0)  # else least squares takes a small column for no column
        numbers = np.linalg.lstsq(columns / sizes, self.points.targets, rcond=None)[0] / sizes
        error = np.mean((columns @ numbers - self.points.targets) ** 2) / np.mean(self.points.targets**2)
        return numbers, float(error)

    def _sum(self, numbers: Float[np.ndarray, " number"], more: Sequence[sp.Expr]) -> sp.Expr:
        """All terms with their numbers, in the data's units; ``more`` have no scale."""
        scaled = self.points.target_scale * numbers
        scaled[: len(self.scales)] /= self.scales
        return sp.Add(*[sp.Float(n) * term for n, term in zip(scaled.tolist(), (*self.terms, *more), strict=True)])


def rest_of(points: WeightedPoints, backbone: sp.Expr, names: Sequence[str]) -> Rest | None:
    """What a right-hand side leaves there; None where it is undefined at a point, or leaves nothing to speak of.

    There is none beside a constant either, which the search allows every tree as it is.

    Args:
        backbone: in the states ``names``, in the data's units.
    """
    terms = tuple(dict.fromkeys(term.as_coeff_Mul()[1] for term in sp.Add.make_args(backbone)))
    if terms == (sp.S.One,):
        return None
    try:
        values = compiled(terms, names)(points.states * points.state_scales)
    except ExpressionError:
        return None
    if not len(values) or not np.all(np.isfinite(values)) or not points.targets.any():
        return None
    scales = np.array([scale_of(column) for column in values.T])
    rest = Rest(points, terms, values / scales, scales)
    return rest if values.any(axis=0).all() and rest.error() > LEAST**2 else None


def whole_of(points: WeightedPoints) -> Rest:
    """What no right-hand side leaves: all of the derivative."""
    return Rest(points, (), np.empty((len(points.targets), 0)), np.empty(0))
