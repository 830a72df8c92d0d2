"""Columns that are read off states and inputs at each time, as the voltage of a cell: ``V = E - R*I - V1``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from discovery.errors import UsageError
from discovery.headers import bare
from discovery.knowledge.knowledge import Names
from discovery.knowledge.meaning import put
from discovery.knowledge.sentences import of_highest, pointed
from discovery.knowledge.solved import rates
from discovery.knowledge.statements import Definition, Equation, Statement
from discovery.laws import Unknown
from discovery.samples import symbol


def as_equation(statement: Statement, names: Names) -> Statement:
    """What is told of a state by its value is an equation of order 0; of a constant it stays a definition.

    Where derivatives stand behind an input or a constant, as in ``V = R*i + L*i'``, one of them is told.

    Raises:
        ExpressionError: a map's column is told so.
    """
    if not isinstance(statement, Definition) or statement.value.is_number:
        return statement
    if names.identifier(statement.name) not in names.states:
        named = sp.Symbol(statement.name, real=True)
        return of_highest(named, statement.value, statement.sentence) if rates(statement.value) else statement
    if names.discrete:
        raise pointed(
            statement.sentence, 0,
            f"Of a map next values are told, as in next {statement.name} = ...; leave columns out that follow",
        )  # fmt: skip
    return Equation(statement.name, 0, statement.value, statement.sentence)


def with_algebraic(
    templates: Mapping[str, sp.Expr], equations: Sequence[Equation], unknowns: Sequence[Unknown], names: Names
) -> tuple[dict[str, sp.Expr], tuple[str, ...]]:
    """Templates in which no algebraic state stands, as their sides are put in, and which states are algebraic.

    Args:
        templates: of the states whose equations were told.

    Raises:
        ExpressionError: an algebraic state is told by way of itself.
        UsageError: beside one, something is left to be found, or nothing has a derivative.
    """
    told = {names.identifier(one.state): one for one in equations if one.order == 0}
    if not told:
        return dict(templates), ()
    _check_whole(told, templates, unknowns, names)
    sides: dict[sp.Basic, sp.Basic] = {symbol(name): templates[name] for name in told}
    for _ in told:
        sides = {name: put(side, sides) for name, side in sides.items()}
    for name, one in told.items():
        if sides[symbol(name)].free_symbols & set(sides):
            raise pointed(one.sentence, 0, f"{one.state} is told by way of itself")
    return {name: put(side, sides) for name, side in templates.items()}, tuple(told)


def _check_whole(
    told: Mapping[str, Equation], templates: Mapping[str, sp.Expr], unknowns: Sequence[Unknown], names: Names
) -> None:
    first = next(iter(told.values()))
    why = f"{first.sentence!r} tells {first.state} at each time, and beside it all of the law has to be told"
    if unknowns:
        raise UsageError(f"{why}: write what is known of {unknowns[0].name}, with free constants at most.")
    if left := [bare(header) for name, header in names.states.items() if name not in templates]:
        raise UsageError(f"{why}: tell {left[0]}' = ... too, with free constants at most, or leave the column out.")
    if not templates.keys() - told.keys():
        raise UsageError(f"{why}, but nothing has a derivative. Tell {first.state}' = ..., or a state that it follows.")


def with_sides(quantity: sp.Expr, templates: Mapping[str, sp.Expr], algebraic: Sequence[str]) -> sp.Expr:
    """A quantity of states in those that have derivatives."""
    return put(quantity, {symbol(name): templates[name] for name in algebraic})
