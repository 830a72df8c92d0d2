"""Best subsets of a library by a deterministic beam: no threshold to choose, all sizes at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

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

    A beam goes up from one term and may miss terms that help together only; this goes down.

    Args:
        terms: as of :func:`best_subsets`; on rows whose errors are independent, or the statistic says little.

    Source: backward elimination, Miller (2002), Subset Selection in Regression, ch. 3.
    """
    columns, scale = _usable(terms)
    columns = columns[: len(target) // 2]
    total = float(np.linalg.norm(target))
    if len(columns) <= largest or total == 0.0:
        return ()
    values = terms[:, columns] / scale[columns]
    normal = values.T @ values
    inverse = np.linalg.inv(normal + ALIKE * np.eye(len(columns)))
    solved = inverse @ (values.T @ target)
    left = list(range(len(columns)))
    found: list[Subset] = []
    while len(left) > 1:
        j = int(np.argmin(solved**2 / np.diag(inverse)))
        solved = np.delete(solved - inverse[:, j] * (solved[j] / inverse[j, j]), j)
        inverse = inverse - np.outer(inverse[:, j], inverse[j]) / inverse[j, j]
        inverse = np.delete(np.delete(inverse, j, axis=0), j, axis=1)
        del left[j]
        if len(left) <= largest:
            found.append(_fitted(terms, target, [int(columns[k]) for k in left], scale))
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
    columns, scale = _usable(terms)
    total = float(np.linalg.norm(target))
    if len(columns) == 0 or total == 0.0:
        return ()
    values = np.column_stack([terms[:, columns] / scale[columns], target / total])
    gram = (values.T @ values)[None]
    every = np.ones(len(columns), dtype=bool)
    record = max(keep, NEXT if short else 0)
    masks, errors = supports(gram, every, largest=min(largest, len(columns)), beam=beam, keep=record)
    found: list[Subset] = []
    least = float(errors.min())
    unit = 0.5 * total**2 / max(1.0, total**2 * least / len(target))
    for some, costs in zip(masks[0], errors[0], strict=True):
        chosen = [[int(columns[j]) for j in members(mask)] for mask in some]
        chosen = [one for one in chosen if one]
        weighed = [
            (unit * (cost - least) + float(prices[one].sum()), place)
            for place, (one, cost) in enumerate(zip(chosen, costs, strict=False))
            if prices is not None and place >= keep
        ]
        places = [*range(min(keep, len(chosen))), *(place for _, place in sorted(weighed)[:short])]
        found += [_fitted(terms, target, chosen[place], scale) for place in places]
    return tuple(found)


def _usable(terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns that can be searched, and the length of every column."""
    usable = np.all(np.abs(terms) < LARGEST, axis=0)
    scale = np.linalg.norm(np.where(usable, terms, 0.0), axis=0)
    usable &= scale > 0.0  # however small: that may be a matter of units
    return np.flatnonzero(usable), scale


def _fitted(terms: np.ndarray, target: np.ndarray, support: list[int], scale: np.ndarray) -> Subset:
    chosen = terms[:, support] / scale[support]
    solved = np.linalg.lstsq(chosen, target, rcond=None)[0]
    residual = target - chosen @ solved
    return Subset(tuple(support), tuple(float(c) for c in solved / scale[support]), float(residual @ residual))
