"""Columns that are switched between a few levels and were measured with noise, as the voltage of a generator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

# Levels at most: no state of a law stays at so few values.
MOST = 4
# The empty space between two levels, in deviations of the samples about theirs: of two wells between which a state is
# pushed by chance some samples lie between, and slow branches of a relaxation oscillation move by a tenth of its jumps.
APART = 12.0
# Samples in a row at a level, by their median, and correlation of neighbours about it up to which it is noise.
STAY, ALIKE = 4, 0.3
FEWEST = 40  # samples


def noisy_levels(runs: Sequence[Float[np.ndarray, " sample"]]) -> int:
    """How many levels a column is switched between, but for noise; 0 where that is not what it shows."""
    everything = np.sort(np.concatenate(runs))
    if len(everything) < FEWEST:
        return 0
    gaps = np.diff(everything)
    for count in range(2, MOST + 1):
        places = np.sort(np.argsort(gaps)[-(count - 1) :])
        parts = np.split(everything, places + 1)
        scatter = max(float(part.std()) for part in parts)
        if min(map(len, parts)) >= STAY and float(gaps[places].min()) > APART * scatter > 0.0:
            edges = (everything[places] + everything[places + 1]) / 2.0
            return count if _stays([np.searchsorted(edges, run) for run in runs], runs) else 0
    return 0


def _stays(levels: Sequence[np.ndarray], runs: Sequence[Float[np.ndarray, " sample"]]) -> bool:
    """Whether levels last, and samples about them are noise and no course."""
    lasting: list[int] = []
    before, after = [], []
    for level, run in zip(levels, runs, strict=True):
        edges = np.flatnonzero(np.diff(level)) + 1
        lasting += np.diff(np.concatenate([[0], edges, [len(level)]])).tolist()
        for part in np.split(run, edges):
            about = part - part.mean() if len(part) else part
            before.append(about[:-1])
            after.append(about[1:])
    one, two = np.concatenate(before), np.concatenate(after)
    alike = float(one @ two) / max(float(np.sqrt((one @ one) * (two @ two))), 1e-300)
    return len(lasting) > len(runs) and float(np.median(lasting)) >= STAY and alike <= ALIKE
