"""Fits as laws with a place in a ranking, for the result and for who watches it come about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from discovery.dynamics.windows import Windows
from discovery.protocols import Witness, unseen
from discovery.selection.held_out import HeldOut
from discovery.selection.intervals import bounds
from discovery.selection.polish import Polished
from discovery.selection.refined import Refined
from discovery.symbolic.complexity import node_count
from discovery.types import RankedLaw

SHOWN = 5  # laws that a witness is shown


def show(witness: Witness, items: Sequence[Refined], windows: Windows) -> None:
    """Shows the best of ``items``, which are in order."""
    if witness is not unseen and items:
        witness([ranked_law(item, windows) for item in items[:SHOWN]])


def showing(witness: Witness, windows: Windows) -> Callable[[Sequence[Refined]], None] | None:
    """The same as a function of the laws alone; None where nobody watches."""
    return None if witness is unseen else lambda items: show(witness, items, windows)


def ranked_law(
    item: Refined, windows: Windows, tried: HeldOut | None = None, *, last: Polished | None = None
) -> RankedLaw:
    """The fit as a law with its place in a ranking.

    Args:
        last: the same law fitted once more, whose constants and intervals are told.
    """
    law, (lows, highs) = (item.law, bounds(item.fit)) if last is None else (last.fit.law, last.bounds)
    ranked = RankedLaw(
        law, item.score, item.fit.misfit, _r_squared(item, windows),
        sum(node_count(skeleton) for skeleton in item.law.skeletons), lows=lows, highs=highs,
    )  # fmt: skip
    return ranked if tried is None else replace(ranked, held_out=tried.error)


def _r_squared(item: Refined, windows: Windows) -> float:
    """Share of the weighted variance that the law explains, window by window; beliefs are no part of it."""
    measured = windows.weights > 0
    weights = windows.weights**2
    mean = (weights * windows.values).sum(axis=0) / np.maximum(weights.sum(axis=0), 1e-300)
    total = float((np.where(measured, windows.values - mean, 0.0) ** 2 * weights).sum())
    return 1.0 - float(item.fit.costs.sum()) / max(total, 1e-300)
