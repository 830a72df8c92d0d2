"""Expressions as trees of six kinds of nodes: what every language can write, and nothing of SymPy in it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

import sympy as sp

from discovery.errors import ExpressionError
from discovery.symbolic.constants import exponent_kind, parts, real_value
from discovery.symbolic.latex import ordered_terms


@dataclass(frozen=True)
class Number:
    """A number, not negative; a whole one is an int."""

    value: float


@dataclass(frozen=True)
class Ratio:
    """A fraction of whole numbers, above zero."""

    above: int
    below: int


@dataclass(frozen=True)
class Pi:
    """The number pi."""


@dataclass(frozen=True)
class Name:
    """A state, a constant or time, by the identifier of the target language."""

    identifier: str


@dataclass(frozen=True)
class Sum:
    """Terms with their signs, True for minus; a single negative term is a negation."""

    terms: tuple[tuple[bool, Node], ...]


@dataclass(frozen=True)
class Product:
    """Factors above and below the line; either may be missing."""

    above: tuple[Node, ...]
    below: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Power:
    """A power; square roots are calls, and a number as exponent is not negative."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Call:
    """A function by its name in :data:`FUNCTIONS`."""

    function: str
    arguments: tuple[Node, ...]


class Ramp(sp.Function):
    """Of a number and a width: the number's sign where it is further from zero than that, and between a line."""


Node: TypeAlias = Number | Ratio | Pi | Name | Sum | Product | Power | Call

FUNCTIONS: Mapping[type, str] = {
    sp.sin: "sin", sp.cos: "cos", sp.tan: "tan", sp.cot: "cot", sp.sec: "sec", sp.csc: "csc",
    sp.asin: "asin", sp.acos: "acos", sp.atan: "atan", sp.acot: "acot",
    sp.sinh: "sinh", sp.cosh: "cosh", sp.tanh: "tanh", sp.coth: "coth",
    sp.exp: "exp", sp.log: "log", sp.Abs: "abs", sp.sign: "sign", sp.Min: "min", sp.Max: "max",
    Ramp: "ramp",
}  # fmt: skip
# One over which function these are, for languages that do not have them.
_INVERSES = {"cot": "tan", "sec": "cos", "csc": "sin", "coth": "tanh"}
_ONE = Number(1)


def formula(expression: sp.Expr, names: Mapping[str, str], functions: Collection[str], language: str) -> Node:
    """The expression as a tree.

    Args:
        names: identifier of each symbol in the target language.
        functions: those of :data:`FUNCTIONS`, and ``sqrt``, that the language has.
        language: what messages call it.

    Raises:
        ExpressionError: a symbol without identifier, a function that cannot be written, or a number that is not finite.
    """
    return _Reader(names, frozenset(functions), language).node(expression)


@dataclass(frozen=True)
class _Reader:
    names: Mapping[str, str]
    functions: frozenset[str]
    language: str

    def node(self, expression: sp.Expr) -> Node:
        if isinstance(expression, sp.Symbol):
            if expression.name not in self.names:
                raise ExpressionError(
                    f"{expression.name} cannot be exported: the law has no state or constant of that name. Rename it."
                )
            return Name(self.names[expression.name])
        if expression is sp.pi:
            return Pi()
        if isinstance(expression, sp.Number | sp.NumberSymbol):
            return self.number(expression)
        if isinstance(expression, sp.Add):
            return Sum(tuple(self.signed(term) for term in ordered_terms(expression)))
        if isinstance(expression, sp.Mul):
            negative, product = self.product(parts(expression))
            return _negated(product) if negative else product
        if isinstance(expression, sp.Pow):
            return self.power(expression.base, expression.exp)
        return self.call(expression)

    def number(self, expression: sp.Expr) -> Node:
        value = real_value(expression)
        if math.isnan(value):
            raise ExpressionError(f"{expression} cannot be exported: it has no finite real value. Choose another law.")
        size: Node = Number(abs(value))
        if isinstance(expression, sp.Rational):
            above, below = abs(int(expression.p)), int(expression.q)
            size = Number(above) if below == 1 else Ratio(above, below)
        return _negated(size) if value < 0 else size

    def signed(self, term: sp.Expr) -> tuple[bool, Node]:
        if isinstance(term, sp.Mul):
            return self.product(parts(term))
        node = self.node(term)
        if isinstance(node, Sum) and len(node.terms) == 1:
            return node.terms[0]
        return False, node

    def product(self, factors: Sequence[sp.Expr]) -> tuple[bool, Node]:
        """Whether it is negative, and its size."""
        negative = False
        above: list[Node] = []
        below: list[Node] = []
        for factor in sorted(factors, key=_place):
            if factor.is_Number and factor.is_negative:
                negative, factor = not negative, -factor
            if isinstance(factor, sp.Rational):
                above += [Number(int(factor.p))] if factor.p != 1 else []
                below += [Number(int(factor.q))] if factor.q != 1 else []
            elif isinstance(factor, sp.Pow) and factor.exp.is_number and factor.exp.is_negative:
                below.append(self.power(factor.base, -factor.exp))
            else:
                above.append(self.node(factor))
        if not below and len(above) <= 1:
            return negative, above[0] if above else _ONE
        return negative, Product(tuple(above), tuple(below))

    def power(self, base: sp.Expr, exponent: sp.Expr) -> Node:
        if exponent.is_number and exponent.is_negative:
            return Product((), (self.power(base, -exponent),))
        exact = exponent_kind(exponent)
        if exact == 1:
            return self.node(base)
        if exact == sp.S.Half:
            return Call("sqrt", (self.node(base),))
        return Power(self.node(base), self.node(exponent if exact is None else exact))

    def call(self, expression: sp.Expr) -> Node:
        name = FUNCTIONS.get(type(expression))
        arguments = tuple(map(self.node, parts(expression)))
        if name in self.functions:
            pairwise = name in ("min", "max") and len(arguments) > 2
            return reduce(lambda a, b: Call(name, (a, b)), arguments) if pairwise else Call(name, arguments)
        if name in _INVERSES:
            return Product((), (Call(_INVERSES[name], arguments),))
        if name == "acot":
            return Call("atan", (Product((), arguments),))
        known = ", ".join(sorted(self.functions))
        raise ExpressionError(
            f"{expression} cannot be written in {self.language}: it has no {type(expression).__name__}; the functions "
            f"are {known}. Export another law of the front."
        )


def _negated(node: Node) -> Sum:
    return Sum(((True, node),))


def _place(factor: sp.Expr) -> tuple[int, object]:
    """Numbers, constants, states, functions, sums: the order in which a person writes factors."""
    base = factor.base if isinstance(factor, sp.Pow) else factor
    constant = isinstance(base, sp.Symbol) and base.name[:1] == "c" and base.name[1:].isdigit()
    ranks = (factor.is_Number, factor.is_number, constant, isinstance(base, sp.Symbol), not base.is_Add, True)
    return ranks.index(True), sp.default_sort_key(factor)
