"""How much an expression says: the size that candidates are kept by and the length that they are ranked by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp
from sympy.functions.elementary.trigonometric import TrigonometricFunction

from discovery.symbolic.constants import components, parts, power_of_ten, real_value

# Nats on top of the nodes of a law. A parabola has more nodes than a sine that imitates it (16 nats against 8), and a
# product of such functions imitates nearly anything: at 2 nats, sin(sin(x)) took the place of logistic growth in two
# systems of the registry's design half. Of 189 cases of ODEBench at 5 % noise two more are right at 5 to 9 nats than at
# 10, and none less. A law pays for that with a few samples, and once for all places where it stands: that a state is an
# angle, of which there are sines and cosines, is one thing to say.
PER_TRANSCENDENTAL = 8.0
PER_DENOMINATOR = 1.0
# What the length of an expression weighs where candidates are ordered: on ODEBench at 5 % noise 71 true equations of 88
# are among the first 20 of their pool with it, 69 at 1 and 65 at 0.5; it is not the final ranking's, which has the
# trajectories.
LENGTHS = 1.5
# Brackets within brackets, and one after the other: more than any law has powers and different factors.
LEVELS = 32

# What a function is called and what it is a function of.
Function = tuple[str, sp.Basic]


def node_count(expression: sp.Expr) -> int:
    """Nodes of the expression tree; a number counts 1 however it is written, a minus sign nothing.

    A logistic function is one node above its argument, as tanh is (:func:`description_length`).
    """
    return measured(expression).nodes


def description_length(expression: sp.Expr) -> float:
    """Nats to state the expression as it is spelled, its constants' digits apart; add the law's equations up.

    A logistic function 1/(1 + exp(u)) is one function of u, as tanh is, from which it differs by scales alone.
    So is the length of a vector sqrt(x^2 + y^2).
    An exact power of ten before a single state is one in another unit, as of a velocity, and costs as little.

    k log n for an expression of k nodes that are drawn from n kinds (sum, product, power, each function, each state,
    each exponent, and number), eight nats for each transcendental function or power that is not an integer, of one
    argument once, one for each denominator that is not constant. Sine, cosine and tangent of an angle are one.

    Source: Bartlett, Desmond & Ferreira (2023), Exhaustive symbolic regression, arXiv 2211.11461, for k log n.
    """
    whole = measured(expression)
    return spelled(whole) + PER_TRANSCENDENTAL * len(whole.functions)


def functions_of(expression: sp.Expr) -> frozenset[Function]:
    """The functions that cost extra, each once."""
    return measured(expression).functions


def spelled(whole: Measure) -> float:
    """Nats of an expression with these counts, functions apart."""
    return whole.nodes * math.log(max(len(whole.kinds), 2)) + PER_DENOMINATOR * whole.denominators


@lru_cache(maxsize=1 << 14)
def shortest(expression: sp.Expr) -> float:
    """The shorter of two spellings, functions apart: as it is, and with factors that terms share written once.

    x (a + b x) and a x + b x^2 are one law, and to multiply out is no reason to count it twice.
    """
    return min(spelled(measured(expression)), spelled(measured(factored(expression))))


def factored(expression: sp.Expr, levels: int = LEVELS) -> sp.Expr:
    """A sum with what most of its terms share before brackets, again and again, as Horner writes polynomials.

    Args:
        levels: how often brackets are opened at most.
    """
    terms = sp.Add.make_args(expression)
    sharing: dict[sp.Expr, list[sp.Expr]] = {}
    for term in terms:
        for factor in _factors(term):
            sharing.setdefault(factor, []).append(term)
    shared = max(sorted(sharing, key=str), key=lambda factor: len(sharing[factor]), default=None)
    if shared is None or len(sharing[shared]) < 2 or not levels:
        return expression
    inner = factored(sp.Add(*(_without(term, shared) for term in sharing[shared])), levels - 1)
    rest = factored(sp.Add(*(term for term in terms if term not in sharing[shared])), levels - 1)
    return sp.Add(rest, sp.Mul(shared, inner, evaluate=not inner.is_Add))


def _without(term: sp.Expr, factor: sp.Expr) -> sp.Expr:
    """The term with one power less of that factor: SymPy leaves exp(u) exp(-u) standing where it divides by exp(u)."""
    left, found = [], False
    for part in sp.Mul.make_args(term):
        base, power = _raised(part)
        left.append(part if found or base != factor else base ** (power - 1))
        found = found or base == factor
    return sp.Mul(*left)


def _factors(term: sp.Expr) -> set[sp.Expr]:
    """The states and functions that are factors of a term, whatever their whole power."""
    found: set[sp.Expr] = set()
    for part in sp.Mul.make_args(term):
        base, _ = _raised(part)
        if base.is_Function or (isinstance(base, sp.Symbol) and not is_constant(base.name)):
            found.add(base)
    return found


def _raised(part: sp.Expr) -> tuple[sp.Expr, int]:
    """A factor and its whole power, 1 of what has another."""
    if isinstance(part, sp.Pow) and part.exp.is_Integer and part.exp.is_positive:
        return part.base, int(part.exp)
    return part, 1


@dataclass(frozen=True, slots=True)
class Measure:
    """Counts of an expression.

    Attributes:
        kinds: the different things that its nodes are; all numbers and constants c0, c1, ... are one.
        functions: transcendental ones, and powers that are not integers, each of its argument.
        denominators: nodes that cost extra.
        variable: whether a symbol is in it.
    """

    nodes: int
    kinds: frozenset[str]
    functions: frozenset[Function] = frozenset()
    denominators: int = 0
    variable: bool = True


_NUMBER = Measure(1, frozenset({"number"}), variable=False)


@lru_cache(maxsize=1 << 14)  # candidates are sums of the same few hundred terms
def measured(expression: sp.Expr) -> Measure:
    """The counts of an expression as it is spelled."""
    if isinstance(expression, sp.Symbol):
        return Measure(1, frozenset({"number" if is_constant(expression.name) else expression.name}))
    if isinstance(expression, sp.Pow) and (one := _logistic(expression) or _length(expression)) is not None:
        return one
    every = [_NUMBER if part.is_Number else measured(part) for part in parts(expression)]
    inner = [measure for measure in every if measure.variable]
    if not inner:
        return _NUMBER
    numbers = [part for part, measure in zip(parts(expression), every, strict=True) if not measure.variable]
    own, kinds, denominators = _own(expression, numbers, len(inner))
    return Measure(
        own + sum([measure.nodes for measure in inner]),
        kinds.union(*[measure.kinds for measure in inner]),
        _functions(expression).union(*[measure.functions for measure in inner]),
        denominators + sum([measure.denominators for measure in inner]),
    )


def _logistic(power: sp.Pow) -> Measure | None:
    """Counts of 1/(a + b exp(u)), of which one number is in u and one is in front; None of other powers."""
    terms = [sp.Mul.make_args(term) for term in sp.Add.make_args(power.base)]
    varying = sorted(([part for part in term if not is_number(part)] for term in terms), key=len)
    if power.exp != -1 or [len(term) for term in varying] != [0, 1] or not isinstance(varying[1][0], sp.exp):
        return None
    function = varying[1][0]
    inner = measured(parts(function)[0])
    moved = power.base != sp.Add(sp.S.One, function)
    added = 1 + (not parts(function)[0].is_Add) if moved else 0
    kinds = inner.kinds | {"logistic"} | ({"Add", "number"} if moved else set())
    return Measure(1 + added + inner.nodes, kinds, frozenset({("exp", function)}))


def _length(power: sp.Pow) -> Measure | None:
    """Counts of a power of the length of a vector, whose components are states; None of other powers.

    The length is one thing to say, as the size |x| of a single state is: nobody spells out the squares of drag.
    """
    states, exponent = components(power.base), 2 * power.exp
    if not states or any(map(is_constant, states)) or not exponent.is_odd:
        return None
    kinds = {"length", *states}
    if exponent == 1:
        return Measure(1 + len(states), frozenset(kinds))
    kinds |= {"power", f"exponent {exponent}"}
    return Measure(3 + len(states), frozenset(kinds), denominators=int(bool(exponent < 0)))


def _own(expression: sp.Expr, numbers: Sequence[sp.Expr], others: int) -> tuple[int, frozenset[str], int]:
    """Nodes, kinds and denominators of the root and of the numbers that it has."""
    if isinstance(expression, sp.Pow) and expression.exp.is_number:
        exponent = real_value(expression.exp)
        whole = exponent.is_integer()
        return 2, frozenset({"power", f"exponent {exponent:g}" if whole else "number"}), int(exponent < 0)
    kinds = {type(expression).__name__} | {"number" for number in numbers if number != -1}
    if isinstance(expression, sp.Mul) and abs(math.prod(map(real_value, numbers))) == 1.0:
        return int(others > 1), frozenset(kinds), 0
    if converts(expression):
        return 0, frozenset({type(expression).__name__}), 0
    if isinstance(expression, sp.Mul | sp.Add):
        return 1 + bool(numbers), frozenset(kinds), 0
    return 1 + len(numbers), frozenset(kinds), 0


def _functions(expression: sp.Expr) -> frozenset[Function]:
    """The root, if it is a transcendental function or a power that is not an integer."""
    if isinstance(expression, sp.Pow):
        whole = expression.exp.is_number and real_value(expression.exp).is_integer()
        return frozenset() if whole else frozenset({("power", expression)})
    if not expression.is_Function or isinstance(expression, sp.Abs | sp.sign):
        return frozenset()
    if isinstance(expression, TrigonometricFunction):
        return frozenset({("angle", expression.args[0])})
    return frozenset({(type(expression).__name__, expression)})


def converts(expression: sp.Expr) -> bool:
    """Whether a state is counted in another unit: times exactly a power of ten, as 1000 mm are 1 m."""
    number, rest = expression.as_coeff_Mul()
    state = isinstance(rest, sp.Symbol) and not is_constant(rest.name)
    return state and bool(number.is_Rational) and power_of_ten(float(number)) != 0


def is_constant(name: str) -> bool:
    """Whether a symbol of that name is a constant c0, c1, ..."""
    return name[:1] == "c" and name[1:].isdigit()


def has_constants(expression: sp.Basic) -> bool:
    """Whether a constant stands anywhere in it."""
    return any(isinstance(one, sp.Symbol) and is_constant(one.name) for one in expression.free_symbols)


def is_number(expression: sp.Expr) -> bool:
    """Whether it is a number or a constant."""
    return bool(expression.is_number) or (isinstance(expression, sp.Symbol) and is_constant(expression.name))
