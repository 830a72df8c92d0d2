"""Best subsets of a library by a deterministic beam: no threshold to choose, all sizes at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from discovery.dynamics.lu import dot
from discovery.search.projection import factorize, substitute
from discovery.search.sweep import members, supports

# Weighted values beyond this are wild: their squares, summed, could overflow.
LARGEST = 1e120
# Share of the unit diagonal that is added before elimination, so that columns that are alike can be told apart.
ALIKE = 1e-8
# Supports of up to three terms, best fit first, of which the likeliest are taken.
NEXT = 150


@dataclass(frozen=True)
class Subset:
    """A support, its least-squares coefficients and its sum of squared, weighted residuals."""

    support: tuple[int, ...]
    coefficients: tuple[float, ...]
    error: float


def eliminated(
    terms: Float[np.ndarray, "row term"], target: Float[np.ndarray, " row"], *, largest: int
) -> tuple[Subset, ...]:
    """Supports of up to ``largest`` terms on the way down from all terms: the one of least Wald statistic leaves.

    A beam goes up from one term and may miss terms that help together only; this goes down. Of more terms than half of
    the rows can tell, it begins with those that follow the target best.

    Args:
        terms: as of :func:`best_subsets`; on rows whose errors are independent, or the statistic says little.

    Source: backward elimination, Miller (2002), Subset Selection in Regression, ch. 3.
    """
    columns = _Columns.of(terms, target)
    count = min(len(columns.places), len(target) // 2)
    if count <= largest or not target.any():
        return ()
    alike = columns.rows @ target
    left = sorted(np.argsort(-np.abs(alike), kind="stable")[:count].tolist())
    inverse = np.linalg.inv(columns.normal[np.ix_(left, left)] + ALIKE * np.eye(count))
    solved = inverse @ alike[left]
    found: list[Subset] = []
    while len(left) > 1:
        j = int(np.argmin(solved**2 / np.diag(inverse)))
        solved = np.delete(solved - inverse[:, j] * (solved[j] / inverse[j, j]), j)
        inverse = inverse - np.outer(inverse[:, j], inverse[j]) / inverse[j, j]
        inverse = np.delete(np.delete(inverse, j, axis=0), j, axis=1)
        del left[j]
        if len(left) <= largest:
            found += columns.fitted([left])
    return tuple(found)


def best_subsets(
    terms: Float[np.ndarray, "row term"],
    target: Float[np.ndarray, " row"],
    *,
    largest: int,
    beam: int,
    keep: int,
    short: int = 0,
    prices: Float[np.ndarray, " term"] | None = None,
) -> tuple[Subset, ...]:
    """The best ``keep`` supports of every size up to ``largest``, and the ``short`` likeliest of those next to them.

    Args:
        terms: weighted values of the library; columns that are not finite, or whose squares could overflow, are
            never chosen. Of the others there may be 120.
        beam: supports of three terms and more that are carried from one size to the next.
        short: of up to three terms, where all supports are tried.
        prices: nats to state each term, which ``short`` supports are chosen by, with half of chi-squared.

    Raises:
        ValueError: there are more than 120 terms.
    """
    columns = _Columns.of(terms, target)
    total, count = float(np.linalg.norm(target)), len(columns.places)
    if count == 0 or total == 0.0:
        return ()
    right = columns.rows @ (target / total)
    gram = np.block([[columns.normal, right[:, None]], [right, np.ones(1)]])[None]
    record = max(keep, NEXT if short else 0)
    every = np.ones(count, dtype=bool)
    masks, errors = supports(gram, every, largest=min(largest, count), beam=beam, keep=record)
    found: list[Subset] = []
    least = float(errors.min())
    unit = 0.5 * total**2 / max(1.0, total**2 * least / len(target))
    for some, costs in zip(masks[0], errors[0], strict=True):
        chosen = [one for one in map(members, some) if one]
        weighed = [
            (unit * (cost - least) + float(prices[columns.places[one]].sum()), place)
            for place, (one, cost) in enumerate(zip(chosen, costs, strict=False))
            if prices is not None and place >= keep
        ]
        places = [*range(min(keep, len(chosen))), *(place for _, place in sorted(weighed)[:short])]
        found += columns.fitted([chosen[place] for place in places])
    return tuple(found)


@dataclass(frozen=True)
class _Columns:
    """The usable terms at the rows, each of unit length, and the target.

    Attributes:
        places: of each in the library.
        scale: lengths that they had.
    """

    rows: Float[np.ndarray, "column row"]
    normal: Float[np.ndarray, "column column"]
    target: Float[np.ndarray, " row"]
    places: Int[np.ndarray, " column"]
    scale: Float[np.ndarray, " column"]

    @classmethod
    def of(cls, terms: Float[np.ndarray, "row term"], target: Float[np.ndarray, " row"]) -> _Columns:
        """Those of the terms that are neither wild nor zero."""
        usable = np.all(np.abs(terms) < LARGEST, axis=0)
        scale = np.linalg.norm(np.where(usable, terms, 0.0), axis=0)
        places = np.flatnonzero(usable & (scale > 0.0))  # however small: that may be a matter of units
        rows = np.ascontiguousarray((terms[:, places] / scale[places]).T, dtype=np.float64)
        return cls(rows, rows @ rows.T, np.array(target, dtype=np.float64), places, scale[places])

    def fitted(self, chosen: Sequence[Sequence[int]]) -> list[Subset]:
        """Supports of one size, as columns, with their coefficients."""
        if not chosen:
            return []
        support = np.array(chosen, dtype=np.int64)
        coefficients, errors = _least_squares(self.rows, self.normal, self.target, support)
        own = zip(self.places[support].tolist(), (coefficients / self.scale[support]).tolist(), errors, strict=True)
        return [Subset(tuple(places), tuple(numbers), float(error)) for places, numbers, error in own]


@njit(cache=True, nogil=True, error_model="numpy")
def _least_squares(rows, normal, target, supports):
    """Coefficients and squared errors of supports of one size."""
    count, size = supports.shape
    found, errors = np.zeros((count, size)), np.empty(count)
    own, right, residual = np.empty((size, size)), np.empty((size, 1)), np.empty(len(target))
    for s in range(count):
        for a in range(size):
            for b in range(size):
                own[a, b] = normal[supports[s, a], supports[s, b]]
        factorize(own)
        residual[:] = target
        for _ in range(2):  # twice, as normal equations lose digits
            for a in range(size):
                right[a, 0] = dot(rows[supports[s, a]], residual)
            substitute(own, right)
            for a in range(size):
                found[s, a] += right[a, 0]
                for i in range(len(residual)):
                    residual[i] -= right[a, 0] * rows[supports[s, a], i]
        errors[s] = dot(residual, residual)
    return found, errors
