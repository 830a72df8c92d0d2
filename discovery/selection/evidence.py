"""What speaks for or against the first law of a ranking, gathered for the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import sympy as sp

from discovery.dynamics.lyapunov import largest_exponent
from discovery.laws import Frame, told_symbol, unknown_symbol
from discovery.selection.held_out import HeldOut
from discovery.selection.nulls import rates_wander, remembering, scattering, wandering
from discovery.selection.residuals import Whiteness, whiteness
from discovery.selection.score import TIE, residual_length
from discovery.selection.selected import Selected
from discovery.selection.stepping import gain
from discovery.selection.ties import equals
from discovery.symbolic.stated import stated_length
from discovery.types import RankedLaw, symbol

# Runs of the law, and their length in records, for its Lyapunov exponent: found so for 19 of the registry's 22 chaotic
# systems, and for none of the 30 others of three states or more.
STARTS, SPANS = 3, 4.0


@dataclass(frozen=True)
class Evidence:
    """What speaks for or against the first law of the ranking.

    Attributes:
        held: forecasts of kept-out samples, if they can tell a law from nothing.
        crossed: of two runs, forecasts of each by the law refitted to the other, under the same condition.
        tests: of the residuals of each state that has enough of them.
        ties: ranks of laws whose description is as short as the first's.
        equals: ranks of further laws that the data do not tell from the first, without more constants.
        wandering: nats by which the law explains the data better than states, or their rates, that wander.
        of_rates: whether it is rates that do so better than states.
        exponent: largest Lyapunov exponent; NaN unless the law is chaotic and its horizon finite.
    """

    selected: Selected
    best: RankedLaw
    held: HeldOut | None
    crossed: HeldOut | None
    tests: Mapping[str, Whiteness]
    ties: Sequence[int]
    equals: Sequence[int]
    wandering: float
    of_rates: bool
    exponent: float

    @property
    def tested(self) -> bool:
        """Whether what was kept out can tell the law from nothing, and does."""
        if self.selected.windows.steps and self.selected.held_out is not None:
            return gain(self.selected.held_out) >= TIE
        return self.held is not None

    @property
    def misfit(self) -> float:
        """Chi-squared by value of the chosen law, by its own noise or the smoother's, whichever is the smaller in all.

        A smoother may have seen a quarter more noise than there is.
        """
        return max([self.best.misfit, *(one.fit.misfit for one in self.selected.last[:1])])

    @property
    def over_rest(self) -> float:
        """Nats by which the law is the shorter description than states that rest; what was told costs nothing."""
        frame = self.best.law.frame
        return self.selected.null - self.best.score + (_told(frame) if frame else 0.0)

    @property
    def apart(self) -> bool:
        """Whether records were followed in pieces."""
        places = self.selected.windows.places
        return len(places) > len({run for run, _ in places})

    @classmethod
    def of(cls, selected: Selected) -> Evidence:
        """What a selection has to say of its first law."""
        front = selected.rivals
        tested = () if selected.residuals is None else whiteness(selected.residuals)
        ties = [rank for rank, other in enumerate(front[1:], start=2) if other.score - front[0].score < TIE]
        return cls(
            selected,
            front[0],
            _telling(selected.held_out),
            _telling(selected.crossed),
            {state: test for state, test in zip(front[0].law.states, tested, strict=False) if test is not None},
            ties,
            [rank for rank in equals(front, selected.windows.worth * selected.windows.count) if rank not in ties],
            _wandering(selected),
            rates_wander(selected.windows),
            _exponent(selected),
        )


def _telling(held: HeldOut | None) -> HeldOut | None:
    return held if held is not None and held.informative else None


def _wandering(selected: Selected) -> float:
    """Nats by which the law is the shorter description than a random walk; infinite where there are no residuals.

    A walk knows the sample before each. So does a law that was told in full, of its residuals: noise that remembers is
    no reason against what nobody sought, while of laws that are sought one can always be found for a walk.
    """
    if selected.residuals is None or not selected.refined:
        return math.inf
    fit = selected.refined[0].fit
    worth = selected.windows.worth
    stated = selected.refined[0].score - residual_length(worth * fit.cost, worth * fit.count)
    free = 0 if fit.begun else len(fit.starts)
    left = scattering(selected.residuals, free)
    if fit.law.frame is not None:
        stated -= _told(fit.law.frame)
        left = left if fit.law.frame.unknowns else min(left, remembering(selected.residuals, free))
    return wandering(selected.windows) - left - stated


def _told(frame: Frame) -> float:
    """Nats to state what was told of a law, which nobody sought."""
    number: dict[sp.Basic, sp.Basic] = {told_symbol(one.name): symbol(f"c{i}") for i, one in enumerate(frame.constants)}
    unknown = {unknown_symbol(one.name) for one in frame.unknowns}
    sides = [template for template in frame.templates if template not in unknown]
    return stated_length([cast("sp.Expr", side.xreplace(number)) for side in sides])


def _exponent(selected: Selected) -> float:
    """The chosen law's largest Lyapunov exponent, begun at fitted states; NaN where it is not chaotic."""
    if not selected.refined or not math.isfinite(selected.horizon):
        return math.nan
    windows, fit = selected.windows, selected.refined[0].fit
    if fit.law.inputs or fit.law.algebraic:
        return math.nan  # the inputs' course ends with the record, and an exponent takes several
    begin, end = float(windows.times.min()), float(windows.times.max())
    starts = fit.starts[:: -(-len(fit.starts) // STARTS)]
    return largest_exponent(fit.law, starts, begin, SPANS * (end - begin), windows.bound)
