"""Weighted terms and target of one equation, each of unit length: what sparse regression sees of a library."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

# Values of terms beyond this are wild: their squares could overflow.
LARGEST = 1e120


@dataclass(frozen=True)
class Scaled:
    """One equation on some libraries of equally many terms.

    Attributes:
        values: terms, then the target, weighted and of unit length; zeros where a term is undefined or zero.
        lengths: of the terms before they were scaled.
        length: of the target.
        deviation: of the target, where it is smallest; weights are relative to it.
    """

    values: Float[np.ndarray, "library row column"]
    lengths: Float[np.ndarray, "library term"]
    length: float
    deviation: float

    @property
    def grams(self) -> Float[np.ndarray, "library column column"]:
        """Normal equations, the target last."""
        return np.matmul(self.values.transpose(0, 2, 1), self.values)

    def misfits(self, errors: Float[np.ndarray, "*any"]) -> Float[np.ndarray, "*any"]:
        """Chi-squared by row of squared residuals that are shares of the target's square."""
        return errors * ((self.length / self.deviation) ** 2 / self.values.shape[1])

    def bags(self, count: int, blocks: int, rng: np.random.Generator) -> Float[np.ndarray, "bag column column"]:
        """Normal equations of the first library on bags of blocks of neighbouring rows, drawn with replacement.

        Neighbouring rows err alike, so that single rows that are left out would be replaced by their neighbours.

        Source: Carlstein (1986), Ann. Stat. 14:1171.
        """
        parts = np.array([part.T @ part for part in np.array_split(self.values[0], blocks)])
        drawn = rng.multinomial(blocks, np.full(blocks, 1.0 / blocks), size=count)
        return np.tensordot(drawn.astype(np.float64), parts, axes=1)


def scaled(
    design: Float[np.ndarray, "library row term"],
    target: Float[np.ndarray, " row"],
    deviations: Float[np.ndarray, " row"],
) -> Scaled | None:
    """The weighted regression; None where the target is zero."""
    deviation = float(deviations.min())
    weights = deviation / deviations
    usable = np.all(np.abs(design) < LARGEST, axis=1)
    terms = np.where(usable[:, None, :], design, 0.0) * weights[:, None]
    lengths = np.linalg.norm(terms, axis=1)
    lengths = np.where(lengths > 0.0, lengths, 1.0)  # a term that is zero on the data gets the coefficient zero
    length = float(np.linalg.norm(target * weights))
    if length == 0.0:
        return None
    column = np.broadcast_to((target * weights / length)[:, None], (*design.shape[:2], 1))
    return Scaled(np.concatenate([terms / lengths[:, None, :], column], axis=2), lengths, length, deviation)
