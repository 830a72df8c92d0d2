"""The pool of a law that was told in part: entries for its unknown functions, and its whole laws where it has none."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.laws import NOTHING, Frame, Unknown, told_symbol, unknown_symbol
from discovery.problems.shared import one_for_all
from discovery.protocols import NEVER, Deadline
from discovery.selection.pool import Entry, Pools, Sheets, pool
from discovery.symbolic.constants import substituted
from discovery.symbolic.evaluate import compiled, evaluate, slope
from discovery.symbolic.parse import FUNCTIONS
from discovery.types import DiscoveryProblem, EquationCandidate, Law, measured_states, symbol

# Points at which a trend is looked at.
LOOKED_AT = 200
# Share of a slope's largest size by which it may be on the wrong side: where it is nearly zero, its sign is rounding.
SLIGHT = 1e-3


def tried_on(
    candidates: Sequence[EquationCandidate | Law],
    problem: DiscoveryProblem,
    *,
    per_size: int,
    most: int,
    one_rate: int,
    sheets: Sheets | None = None,
    deadline: Deadline = NEVER,
) -> Pools:
    """What to try for each equation, or for each unknown function of a law that was told in part."""
    if problem.frame is None:
        return pool(
            candidates, problem, per_size=per_size, most=most, one_rate=one_rate, sheets=sheets, deadline=deadline
        )
    found: dict[str, tuple[Entry, ...]] = {}
    for unknown in problem.frame.unknowns:
        part = problem.parts[unknown.name]
        place = part.open[0]
        shorter = without_told(unknown, problem.frame)
        mine = [
            EquationCandidate(place, shorter(one.expression), one.source)
            for one in candidates
            if isinstance(one, EquationCandidate) and one.state == unknown.name
        ]
        mine = [one for one in mine if allowed(one.expression, unknown, part)]
        nothing = EquationCandidate(place, sp.S.Zero, NOTHING)
        tried = [*mine, nothing] if allowed(sp.S.Zero, unknown, part) or not mine else mine
        entries = pool(tried, part, per_size=per_size, most=most, deadline=deadline).entries
        found[unknown.name] = tuple(
            replace(entry, state=unknown.name, frame=problem.frame, told=problem.told[0]) for entry in entries[place]
        )
    return Pools(found)


def refused(candidates: Sequence[EquationCandidate | Law], problem: DiscoveryProblem) -> int:
    """Candidates for the functions of which none is as it was told to be."""
    found = 0
    for unknown in problem.frame.unknowns if problem.frame is not None else ():
        mine = [one for one in candidates if isinstance(one, EquationCandidate) and one.state == unknown.name]
        kept = [one for one in mine if allowed(one.expression, unknown, problem.parts[unknown.name])]
        found += 0 if kept else len(mine)
    return found


def without_told(unknown: Unknown, frame: Frame) -> Callable[[sp.Expr], sp.Expr]:
    """Takes the terms out of a function that a told constant stands before anyway, or one for each group of runs.

    Only where that constant stands in no other equation.
    """
    frame = one_for_all(frame) or frame  # constants of all groups before a term make one before it for all
    unknown = next(one for one in frame.unknowns if one.name == unknown.name)
    mark = unknown_symbol(unknown.name)
    marks = {told_symbol(one.name) for one in frame.constants}
    homes = [template for template in frame.templates if template.has(mark)]
    if len(homes) != 1:
        return lambda expression: expression
    factor = homes[0].diff(mark)
    known = [homes[0].diff(one) for one in marks if sum(template.has(one) for template in frame.templates) == 1]
    there = {one.as_coeff_Mul()[1] for one in known if not one.free_symbols & {*marks, mark}}

    @cache  # candidates share their terms, but for the numbers before them
    def told(product: sp.Expr) -> bool:
        return sp.Mul(factor, shown(product, unknown)).as_coeff_Mul()[1] in there

    def shorter(expression: sp.Expr) -> sp.Expr:
        terms = sp.Add.make_args(expression)
        kept = [term for term in terms if not told(term.as_coeff_Mul()[1])]
        return expression if len(kept) == len(terms) else sp.Add(*kept)

    return shorter


def whole_laws(candidates: Sequence[EquationCandidate | Law], problem: DiscoveryProblem) -> list[Law]:
    """Whole laws among the candidates; where no function is unknown, the told law from each of its starts."""
    laws = [one for one in candidates if isinstance(one, Law)]
    if problem.frame is None:
        return laws
    if not problem.frame.unknowns:
        laws += [problem.frame.law((), start, sources=("told",)) for start in problem.told]
    return [one for one in laws if permitted(one, problem)]


def hiding(laws: Sequence[Law], problem: DiscoveryProblem) -> list[Law]:
    """Laws that were told in full, where a state was not measured.

    It is free where each window begins, and short ones tell no constant that makes it slow: that runs away there.
    """
    full = problem.frame is not None and not problem.frame.unknowns
    return list(laws) if full and not measured_states(problem.trajectories).all() else []


def permitted(law: Law, problem: DiscoveryProblem) -> bool:
    """Whether the functions of a law are as they were told to be."""
    if law.frame is None:
        return True
    return all(
        allowed(written, unknown, problem.parts[unknown.name])
        for unknown, written in zip(law.frame.unknowns, law.written_parts, strict=True)
    )


def allowed(expression: sp.Expr, unknown: Unknown, part: DiscoveryProblem) -> bool:
    """Whether an expression has its arguments, none of the functions that it must not have, and the trend it must."""
    used = expression.free_symbols & set(map(symbol, unknown.variables))
    if unknown.uses_all and len(used) < len(unknown.variables):
        return False
    if expression != 0 and not used:
        return False  # a constant would have been told as one
    if any(_is_forbidden(one, unknown.without) for one in sp.preorder_traversal(expression)):
        return False
    if not unknown.trend:
        return True
    points = part.regressions[0].states
    points = points[np.linspace(0, len(points) - 1, min(len(points), LOOKED_AT)).round().astype(int)]
    names = unknown.variables[: points.shape[1]]
    slopes = compiled([slope(expression, symbol(name)) for name in names], unknown.variables)(points)
    if not np.any(np.abs(slopes) > 0.0):
        return False  # flat, or flat but for jumps
    changes = [*slopes.T, *(_steps(expression, names, points) if expression.has(sp.sign) else ())]
    return all(bool(np.all(unknown.trend * one >= -SLIGHT * np.nanmax(np.abs(one), initial=0.0))) for one in changes)


def _steps(
    expression: sp.Expr, names: Sequence[str], points: Float[np.ndarray, "point name"]
) -> Iterator[Float[np.ndarray, " step"]]:
    """How an expression changes from each value of a variable to the next one, the others being as they were together.

    Where a sign jumps there is no slope to tell which way it goes. The data need not have such points, and it may be
    undefined there.
    """
    for place in range(len(names)):
        levels = np.unique(points[:, place])
        moved = np.repeat(points, len(levels), axis=0)
        moved[:, place] = np.tile(levels, len(points))
        steps = np.diff(evaluate(expression, names, moved).reshape(len(points), len(levels)), axis=1)
        yield steps[np.isfinite(steps)]


def _is_forbidden(node: sp.Basic, without: Sequence[str]) -> bool:
    """Whether a node is one of these functions; roots and squares are powers, of which the exponent tells."""
    for name in without:
        example = FUNCTIONS[name](symbol("x"))
        if not isinstance(example, sp.Pow):
            if isinstance(node, type(example)):
                return True
        elif isinstance(node, sp.Pow) and node.exp.is_number:
            one, other = float(node.exp), float(example.exp)
            times = one / other  # a root may be cubed, and below a fraction bar
            if one == other or (other < 1.0 and math.isclose(times, round(times)) and not one.is_integer()):
                return True
    return False


def shown(expression: sp.Expr, unknown: Unknown) -> sp.Expr:
    """A function with its arguments written in."""
    return substituted(expression, dict(zip(map(symbol, unknown.variables), unknown.arguments, strict=True)))
