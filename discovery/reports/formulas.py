"""Formulas for a template: the same functions for every output, which differ in the pen and in the type of the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import sympy as sp

from discovery.reports.owning import collapsed
from discovery.reports.rows import numbers, span, written_digits
from discovery.symbolic.latex import Pen, Typesetter
from discovery.types import DiscoveryResult, Law, RankedLaw

_LINE = 68  # characters of a formula that fit the text width of a page
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e-?\d+)?")

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
        pen: LaTeX, MathML or Typst.
        safe: marks text as finished, so that the template does not escape it again.
        names: what stands for states and time; the column names where nothing is told.
    """

    result: DiscoveryResult
    pen: Pen
    safe: Callable[[str], Safe]
    names: Mapping[str, str] = field(default_factory=dict[str, str])

    def law(self, ranked: RankedLaw, width: int = _LINE) -> tuple[Equation[Safe], ...]:
        """A law with its constants' values, lines broken at about ``width`` characters; 0 puts each term by itself."""
        return self._equations(ranked.law, self._typesetter(numbers(ranked, span(self.result)), ranked.law), width)

    def family(self, ranked: RankedLaw, width: int = _LINE) -> tuple[Equation[Safe], ...]:
        """A law with letters for its constants."""
        return self._equations(ranked.law, self._typesetter({}, ranked.law), width)

    def name(self, identifier: str) -> Safe:
        """A state or constant."""
        return self.safe(self._typesetter({}).name(identifier))

    def rate(self, identifier: str) -> Safe:
        """The derivative of a state in a line of text, as a name with a prime; of a map its next value, with a plus.

        An algebraic state has no derivative, and is named alone.
        """
        typesetter = self._typesetter({})
        if self.result.law is not None and identifier in self.result.law.algebraic:
            return self.name(identifier)
        if self._discrete:
            return self.safe(typesetter.successor(identifier))
        return self.safe(self.pen.power(typesetter.name(identifier), self.pen.operator("′")))

    def expression(self, expression: sp.Expr) -> Safe:
        """An expression with letters for its constants."""
        return self.safe(self._typesetter({}, self.result.law)(expression))

    def number(self, text: str) -> str:
        """A number as mathematics; words, dashes and infinity stay text."""
        return self.safe(self.pen.number(text)) if _NUMBER.fullmatch(text) else text

    def is_number(self, text: str) -> bool:
        """Whether a text of a table is a number, or else words or a dash."""
        return bool(_NUMBER.fullmatch(text))

    @property
    def _discrete(self) -> bool:
        return self.result.trajectories[0].discrete

    def _typesetter(self, values: dict[str, str], law: Law | None = None) -> Typesetter:
        headers = {"t": self.result.time_name, **self.result.headers, **self.names}
        varying = frozenset({"t", *self.result.trajectories[0].names, *self.result.inputs})
        digits = {} if law is None else written_digits(law, span(self.result))
        return Typesetter(self.pen, headers, values, varying, digits)

    def _equations(self, law: Law, typesetter: Typesetter, width: int) -> tuple[Equation[Safe], ...]:
        law = collapsed(law, self.result.structure.owned)
        return tuple(
            Equation(
                self.rate(state) if law.discrete or state in law.algebraic else self.safe(typesetter.derivative(state)),
                tuple(self.safe(line) for line in typesetter.lines(skeleton, width)),
            )
            for state, skeleton in zip(law.states, law.skeletons, strict=True)
        )
