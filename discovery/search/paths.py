"""Points of a path of thresholds: supports and coefficients; and their right-hand sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.library.grammar import Library
from discovery.symbolic.writing import WeightedSum
from discovery.types import EquationCandidate, read_only


@dataclass(frozen=True)
class Path:
    """All that sparse regression found for one equation with one library on one regression.

    Attributes:
        kind: of the regression.
        sources: method of each point.
        coefficients: of each point, in the data's units; zero where a term is not in its support.
        misfits: chi-squared by row of each point.
    """

    state: str
    kind: str
    library: Library
    sources: tuple[str, ...]
    coefficients: Float[np.ndarray, "point term"]
    misfits: Float[np.ndarray, " point"]

    def __post_init__(self) -> None:
        for name in ("coefficients", "misfits"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def explains(self, terms: int, misfit: float) -> bool:
        """Whether a point of at most ``terms`` terms has at most that chi-squared by row."""
        sizes = np.count_nonzero(self.coefficients, axis=1)
        return bool(np.any((sizes > 0) & (sizes <= terms) & (self.misfits <= misfit)))

    def candidates(self, longest: int) -> Iterator[tuple[frozenset[sp.Expr], EquationCandidate]]:
        """Supports of at most ``longest`` terms, each once, with their right-hand sides."""
        seen: set[bytes] = set()
        for source, row in zip(self.sources, self.coefficients, strict=True):
            support = row != 0.0
            if not 0 < np.count_nonzero(support) <= longest or support.tobytes() in seen:
                continue
            seen.add(support.tobytes())
            terms = tuple([self.library.terms[i] for i in np.flatnonzero(support)])
            yield (
                frozenset(terms),
                EquationCandidate(self.state, WeightedSum(tuple(row[support].tolist()), terms), source),
            )
