"""Best subsets of a library by a deterministic beam: no threshold to choose, all sizes at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

# Weighted values beyond this are wild: their squares, summed, could overflow.
LARGEST = 1e120


@dataclass(frozen=True)
class Subset:
    """A support, its least-squares coefficients and its sum of squared, weighted residuals."""

    support: tuple[int, ...]
    coefficients: tuple[float, ...]
    error: float


@dataclass(frozen=True)
class _Gram:
    """Normal equations of the whole library, columns scaled to unit length."""

    matrix: Float[np.ndarray, "term term"]
    right: Float[np.ndarray, " term"]
    total: float
    scale: Float[np.ndarray, " term"]

    def gains(self, support: tuple[int, ...]) -> Float[np.ndarray, " term"]:
        """How much each further term lowers the error of ``support``; 0 for those that add no direction."""
        chosen = list(support)
        if not chosen:
            return self.right**2
        solved = np.linalg.solve(
            self.matrix[np.ix_(chosen, chosen)], np.column_stack([self.matrix[chosen], self.right[chosen]])
        )
        rest = self.right - self.matrix[:, chosen] @ solved[:, -1]
        length = 1.0 - np.einsum("tk,kt->t", self.matrix[:, chosen], solved[:, :-1])
        gains = np.where(length > 1e-9, rest**2 / np.maximum(length, 1e-9), 0.0)
        gains[chosen] = 0.0
        return gains

    def subset(self, support: tuple[int, ...]) -> Subset:
        """Coefficients and error of one support."""
        chosen = list(support)
        solved = np.linalg.solve(self.matrix[np.ix_(chosen, chosen)], self.right[chosen])
        error = max(self.total - float(self.right[chosen] @ solved), 0.0)
        return Subset(support, tuple(float(c) for c in solved / self.scale[chosen]), error)


def best_subsets(
    terms: Float[np.ndarray, "row term"],
    target: Float[np.ndarray, " row"],
    *,
    largest: int,
    beam: int,
    keep: int,
    inner: Bool[np.ndarray, " term"],
    most_inner: int,
) -> tuple[Subset, ...]:
    """The best ``keep`` supports of every size up to ``largest``.

    Args:
        terms: weighted values of the library; columns that are not finite, or whose squares could overflow, are
            never chosen.
        beam: supports carried from one size to the next.
        inner: which terms hold inner constants.
        most_inner: how many of those one support may have; more of them can imitate anything.
    """
    usable = np.all(np.abs(terms) < LARGEST, axis=0)
    values = np.where(usable, terms, 0.0)
    scale = np.linalg.norm(values, axis=0)
    usable &= scale > 1e-12 * max(float(scale.max(initial=0.0)), 1e-300)
    scale = np.where(usable, scale, 1.0)
    values = values / scale
    gram = _Gram(values.T @ values, values.T @ target, float(target @ target), scale)
    front: list[tuple[int, ...]] = [()]
    found: list[Subset] = []
    for _ in range(min(largest, int(usable.sum()))):
        grown: dict[tuple[int, ...], float] = {}
        for support in front:
            gains = np.where(usable, gram.gains(support), 0.0)
            if inner[list(support)].sum() >= most_inner:
                gains = np.where(inner, 0.0, gains)
            base = gram.subset(support).error if support else gram.total
            for term in np.argsort(-gains)[:beam]:
                if gains[term] > 0.0:
                    grown[tuple(sorted((*support, int(term))))] = base - float(gains[term])
        front = sorted(grown, key=lambda support: (grown[support], support))[:beam]
        found += [gram.subset(support) for support in front[:keep]]
    return tuple(found)
