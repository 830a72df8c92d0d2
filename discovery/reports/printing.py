"""Mathematics between dollar signs, for the templates of both typesetters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

import sympy as sp

from discovery.reports.formulas import Equation, Formulas, Safe
from discovery.reports.rows import Rival
from discovery.reports.short import LINE, cut
from discovery.types import RankedLaw


@dataclass(frozen=True)
class Printing(Generic[Safe]):
    """What the templates call to write mathematics.

    Attributes:
        escape: makes text of what is not mathematics.
        lay_out: writes below each other the equations that the function it is given writes with formulas of its choice.
    """

    math: Formulas[Safe]
    escape: Callable[[str], Safe]
    lay_out: Callable[[Callable[[Formulas[Safe]], tuple[Equation[Safe], ...]]], Safe]

    def law(self, ranked: RankedLaw) -> Safe:
        """A law with its numbers, each term by itself: the typesetter knows best where a line ends."""
        return self.lay_out(lambda math: math.law(ranked, width=0))

    def family(self, ranked: RankedLaw) -> Safe:
        """A law with letters for its constants."""
        return self.lay_out(lambda math: math.family(ranked, width=0))

    def short_law(self, ranked: RankedLaw, lines: int) -> Safe:
        """The first lines of a law."""
        return self.lay_out(lambda math: cut(math.law(ranked, LINE), lines))

    def name(self, identifier: str) -> Safe:
        """A state, time or a constant."""
        return self._inline(self.math.name(identifier))

    def rate(self, identifier: str) -> Safe:
        """The derivative of a state, short."""
        return self._inline(self.math.rate(identifier))

    def expression(self, expression: sp.Expr) -> Safe:
        """An expression in a line of text."""
        return self._inline(self.math.expression(expression))

    def number(self, text: str) -> Safe:
        """A number, or the words that stand in its place."""
        return self._inline(self.math.number(text)) if self.math.is_number(text) else self.escape(text)

    def differences(self, rival: Rival) -> tuple[tuple[Safe, Safe, Safe], ...]:
        """The rate that differs, and the terms that a rival's has more and fewer, as lists."""
        return tuple(
            (self.rate(one.state), self._listed(one.added), self._listed(one.missing)) for one in rival.differences
        )

    def _listed(self, shapes: tuple[sp.Expr, ...]) -> Safe:
        return self.math.safe(", ".join(self.expression(shape) for shape in shapes))

    def _inline(self, formula: str) -> Safe:
        return self.math.safe(f"${formula}$")
