"""What the samples say of all equations of a law at once: their responses in rows that the equations share.

A response to one equation leaves open what the samples say of two that change together, as a flow does that leaves one
state and arrives in another. Here residual = targets - sum of operators @ rates, to first order about a curve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from jaxtyping import Float
from scipy.linalg import block_diag

from discovery.problems.response import Path, driven_by, windows_of, without_start
from discovery.types import Smoothing, Trajectory

# Numbers in all operators, 120 MB, fifteen times those of 256 points of four states. Hundreds of short runs would have
# more, nearly all of them zeros.
MOST = 15_000_000


@dataclass(frozen=True)
class Together:
    """Rows of unit variance, of which the starts of windows have taken what they can.

    Attributes:
        states: points at which rates are evaluated.
        operators: by state, of the rate of that state at the points.
        count: measured values less free starts of windows.
    """

    states: Float[np.ndarray, "point state"]
    targets: Float[np.ndarray, " row"]
    operators: Mapping[str, Float[np.ndarray, "row point"]]
    count: int


def together(
    trajectories: Sequence[Trajectory], smoothing: Smoothing, laws: Mapping[str, sp.Expr], *, floor: float
) -> Together | None:
    """The rows about smoothed curves, on windows as long as the linearisation allows; None without any, or of too many.

    Args:
        laws: likely right-hand sides, by state, whose derivatives are the Jacobian.
        floor: share of a state's spread below which deviations are not believed.
    """
    windows, units = windows_of(trajectories, smoothing, laws, floor)
    points = sum(len(window.times) for window in windows)
    if not windows or (points * len(trajectories[0].names)) ** 2 > MOST:
        return None
    targets, operators, free = zip(*[_rows(window) for window in windows], strict=True)
    count = sum(int(np.count_nonzero(window.weights)) for window in windows) - sum(free)
    return Together(
        np.vstack([window.states for window in windows]) * units,
        np.concatenate(targets),
        {
            name: np.asarray(block_diag(*[one[i] for one in operators])) / units[i]
            for i, name in enumerate(trajectories[0].names)
        },
        count,
    )  # fmt: skip


def _rows(window: Path) -> tuple[np.ndarray, list[np.ndarray], int]:
    """Targets, the operator of each equation, and free numbers of one window."""
    weights = window.weights.ravel()
    without, free = without_start(window)
    target = without((window.residuals * window.weights).ravel())
    operators: list[np.ndarray] = []
    for equation in range(window.states.shape[1]):
        driven = without(driven_by(window, equation).reshape(len(weights), -1) * weights[:, None])
        target = target + driven @ window.derivatives[:, equation]
        operators.append(driven)
    measured = weights > 0.0
    return target[measured], [one[measured] for one in operators], free
