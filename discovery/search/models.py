"""A right-hand side as monomials and shapes times multipliers: its columns, and its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import sympy as sp
from jaxtyping import Float
from scipy import sparse

from discovery.library.grammar import monomial
from discovery.library.shapes import Powers, Shape
from discovery.problems.response import responses_of
from discovery.search.projection import Lift
from discovery.symbolic.writing import WeightedSum, times
from discovery.types import DiscoveryProblem, Regression, symbol


@dataclass(frozen=True)
class Part:
    """Terms of one shape: which of its functions times which of its multipliers."""

    shape: Shape
    terms: tuple[tuple[int, Powers], ...]


@dataclass(frozen=True)
class Model:
    """Terms that are linear in their outer constants, and the inner constants of all parts, one after another."""

    base: tuple[Powers, ...]
    parts: tuple[Part, ...]
    inner: tuple[float, ...] = ()

    def slices(self) -> list[slice]:
        """Where the inner constants of each part stand."""
        ends = np.cumsum([0, *(part.shape.starts.shape[1] for part in self.parts)])
        return [slice(int(a), int(b)) for a, b in pairwise(ends)]

    def shaped(self, states: np.ndarray, inner: np.ndarray) -> Float[np.ndarray, "point term"]:
        """Columns of the parts' terms."""
        columns: list[np.ndarray] = []
        for part, where in zip(self.parts, self.slices(), strict=True):
            functions = part.shape.value(states, inner[where])
            columns += [functions[:, f] * monomial(states, m) for f, m in part.terms]
        return np.stack(columns, axis=1) if columns else np.empty((len(states), 0))

    def weighted_sum(self, names: Sequence[str], outer: Sequence[float]) -> WeightedSum:
        """The right-hand side with its numbers; ``outer`` are those of the base, then those of the parts."""
        symbols = tuple([symbol(name) for name in names])
        terms = [_monomial(symbols, one) for one in self.base]
        for part, where in zip(self.parts, self.slices(), strict=True):
            functions = part.shape.write(symbols, np.array(self.inner)[where])
            terms += [as_product(functions[f], symbols, m) for f, m in part.terms]
        kept = [(c, term) for c, term in zip(outer, terms, strict=True) if c != 0.0]
        return WeightedSum(tuple([c for c, _ in kept]), tuple([term for _, term in kept]))


def as_product(function: sp.Expr, symbols: Sequence[sp.Expr], exponents: Powers) -> sp.Expr:
    """The function times powers; SymPy is asked to multiply only where a power of a state may meet another."""
    powers = [x**e for x, e in zip(symbols, exponents, strict=True) if e]
    if isinstance(function, sp.Pow) and function.base.is_Symbol:
        return sp.Mul(function, *powers)
    return times([*powers, function])


@lru_cache(maxsize=1 << 10)
def _monomial(symbols: tuple[sp.Expr, ...], exponents: Powers) -> sp.Expr:
    return as_product(sp.S.One, symbols, exponents)


@dataclass(frozen=True)
class View:
    """One regression with few enough rows, and the weighted target of each equation.

    Attributes:
        states: points at which terms are evaluated.
        operator: maps columns of values to rows.
        weights: one over each target's deviation.
        targets: weighted.
        equation: index of the one state whose equation it is of; None if it is of all.
        matrix: the operator's, where it is at hand.
    """

    kind: str
    states: Float[np.ndarray, "point state"]
    operator: Callable[[np.ndarray], Float[np.ndarray, "row term"]]
    weights: Float[np.ndarray, "row state"]
    targets: Float[np.ndarray, "row state"]
    equation: int | None = None
    matrix: sparse.csr_array | np.ndarray | None = None

    def lift(self, weights: Float[np.ndarray, " row"]) -> Lift:
        """The operator, times the weights of one equation's rows, for compiled code."""
        matrix = self.operator(np.eye(len(self.states))) if self.matrix is None else self.matrix
        return Lift.of(sparse.csr_array(sparse.diags_array(weights) @ sparse.csr_array(matrix)))

    def is_of(self, equation: int) -> bool:
        """Whether it says something of that equation."""
        return self.equation in (None, equation)


def views(problem: DiscoveryProblem, rows: int) -> tuple[View, ...]:
    """The regressions of a problem, thinned to about ``rows`` rows."""
    return tuple(_view(regression, rows) for regression in problem.regressions)


def sampled(problem: DiscoveryProblem, laws: Mapping[str, sp.Expr]) -> tuple[View, ...]:
    """The samples' responses to the equations of the open states, linearised by likely ``laws``."""
    found: list[View] = []
    for one in responses_of(problem, laws):
        if one.state in problem.open:
            equation, shape = problem.names.index(one.state), (len(one.targets), len(problem.names))
            targets = np.broadcast_to(one.targets[:, None], shape)
            matrix = one.operator
            found.append(View("response", one.states, matrix.__matmul__, np.ones(shape), targets, equation, matrix))
    return tuple(found)


def _view(regression: Regression, rows: int) -> View:
    step = max(1, len(regression.targets) // rows)
    weights = 1.0 / regression.deviations[::step]
    targets = regression.targets[::step] * weights
    if regression.kind == "derivative":
        states = regression.states[::step]
        same = sparse.csr_array(sparse.eye_array(len(states)))
        return View(regression.kind, states, lambda terms: terms, weights, targets, matrix=same)
    operator = regression.operator
    matrix = None if regression.matrix is None else sparse.csr_array(regression.matrix[::step])
    states = regression.states
    return View(regression.kind, states, lambda terms: operator(terms)[::step], weights, targets, matrix=matrix)
