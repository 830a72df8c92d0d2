"""The length of a sum from its terms: SymPy would take long to put thousands of candidates together.

It is that of ``complexity.shortest`` and of functions: of the sum as it is, or with what terms share before brackets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from discovery.symbolic.complexity import (
    PER_TRANSCENDENTAL,
    Function,
    Measure,
    description_length,
    functions_of,
    has_constants,
    measured,
    shortest,
    spelled,
)
from discovery.symbolic.stated import apart, shareable

# Stands for a term of another equation.
SHARED = sp.Symbol("shared", real=True)


@dataclass(frozen=True)
class Told:
    """What other equations of a law state already.

    Attributes:
        functions: that they have, each of its argument.
        terms: without the numbers in front, those that it is shorter to point at.
        instead: functions that other equations might have in their place, and the nats that these take more.
    """

    functions: frozenset[Function] = frozenset()
    terms: frozenset[sp.Expr] = frozenset()
    instead: tuple[tuple[frozenset[Function], float], ...] = ()

    @classmethod
    def by(cls, expressions: Iterable[sp.Expr]) -> Told:
        """What some right-hand sides state."""
        sides = list(expressions)
        terms = frozenset[sp.Expr]().union(*map(shareable, sides))
        return cls(frozenset[Function]().union(*map(functions_of, sides)), terms)


NOTHING = Told()
_apart = lru_cache(maxsize=1 << 14)(apart)  # candidates are sums of the same few hundred terms


def summed_length(families: Sequence[sp.Expr], told: Told = NOTHING) -> float:
    """Nats to state a sum, as short as it can be.

    Args:
        families: of its terms, each with constants of its own, named ``c0``, ``c1``, ... in each.
        told: what is stated already, in other equations of the law.
    """
    if not families:
        return description_length(sp.S.Zero)
    plain, whole, own = _stated(tuple(families))
    functions = PER_TRANSCENDENTAL * len(whole - told.functions)
    if functions:
        functions = min([functions, *[more + PER_TRANSCENDENTAL * len(whole - some) for some, more in told.instead]])
    functions += PER_TRANSCENDENTAL * own
    return plain - (_spared(families, plain, told.terms) if told.terms else 0.0) + functions


@lru_cache(maxsize=1 << 14)  # asked before it is known what other equations state, and after
def _stated(families: tuple[sp.Expr, ...]) -> tuple[float, frozenset[Function], int]:
    """Nats of a sum by itself without its functions; those without constants inside, and the number of the others."""
    products = [_product(family) for family in families]
    plain = min(spelled(_sum(products)), spelled(_sum(_bracketed(products))))
    return plain, frozenset[Function]().union(*[one.whole for one in products]), sum([one.own for one in products])


def functions_stated(families: Sequence[sp.Expr]) -> frozenset[Function]:
    """The functions of a sum that have no constants inside: what another equation need not state again."""
    return _stated(tuple(families))[1] if families else frozenset()


def _spared(families: Sequence[sp.Expr], plain: float, told: frozenset[sp.Expr]) -> float:
    """Nats that it is shorter to point at terms of other equations, but no more than these are worth."""
    there = [term for _, term in map(_apart, families) if term in told]
    if not there:
        return 0.0
    pointing = [number * SHARED if term in told else number * term for number, term in map(_apart, families)]
    return min(max(plain - spelled(_sum([_product(one) for one in pointing])), 0.0), sum(map(shortest, there)))


@dataclass(frozen=True, slots=True)
class _Product:
    """A term as a product.

    Attributes:
        powers: whole powers of the states and of the functions without constants that may stand before brackets.
        others: counts of the other factors.
        whole: functions without constants.
        own: number of those with constants, which no other term has.
    """

    powers: tuple[tuple[sp.Expr, int], ...]
    others: tuple[Measure, ...]
    whole: frozenset[Function] = frozenset()
    own: int = 0

    @property
    def measure(self) -> Measure:
        """Its counts."""
        factors = [*self.others, *[_power(base, exponent) for base, exponent in self.powers]] or [measured(sp.S.One)]
        return factors[0] if len(factors) == 1 else _joined("Mul", factors)

    def times(self, factor: sp.Expr, exponent: int) -> _Product:
        """With a factor more, or with one less."""
        powers = dict(self.powers)
        powers[factor] = powers.get(factor, 0) + exponent
        return _Product(tuple([(base, power) for base, power in powers.items() if power]), self.others)


@lru_cache(maxsize=1 << 14)  # candidates are sums of the same few hundred terms
def _product(family: sp.Expr) -> _Product:
    powers: list[tuple[sp.Expr, int]] = []
    others: list[Measure] = []
    for part in sp.Mul.make_args(family):
        raised = isinstance(part, sp.Pow) and part.exp.is_Integer and bool(part.exp.is_positive)
        base, exponent = (part.base, int(part.exp)) if raised and isinstance(part, sp.Pow) else (part, 1)
        if (base.is_Function or base.is_Symbol) and not has_constants(base):
            powers.append((base, exponent))
        elif part != -1:
            others.append(measured(part))
    functions = measured(family).functions
    whole = frozenset([one for one in functions if not has_constants(one[1])])
    return _Product(tuple(powers), tuple(others), whole, len(functions) - len(whole))


def _bracketed(products: Sequence[_Product]) -> list[_Product]:
    """As ``complexity.factored``: what most of them share stands before brackets, again and again."""
    sharing: dict[sp.Expr, int] = {}
    for one in products:
        for base, _ in one.powers:
            sharing[base] = sharing.get(base, 0) + 1
    most = max(sharing.values(), default=0)
    if most < 2:
        return list(products)
    shared = min([base for base, count in sharing.items() if count == most], key=str)
    having = [any(base == shared for base, _ in one.powers) for one in products]
    inner = _bracketed([one.times(shared, -1) for one, has in zip(products, having, strict=True) if has])
    rest = _bracketed([one for one, has in zip(products, having, strict=True) if not has])
    outside = inner[0].times(shared, 1) if len(inner) == 1 else _Product(((shared, 1),), (_sum(inner),))
    return [*rest, outside]


def _sum(products: Sequence[_Product]) -> Measure:
    return products[0].measure if len(products) == 1 else _joined("Add", [one.measure for one in products])


@lru_cache(maxsize=1 << 10)
def _power(base: sp.Expr, exponent: int) -> Measure:
    whole = measured(base)
    if exponent == 1:
        return whole
    return Measure(whole.nodes + 2, whole.kinds | {"power", f"exponent {exponent}"}, denominators=whole.denominators)


def _joined(kind: str, measures: Sequence[Measure]) -> Measure:
    kinds = frozenset({kind}).union(*[one.kinds for one in measures])
    nodes, denominators = sum([one.nodes for one in measures]), sum([one.denominators for one in measures])
    return Measure(1 + nodes, kinds, denominators=denominators)
