"""Laws of the front that the data do not tell from the first, and how they are told in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

from discovery.selection.score import TIE, residual_length
from discovery.symbolic.constants import shape
from discovery.types import RankedLaw
from discovery.wording import listed

FEW = 4  # ranks that are listed


def equals(front: Sequence[RankedLaw], count: float) -> list[int]:
    """Ranks of laws that are as good without the price of stating them (Schwarz 1978), and have no more constants.

    A law with more constants can always do as well, which is no doubt about the form.
    """
    if not count:
        return []

    def evidence(one: RankedLaw) -> float:
        return residual_length(one.misfit * count, count) + 0.5 * len(one.law.constants) * math.log(count)

    most = len(front[0].law.constants)
    return [
        rank
        for rank, other in enumerate(front[1:], start=2)
        if len(other.law.constants) <= most and evidence(other) - evidence(front[0]) < TIE
    ]


def ranked(ties: Sequence[int]) -> str:
    """The first few of the ranks, and how many more there are."""
    if len(ties) > FEW:
        return f"numbers {', '.join(map(str, ties[:FEW]))} and {len(ties) - FEW} more"
    return f"number{'s' * (len(ties) > 1)} {listed([str(rank) for rank in ties])}"


def differing(front: Sequence[RankedLaw], ranks: Sequence[int]) -> str:
    """The states whose equations differ in form between the first law and the others."""
    first = front[0].law
    states = [
        state
        for i, state in enumerate(first.states)
        if any(shape(front[rank - 1].law.skeletons[i]) != shape(first.skeletons[i]) for rank in ranks)
    ]
    return f"with other equations for {', '.join(states)}" if states else "of the same form"
