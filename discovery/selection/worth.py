"""Laws of which a part was told, compared by as many samples as their residuals are worth.

What is measured often leaves residuals behind that are alike from sample to sample whatever the law: a lens, a
shutter, a file that was smoothed before. A score that takes them for independent believes too small differences between
forms. If the residuals of any of the laws compared pass for white, nothing changes: then the others lack something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from discovery.dynamics.windows import Windows
from discovery.selection.correlated import inefficiency
from discovery.selection.reconstruction import residuals_of
from discovery.selection.refined import Refined, in_order
from discovery.selection.score import score

LOOKED_AT = 5  # leading laws whose residuals are looked at


def worthy(refined: Sequence[Refined], windows: Windows) -> tuple[list[Refined], Windows]:
    """The laws by that score, best first, and windows that give it to further fits."""
    times = [inefficiency(residuals_of(item.fit, windows)) for item in refined[:LOOKED_AT]]
    worth = 1.0 / min(times, default=1.0)
    windows = replace(windows, worth=worth)

    def again(item: Refined) -> Refined:
        count, cost = worth * item.fit.count, worth * item.fit.cost
        return replace(item, score=score(item.law.skeletons, len(item.law.constants), cost, count))

    return (in_order([again(item) for item in refined]) if worth < 1.0 else list(refined)), windows
