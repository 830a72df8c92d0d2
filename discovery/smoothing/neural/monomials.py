"""Monomials of standardised arguments, with their derivatives.

Source: Fronk & Petzold, Interpretable polynomial neural ordinary differential equations (2023); here they stand beside
hidden units, and the evidence decides how much of the field either of them carries.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np
import torch
from torch import Tensor

HIGHEST = 3  # the degree of normal forms; beyond it hidden units do better on standardised arguments
MOST = 44  # monomials: third degree up to four arguments, second up to eight


@dataclass(frozen=True)
class Monomials:
    """All products of up to ``degree`` of ``arguments`` variables, without the constant."""

    arguments: int
    degree: int

    @classmethod
    def of(cls, arguments: int) -> Monomials:
        """As high a degree as keeps their number small."""
        fitting = [degree for degree in range(1, HIGHEST + 1) if len(cls(arguments, degree)) <= MOST]
        return cls(arguments, max(fitting, default=1))

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def table(self) -> np.ndarray:
        """Arguments of each monomial, three columns; the number of arguments stands for a factor of one."""
        rows = [
            (*chosen, *(self.arguments,) * (HIGHEST - degree))
            for degree in range(1, self.degree + 1)
            for chosen in combinations_with_replacement(range(self.arguments), degree)
        ]
        return np.array(rows, dtype=np.int64).reshape(-1, HIGHEST)

    @property
    def degrees(self) -> np.ndarray:
        """Degree of each monomial."""
        return np.sum(self.table < self.arguments, axis=1)

    def values(self, points: Tensor) -> Tensor:
        """Monomials at ``points``, in the last axis."""
        one, two, three = self._factors(points)
        return one * two * three

    def slopes(self, points: Tensor, states: int) -> Tensor:
        """Derivatives of the monomials by the first ``states`` arguments; axes: ..., monomial, state."""
        one, two, three = self._factors(points)
        marks = self._marks[:, :, :states]
        pairs = (two * three, one * three, one * two)
        total = pairs[0][..., None] * marks[0]
        return total + pairs[1][..., None] * marks[1] + pairs[2][..., None] * marks[2]

    def _factors(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        extended = torch.cat([points, torch.ones_like(points[..., :1])], dim=-1)
        one, two, three = (extended[..., self._columns[slot]] for slot in range(HIGHEST))
        return one, two, three

    @cached_property
    def _columns(self) -> Tensor:
        return torch.as_tensor(self.table.T.copy())

    @cached_property
    def _marks(self) -> Tensor:
        """One where a slot of a monomial holds an argument; axes: slot, monomial, argument."""
        return torch.as_tensor((self.table.T[:, :, None] == np.arange(self.arguments)).astype(np.float64))
