r"""Typesetting of names, numbers and expressions.

One walk over an expression serves every output: a :class:`Pen` says how a fraction, a power or a name is written, the
walk says what stands where. The pen for LaTeX is here; the report adds one for MathML.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeAlias

import sympy as sp

from discovery.symbolic.lettering import GREEK_COMMANDS, escape, split_name
from discovery.types import symbol

_FUNCTIONS = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "log": "ln", "Max": "max", "Min": "min"}
_KNOWN_TO_TEX = re.compile("sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|sinh|cosh|tanh|coth|ln|exp|max|min")
_LONGEST_EXPONENT = 12  # characters that are still legible as a superscript of e; longer ones stand in exp(...)

Node: TypeAlias = Any  # a part of an expression; which attributes it has depends on its SymPy class


class Pen(Protocol):
    """How the parts of a formula are written."""

    def name(self, header: str) -> str:
        """A variable, by the name that the user gave it."""
        ...

    def word(self, text: str) -> str:
        """A name letter by letter, upright."""
        ...

    def number(self, text: str) -> str:
        """A number in Python's notation, perhaps with an exponent."""
        ...

    def operator(self, sign: str) -> str:
        """``+``, ``-``, ``,`` or the multiplication dot ``*``."""
        ...

    def row(self, parts: Iterable[str]) -> str:
        """Factors side by side."""
        ...

    def fraction(self, above: str, below: str) -> str:
        """A quotient."""
        ...

    def power(self, base: str, exponent: str) -> str:
        """A power; brackets about the base are written already."""
        ...

    def root(self, inside: str, degree: int) -> str:
        """A square or higher root."""
        ...

    def fence(self, inside: str, bar: bool = False) -> str:
        """Brackets, or the bars of an absolute value."""
        ...

    def function(self, name: str) -> str:
        """The name of a function, to stand before its argument in brackets."""
        ...

    def upright(self, letter: str) -> str:
        """A constant such as e, or the d of a derivative."""
        ...


class LatexPen:
    """Writes LaTeX for math mode; needs the package amsmath."""

    def name(self, header: str) -> str:
        """One letter in italics with its subscript, a longer name upright."""
        base, below = split_name(header)
        subscript = f"_{{{below}}}" if len(below) == 1 or below.isdigit() else rf"_{{\mathrm{{{below}}}}}"
        letter = GREEK_COMMANDS.get(base, base) if len(base) == 1 else ""
        if base in GREEK_COMMANDS or (letter.isascii() and letter.isalpha()):
            return f"{letter}{subscript}" if below else letter
        return self.word(base)

    def word(self, text: str) -> str:
        """Escaped, in the roman type of mathematics or of text."""
        style = "mathrm" if re.fullmatch(r"[A-Za-z0-9_]+", text) else "text"
        return rf"\{style}{{{escape(text)}}}"

    def number(self, text: str) -> str:
        """With a power of ten for an exponent."""
        digits, _, exponent = text.partition("e")
        return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits

    def operator(self, sign: str) -> str:
        """A dot for products; a prime."""
        return {"*": r"\cdot", "′": r"\prime"}.get(sign, sign)

    def row(self, parts: Iterable[str]) -> str:
        """Thin spaces between factors, so that long names stay apart."""
        return r" \, ".join(parts)

    def fraction(self, above: str, below: str) -> str:
        """A built-up fraction."""
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: str) -> str:
        """Braced where the base has a subscript or an exponent of its own."""
        return f"{{{base}}}^{{{exponent}}}" if "_" in base or "^" in base else f"{base}^{{{exponent}}}"

    def root(self, inside: str, degree: int) -> str:
        """A radical sign."""
        return rf"\sqrt{{{inside}}}" if degree == 2 else rf"\sqrt[{degree}]{{{inside}}}"

    def fence(self, inside: str, bar: bool = False) -> str:
        """Brackets that grow."""
        return rf"\left|{inside}\right|" if bar else rf"\left({inside}\right)"

    def function(self, name: str) -> str:
        """TeX's command where there is one."""
        return f"\\{name}" if _KNOWN_TO_TEX.fullmatch(name) else rf"\operatorname{{{escape(name)}}}"

    def upright(self, letter: str) -> str:
        """Roman."""
        return rf"\mathrm{{{letter}}}"


@dataclass(frozen=True)
class Typesetter:
    """Writes expressions with a pen.

    Attributes:
        headers: the user's name of each identifier; one that is missing is written as it is.
        numbers: text of the constants by symbol, such as ``{"c0": "-0.0248"}``, rounded by the caller, who knows how
            far each digit is to be believed. Constants that are missing are written as letters.
        varying: identifiers of what changes in time; where they are told, other letters are constants, which stand
            before them in a product.
        digits: of numbers that need more than four, by their size.
    """

    pen: Pen = field(default_factory=LatexPen)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    numbers: Mapping[str, str] = field(default_factory=dict[str, str])
    varying: frozenset[str] = frozenset()
    digits: Mapping[float, int] = field(default_factory=dict[float, int])

    def __call__(self, expression: sp.Expr) -> str:
        """The whole expression on one line."""
        return self.sum(self._signed(expression))

    def lines(self, expression: sp.Expr, width: int) -> tuple[str, ...]:
        """The expression broken between its terms where a line grows beyond about ``width`` characters."""
        rows: list[list[sp.Expr]] = [[]]
        used = 0
        for term in ordered_terms(self._signed(expression)):
            length = self._length(term) + 3
            if rows[-1] and used + length > width:
                rows.append([])
                used = 0
            rows[-1].append(term)
            used += length
        return tuple(self._terms(row, leading=i > 0) for i, row in enumerate(rows))

    def derivative(self, state: str) -> str:
        """The time derivative of a state, as a fraction of differentials."""
        return self.pen.fraction(self._differential(state), self._differential("t"))

    def successor(self, state: str) -> str:
        """The next value of a state of a map, a plus above it."""
        return self.pen.power(self.name(state), self.pen.operator("+"))

    def _differential(self, identifier: str) -> str:
        parts = self.pen.upright("d"), self.name(identifier)
        is_letter = len(split_name(self.headers.get(identifier, identifier))[0]) == 1
        return "".join(parts) if is_letter else self.pen.row(parts)

    def name(self, identifier: str) -> str:
        """A state, constant or other variable."""
        header = self.headers.get(identifier, identifier)
        return self.pen.word(header) if split_name(header) in self._shared_names else self.pen.name(header)

    @cached_property
    def _shared_names(self) -> frozenset[tuple[str, str]]:
        # "x1" and "x_1" would both become x with subscript 1; such twins are written letter by letter instead.
        counts = Counter(split_name(header) for header in self.headers.values())
        return frozenset(name for name, count in counts.items() if count > 1)

    def _signed(self, expression: Node) -> Node:
        # A positive stand-in for each constant lets SymPy pull the sign out, so that it prints as "- 0.02 x".
        return expression.xreplace(
            {symbol(name): (-1 if text.startswith("-") else 1) * _stand_in(name) for name, text in self.numbers.items()}
        )

    def _length(self, term: sp.Expr) -> int:
        leaves = (node for node in sp.preorder_traversal(term) if not node.args)
        return sum(len(self._leaf_text(leaf)) + 1 for leaf in leaves)

    def _leaf_text(self, leaf: sp.Basic) -> str:
        text = str(leaf)
        return self.numbers.get(text[1:]) or "".join(split_name(self.headers.get(text, text)))

    def sum(self, expression: Node) -> str:
        """Terms with their signs."""
        return self._terms(ordered_terms(expression), leading=False)

    def _terms(self, terms: Iterable[Node], *, leading: bool) -> str:
        parts: list[str] = []
        for term in terms:
            negative = _negative(term)
            if parts or negative or leading:
                parts.append(self.pen.operator("-" if negative else "+"))
            parts.append(self.product(-term if negative else term))
        return " ".join(parts)

    def product(self, term: Node) -> str:
        """A term without its sign, as a fraction where it has a denominator."""
        above, below = _split_fraction(term)
        above, below = sorted(above, key=self._place), sorted(below, key=self._place)
        if not below:
            return self._factors(above, alone=False)
        return self.pen.fraction(self._factors(above, alone=True), self._factors(below, alone=True))

    def _place(self, factor: Node) -> tuple[int, object]:
        """Numbers first, then constants, variables, functions and sums."""
        base = factor.base if factor.is_Pow else factor
        constant = base.is_Symbol and bool(self.varying) and base.name not in self.varying
        ranks = (_is_number(factor), factor.is_number, constant, base.is_Symbol, isinstance(base, sp.Function), True)
        return ranks.index(True), sp.default_sort_key(factor)

    def _factors(self, factors: list[Node], *, alone: bool) -> str:
        if not factors:
            return self.pen.number("1")
        if len(factors) == 1:
            single = factors[0]
            return self.sum(single) if single.is_Add and alone else self.factor(single)
        parts: list[str] = []
        for previous, factor in zip([None, *factors], factors, strict=False):
            if previous is not None and _starts_with_digit(factor):
                parts[-1] = f"{parts[-1]} {self.pen.operator('*')} {self.factor(factor)}"
            else:
                parts.append(self.factor(factor))
        return self.pen.row(parts)

    def factor(self, expression: Node) -> str:
        """An expression that may stand beside others in a product, or under an exponent if it is an atom."""
        match expression:
            case sp.Symbol():
                number = self.numbers.get(expression.name[1:]) if expression.name.startswith("0") else None
                return self.name(expression.name) if number is None else self.pen.number(number.lstrip("-"))
            case sp.Pow():
                return self.power(expression.base, expression.exp)
            case sp.exp() if self._length(expression) <= _LONGEST_EXPONENT:
                return self.pen.power(self.pen.upright("e"), self.sum(expression.args[0]))
            case sp.Abs():
                return self.pen.fence(self.sum(expression.args[0]), bar=True)
            case sp.Function():
                return self.call(expression)
            case sp.Rational() if expression >= 0:
                return self.pen.number(str(expression.p)) if expression.q == 1 else self.product(expression)
            case sp.Float() if expression >= 0:
                return self.pen.number(f"{float(expression):.{self.digits.get(float(expression), 4)}g}")
            case sp.pi:
                return self.pen.name("pi")
            case sp.E:
                return self.pen.upright("e")
            case _:
                return self.pen.fence(self.sum(expression))

    def call(self, expression: Node, exponent: str = "") -> str:
        """A function of its arguments, with an exponent between the two if there is one."""
        name = type(expression).__name__
        head = self.pen.function(_FUNCTIONS.get(name, name))
        inside = self.pen.operator(",").join(self.sum(argument) for argument in expression.args)
        return (self.pen.power(head, exponent) if exponent else head) + self.pen.fence(inside)

    def power(self, base: Node, exponent: Node) -> str:
        """A power with a positive exponent; roots as roots, sin² as it is usually written."""
        if exponent.is_Rational and exponent.p == 1 and exponent.q <= 4:
            return self.pen.root(self.sum(base), int(exponent.q))
        above = self.sum(exponent)
        if isinstance(base, sp.Function) and not isinstance(base, (sp.exp, sp.Abs)):
            return self.call(base, above)
        written = self.factor(base)
        is_atom = isinstance(base, (sp.Symbol, sp.Abs, sp.Integer)) or base in (sp.pi, sp.E)
        scientific = isinstance(base, sp.Symbol) and "e" in self.numbers.get(base.name[1:], "")
        bracketed = base.is_Add or (base.is_Integer and base < 0) or base.is_Mul
        return self.pen.power(written if bracketed or (is_atom and not scientific) else self.pen.fence(written), above)


def ordered_terms(expression: sp.Expr) -> list[sp.Expr]:
    """Terms as a person would write them: short before long, and a positive one first among equals."""
    terms: list[Node] = list(expression.args) if expression.is_Add else [expression]
    return sorted(terms, key=lambda term: (_weight(term), _negative(term), sp.default_sort_key(term)))


def _weight(term: Node) -> int:
    return sum(1 for node in sp.preorder_traversal(term) if not node.is_number)


def _stand_in(name: str) -> sp.Symbol:
    return sp.Symbol(f"0{name}", positive=True)  # no identifier starts with a digit, and digits sort first


def _negative(term: Node) -> bool:
    return bool(term.as_coeff_Mul()[0] < 0)


def _is_number(factor: Node) -> bool:
    return bool(factor.is_Rational or factor.is_Float or (factor.is_Symbol and factor.name.startswith("0")))


def _starts_with_digit(factor: Node) -> bool:
    return _is_number(factor.base if factor.is_Pow else factor)


def _split_fraction(term: Node) -> tuple[list[Node], list[Node]]:
    """Factors above and below the line."""
    above: list[Node] = []
    below: list[Node] = []
    factors: tuple[Node, ...] = sp.Mul.make_args(term)
    for factor in factors:
        if factor.is_Rational:
            above += [sp.Integer(factor.p)] if factor.p != 1 else []
            below += [sp.Integer(factor.q)] if factor.q != 1 else []
        elif factor.is_Pow and _negative(factor.exp):
            below.append(1 / factor)
        else:
            above.append(factor)
    return above, below
