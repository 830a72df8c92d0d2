"""A law with free constants, and the question whether given values come from one of its members."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import sympy as sp
from jaxtyping import Bool, Float

from discovery.protocols import NEVER, Deadline
from discovery.symbolic.constants import abstract, parts, substituted
from discovery.symbolic.evaluate import Program, compiled
from discovery.types import symbol

EXACT = 1e-9  # relative RMS residual of a member: round-off, with room for cancellation in nested sums
CONVERGED = 1e-13
PRESENT = 1e-5  # smallest share of a term at its best point for it to be there at all
MAX_STEPS = 40
SPREADS = (0.3, 0.3, 1.0, 1.0, 2.0, 2.0)  # of the logarithms of random starts
FARTHEST = math.log(1e4)  # a constant whose ratio to the reference's is beyond this has left the family


@dataclass(frozen=True)
class Member:
    """How far from the reference are constants at which a family has given values.

    Attributes:
        largest_error: of all constants, relative to the reference's.
        description: names the worst constant.
    """

    largest_error: float
    description: str


def _with_quotients(law: sp.Expr) -> sp.Expr:
    """With ``cot(u)`` in place of ``cos(u)/sin(u)``, and ``tan(u)`` of its inverse, in products."""

    def folded(*factors: sp.Expr) -> sp.Expr:
        for above, below, quotient in ((sp.cos, sp.sin, sp.cot), (sp.sin, sp.cos, sp.tan)):
            for angle in [parts(one)[0] for one in factors if isinstance(one, above)]:
                pair = (above(angle), 1 / below(angle))
                if set(pair) <= set(factors):
                    return sp.Mul(quotient(angle), *(one for one in factors if one not in pair))
        return sp.Mul(*factors)

    return cast(sp.Expr, law.replace(sp.Mul, folded))


@dataclass(frozen=True)
class Family:
    """A reference law whose constants are free: the sum of ``linear`` constants times the columns of ``program``.

    Attributes:
        values: the reference's constants.
        linear: indices of those that multiply columns.
        inner: indices of the others, on which the columns depend.
        signed: whether each constant has to keep its sign.
        program: columns, as functions of the variables and the inner constants.
        first: number of the first constant.
        scales: whether scales of 1 inside functions are constants too.
    """

    expression: sp.Expr
    values: tuple[float, ...]
    linear: tuple[int, ...]
    inner: tuple[int, ...]
    signed: Bool[np.ndarray, " constant"]
    program: Program
    first: int
    scales: bool

    def fit(
        self,
        points: Float[np.ndarray, "point name"],
        target: Float[np.ndarray, " point"],
        *,
        guess: Sequence[float] = (),
        deadline: Deadline = NEVER,
    ) -> Member | None:
        """The member with the values ``target``; None if there is none. If there are several, one near the reference.

        Variable projection (Golub and Pereyra 1973): inner constants by Levenberg-Marquardt, those of the columns by
        linear least squares at each step.

        Args:
            guess: constants of the family that may be the member's; empty if there is no guess.
        """
        with np.errstate(all="ignore"):  # far-off trial constants overflow; their residual is infinite
            return self._fit(points, target, guess, deadline)

    def _fit(self, points: np.ndarray, target: np.ndarray, guess: Sequence[float], deadline: Deadline) -> Member | None:
        fit = _Fit.of(self, points, target)
        if fit is None:
            return None
        # Where all variables are positive, fractions of positive constants have no poles to get over.
        positive = np.all(points > 0, axis=1)
        gentle = _Fit.of(self, points[positive], target[positive]) if self.inner else None
        for start in self.starts(guess):
            if deadline.passed():
                return None
            shifts = start if gentle is None else gentle.minimised(start, deadline)
            member = self.member(fit, fit.minimised(shifts, deadline))
            if member is not None:
                return member
        return None

    def constants_of(self, law: sp.Expr) -> tuple[float, ...]:
        """The constants of ``law`` if it is written as this family is, else none.

        A scale of 1 inside a function is one where the family has a scale, so that ``sin(x)`` is in ``c0*sin(c1*x)``;
        ``cos(u)/sin(u)`` is one where it has a cotangent.
        """
        quotients = self.expression.has(sp.tan, sp.cot)
        for spelled in (law, _with_quotients(law)) if quotients else (law,):
            for inner in (self.scales, True):
                expression, constants = abstract(spelled, first=self.first, implicit=True, inner=inner)
                if expression == self.expression:
                    return constants
        return ()

    def read(self, law: sp.Expr) -> Member | None:
        """``law`` as a member, its constants taken from its text; None if it is not written as this family is."""
        constants = self.constants_of(law)
        return self.at(np.array(constants)) if constants else None

    def starts(self, guess: Sequence[float]) -> list[Float[np.ndarray, " inner"]]:
        """Shifts of the inner constants: none, those of ``guess``, then random ones."""
        inner = list(self.inner)
        starts = [np.zeros(len(inner))]
        if not inner:
            return starts
        if len(guess) == len(self.values):
            ratios = np.array(guess)[inner] / np.array(self.values)[inner]
            if np.all((ratios > 0) | ~self.signed[inner]):
                starts.append(np.where(self.signed[inner], np.log(np.abs(ratios)), ratios - 1))
        rng = np.random.default_rng(0)
        return starts + [rng.normal(0.0, spread, len(inner)) for spread in SPREADS]

    def member(self, fit: _Fit, shifts: Float[np.ndarray, " inner"]) -> Member | None:
        """What the fit arrived at, if it meets the target with all constants present and all signs kept."""
        residual, outer, shares = fit.projected(shifts)
        if not np.sqrt(np.mean(residual**2)) <= EXACT or np.any(shares < PRESENT):
            return None
        constants = np.array(self.values)
        constants[list(self.linear)] = outer
        constants[list(self.inner)] = fit.inner_constants(shifts)
        return self.at(constants)

    def at(self, constants: Float[np.ndarray, " constant"]) -> Member | None:
        """The member with these constants; None if a sign is not kept, or one has left the family."""
        ratios = constants / np.array(self.values)
        if (
            np.any(ratios == 0)
            or np.any(self.signed & (ratios < 0))
            or np.any(np.abs(np.log(np.abs(ratios))) > FARTHEST)
        ):
            return None
        errors = np.abs(ratios - 1)
        worst = int(np.argmax(errors))
        values = f"{constants[worst]:.6g} where the reference has {self.values[worst]:.6g}"
        description = f"A member of {self.expression}; its worst constant is {values}"
        return Member(float(errors[worst]), description)


@dataclass(frozen=True)
class _Fit:
    """A family, points, and the values to be met, each row divided by the size of the terms that are added in it."""

    family: Family
    points: Float[np.ndarray, "point name"]
    target: Float[np.ndarray, " point"]
    scale: Float[np.ndarray, " point"]

    @classmethod
    def of(cls, family: Family, points: np.ndarray, target: np.ndarray) -> _Fit | None:
        """Only points at which all is finite are used; None if they are too few to decide."""
        fit = cls(family, points, target, np.ones(len(points)))
        terms = fit.columns(np.zeros(len(family.inner))) * fit.outer_reference
        scale = np.abs(terms).sum(axis=1) + np.abs(target)
        good = np.isfinite(scale) & (scale > 0)
        if not family.values or good.sum() < 2 * len(family.values) + 6:
            return None
        return cls(family, points[good], target[good], scale[good])

    @property
    def outer_reference(self) -> Float[np.ndarray, " linear"]:
        return np.array(self.family.values)[list(self.family.linear)]

    def inner_constants(self, shifts: Float[np.ndarray, " inner"]) -> Float[np.ndarray, " inner"]:
        """Reference times exp(shift), which keeps the sign; reference times 1 + shift where the sign is free."""
        inner = list(self.family.inner)
        signed = self.family.signed[inner]
        factors = np.where(signed, np.exp(np.clip(shifts, -2 * FARTHEST, 2 * FARTHEST)), 1 + shifts)
        return np.array(self.family.values)[inner] * factors

    def columns(self, shifts: Float[np.ndarray, " inner"]) -> Float[np.ndarray, "point linear"]:
        constants = np.broadcast_to(self.inner_constants(shifts), (len(self.points), len(shifts)))
        return self.family.program(np.hstack([self.points, constants]))

    def projected(
        self, shifts: Float[np.ndarray, " inner"]
    ) -> tuple[Float[np.ndarray, " point"], Float[np.ndarray, " linear"], Float[np.ndarray, " linear"]]:
        """Residual with the best outer constants, these constants, and the largest share of each column.

        The unknowns are relative deviations from the reference, of which least squares takes the smallest: that is
        the nearest member where the constants are not unique.
        """
        columns = self.columns(shifts) * self.outer_reference / self.scale[:, None]
        target = self.target / self.scale
        if not np.all(np.isfinite(columns)):
            return np.full(len(target), np.inf), self.outer_reference, np.zeros(len(self.outer_reference))
        deviations = np.linalg.lstsq(columns, target - columns.sum(axis=1), rcond=1e-13)[0]
        terms = columns * (1 + deviations)
        residual = terms.sum(axis=1) - target
        return residual, self.outer_reference * (1 + deviations), np.abs(terms).max(axis=0)

    def minimised(self, shifts: Float[np.ndarray, " inner"], deadline: Deadline) -> Float[np.ndarray, " inner"]:
        """Levenberg-Marquardt from ``shifts``; stops when a member is met or when progress has ended."""
        residual = self.projected(shifts)[0]
        damping, stalls = 1e-3, 0
        for _ in range(MAX_STEPS):
            error = float(np.mean(residual**2))
            if len(shifts) == 0 or not math.isfinite(error) or error < CONVERGED**2 or stalls == 3 or deadline.passed():
                break
            trial = shifts + self.step(shifts, residual, damping)
            trial_residual = self.projected(trial)[0]
            trial_error = float(np.mean(trial_residual**2))
            stalls = stalls + 1 if trial_error > 0.98 * error else 0
            if trial_error < error:
                shifts, residual, damping = trial, trial_residual, damping / 10
            else:
                damping *= 10
        return shifts

    def step(
        self, shifts: Float[np.ndarray, " inner"], residual: Float[np.ndarray, " point"], damping: float
    ) -> Float[np.ndarray, " inner"]:
        """The damped step, no constant by more than a factor of e; Jacobian by forward differences."""
        width = 1e-7
        moved = [self.projected(shifts + width * unit)[0] for unit in np.eye(len(shifts))]
        jacobian = (np.array(moved).T - residual[:, None]) / width
        with np.errstate(over="ignore"):
            sizes = np.linalg.norm(jacobian, axis=0)
        stacked = np.vstack([jacobian, np.diag(math.sqrt(damping) * sizes)])
        if not np.all(np.isfinite(stacked)):  # LAPACK does not return from infinities
            return np.zeros_like(shifts)
        right = np.concatenate([-residual, np.zeros(len(shifts))])
        return np.clip(np.linalg.lstsq(stacked, right, rcond=None)[0], -1.0, 1.0)


def family_of(reference: sp.Expr, names: Sequence[str], free: Mapping[str, float], *, inner: bool) -> Family:
    """The family of ``reference``.

    Args:
        names: the variables.
        free: symbols of ``reference`` that stand for constants of either sign, with their values.
        inner: scales of 1 inside functions are constants too.
    """
    first = _first_unused(names)
    values: dict[sp.Expr, sp.Expr] = {symbol(name): sp.Float(value) for name, value in free.items()}
    numeric = substituted(reference, values)
    expression, constants = abstract(numeric, first=first, implicit=True, inner=inner)
    signed = np.ones(len(constants), dtype=bool)
    for name, value in values.items():
        flipped, others = abstract(
            substituted(reference, {**values, name: -value}), first=first, implicit=True, inner=inner
        )
        if flipped == expression:
            signed &= np.sign(others) == np.sign(constants)
    symbols = [symbol(f"c{first + i}") for i in range(len(constants))]
    multipliers = _multipliers(expression, frozenset(symbols))
    if substituted(expression, dict.fromkeys(multipliers, sp.S.Zero)) != 0:
        constants, symbols = (), []  # not a sum of columns times constants: no family is better than a wrong one
    linear = [i for i, c in enumerate(symbols) if c in multipliers]
    others = [i for i in range(len(symbols)) if i not in linear]
    columns = _columns(expression, [symbols[i] for i in linear])
    program = compiled(columns, [*names, *[symbols[i].name for i in others]])
    return Family(expression, constants, tuple(linear), tuple(others), signed, program, first, inner)


def _first_unused(names: Sequence[str]) -> int:
    """A number from which on no constant shares its name with a variable."""
    return max([int(name[1:]) + 1 for name in names if name[0] == "c" and name[1:].isdecimal()], default=0)


def _multipliers(expression: sp.Expr, constants: frozenset[sp.Expr]) -> set[sp.Expr]:
    """Constants in which the expression is linear, all at once: each term's coefficient, or those of a sum in it.

    Only of a sum whose terms all have one: in ``(c0 + x)*(c1 + c2*x)`` the other is a constant plus a known part.
    """
    found: set[sp.Expr] = set()
    for term in sp.Add.make_args(expression):
        direct = _coefficients(term, constants)
        sums = [[_coefficients(part, constants) for part in parts(f)] for f in sp.Mul.make_args(term) if f.is_Add]
        whole = next((coefficients for coefficients in sums if all(coefficients)), [])
        found.update(direct[:1] or [of_part[0] for of_part in whole])
    return found


def _coefficients(product: sp.Expr, constants: frozenset[sp.Expr]) -> list[sp.Expr]:
    return [factor for factor in sp.Mul.make_args(product) if factor in constants]


def _columns(expression: sp.Expr, linear: Sequence[sp.Expr]) -> list[sp.Expr]:
    """The expression's derivative by each of ``linear``: its value where that one is 1 and the others are 0."""
    nothing: dict[sp.Expr, sp.Expr] = dict.fromkeys(linear, sp.S.Zero)
    return [substituted(expression, {**nothing, constant: sp.S.One}) for constant in linear]
