"""The length of a law whose equations state what they share once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import sympy as sp

from discovery.symbolic.canonical import expanded
from discovery.symbolic.complexity import PER_TRANSCENDENTAL, functions_of, is_constant, shortest


def stated_length(expressions: Sequence[sp.Expr]) -> float:
    """Nats to state the right-hand sides of a law: each as short as it can be, what they share once.

    A term that another equation has had, whatever its coefficient, is one node: what flows out of one state and into
    another, as by mass action, is one thing to say. So is a function of one argument.
    """
    functions = {one for expression in expressions for one in functions_of(expression)}
    known: dict[sp.Expr, sp.Symbol] = {}
    total = PER_TRANSCENDENTAL * len(functions)
    for expression in expressions:
        terms = terms_of(expression) if len(expressions) > 1 else ()
        stated = shortest(expression)
        if not known.keys().isdisjoint(term for _, term in terms):
            stated = min(stated, shortest(sp.Add(*[number * known.get(term, term) for number, term in terms])))
        total += stated
        for _, term in terms:
            if is_shared(term):
                known.setdefault(term, sp.Symbol(f"shared{len(known)}", real=True))
    return total


def added_length(expression: sp.Expr, others: Sequence[sp.Expr]) -> float:
    """Nats that a right-hand side adds to those of the other states."""
    return stated_length([*others, expression]) - stated_length(others)


@lru_cache(maxsize=1 << 14)
def terms_of(expression: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """The summands, multiplied out where that is short, each as its coefficient and what is left."""
    found: list[tuple[sp.Expr, sp.Expr]] = []
    for term in sp.Add.make_args(expanded(expression)):
        factors = sp.Mul.make_args(term)
        numbers = [factor for factor in factors if _is_number(factor)]
        found.append((sp.Mul(*numbers), sp.Mul(*[factor for factor in factors if factor not in numbers])))
    return tuple(found)


def is_shared(term: sp.Expr) -> bool:
    """Whether it is shorter to point at a term than to state it again: more than a state or a number."""
    return not isinstance(term, sp.Symbol | sp.Number)


def _is_number(factor: sp.Expr) -> bool:
    return bool(factor.is_number) or (isinstance(factor, sp.Symbol) and is_constant(factor.name))
