"""How much an expression says: the size that candidates are kept by and the length that they are ranked by."""

from __future__ import annotations

import sympy as sp

from discovery.symbolic.constants import parts, real_value

# Nats for each part of a law. Chosen by experiment on published systems: with the misfit's N log(...) these weights
# chose the right structure more often than BIC, AIC, Pareto knee and held-out error; the surcharge stops sines of small
# arguments from replacing parabolas.
PER_NODE = 0.5
PER_TRANSCENDENTAL = 4.0
PER_DENOMINATOR = 2.0


def node_count(expression: sp.Expr) -> int:
    """Nodes of the expression tree; a number counts 1 however it is written, and a minus sign nothing."""
    if expression.is_number:
        return 1
    variable = [node_count(part) for part in parts(expression) if not part.is_number]
    numbers = [part for part in parts(expression) if part.is_number]
    if not isinstance(expression, sp.Mul | sp.Add):
        return 1 + sum(variable) + len(numbers)
    if isinstance(expression, sp.Mul) and abs(real_value(sp.Mul(*numbers))) == 1.0:
        return sum(variable) + (len(variable) > 1)
    return 1 + sum(variable) + bool(numbers)


def description_length(expression: sp.Expr) -> float:
    """Nats to state the expression, its constants' digits apart.

    Half a nat for each node, four for each transcendental function or power that is not an integer, two for each
    denominator that is not constant. Add the law's equations up.
    """
    parts = list(_variable_parts(expression))
    transcendental = sum(_is_transcendental(part) for part in parts)
    denominators = sum(_is_denominator(part) for part in parts)
    return PER_NODE * node_count(expression) + PER_TRANSCENDENTAL * transcendental + PER_DENOMINATOR * denominators


def _variable_parts(expression: sp.Expr) -> list[sp.Expr]:
    """The nodes that depend on a symbol, from the root down."""
    if expression.is_number:
        return []
    return [expression, *(part for argument in parts(expression) for part in _variable_parts(argument))]


def _is_transcendental(part: sp.Expr) -> bool:
    if isinstance(part, sp.Pow):
        return not (part.exp.is_number and real_value(part.exp).is_integer())
    return bool(part.is_Function) and not isinstance(part, sp.Abs | sp.sign)


def _is_denominator(part: sp.Expr) -> bool:
    return isinstance(part, sp.Pow) and bool(part.exp.is_number) and real_value(part.exp) < 0
