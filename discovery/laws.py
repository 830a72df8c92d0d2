"""Laws: right-hand sides and their constants, and their places in a ranking. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, cast

import sympy as sp

from discovery.samples import symbol
from discovery.shown import Shown


@dataclass(frozen=True)
class EquationCandidate:
    """A proposed right-hand side of one state's derivative, numbers written in.

    Attributes:
        source: name of the engine, and after a colon the part of it that found the expression.
    """

    state: str
    expression: sp.Expr
    source: str


@dataclass(frozen=True)
class Law(Shown):
    """Right-hand sides of all states: a family of expressions and the values of its constants.

    Attributes:
        states: identifiers of the states.
        skeletons: right-hand sides in the states' symbols, ``t`` and the constants c0, c1, ...
        constants: values of c0, c1, ..., numbered through the equations.
        sources: engines that proposed the equations.
    """

    states: tuple[str, ...]
    skeletons: tuple[sp.Expr, ...]
    constants: tuple[float, ...]
    sources: tuple[str, ...] = ()

    @property
    def equations(self) -> dict[str, sp.Expr]:
        """Right-hand sides with the constants' values written in."""
        values = {symbol(f"c{i}"): sp.Float(value) for i, value in enumerate(self.constants)}
        written = [cast("sp.Expr", skeleton.xreplace(values)) for skeleton in self.skeletons]
        return dict(zip(self.states, written, strict=True))

    def with_constants(self, constants: tuple[float, ...]) -> Self:
        """The same family at other values."""
        return type(self)(self.states, self.skeletons, tuple(float(c) for c in constants), self.sources)


@dataclass(frozen=True)
class RankedLaw:
    """A law after refinement on the trajectories, with its place in the ranking.

    Attributes:
        score: description length in nats; smaller is better.
        misfit: chi-squared per sample on the measured trajectories; 1 is noise level.
        r_squared: share of the measurements' weighted variance that the simulated trajectories explain.
        complexity: number of nodes of the expressions.
        held_out: mean squared forecast error on samples that were not fitted, in noise variances; NaN if not tried.
        lows, highs: bounds of the 95 % interval of each constant; NaN where the data do not tell.
    """

    law: Law
    score: float
    misfit: float
    r_squared: float
    complexity: int
    held_out: float = float("nan")
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()


@dataclass(frozen=True)
class Ranking:
    """Refined laws from best to worst, and the rule in words.

    Attributes:
        front: by score; ``front[0]`` is the chosen law. Empty if no candidate could be simulated.
    """

    front: tuple[RankedLaw, ...]
    rule: str
