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

    def factors(self, points: Tensor) -> tuple[Tensor, ...]:
        """The first, second and third factor of each monomial at ``points``, in the last axis."""
        extended = torch.cat([points, torch.ones_like(points[..., :1])], dim=-1)
        return extended.index_select(-1, self._columns).chunk(HIGHEST, dim=-1)

    @staticmethod
    def values(factors: tuple[Tensor, ...]) -> Tensor:
        """Monomials, in the last axis."""
        one, two, three = factors
        return one * two * three

    def slopes(self, factors: tuple[Tensor, ...], states: int) -> Tensor:
        """Derivatives of the monomials by the first ``states`` arguments; axes: ..., monomial, state."""
        one, two, three = factors
        marks = self._marks[:, :, :states]
        pairs = (two * three, one * three, one * two)
        total = pairs[0][..., None] * marks[0]
        return total + pairs[1][..., None] * marks[1] + pairs[2][..., None] * marks[2]

    @cached_property
    def _columns(self) -> Tensor:
        """Arguments of all first factors, then of all second, then of all third."""
        return torch.as_tensor(self.table.T.ravel())

    @cached_property
    def _marks(self) -> Tensor:
        """One where a slot of a monomial holds an argument; axes: slot, monomial, argument."""
        return torch.as_tensor((self.table.T[:, :, None] == np.arange(self.arguments)).astype(np.float64))
