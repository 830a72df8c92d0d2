"""Combinations of monomials that change least beside what noise makes of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

# Terms beyond which only pairs are looked at, so that a search takes a tenth of a second.
MOST_ELIMINATED = 30


def fewest(
    covariance: Float[np.ndarray, "term term"], errors: Float[np.ndarray, "term term"], most: float
) -> list[int]:
    """Terms of a combination that does not change: two, if any two do, else what elimination leaves; or none.

    Args:
        most: variance over that of noise up to which it does not.
    """

    def change(some: Sequence[int]) -> float:
        return least(covariance, errors, some)[0]

    kept = list(range(len(covariance)))
    if change(kept) > most:
        return []
    pair = best_pair(covariance, errors)
    if change(pair) <= most:
        return pair
    while 2 < len(kept) <= MOST_ELIMINATED:
        rest = [[other for other in kept if other != one] for one in kept]
        best = min(rest, key=change)
        if change(best) > most:
            break
        kept = best
    return kept if len(kept) <= MOST_ELIMINATED else []


def best_pair(covariance: Float[np.ndarray, "term term"], errors: Float[np.ndarray, "term term"]) -> list[int]:
    """The two terms of which a combination changes least beside its noise: all pairs at once, in closed form."""
    (a, d), b = (np.diag(covariance)[:, None], np.diag(covariance)[None]), covariance
    (p, s), q = (np.diag(errors)[:, None], np.diag(errors)[None]), errors
    # det(C - r E) = 0 is a square equation in r
    two, one, none = p * s - q**2, a * s + d * p - 2.0 * b * q, a * d - b**2
    root = np.sqrt(np.maximum(one**2 - 4.0 * two * none, 0.0))
    ratios = np.where(two > 1e-12 * p * s, 2.0 * none / np.maximum(one + root, 1e-300), np.inf)
    np.fill_diagonal(ratios, np.inf)
    first, second = divmod(int(np.argmin(ratios)), len(ratios))
    return sorted((first, second))


def least(
    covariance: Float[np.ndarray, "term term"], errors: Float[np.ndarray, "term term"], kept: Sequence[int]
) -> tuple[float, Float[np.ndarray, " term"]]:
    """The least variance over that of noise of any combination of the terms ``kept``, and that combination."""
    seen, noise = covariance[np.ix_(kept, kept)], errors[np.ix_(kept, kept)]
    scale = 1.0 / np.sqrt(np.diag(noise))
    seen, noise = seen * scale[:, None] * scale, noise * scale[:, None] * scale
    sizes, turns = np.linalg.eigh(noise)
    whitening = turns / np.sqrt(np.maximum(sizes, 1e-12 * sizes[-1]))
    ratios, vectors = np.linalg.eigh(whitening.T @ seen @ whitening)
    return float(ratios[0]), scale * (whitening @ vectors[:, 0])
