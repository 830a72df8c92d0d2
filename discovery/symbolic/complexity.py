"""How much an expression says: the size that candidates are kept by and the length that they are ranked by."""

from __future__ import annotations

import math

import sympy as sp

from discovery.symbolic.constants import parts, real_value

# Nats on top of the nodes of a law. A parabola has more nodes than a sine that imitates it (16 nats against 8), and a
# product of such functions imitates nearly anything: at 2 nats, sin(sin(x)) took the place of logistic growth in two
# systems of the registry's design half. A law that needs a function pays for ten nats with a few samples.
PER_TRANSCENDENTAL = 10.0
PER_DENOMINATOR = 1.0


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
    """Nats to state the expression, its constants' digits apart; add the law's equations up.

    k log n for an expression of k nodes that are drawn from n kinds (sum, product, power, each function, each state,
    each exponent, and number), ten nats for each transcendental function or power that is not an integer, one for
    each denominator that is not constant.

    Source: Bartlett, Desmond & Ferreira (2023), Exhaustive symbolic regression, arXiv 2211.11461, for k log n.
    """
    variable = _variable_parts(expression)
    transcendental = sum(_is_transcendental(part) for part in variable)
    denominators = sum(_is_denominator(part) for part in variable)
    stated = node_count(expression) * math.log(max(len(_kinds(expression)), 2))
    return stated + PER_TRANSCENDENTAL * transcendental + PER_DENOMINATOR * denominators


def _kinds(expression: sp.Expr) -> set[str]:
    """The different things that nodes of an expression are; all numbers and constants c0, c1, ... are one."""
    if expression.is_number or (expression.is_Symbol and _is_constant(str(expression))):
        return {"number"}
    if expression.is_Symbol:
        return {str(expression)}
    if isinstance(expression, sp.Pow) and expression.exp.is_number:
        value = real_value(expression.exp)
        exponent = f"exponent {value:g}" if value.is_integer() else "number"
        return {"power", exponent} | _kinds(expression.base)
    kinds = {type(expression).__name__}
    return kinds.union(*(_kinds(part) for part in parts(expression) if part != -1))


def _is_constant(name: str) -> bool:
    return name[:1] == "c" and name[1:].isdigit()


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
