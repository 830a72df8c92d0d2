"""Mathematics as elements of a page: each term is a formula of its own, so that lines break where they have to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape

import sympy as sp
from markupsafe import Markup

from discovery.reports.comparison import differences
from discovery.reports.formulas import Equation, Formulas
from discovery.reports.mathml import MathMLPen
from discovery.reports.naming import shown
from discovery.reports.rounding import NOT_DETERMINED
from discovery.types import DiscoveryResult, RankedLaw

_SIGN = "<mo>"


@dataclass(frozen=True)
class OnScreen:
    """What the template of the page calls to write mathematics; all of it is markup, and escaped where it was text."""

    result: DiscoveryResult

    @cached_property
    def _math(self) -> Formulas[Markup]:
        return Formulas(self.result, MathMLPen(), Markup, shown(self.result))

    def law(self, ranked: RankedLaw) -> Markup:
        """A law with its numbers."""
        return _lay_out(self._math.law(ranked, width=0))

    def family(self, ranked: RankedLaw) -> Markup:
        """A law with letters for its constants."""
        return _lay_out(self._math.family(ranked, width=0))

    def name(self, identifier: str) -> Markup:
        """A state, time or a constant."""
        return _inline(self._math.name(identifier))

    def rate(self, identifier: str) -> Markup:
        """The derivative of a state, short; of a map its next value; an algebraic state itself."""
        if self.result.law is not None and identifier in self.result.law.algebraic:
            return self.name(identifier)
        sign = "⁺" if self.result.trajectories[0].discrete else "′"
        return Markup(f"{self.name(identifier)}{sign}")  # noqa: S704 -- as text: in a formula browsers shrink the prime twice

    def expression(self, expression: sp.Expr) -> Markup:
        """An expression in a line of text."""
        return _inline(self._math.expression(expression))

    def number(self, text: str) -> Markup:
        """A number with a true minus; as a formula where it has a power of ten; words stay words."""
        if not self._math.is_number(text):
            return Markup(f'<span class="quiet">{escape(text)}</span>') if _is_absent(text) else Markup(escape(text))  # noqa: S704
        return _inline(self._math.number(text)) if "e" in text else Markup(escape(text.replace("-", "−")))  # noqa: S704

    def differences(self, ranked: RankedLaw) -> tuple[tuple[Markup, Markup, Markup], ...]:
        """Rates whose equation is not the chosen law's, and the terms that it has more and fewer, as lists."""
        found = differences(ranked.law, self.result.ranking.front[0].law)
        return tuple((self.rate(one.state), self._listed(one.added), self._listed(one.missing)) for one in found)

    def _listed(self, shapes: tuple[sp.Expr, ...]) -> Markup:
        return Markup(", ").join(self.expression(shape) for shape in shapes)


def _is_absent(text: str) -> bool:
    return text in (NOT_DETERMINED, "–")


def _inline(formula: str) -> Markup:
    return Markup(f"<math>{formula}</math>")  # noqa: S704 -- the pen escapes every name


def _lay_out(equations: tuple[Equation[Markup], ...]) -> Markup:
    """Left-hand sides above each other, and beside each its terms, which wrap."""
    rows = (
        f'<div class="left">{_display(f"{equation.left}<mo>=</mo>")}</div><div class="right">{_terms(equation)}</div>'
        for equation in equations
    )
    return Markup(f'<div class="formula">{"".join(rows)}</div>')  # noqa: S704 -- the pen escapes every name


def _terms(equation: Equation[Markup]) -> str:
    """The first term, and the others with the sign before them spaced as between terms; a space would come on top."""
    first, *others = equation.lines
    signed = (other.replace(Markup(_SIGN), Markup('<mo form="infix">'), 1) for other in others)  # noqa: S704
    return "<wbr/>".join(map(_display, (first, *signed)))


def _display(formula: str) -> str:
    return f'<math displaystyle="true"><mrow>{formula}</mrow></math>'
