"""The length of a law whose equations state what they share once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, permutations
from typing import cast

import sympy as sp

from discovery.structure import MARK
from discovery.symbolic.complexity import PER_TRANSCENDENTAL, functions_of, is_number, shortest
from discovery.symbolic.multiplied import expanded

# Equations with shared terms of which all orders are tried: 120 orders, of sums that are known, are a millisecond.
ORDERED = 5


def stated_length(expressions: Sequence[sp.Expr]) -> float:
    """Nats to state the right-hand sides of a law: each as short as it can be, what they share once.

    A term that another equation has had, whatever its coefficient, is one node: what flows out of one state and into
    another, as by mass action, is one thing to say. So is a function of one argument. Equations are stated in the order
    in which that is shortest, so that the order of the states changes nothing. A constant that has a value for each
    group of runs is one constant to state; its values are counted as all constants are.
    """
    expressions = [_of_one_group(expression) for expression in expressions]
    functions = {one for expression in expressions for one in functions_of(expression)}
    homes: dict[sp.Expr, int] = {}
    for expression in expressions:
        for term in shareable(expression):
            homes[term] = homes.get(term, 0) + 1
    shared = [frozenset(term for term in shareable(side) if homes[term] > 1) for side in expressions]
    total = sum(shortest(side) for side, terms in zip(expressions, shared, strict=True) if not terms)
    linked = [(side, terms) for side, terms in zip(expressions, shared, strict=True) if terms]
    if linked:
        total += min(_in_turn(order) for order in _orders(linked))
    return PER_TRANSCENDENTAL * len(functions) + total


@lru_cache(maxsize=1 << 14)
def _of_one_group(expression: sp.Expr) -> sp.Expr:
    """The expression for the runs of one group: in place of c0 in_group_0 + c1 in_group_1 + … stands c0."""
    if not any(one.name.startswith(MARK) for one in expression.free_symbols if isinstance(one, sp.Symbol)):
        return expression
    sides = [_of_one_group(cast("sp.Expr", side)) for side in expression.args]
    if not isinstance(expression, sp.Add):
        return expression.func(*sides) if sides else expression
    values: dict[str, list[sp.Expr]] = {}  # of the first mark of each constant's
    rest: list[sp.Expr] = []
    for side in sides:
        number, factor = apart(side)
        if isinstance(factor, sp.Symbol) and factor.name.startswith(MARK):
            block, _, place = factor.name.rpartition("_")
            if place == "0":
                values.setdefault(block, []).append(number)
        else:
            rest.append(side)
    return sp.Add(*rest, *chain.from_iterable(values.values()))


def _orders(linked: list[tuple[sp.Expr, frozenset[sp.Expr]]]) -> Iterator[Sequence[tuple[sp.Expr, frozenset[sp.Expr]]]]:
    """Orders in which equations may be stated: all, or of many the longest first and the shortest first."""
    if len(linked) <= ORDERED:
        yield from permutations(linked)
        return
    lengths = sorted(linked, key=lambda one: (shortest(one[0]), sp.default_sort_key(one[0])))
    yield from (lengths, lengths[::-1])


def _in_turn(order: Sequence[tuple[sp.Expr, frozenset[sp.Expr]]]) -> float:
    """Nats of equations without their functions, each stated when those before it are."""
    total, told = 0.0, frozenset[sp.Expr]()
    for side, terms in order:
        total += _given(side, terms & told)
        told |= terms
    return total


@lru_cache(maxsize=1 << 14)
def _given(expression: sp.Expr, told: frozenset[sp.Expr]) -> float:
    """Nats of a right-hand side some of whose terms are stated already."""
    stated = shortest(expression)
    if not told:
        return stated
    names = {term: sp.Symbol(f"shared{i}", real=True) for i, term in enumerate(sorted(told, key=sp.default_sort_key))}
    pointing = shortest(sp.Add(*[number * names.get(term, term) for number, term in terms_of(expression)]))
    # Nor does it spare more than the terms are worth: a law is no shorter for having another equation.
    return stated - min(max(stated - pointing, 0.0), sum(map(shortest, told)))


@lru_cache(maxsize=1 << 14)
def shareable(expression: sp.Expr) -> frozenset[sp.Expr]:
    """Its terms that it may pay to point at."""
    return frozenset(term for _, term in terms_of(expression) if is_shared(term))


def added_length(expression: sp.Expr, others: Sequence[sp.Expr]) -> float:
    """Nats that a right-hand side adds to those of the other states."""
    return stated_length([*others, expression]) - stated_length(others)


@lru_cache(maxsize=1 << 14)
def terms_of(expression: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """The summands, multiplied out where that is short, each as its coefficient and what is left."""
    return tuple(map(apart, sp.Add.make_args(expanded(expression))))


def apart(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Numbers and constants that multiply a term, and what they multiply."""
    factors = sp.Mul.make_args(term)
    numbers = [factor for factor in factors if is_number(factor)]
    return sp.Mul(*numbers), sp.Mul(*[factor for factor in factors if factor not in numbers])


def is_shared(term: sp.Expr) -> bool:
    """Whether it is shorter to point at a term than to state it again: more than a state or a number."""
    return not isinstance(term, sp.Symbol | sp.Number)
