"""Jacobians along smoothed curves: of likely laws, or of a polynomial that is fitted to the curves' derivatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.evaluate import jacobians
from discovery.types import SmoothedTrajectory

# Degree of the polynomial that gives the Jacobian; cubic ones are wild where data are few.
DEGREE = 2
# States above which that polynomial is linear: its terms would be too many.
MANY = 6


def likely_jacobians(
    smoothed: Sequence[SmoothedTrajectory], laws: Mapping[str, sp.Expr]
) -> list[Float[np.ndarray, "time state state"]]:
    """Jacobians along the curves: of laws; else of a polynomial that is fitted to the curves' derivatives."""
    names = smoothed[0].names
    states = np.vstack([run.states for run in smoothed])
    found = np.full((len(states), len(names), len(names)), np.nan)
    for name, law in laws.items():
        found[:, names.index(name)] = jacobians([law], names, states)[:, 0]
    rest = [i for i in range(len(names)) if not np.all(np.isfinite(found[:, i]))]
    if rest:
        found[:, rest] = _polynomial_jacobians(smoothed, rest)
    edges = np.cumsum([len(run.times) for run in smoothed])[:-1]
    return list(np.split(found, edges))


def _exponents(dimension: int) -> list[tuple[int, ...]]:
    degree = DEGREE if dimension <= MANY else 1
    small = (
        product(range(degree + 1), repeat=dimension) if dimension <= MANY else np.eye(dimension + 1, dtype=int)[:, 1:]
    )
    return [p for p in (tuple(map(int, one)) for one in small) if sum(p) <= degree]


def _polynomial_jacobians(
    smoothed: Sequence[SmoothedTrajectory], equations: Sequence[int]
) -> Float[np.ndarray, "time equation state"]:
    states = np.vstack([run.states for run in smoothed])
    slopes = np.vstack([run.derivatives for run in smoothed])
    deviations = np.vstack([run.derivative_deviations for run in smoothed])
    weights = 1.0 / np.maximum(deviations, 1e-4 * np.maximum(slopes.std(axis=0), 1e-300))
    dimension, scale = states.shape[1], np.maximum(states.std(axis=0), 1e-300)
    powers = _exponents(dimension)
    scaled = (states - states.mean(axis=0)) / scale
    terms = np.stack([np.prod(scaled**p, axis=1) for p in powers], axis=1)
    by_state = np.zeros((len(states), len(powers), dimension))
    for j, p in enumerate(powers):
        for k in range(dimension):
            if p[k]:
                lower = powers.index(tuple(e - (i == k) for i, e in enumerate(p)))
                by_state[:, j, k] = p[k] * terms[:, lower] / scale[k]
    found = np.empty((len(states), len(equations), dimension))
    for place, i in enumerate(equations):
        design = terms * weights[:, i, None]
        size = np.maximum(np.linalg.norm(design, axis=0), 1e-300)
        normal = (design / size).T @ (design / size) + 1e-6 * np.eye(len(powers))
        coefficients = np.linalg.solve(normal, (design / size).T @ (slopes[:, i] * weights[:, i])) / size
        found[:, place] = np.einsum("tjk,j->tk", by_state, coefficients)
    return found
