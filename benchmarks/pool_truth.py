"""Whether the true right-hand side is among candidates: values first, the form verdict on the likeliest alone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import sympy as sp
from jaxtyping import Float
from scipy.optimize import least_squares

from discovery.dynamics.evaluate import gradients, values
from discovery.errors import DiscoveryError
from discovery.symbolic.compare import JUDGEMENTS, SAME_FORM, compare
from discovery.symbolic.complexity import node_count
from discovery.symbolic.constants import abstract, gathered, shape, term_of
from discovery.symbolic.evaluate import evaluate
from discovery.symbolic.multiplied import MAX_NODES, expanded
from discovery.types import symbol

# Candidates that are judged: those that the true form comes nearest to with its constants fitted to them. By nearness
# to the truth itself, noisy constants put the true form behind a hundred others.
NEAREST = 120
# Shares of its true value below which a fitted constant has vanished: then a candidate is a part of the true form, and
# there are so many of these that they are judged last.
VANISHED = 1e-3
# A candidate that the fitted true form misses by more than this share of its root mean square is not of that form.
FAR = 0.1
SECONDS = 1.0  # of one verdict
STEPS = 80  # of that fit
PATIENCE = 60.0  # seconds for all candidates of one equation; those that are left count as wrong

Kind = Literal["polynomial", "rational", "single function", "several functions", "forced"]


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

    @cached_property
    def family(self) -> tuple[sp.Expr, tuple[float, ...]]:
        """The true form with its constants free, and their values."""
        return abstract(self.known, implicit=True)

    def distance(self, candidate: sp.Expr) -> tuple[float, bool]:
        """How far the true form stays from a candidate when its constants are fitted to it, over the candidate's size,
        and whether one of them vanishes or changes its sign.

        Infinite where the candidate is undefined.
        """
        skeleton, constants = self.family
        try:
            found = evaluate(candidate, self.names, self.states)
        except DiscoveryError:
            return float("inf"), False
        size = float(np.sqrt(np.mean(found**2))) if np.all(np.abs(found) < 1e100) else float("inf")
        if not np.isfinite(size) or self.expression == 0:
            return size, False
        scales = np.array(constants)

        def residuals(shares: np.ndarray) -> np.ndarray:
            rates = values([skeleton], self.names, self.states, list(shares * scales))[:, 0]
            return np.where(np.isfinite(rates), np.clip((rates - found) / max(size, 1e-300), -1e6, 1e6), 1e6)

        def slopes(shares: np.ndarray) -> np.ndarray:
            _, by_constant = gradients([skeleton], self.names, self.states, list(shares * scales))
            by_share = by_constant[:, 0] * scales / max(size, 1e-300)
            return np.where(np.isfinite(by_share), np.clip(by_share, -1e9, 1e9), 0.0)

        fitted = least_squares(residuals, np.ones(len(constants)), slopes, max_nfev=STEPS)  # pyright: ignore[reportArgumentType]
        return float(np.sqrt(2.0 * fitted.cost / len(found))), bool(np.any(fitted.x < VANISHED))

    def first_true(self, candidates: Sequence[sp.Expr]) -> tuple[int, str] | None:
        """Index and verdict of the likeliest candidate that has the true form; None if none of the likeliest has it."""
        if self.kind == "forced":  # engines know nothing of time
            return None
        for index in [place for place, one in enumerate(candidates) if skeleton_key(one) in self.keys]:
            if (verdict := self.verdict(candidates[index])) in SAME_FORM:
                return index, verdict
        measured = [self.distance(candidate) for candidate in candidates]
        distances, parts = (np.array(column) for column in zip(*measured, strict=True)) if measured else ((), ())
        begin = time.process_time()  # other work on the machine changes no verdict
        for index in np.lexsort((distances, parts))[:NEAREST]:
            if time.process_time() - begin > PATIENCE:
                return None
            if not (distances[index] < FAR or self.expression == 0):
                continue
            if (verdict := self.verdict(candidates[index])) in SAME_FORM:
                return int(index), verdict
        return None

    def verdict(self, candidate: sp.Expr) -> str:
        """What a candidate is to the right-hand side as it is written, or else multiplied out.

        An equation of the pool has a constant for each of its terms. That those of ``x (1 - x)`` are one constant is
        found later, when exact relations are tried (``selection/relations.py``).
        """
        verdicts = [
            compare(candidate, form, self.names, region=self.region, seconds=SECONDS).verdict for form in self.forms
        ]
        return min(verdicts, key=JUDGEMENTS.index)

    @cached_property
    def forms(self) -> tuple[sp.Expr, ...]:
        """The right-hand side as it is written, and multiplied out if that is another."""
        return tuple(dict.fromkeys((self.expression, expanded(self.expression))))

    @cached_property
    def keys(self) -> frozenset[str]:
        """Of the expressions that differ from it by constants only."""
        return frozenset(map(skeleton_key, (self.expression, self.known)))

    @cached_property
    def known(self) -> sp.Expr:
        """The right-hand side with cotangents as quotients, the other way of writing it."""
        return self.expression.replace(sp.cot, lambda angle: sp.cos(angle) / sp.sin(angle))


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


def skeleton_key(expression: sp.Expr) -> str:
    """A text that is equal for laws of one family, whatever the values and signs of the constants."""
    return shape(canonical(expression))


def canonical(expression: sp.Expr) -> sp.Expr:
    """Expanded, terms over one denominator gathered, each denominator with a coefficient of 1, numbers as floats.

    Returns:
        An expression of equal value; the same for most writings that differ by expanding, by the scale of a fraction
        or by ``2`` against ``2.0``. Fractions are not brought over a common denominator: that would hide the terms.
        A large expression, or one whose scales overflow, comes back as it is.
    """
    if node_count(expression) > MAX_NODES:
        return expression
    try:
        return gathered([term_of(term) for term in sp.Add.make_args(expanded(expression))]).written()
    except (OverflowError, ZeroDivisionError):
        return expression
