"""How a competing law differs from the chosen one, and why it was not chosen, in the figures of the ranking."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy as sp

from discovery.reports.rounding import plain
from discovery.symbolic.complexity import is_constant
from discovery.types import Law, RankedLaw, symbol

# Misfits nearer to each other than this share are called equal: reasons shall not hang on the third digit.
ALIKE = 0.02
# A forecast's mean squared error this many times another's is called worse; a factor of two for few samples is chance.
WORSE = 1.5
INNER = symbol("k")  # stands for constants inside of a term


@dataclass(frozen=True)
class Difference:
    """Terms, without their factors, that one equation of a rival has more or less than the chosen law's."""

    state: str
    added: tuple[sp.Expr, ...]
    missing: tuple[sp.Expr, ...]


def differences(rival: Law, chosen: Law) -> tuple[Difference, ...]:
    """The equations that differ in their terms; none if only constants do."""
    found: list[Difference] = []
    for state, one, other in zip(chosen.states, rival.skeletons, chosen.skeletons, strict=True):
        mine, theirs = _shapes(one), _shapes(other)
        if set(mine) != set(theirs):
            added = tuple(shape for shape in mine if shape not in theirs)
            found.append(Difference(state, added, tuple(shape for shape in theirs if shape not in mine)))
    return tuple(found)


def _shapes(skeleton: sp.Expr) -> tuple[sp.Expr, ...]:
    """The terms of a right-hand side without factors; constants inside of one all become the same letter."""
    constants = {leaf: INNER for leaf in skeleton.free_symbols if is_constant(str(leaf))}
    variables = skeleton.free_symbols - constants.keys()
    terms: tuple[Any, ...] = sp.Add.make_args(skeleton)
    shapes = (term.as_independent(*variables, as_Add=False)[1].xreplace(constants) for term in terms)
    return tuple(dict.fromkeys(shapes))


def why_not(rival: RankedLaw, chosen: RankedLaw) -> str:
    """Why a rival is not the chosen law, in one sentence."""
    from discovery.selection.score import TIE  # with what selection needs, a second to import

    if not math.isfinite(rival.score):
        return "It cannot be followed along the measured trajectories."
    reasons = "; ".join(_reasons(rival, chosen))
    if rival.score - chosen.score < TIE:
        return f"Not excluded, within {TIE:g} nats: {reasons}."
    return f"{reasons[0].upper()}{reasons[1:]}."


def _reasons(rival: RankedLaw, chosen: RankedLaw) -> Iterator[str]:
    more = len(rival.law.constants) - len(chosen.law.constants)
    figures = f"(χ²/N {plain(rival.misfit)} against {plain(chosen.misfit)})"
    if rival.misfit > (1 + ALIKE) * chosen.misfit:
        yield f"it fits worse {figures}" + (f", though with {_counted(more)}" if more else "")
    elif rival.misfit < (1 - ALIKE) * chosen.misfit:
        price = _counted(more) if more > 0 else "its longer formula"
        yield f"it fits better {figures}, but not by enough to pay for {price}"
    elif more > 0:
        yield f"it fits no better with {_counted(more)}"
    else:
        longer = rival.complexity > chosen.complexity
        yield "it fits as well, but is longer to state" if longer else "it fits as well"
    if rival.held_out > WORSE * chosen.held_out:
        yield f"its forecasts err more ({plain(rival.held_out)} against {plain(chosen.held_out)})"
    if WORSE * rival.held_out < chosen.held_out:
        yield f"its forecasts err less ({plain(rival.held_out)} against {plain(chosen.held_out)})"


def _counted(more: int) -> str:
    noun = "constant" if abs(more) == 1 else "constants"
    return f"{abs(more)} {noun} {'more' if more > 0 else 'fewer'}"
