"""Formulas as text of a language that writes them with operators."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from discovery.export.formula import Call, Name, Node, Number, Pi, Power, Product, Ratio, Sum, formula
from discovery.symbolic.lettering import printable

_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_LARGEST = 10**9  # a whole number that every language holds as an integer
_WIDTH = 88  # columns of a line of code


@dataclass(frozen=True)
class Dialect:
    """How a language writes formulas and comments.

    Attributes:
        language: what messages call it.
        functions: its name of each function of :mod:`discovery.export.formula`.
        whole_power: operator or function of a power whose exponent is a whole number.
        power: the same for any other exponent; must not lead to complex numbers.
        pi: the number pi.
        ratio: a fraction of two whole numbers that stands alone, if division would round it.
        floating: whether whole numbers are written with a point.
        comment: what begins a comment that ends with the line.
        continuation: what stands at the end of a line that goes on.
        reserved: words that cannot be names.
    """

    language: str
    functions: Mapping[str, str]
    whole_power: str
    power: str
    pi: str = repr(math.pi)
    ratio: str = ""
    floating: bool = False
    comment: str = "#"
    continuation: str = ""
    reserved: frozenset[str] = field(default_factory=frozenset[str])

    def expression(self, expression: sp.Expr, names: Mapping[str, str], indent: str = "") -> str:
        """The expression as text; lines after the first begin with ``indent``.

        Raises:
            ExpressionError: it cannot be written in this language.
        """
        return self.broken(formula(expression, names, self.functions, self.language), indent)

    def remark(self, text: str) -> str:
        """A comment that ends with its line whatever the text is."""
        clean = printable(text)
        if self.comment == "//":  # in C a backslash at the end goes on to the next line, and so does ??/
            clean = clean.replace("\\", "\N{REVERSE SOLIDUS OPERATOR}").replace("??", "? ?")
        return f"{self.comment} {clean}".rstrip()

    def broken(self, node: Node, indent: str) -> str:
        """A formula, broken between the terms of its outermost sum where lines grow long."""
        if not isinstance(node, Sum):
            return self.written(node)[0]
        lines, line = list[str](), ""
        for i, (negative, term) in enumerate(node.terms):
            text = self.within(term, _PRODUCT)
            sign = "-" if negative else "+"
            if i == 0:
                line = f"-{text}" if negative else text
            elif len(line) + len(text) > _WIDTH:
                lines.append(f"{line} {sign}{self.continuation}")
                line = f"{indent}{text}"
            else:
                line = f"{line} {sign} {text}"
        return "\n".join([*lines, line])

    def written(self, node: Node) -> tuple[str, int]:
        """A formula and how strongly its parts hold together."""
        match node:
            case Number(value):
                return self.number(value), _ATOM
            case Ratio(above, below) if self.ratio:
                return f"{self.ratio}({above}, {below})", _ATOM
            case Ratio(above, below):
                return f"{self.number(above)}/{self.number(below)}", _PRODUCT
            case Pi():
                return self.pi, _ATOM
            case Name(identifier):
                return identifier, _ATOM
            case Sum(terms):
                return self.sum(terms), _SUM
            case Product(above, below):
                return self.product(above, below), _PRODUCT
            case Power(base, exponent):
                return self.raised(base, exponent)
            case Call(function, arguments):
                inside = ", ".join(self.written(argument)[0] for argument in arguments)
                return f"{self.functions[function]}({inside})", _ATOM

    def within(self, node: Node, level: int) -> str:
        """A formula in brackets unless its parts hold together at least so strongly."""
        text, own = self.written(node)
        return text if own >= level else f"({text})"

    def number(self, value: float) -> str:
        """All digits of a double."""
        if isinstance(value, int) and value <= _LARGEST and not self.floating:
            return str(value)
        return repr(float(value))

    def sum(self, terms: tuple[tuple[bool, Node], ...]) -> str:
        """Terms with signs between them."""
        texts = [("-" if negative else "+", self.within(term, _PRODUCT)) for negative, term in terms]
        first = "-" if terms[0][0] else ""
        return first + texts[0][1] + "".join(f" {sign} {text}" for sign, text in texts[1:])

    def product(self, above: tuple[Node, ...], below: tuple[Node, ...]) -> str:
        """Factors, divided by the product of others."""
        text = "*".join(self.within(factor, _POWER) for factor in above) or self.number(1)
        if not below:
            return text
        divisor = "*".join(self.within(factor, _POWER) for factor in below)
        return f"{text}/({divisor})" if len(below) > 1 else f"{text}/{divisor}"

    def raised(self, base: Node, exponent: Node) -> tuple[str, int]:
        """A power by an operator or a function."""
        whole = isinstance(exponent, Number) and isinstance(exponent.value, int)
        way = self.whole_power if whole else self.power
        if way.isidentifier() or "." in way:
            return f"{way}({self.written(base)[0]}, {self.written(exponent)[0]})", _ATOM
        return f"{self.within(base, _ATOM)}{way}{self.within(exponent, _ATOM)}", _POWER
