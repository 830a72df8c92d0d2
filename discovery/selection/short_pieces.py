"""Laws that could be followed for short pieces of the record only, though their errors do not grow so fast."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from discovery.dynamics.windows import Windows
from discovery.selection.onward import NOISE_LEVEL
from discovery.types import Finding

# Share of the time for which a law should be followed that pieces have to last. Of 545 laws of made and measured data
# that were found, those with residuals above the noise were followed for 43 % of it at least; of 24 series without a
# law two had got one, by pieces of 5 and 9 %.
SHORT = 0.1


def followed_too_briefly(
    misfit: float, windows: Windows, horizon: float, spans: str = "time units"
) -> Iterator[Finding]:
    """What speaks against a law that leaves more than noise on pieces far shorter than its errors need to grow.

    Laws are compared on windows that grow as far as the law can be followed. A chaotic law ends at its horizon, and a
    right one at the end of the record.

    Args:
        spans: what times are counted in, as a plural.
    """
    if windows.steps or not misfit > NOISE_LEVEL or len(windows.offsets) < 2:
        return
    edges = pairwise(windows.offsets.tolist())
    pieces = max(float(windows.times[high - 1] - windows.times[low]) for low, high in edges)
    should = min(horizon, _record(windows))
    if not pieces < SHORT * should:
        return
    why = "its errors stay small for" if math.isfinite(horizon) and horizon <= should else "the record lasts for"
    yield Finding(
        "bad",
        f"The law leaves more than the noise (chi-squared per value {misfit:.3g}) though it was compared on pieces of "
        f"{windows.length} samples, {pieces:.3g} {spans}, each from a start of its own; {why} {should:.3g} {spans}.",
    )


def _record(windows: Windows) -> float:
    """Time from the first to the last sample of the longest record."""
    ends: dict[int, list[float]] = {}
    for (run, _), low, high in zip(windows.places, windows.offsets[:-1], windows.offsets[1:], strict=True):
        ends.setdefault(run, []).extend((float(windows.times[low]), float(windows.times[high - 1])))
    return max(max(times) - min(times) for times in ends.values())
