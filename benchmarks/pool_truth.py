"""Whether the true right-hand side is among candidates: values first, the form verdict on the nearest alone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.errors import DiscoveryError
from discovery.symbolic.compare import compare
from discovery.symbolic.evaluate import evaluate
from discovery.types import symbol

# Nearest candidates that are judged; the true form, fitted, is nearer to the truth than nearly all others.
NEAREST = 60
# A candidate further from the truth on the clean states than this share of its root mean square is no true form.
FAR = 1.0
SECONDS = 1.0  # of one verdict
PATIENCE = 8.0  # seconds for all candidates of one equation; those that are left count as wrong

Kind = Literal["polynomial", "rational", "single function", "several functions", "forced"]
FOUND = ("identical", "same structure")


@dataclass(frozen=True)
class Reference:
    """The true right-hand side of one state and where it is seen.

    Attributes:
        names: states of the system.
        states: clean states at which distance is measured.
        region: range of each state.
    """

    state: str
    expression: sp.Expr
    names: tuple[str, ...]
    states: Float[np.ndarray, "point state"]
    region: Mapping[str, tuple[float, float]]

    @property
    def kind(self) -> Kind:
        """What a grammar needs in order to write it."""
        return kind_of(self.expression, self.names)

    def distance(self, candidate: sp.Expr) -> float:
        """Root mean square of the difference over that of the truth; infinite where the candidate is undefined."""
        try:
            found = evaluate(candidate, self.names, self.states)
        except DiscoveryError:
            return float("inf")
        true = evaluate(self.expression, self.names, self.states)
        size = float(np.sqrt(np.mean(true**2)))
        if not np.all(np.abs(found) < 1e100):
            return float("inf")
        return float(np.sqrt(np.mean((found - true) ** 2))) / max(size, 1e-300)

    def first_true(self, candidates: Sequence[sp.Expr]) -> tuple[int, str] | None:
        """Index and verdict of the nearest candidate that has the true form; None if none of the nearest has it."""
        distances = np.array([self.distance(candidate) for candidate in candidates])
        begin = time.monotonic()
        for index in np.argsort(distances, kind="stable")[:NEAREST]:
            if not (distances[index] < FAR or self.expression == 0) or time.monotonic() - begin > PATIENCE:
                return None
            verdict = compare(
                candidates[index], self.expression, self.names, region=self.region, seconds=SECONDS
            ).verdict
            if verdict in FOUND:
                return int(index), verdict
        return None


def kind_of(expression: sp.Expr, names: Sequence[str]) -> Kind:
    """The kind of a right-hand side, by what stands in it."""
    states = [symbol(name) for name in names]
    if expression.has(symbol("t")):
        return "forced"
    if expression.is_polynomial(*states):
        return "polynomial"
    if expression.is_rational_function(*states):
        return "rational"
    powers = {p for p in expression.atoms(sp.Pow) if p.base.has(*states) and not p.exp.is_Integer}
    functions = expression.atoms(sp.Function) | powers
    return "single function" if len(functions) == 1 else "several functions"
