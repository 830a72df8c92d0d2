"""First integrals of a law: polynomial, trigonometric and logarithmic functions of its states that stay constant.

The functions grow with the law's own (where it has sin(u), cos(u) is tried too; a power of a sum brings the next higher
one) and with the degree of monomials. Numbers decide where to look: on the measured states and in the box about them, a
combination must hardly change along the law. Algebra decides what is said: with the constants as symbols, the rate of
change must be zero, whatever inputs and time do. Where two constants agree within their intervals, the relation is
tried, and said if it is needed. Where groups of runs have constants of their own, one group is asked.

Source: Goriely (2001), Integrability and Nonintegrability of Dynamical Systems, for the classes of first integrals;
Kaiser, Kutz & Brunton (2018), Discovering conservation laws from data, for null spaces on data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.evaluate import jacobians, values
from discovery.knowledge.functions import candidates
from discovery.knowledge.groups import of_every_group, of_one_group
from discovery.knowledge.integrals import Rates, Values, primitive, rate, rates
from discovery.knowledge.multiples import multiples
from discovery.protocols import NEVER, Deadline
from discovery.structure import Invariant, Owned
from discovery.symbolic.complexity import is_constant
from discovery.symbolic.constants import substituted
from discovery.symbolic.limited import limited
from discovery.types import Law, SmoothedTrajectory, symbol

MOST_STATES = 8
MOST_FUNCTIONS = 110  # monomials of four states up to degree 4 and the functions of a law; 0.5 CPU seconds of algebra
MOST_CONSTANTS = 24
DEGREES = (1, 2, 3, 4)
# Share of its own changes that a combination may keep for the algebra to be tried; constants of 1 to 5 % leave as much.
NEARLY = 0.05
HUGE = 1e150  # below which squares are computed, as of exp(200 x) far from what was measured they are not
POINTS = 200  # measured states, and as many in the box about them


def conserved(
    law: Law,
    runs: Sequence[SmoothedTrajectory],
    covariance: Sequence[Sequence[float]] = (),
    *,
    owned: Sequence[Owned] = (),
    inputs: Sequence[Float[np.ndarray, "time input"]] = (),
    measured: Sequence[SmoothedTrajectory] = (),
    deadline: Deadline = NEVER,
) -> tuple[Invariant, ...]:
    """Independent quantities that a law conserves, simple ones first; none where there are none of these kinds.

    Args:
        runs: smoothed measurements, at which the law is looked at.
        measured: the measurements themselves, along which each quantity's changes are measured; else those of ``runs``
            are, which have a smoother's bias where a state changes steeply.
        covariance: of the law's constants; without it they are taken as exact.
        owned: constants that differ between groups of runs.
        inputs: of the runs, of a law that has some.
        deadline: ends the search with what it has, as does algebra of more than some millions of calls.
    """
    dimension = len(law.states)
    sides = of_one_group(law, owned)
    constants = {name for side in sides for name in side.free_symbols if is_constant(str(name))}
    if law.discrete or law.algebraic or not 1 < dimension <= MOST_STATES or len(constants) > MOST_CONSTANTS:
        return ()
    known = np.array(covariance, dtype=np.float64)
    # What relates constants of one group need not hold in others.
    search = limited(lambda: _Search.of(law, sides, runs, {} if owned else multiples(law.constants, known)))
    if search is None:
        return ()
    found: list[Invariant] = []
    for degree in DEGREES:
        functions = search.functions(degree)
        if len(functions) > MOST_FUNCTIONS or len(found) == dimension - 1 or deadline.passed():
            break
        if search.promising(functions):
            more = limited(partial(search.extended, found, functions))
            if more is None:
                break  # algebra that large says nothing that anybody would read
            found = more
    if owned:
        found = [replace(one, expression=of_every_group(one.expression, law, owned)) for one in found]
    return tuple(search.measured(one, measured or runs, inputs) for one in found)


@dataclass(frozen=True)
class _Search:
    """A law with its right-hand sides exact, and the points at which it is looked at.

    Attributes:
        drives: time and inputs that stand in the right-hand sides.
        driven: values of these, which may be any.
    """

    law: Law
    field: tuple[sp.Expr, ...]
    points: Float[np.ndarray, "point state"]
    drives: tuple[sp.Symbol, ...]
    driven: Float[np.ndarray, "point drive"]
    positive: tuple[bool, ...]
    allowed: Values

    @classmethod
    def of(cls, law: Law, sides: Sequence[sp.Expr], runs: Sequence[SmoothedTrajectory], allowed: Values) -> _Search:
        field = tuple(cast("sp.Expr", sp.nsimplify(rhs, rational=True)) for rhs in sides)
        outside = [one for one in map(symbol, ("t", *law.inputs)) if any(one in rhs.free_symbols for rhs in field)]
        everything = np.vstack([run.states for run in runs])
        measured = everything[np.all(np.isfinite(everything), axis=1)]
        low, high = measured.min(axis=0), measured.max(axis=0)
        box = low + (high - low) * np.random.default_rng(0).random((POINTS, len(low)))
        few = measured[np.linspace(0, len(measured) - 1, min(POINTS, len(measured))).astype(int)]
        positive = tuple(bool(least > 0) for least in low)
        points = np.vstack([few, box])
        driven = np.random.default_rng(1).normal(size=(len(points), len(outside)))
        return cls(law, field, points, tuple(outside), driven, positive, allowed)

    @property
    def states(self) -> tuple[sp.Symbol, ...]:
        return tuple(symbol(name) for name in self.law.states)

    def functions(self, degree: int) -> tuple[sp.Expr, ...]:
        """Those of which combinations are tried, from simple to complex."""
        every = candidates(self.states, self.field, self.positive, degree)
        return tuple(one for one in every if not one.free_symbols & set(self.drives))

    def promising(self, functions: Sequence[sp.Expr]) -> bool:
        """Whether some combination hardly changes along the law."""
        slopes = self._slopes(functions)
        names = (*self.law.states, *map(str, self.drives))
        field = values(self.law.written(self.field), names, np.hstack([self.points, self.driven]))
        with np.errstate(over="ignore", invalid="ignore"):
            parts = slopes * field[:, None, :]
        parts = parts[np.all(np.abs(parts) < HUGE, axis=(1, 2))]
        size = np.sqrt(np.mean(np.sum(parts**2, axis=2), axis=0))
        if np.any(size == 0):
            return True  # a function that does not change at all
        changes = np.sum(parts, axis=2) / size
        if len(changes) < changes.shape[1]:
            return False
        return float(np.linalg.svd(changes, compute_uv=False)[-1]) < NEARLY * np.sqrt(len(changes))

    def _slopes(self, functions: Sequence[sp.Expr]) -> Float[np.ndarray, "point function state"]:
        return jacobians(self.law.written(functions), self.law.states, self.points)

    def extended(self, found: Sequence[Invariant], functions: Sequence[sp.Expr]) -> list[Invariant]:
        """The invariants so far, and those independent of them among the combinations of ``functions``."""
        changes = rates(functions, self.states, self.field, self.drives)
        kept = list(found)
        for related in self._relations(changes):
            for places in changes.null_space(related):
                if len(kept) == len(self.states) - 1:
                    return kept
                expression = changes.combination(places, related)
                if expression is not None and self._independent(kept, expression, related):
                    one = self._simplest(expression, related)
                    kept += [] if one is None else [one]
        return kept

    def _relations(self, changes: Rates) -> Iterator[Values]:
        """No relation at first; then those that the intervals allow and without which less is conserved."""
        yield {}
        allowed = self.allowed
        plain = len(changes.null_space({}))
        if not allowed or len(changes.null_space(allowed)) == plain:
            return
        needed = dict(allowed)
        most = len(changes.null_space(allowed))
        for constant in allowed:
            fewer = {one: other for one, other in needed.items() if one != constant}
            if len(changes.null_space(fewer)) == most:
                needed = fewer
        yield needed

    def _independent(self, found: Sequence[Invariant], expression: sp.Expr, related: Values) -> bool:
        """Whether the expression is no function of those found: its gradient does not lie among theirs."""
        known = [substituted(one.general or one.expression, related) for one in found]
        slopes = self._slopes([*known, expression])
        norms = np.linalg.norm(slopes, axis=2, keepdims=True)
        slopes = slopes[np.all(np.isfinite(slopes), axis=(1, 2)) & np.all(norms[:, :, 0] > 0, axis=1)]
        if not len(slopes):
            return False
        least = np.linalg.svd(slopes / np.linalg.norm(slopes, axis=2, keepdims=True), compute_uv=False)[:, -1]
        return float(np.median(least)) > 1e-6

    def _simplest(self, expression: sp.Expr, related: Values) -> Invariant | None:
        """The invariant, shorter where relations between its constants are worth it; None if SymPy does not agree.

        Equal constants are one, up to their sign. That one is another multiple of another, as a third of it, is chance,
        unless it counts what turns into what: a sum of states in which no constant is left.
        """
        if not self._holds(expression, related):
            return None
        equal = {constant: other for constant, other in self.allowed.items() if abs(other.as_coeff_Mul()[0]) == 1}
        for allowed in (self.allowed, equal):
            shortest, used = _shortened(expression, related, allowed, self.states)
            chance = allowed is not equal and not all(sp.diff(shortest, one).is_number for one in self.states)
            if len(used) > len(related) and not chance and self._holds(shortest, used):
                relations = tuple(constant - other for constant, other in used.items())
                return Invariant(shortest, relations, expression if not related else None)
        return Invariant(expression, tuple(constant - other for constant, other in related.items()))

    def _holds(self, expression: sp.Expr, related: Values) -> bool:
        """Whether SymPy finds the rate of change to be zero, with the constants as symbols."""
        change = rate(expression, self.states, self.field).xreplace(dict(related))
        return sp.simplify(change) == 0

    def measured(
        self, one: Invariant, runs: Sequence[SmoothedTrajectory], inputs: Sequence[np.ndarray] = ()
    ) -> Invariant:
        """The invariant with its changes along the measured runs, each with its group's constants."""
        total, parts, noise = 0.0, 0.0, 0.0
        for place, run in enumerate(runs):
            marks = dict(zip(self.law.inputs, inputs[place][0], strict=True)) if self.law.inputs and inputs else {}
            terms = self.law.written(sp.Add.make_args(_at(one.expression, marks)))
            value = values(terms, self.law.states, run.states)
            slope = jacobians([sp.Add(*terms)], self.law.states, run.states)[:, 0]
            fine = np.all(np.isfinite(value), axis=1) & np.all(np.isfinite(slope), axis=1)
            value = value[fine] - value[fine].mean(axis=0)
            total += float(np.sum(np.sum(value, axis=1) ** 2))
            parts += float(np.sum(value**2))
            noise += float(np.sum((slope[fine] * run.state_deviations[fine]) ** 2))
        if parts == 0.0:
            return one
        return Invariant(
            one.expression, one.relations, one.general, float(np.sqrt(total / parts)), float(np.sqrt(noise / parts))
        )


def _at(expression: sp.Expr, marks: Mapping[str, float]) -> sp.Expr:
    """The expression of one group; as it is where it has no group's inputs."""
    there: dict[sp.Expr, sp.Expr] = {
        symbol(name): sp.Integer(round(value)) for name, value in marks.items() if expression.has(symbol(name))
    }
    return substituted(expression, there) if there else expression


def _shortened(
    expression: sp.Expr, related: Values, allowed: Values, states: Sequence[sp.Symbol]
) -> tuple[sp.Expr, Values]:
    """The expression with those of the relations that make it shorter, and all relations that it needs then."""
    shortest, used = expression, dict(related)
    for constant, other in allowed.items():
        if constant in shortest.free_symbols and constant not in used:
            shorter = _cleared(substituted(shortest, {constant: other}), states)
            if sp.count_ops(shorter) < sp.count_ops(shortest):
                shortest, used = shorter, used | {constant: other}
    return shortest, used


def _cleared(expression: sp.Expr, states: Sequence[sp.Symbol]) -> sp.Expr:
    """The expression without a factor of constants that all of its terms have."""
    split = [term.as_independent(*states, as_Add=False) for term in sp.Add.make_args(sp.expand(expression))]
    gathered: dict[sp.Expr, sp.Expr] = {}
    for factor, function in split:
        gathered[function] = gathered.get(function, sp.S.Zero) + factor
    return primitive(list(gathered.values()), list(gathered))
