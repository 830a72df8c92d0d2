"""Smoothed states under a fixed field: only the first states of the windows are fitted.

The jumps couple neighbouring windows only, so that the normal matrix is a band and long data cost little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from scipy.linalg import solveh_banded

from discovery.smoothing.neural.network import Learnable
from discovery.smoothing.neural.scaling import Samples
from discovery.smoothing.neural.solving import Solution, Stepper, solve, solve_with_slopes
from discovery.smoothing.neural.windows import Windows, gather, places

BATCH = 4096  # windows integrated at once
ROUNDS = 8  # Gauss-Newton steps at most
SETTLED = 1e-4  # relative decrease of the cost that ends them
FAR = 1e3  # standardised states beyond this mean that a window ran off


@dataclass(frozen=True)
class Reading:
    """How windows are laid for reading out.

    Attributes:
        cells: in a window.
        stride: samples in a cell.
        stepper: how the solver crosses a cell.
        continuity: deviation of the jumps between windows, relative to the noise.
    """

    cells: int
    stride: int
    stepper: Stepper
    continuity: float


def read_out(network: Learnable, parts: Sequence[Samples], how: Reading) -> list[Float[np.ndarray, "_ state"]]:
    """Standardised states of every sample of every run; hidden samples are not fitted to."""
    windows = gather(parts, places(parts, how.cells, how.stride), how.cells, how.stride)
    starts = _settle(network, windows, how)
    states = np.concatenate([one.states.numpy() for one in _solutions(network, windows, starts, how)])
    curves = [part.curve.copy() for part in parts]
    windows.scatter(np.clip(np.nan_to_num(states, nan=FAR), -FAR, FAR), curves)
    return curves


def _settle(network: Learnable, windows: Windows, how: Reading) -> Float[np.ndarray, "window state"]:
    """First states by Gauss-Newton; steps that do not help are halved, and those that never do end it."""
    starts = windows.starts.copy()
    cost = _cost(network, windows, starts, how)
    for _ in range(ROUNDS):
        move = _move(network, windows, starts, how)
        before = cost
        for share in (1.0, 0.5, 0.25, 0.1):
            tried = _cost(network, windows, starts + share * move, how)
            if tried < cost:
                starts, cost = starts + share * move, tried
                break
        if not before - cost > SETTLED * before:
            break
    return starts


def _cost(network: Learnable, windows: Windows, starts: Float[np.ndarray, "window state"], how: Reading) -> float:
    """Squares of misfits and jumps; samples of windows that run off count as far away."""
    solutions = _solutions(network, windows, starts, how)
    states, ends = (np.concatenate([getattr(one, name).numpy() for one in solutions]) for name in ("states", "ends"))
    weights = np.where(windows.hidden, 0.0, windows.weights)
    misses = weights * (np.clip(np.nan_to_num(states, nan=FAR), -FAR, FAR) - windows.measured)
    before, after = windows.links.T
    jumps = (np.clip(np.nan_to_num(ends, nan=FAR), -FAR, FAR)[before] - starts[after]) / (
        how.continuity * windows.typical
    )
    return float(np.sum(misses**2) + np.sum(jumps**2))


def _move(
    network: Learnable, windows: Windows, starts: Float[np.ndarray, "window state"], how: Reading
) -> Float[np.ndarray, "window state"]:
    """The Gauss-Newton step of all first states."""
    count, dimension = starts.shape
    diagonal, off = np.zeros((count, dimension, dimension)), np.zeros((count, dimension, dimension))
    gradient = np.zeros((count, dimension))
    ends, tilts = np.empty((count, dimension)), np.empty((count, dimension, dimension))
    for rows, some in _batches(windows):
        found = solve_with_slopes(network, torch.tensor(starts[rows]), some, how.stepper, parameters=False)
        weights = np.where(some.hidden, 0.0, some.weights)
        with np.errstate(all="ignore"):  # of a window that runs off
            misses = (weights * (found.states.numpy() - some.measured)).reshape(len(some), -1)
            slopes = (weights[..., None] * found.slopes.numpy()).reshape(len(some), -1, dimension)
        diagonal[rows] += np.einsum("wki,wkj->wij", slopes, slopes)
        gradient[rows] += np.einsum("wki,wk->wi", slopes, misses)
        ends[rows], tilts[rows] = found.ends.numpy(), found.end_slopes.numpy()
    before, after = windows.links.T
    stiffness = 1.0 / (how.continuity * windows.typical)
    slopes = stiffness[:, None] * tilts[before]
    jumps = stiffness * (ends[before] - starts[after])
    diagonal[before] += np.einsum("lki,lkj->lij", slopes, slopes)
    gradient[before] += np.einsum("lki,lk->li", slopes, jumps)
    diagonal[after] += np.diag(stiffness**2)
    gradient[after] -= stiffness * jumps
    off[before] = -slopes.transpose(0, 2, 1) * stiffness
    # a window that ran off, or one without samples, moves not at all rather than anywhere
    blocks = np.isfinite(diagonal).all(axis=(1, 2)) & np.isfinite(off).all(axis=(1, 2))
    broken = np.logical_not(np.logical_and(blocks, np.isfinite(gradient).all(axis=1)))
    diagonal[broken], gradient[broken], off[broken] = np.eye(dimension), 0.0, 0.0
    off[:-1][broken[1:]] = 0.0
    diagonal += np.eye(dimension) * (1e-9 * np.trace(diagonal, axis1=1, axis2=2)[:, None, None] + 1e-9)
    return -_solve_band(diagonal, off, gradient)


def _solve_band(
    diagonal: Float[np.ndarray, "window state state"],
    off: Float[np.ndarray, "window state state"],
    right: Float[np.ndarray, "window state"],
) -> Float[np.ndarray, "window state"]:
    """Solves the block-tridiagonal system whose block above the diagonal, from window to the next, is ``off``."""
    count, dimension = right.shape
    width = 2 * dimension - 1
    band = np.zeros((width + 1, count * dimension))
    first = np.arange(count) * dimension
    for i in range(dimension):
        for j in range(dimension):
            if j >= i:
                band[width + i - j, first + j] = diagonal[:, i, j]
            band[width + i - j - dimension, first[1:] + j] = off[:-1, i, j]
    try:
        found = cast(np.ndarray, solveh_banded(band, right.ravel(), check_finite=False))
    except np.linalg.LinAlgError:  # a window so unstable that its normal matrix has no digits left: nothing moves
        return np.zeros_like(right)
    return found.reshape(count, dimension)


def _solutions(
    network: Learnable, windows: Windows, starts: Float[np.ndarray, "window state"], how: Reading
) -> list[Solution]:
    """Solutions of all windows, in batches."""
    return [solve(network, torch.tensor(starts[rows]), some, how.stepper) for rows, some in _batches(windows)]


def _batches(windows: Windows) -> list[tuple[slice, Windows]]:
    found = [slice(start, min(start + BATCH, len(windows))) for start in range(0, len(windows), BATCH)]
    return [(rows, windows.part(rows)) for rows in found]
