"""How samples of one window pull at its start and at the constants of a law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

# Share of the largest curvature at a start that is added to all, so that directions of it that nothing measures, which
# have none, stay solvable; far below what a window with samples has, and far above round-off.
RIDGE = 1e-12


@dataclass(frozen=True)
class Pulls:
    """Half the slopes of chi-squared at one window's start and at the constants, and the curvatures of both.

    Attributes:
        believed: what was told of the start, on the diagonal of its curvature.
    """

    starts: Float[np.ndarray, "state state"]
    believed: Float[np.ndarray, " state"]
    mixed: Float[np.ndarray, "state constant"]
    start_slope: Float[np.ndarray, " state"]
    slope: Float[np.ndarray, " constant"]
    constants: Float[np.ndarray, "constant constant"]

    @property
    def information(self) -> Float[np.ndarray, "constant constant"]:
        """What the window says of the constants, its start eliminated."""
        return self.constants - self.mixed.T @ self._followed(self.mixed)

    def slope_of(self, part: Pulls) -> Float[np.ndarray, " constant"]:
        """The pull at the constants of a part of the window's samples, less what the start of the whole takes up."""
        return part.slope - self.mixed.T @ self._followed(part.start_slope)

    def _followed(self, pull: np.ndarray) -> np.ndarray:
        """Where the start goes by a pull at it; directions of it that the samples do not tell stay finite."""
        diagonal = np.diag(self.starts)
        ridge = RIDGE * float(diagonal.max(initial=0.0))
        return np.linalg.solve(self.starts + np.diag(self.believed + ridge), pull)
