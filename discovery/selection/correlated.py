"""How many samples residuals are worth that hang together.

Residuals that a camera's lens, its shutter or a law that is nearly right leave behind are alike from sample to sample.
A sum of squares over N of them tells as much as one over N/tau that are independent, with tau the integrated
autocorrelation time. Where they pass for white, tau is 1 and nothing changes.

Source: Geyer (1992), Practical Markov chain Monte Carlo, Statist. Sci. 7:473, for where the sum over lags ends.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from discovery.selection.residuals import UNLIKELY, whiteness


def inefficiency(pieces: Sequence[Float[np.ndarray, "sample state"]]) -> float:
    """The largest integrated autocorrelation time over states, in samples; at least 1.

    Args:
        pieces: residuals of unbroken stretches, in deviations; NaN where nothing was measured.
    """
    if not pieces:
        return 1.0
    tests = whiteness(np.vstack(pieces))
    limit = UNLIKELY / max(1, len(tests))
    coloured = [i for i, test in enumerate(tests) if test is not None and test.probability < limit]
    return max([1.0, *(_time([piece[:, i] for piece in pieces]) for i in coloured)])


def _time(pieces: Sequence[Float[np.ndarray, " sample"]]) -> float:
    """Geyer's initial positive sequence: pairs of neighbouring lags are summed while they are positive."""
    power = sum(float(np.nansum(piece**2)) for piece in pieces)
    count = sum(int(np.isfinite(piece).sum()) for piece in pieces)
    if power == 0.0:
        return 1.0

    def correlation(lag: int) -> float:
        pairs = [piece[lag:] * piece[: len(piece) - lag] for piece in pieces if len(piece) > lag]
        there = sum(int(np.isfinite(pair).sum()) for pair in pairs)
        return sum(float(np.nansum(pair)) for pair in pairs) / power * count / there if there else 0.0

    longest = max(len(piece) for piece in pieces) // 2
    total = -1.0
    for lag in range(0, longest - 1, 2):
        pair = correlation(lag) + correlation(lag + 1)
        if pair <= 0.0:
            break
        total += 2.0 * pair
    return max(1.0, min(total, float(count)))
