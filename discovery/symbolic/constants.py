"""The adjustable numbers of an expression: taking them out leaves a family of laws and its constants.

Adjustable are coefficients, offsets, inner scales and exponents that are not integers. Integer exponents and the
1/2 of a square root belong to the structure. The family is not over-parametrised: the scale of a sum that is
multiplied or divided by goes into the factor in front (``6*x/(2 + 3*x)`` is ``c0*x/(1 + c1*x)``), and so does the
offset in an exponential (``exp(a + b*x)`` is ``c0*exp(c1*x)``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import count
from typing import cast

import sympy as sp

from discovery.symbolic.expansion import is_short
from discovery.types import symbol

_Build = Callable[[Iterator[sp.Expr]], sp.Expr]


def abstract(
    expression: sp.Expr, *, first: int = 0, implicit: bool = False, inner: bool = True
) -> tuple[sp.Expr, tuple[float, ...]]:
    """Puts symbols ``c<first>``, ``c<first + 1>``, ... in place of the adjustable numbers.

    Args:
        first: number of the first constant; the caller sees to it that no state is named like a constant.
        implicit: also the factors 1 and -1 that nobody wrote, so that ``y/(1 + y)`` is ``c0*y/(1 + c1*y)``.
        inner: with ``implicit``, also those inside functions, so that ``sin(y)`` is ``c0*sin(c1*y)``; the length of a
            vector, ``sqrt(x**2 + y**2)``, is a function of its components.

    Returns:
        The family and the values at which it is ``expression``. Constants are numbered in an order that does not
        depend on their values. Where a value would overflow, the expression as it came and no constants.
    """
    try:
        piece = _Abstraction(implicit, implicit and inner).whole(expression)
    except (OverflowError, ZeroDivisionError):
        return expression, ()
    return piece.family(first), piece.values


@lru_cache(maxsize=1 << 14)  # candidates are sums of the same few hundred terms
def shape(expression: sp.Expr) -> str:
    """The expression with ``#`` for all adjustable numbers, written or not; equal for members of one family."""
    try:
        return _Abstraction(implicit=True, inner=True).whole(expression).shape
    except (OverflowError, ZeroDivisionError):
        return str(expression)


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of an expression, apart from its numbers; pieces of one shape and equal numbers are equal where defined.

    Attributes:
        shape: the part's text, with ``#`` for its numbers.
        values: its adjustable numbers, in the order in which ``build`` takes what stands for them.
        fixed: those that are not, 1 or -1, with 0 in place of the adjustable: 2 + x is not 1 + 2*x.
        below: whether it is a power of a sum that is divided by.
        terms: of a sum.
    """

    shape: str
    values: tuple[float, ...]
    build: _Build = field(compare=False)
    fixed: tuple[float, ...] = ()
    below: bool = False
    terms: tuple[Term, ...] = field(default=(), compare=False)

    def family(self, first: int = 0) -> sp.Expr:
        """With the constants ``c<first>``, ... in place of the numbers."""
        return self.build(symbol(f"c{i}") for i in count(first))

    def written(self) -> sp.Expr:
        """With the numbers written in."""
        return self.build(map(_exact, self.values))


@dataclass(frozen=True, slots=True)
class Term:
    """``value`` times ``pieces``; ``free`` if the value is adjustable."""

    value: float
    pieces: tuple[Piece, ...]
    free: bool = True

    @property
    def shape(self) -> str:
        """The pieces' shapes, the value left out."""
        return "*".join([piece.shape for piece in self.pieces])

    @property
    def values(self) -> tuple[float, ...]:
        """Adjustable numbers: the value first, if it is one."""
        inner = _values(self.pieces)
        return (self.value, *inner) if self.free else inner

    @property
    def fixed(self) -> tuple[float, ...]:
        """Its numbers that are not adjustable, with 0 in place of those that are."""
        return (0.0 if self.free else self.value, *_fixed(self.pieces))

    @property
    def is_unit(self) -> bool:
        """Whether the value is 1 or -1."""
        return abs(self.value) == 1.0

    def times(self, number: float) -> Term:
        """The term multiplied by ``number``, adjustable."""
        return Term(self.value * number, self.pieces)

    def build(self, constants: Iterator[sp.Expr]) -> sp.Expr:
        """The product, with the next of ``constants`` in place of its numbers."""
        coefficient = next(constants) if self.free else _exact(self.value)
        return sp.Mul(coefficient, *[piece.build(constants) for piece in self.pieces])

    def family(self) -> sp.Expr:
        """With the constants ``c0``, ``c1``, ... in place of the numbers."""
        return _family(_Form(self.shape, self.fixed, self))


@dataclass(frozen=True, slots=True)
class _Form:
    """What a term is, its adjustable numbers apart."""

    shape: str
    fixed: tuple[float, ...]
    term: Term = field(compare=False)


@lru_cache(maxsize=1 << 14)  # candidates are sums of the same few hundred terms
def _family(form: _Form) -> sp.Expr:
    return form.term.build(symbol(f"c{i}") for i in count())


@lru_cache(maxsize=1 << 14)  # equations have their terms from the same libraries
def term_of(product: sp.Expr) -> Term:
    """A product, its factor taken out even where that is an unwritten 1.

    Raises:
        OverflowError, ZeroDivisionError: a factor is too large or too small for a float.
    """
    return _Abstraction(implicit=True, inner=False).term(product)


def gathered(terms: Sequence[Term]) -> Piece:
    """The sum of terms: equal ones added up, and those over one denominator as one fraction."""
    sums: dict[tuple[Piece, ...], float] = {}
    numerators: dict[tuple[Piece, ...], list[Term]] = {}
    for term in terms:
        sums[term.pieces] = sums.get(term.pieces, 0.0) + term.value
    for pieces, value in sums.items():
        below = tuple([piece for piece in pieces if piece.below])
        above = tuple([piece for piece in pieces if not piece.below]) if below else pieces
        if value != 0.0:
            numerators.setdefault(below, []).append(Term(value, above))
    whole = numerators.pop((), [])
    for below, above in numerators.items():
        free, top = (True, above[0].pieces) if len(above) == 1 else (False, (_whole_sum(above),))
        value = above[0].value if free else 1.0
        whole.append(Term(value, tuple(sorted((*top, *below), key=lambda piece: piece.shape)), free))
    return _whole_sum(whole)


def _exact(value: float) -> sp.Expr:
    return sp.Integer(int(value)) if abs(value) == 1.0 else sp.Float(value)


def parts(expression: sp.Expr) -> tuple[sp.Expr, ...]:
    """The arguments of an expression of the grammar, all of which are expressions."""
    return cast("tuple[sp.Expr, ...]", expression.args)


def substituted(expression: sp.Expr, values: Mapping[sp.Expr, sp.Expr]) -> sp.Expr:
    """The expression with ``values`` written in for the expressions that are their keys."""
    return cast("sp.Expr", expression.xreplace(values))


def real_value(expression: sp.Expr) -> float:
    """The value of an expression without symbols; NaN if it is not a finite real number."""
    try:
        if isinstance(expression, sp.Float):  # candidates are full of them, and ``float`` takes five times as long
            sign, mantissa, power, _ = expression._mpf_  # pyright: ignore[reportPrivateUsage]
            value = math.ldexp(-mantissa if sign else mantissa, power)
        else:
            value = float(expression)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return value if math.isfinite(value) else math.nan


def exponent_kind(exponent: sp.Expr) -> sp.Expr | None:
    """The exponent as exact number if it belongs to the structure (an integer or ±1/2), else None."""
    value = real_value(exponent) if exponent.is_number else math.nan
    if value.is_integer():
        return sp.Integer(int(value))
    return sp.Rational(int(2 * value), 2) if abs(value) == 0.5 else None


def _whole_sum(terms: Sequence[Term]) -> Piece:
    ordered = sorted([(term.shape, term) for term in terms], key=lambda pair: pair[0])
    text = "(" + "+".join([f"#{shape}" for shape, _ in ordered]) + ")"
    whole = tuple([term for _, term in ordered])
    return Piece(
        text, _values(whole), lambda constants: sp.Add(*[term.build(constants) for term in whole]), _fixed(whole),
        terms=whole,
    )  # fmt: skip


def _values(parts: Sequence[Piece | Term]) -> tuple[float, ...]:
    return sum([part.values for part in parts], ())


def _fixed(parts: Sequence[Piece | Term]) -> tuple[float, ...]:
    return sum([part.fixed for part in parts], ())


@dataclass(frozen=True, slots=True)
class _Abstraction:
    """One walk over an expression. Each step returns a number and the piece that it multiplies."""

    implicit: bool
    inner: bool

    def whole(self, expression: sp.Expr) -> Piece:
        terms = _merged([self.term(term, outermost=True) for term in sp.Add.make_args(expression)])
        return _whole_sum([replace(term, free=term.free and self.adjustable(term, self.implicit)) for term in terms])

    @staticmethod
    def adjustable(term: Term, implicit: bool) -> bool:
        return implicit or not term.is_unit or not term.pieces

    def terms(self, expression: sp.Expr) -> list[Term]:
        return _merged([self.term(term) for term in sp.Add.make_args(expression)])

    def term(self, expression: sp.Expr, outermost: bool = False) -> Term:
        """A product. One sum among its factors keeps its scale if no factor was written in front of the product."""
        value = 1.0
        pieces: list[Piece] = []
        factors = sp.Mul.make_args(expression)
        for scale, piece in [self.factor(factor) for factor in factors if not factor.is_Add]:
            value *= scale
            pieces += [] if piece is None else [piece]
        free = True
        for terms in [self.terms(factor) for factor in factors if factor.is_Add]:
            if outermost and free and abs(value) == 1.0 and not any(term.is_unit for term in terms):
                free = False
                pieces.append(_whole_sum(terms))
                continue
            scale, piece = self.scaled_sum(terms, sp.S.One)
            value *= scale
            pieces.append(piece)
        if not free and abs(value) != 1.0:  # a later sum gave its scale to the front: all take part
            return self.term(expression)
        return Term(value, tuple(sorted(pieces, key=lambda piece: piece.shape)), free)

    def factor(self, expression: sp.Expr) -> tuple[float, Piece | None]:
        if isinstance(expression, sp.Symbol):
            return 1.0, Piece(expression.name, (), lambda _: expression)
        if expression.is_number:
            value = real_value(expression)
            return (1.0, _opaque(expression)) if math.isnan(value) else (value, None)
        if isinstance(expression, sp.exp):
            return self.exponential(parts(expression)[0])
        if isinstance(expression, sp.Pow):
            return self.power(expression.base, expression.exp)
        if isinstance(expression, sp.Abs | sp.sign):
            return self.homogeneous(expression.func, parts(expression)[0])
        if expression.is_Function and all(isinstance(argument, sp.Expr) for argument in expression.args):
            pieces = [self.argument(argument) for argument in parts(expression)]
            text = f"{expression.func.__name__}[{','.join(piece.shape for piece in pieces)}]"
            return 1.0, _made_of(pieces, text, expression.func)
        return 1.0, _opaque(expression)

    def argument(self, expression: sp.Expr) -> Piece:
        return self.inner_sum(self.terms(expression))

    def inner_sum(self, terms: Sequence[Term]) -> Piece:
        return _whole_sum([replace(term, free=self.adjustable(term, self.inner)) for term in terms])

    def exponential(self, exponent: sp.Expr) -> tuple[float, Piece | None]:
        terms = self.terms(exponent)
        offset = sum(term.value for term in terms if not term.pieces)
        argument = self.inner_sum([term for term in terms if term.pieces])
        return math.exp(offset), _made_of([argument], f"exp[{argument.shape}]", sp.exp)

    def power(self, base: sp.Expr, exponent: sp.Expr) -> tuple[float, Piece | None]:
        if not exponent.is_number:
            if base.is_number and real_value(base) > 0:
                scaled = sp.Float(math.log(real_value(base))) * exponent
                return self.exponential(sp.expand_mul(scaled) if is_short(exponent) else scaled)
            below, above = self.argument(base), self.argument(exponent)
            return 1.0, _made_of([below, above], f"{below.shape}^{above.shape}", sp.Pow)
        exact = exponent_kind(exponent)
        value = real_value(exponent)
        if math.isnan(value):
            return 1.0, _opaque(base**exponent)
        halves = (2.0 * value).is_integer() and not value.is_integer()
        if halves and not self.inner and components(base):  # the length of a vector, a function of its components
            return 1.0, Piece(f"length[{base}]^{2.0 * value:g}", (), lambda _: base ** sp.Rational(int(2.0 * value), 2))
        scale, piece = self.base(base, sp.Float(value) if exact is None else exact)
        if exact is None:
            values, fixed = (*piece.values, value), (*piece.fixed, 0.0)
            return scale**value, Piece(f"{piece.shape}^#", values, lambda c: piece.build(c) ** next(c), fixed)
        below = base.is_Add and value.is_integer() and value < 0
        text = f"{piece.shape}^{value:g}"
        return scale**value, Piece(text, piece.values, lambda c: piece.build(c) ** exact, piece.fixed, below)

    def base(self, base: sp.Expr, exponent: sp.Expr) -> tuple[float, Piece]:
        """A scale that may be taken out of a power (positive if the exponent is not an integer), and what is left."""
        if base.is_Add:
            return self.scaled_sum(self.terms(base), exponent)
        term = self.term(base)
        scale = term.value if exponent.is_Integer else abs(term.value)
        return scale, _product(term.value / scale, term.pieces)

    def homogeneous(self, function: Callable[[sp.Expr], sp.Expr], argument: sp.Expr) -> tuple[float, Piece]:
        scale, piece = self.base(argument, sp.S.One)
        name = "abs" if function is sp.Abs else "sign"
        outside = abs(scale) if function is sp.Abs else math.copysign(1.0, scale)
        return outside, _made_of([piece], f"{name}[{piece.shape}]", function)

    def scaled_sum(self, terms: Sequence[Term], exponent: sp.Expr) -> tuple[float, Piece]:
        """A sum whose scale is given to the factor in front of it: one of its coefficients is then 1 or -1."""
        if not self.implicit and any(term.is_unit for term in terms):
            return 1.0, _whole_sum([replace(term, free=not term.is_unit) for term in terms])
        pivot = min(terms, key=lambda term: (not term.is_unit, bool(term.pieces), term.shape))
        scale = pivot.value if exponent.is_Integer else abs(pivot.value)
        scaled = [replace(term, value=term.value / scale, free=term is not pivot) for term in terms]
        return scale, _whole_sum(scaled)


def components(base: sp.Expr) -> tuple[str, ...]:
    """The states of which a root of a sum is a vector's length: it has their squares, with nothing in front of any."""
    squares = base.args if base.is_Add else ()
    states = [one.base for one in squares if isinstance(one, sp.Pow) and one.exp == 2]
    names = tuple(state.name for state in states if isinstance(state, sp.Symbol))
    return names if len(names) == len(squares) else ()


def _product(sign: float, pieces: tuple[Piece, ...]) -> Piece:
    text = "*".join(piece.shape for piece in pieces)
    signed = _made_of(pieces, f"({text})", partial(sp.Mul, _exact(sign)))
    return replace(signed, fixed=(sign, *signed.fixed))


def _made_of(pieces: Sequence[Piece], text: str, function: Callable[..., sp.Expr]) -> Piece:
    return Piece(text, _values(pieces), lambda c: function(*[piece.build(c) for piece in pieces]), _fixed(pieces))


def _opaque(expression: sp.Expr) -> Piece:
    return Piece(str(expression), (), lambda _: expression)


def _merged(terms: Sequence[Term]) -> list[Term]:
    """The terms, with those that are plain numbers added up to one."""
    numbers = [term.value for term in terms if not term.pieces]
    rest = [term for term in terms if term.pieces]
    return [*rest, Term(sum(numbers), ())] if any(numbers) else rest


def between_units(power: int) -> bool:
    """Whether units of one quantity differ by that power of ten: a hundred, as of centimetres, or an SI prefix."""
    return abs(power) == 2 or (power != 0 and power % 3 == 0)


def power_of_ten(number: float) -> int:
    """The exponent of ten of a number by which units differ, but for its sign; 0 of all others."""
    power = round(math.log10(abs(number))) if number and math.isfinite(number) else 0
    return power if between_units(power) and math.isclose(abs(number), 10.0**power, rel_tol=1e-12) else 0
