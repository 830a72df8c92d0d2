"""Formulas for a template: the same functions for every output, which differ in the pen and in the type of the text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from discovery.reports.content import numbers
from discovery.reports.rounding import NOT_DETERMINED
from discovery.symbolic.latex import Pen, Typesetter
from discovery.types import DiscoveryResult, Law, RankedLaw

_LINE = 68  # characters of a formula that fit the text width of both outputs

Safe = TypeVar("Safe", bound=str)


@dataclass(frozen=True)
class Equation(Generic[Safe]):
    """One equation of a law: left-hand side, and the right-hand side in lines."""

    left: Safe
    lines: tuple[Safe, ...]


@dataclass(frozen=True)
class Formulas(Generic[Safe]):
    """Writes parts of a result as mathematics.

    Attributes:
        pen: LaTeX or MathML.
        safe: marks text as finished, so that the template does not escape it again.
    """

    result: DiscoveryResult
    pen: Pen
    safe: Callable[[str], Safe]

    def law(self, ranked: RankedLaw, width: int = _LINE) -> tuple[Equation[Safe], ...]:
        """A law with its constants' values, lines broken at about ``width`` characters."""
        return self._equations(ranked.law, self._typesetter(numbers(ranked)), width)

    def family(self, ranked: RankedLaw, width: int = _LINE) -> tuple[Equation[Safe], ...]:
        """A law with letters for its constants."""
        return self._equations(ranked.law, self._typesetter({}), width)

    def name(self, identifier: str) -> Safe:
        """A state or constant."""
        return self.safe(self._typesetter({}).name(identifier))

    def number(self, text: str) -> str:
        """A number as mathematics; words stay words."""
        return text if text in (NOT_DETERMINED, "–") else self.safe(self.pen.number(text))

    def _typesetter(self, values: dict[str, str]) -> Typesetter:
        return Typesetter(self.pen, {"t": self.result.time_name, **self.result.headers}, values)

    def _equations(self, law: Law, typesetter: Typesetter, width: int) -> tuple[Equation[Safe], ...]:
        return tuple(
            Equation(
                self.safe(typesetter.derivative(state)),
                tuple(self.safe(line) for line in typesetter.lines(skeleton, width)),
            )
            for state, skeleton in zip(law.states, law.skeletons, strict=True)
        )
