"""Deviations of constants by resampling windows: what residuals that hang together add to them.

The curvature of the cost tells the deviations if residuals are independent and as large as the noise model says. Here
blocks of neighbouring samples are resampled, to first order: the variance is that of their pulls at the constants.

Source: Künsch (1989), Ann. Statist. 17:1217, for blocks; Efron (1982), The Jackknife, the Bootstrap and Other
Resampling Plans, ch. 6, for the infinitesimal bootstrap, which needs no refit.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from discovery.dynamics.shooting import Fit, Shooting, pulls
from discovery.dynamics.windows import Windows, chosen

# Samples of a block, or more where all samples make more than MOST such blocks; a window is one block at least, however
# short, so that many short ones make more. Fewer than FEWEST blocks tell nothing of a variance.
SAMPLES = 16
FEWEST, MOST = 8, 40


def resampled(fitted: Fit, windows: Windows, settings: Shooting) -> Float[np.ndarray, " constant"] | None:
    """Standard deviation of each constant by resampling; None if samples are too few or the data leave one open."""
    found = _scores(fitted, windows, settings)
    if found is None:
        return None
    scaled, scale = fitted.scaled_information()
    if not len(scale) or not np.all(scale > 0.0) or np.linalg.eigvalsh(scaled)[0] < 1e-10:
        return None
    influence = np.linalg.solve(scaled, (found / scale).T) / scale[:, None]
    blocks = influence.shape[1]
    spent = 1.0 - fitted.fitted / max(fitted.count, 1)
    return np.sqrt((influence**2).sum(axis=1) * blocks / (blocks - 1) / max(spent, 0.1))


def _scores(fitted: Fit, windows: Windows, settings: Shooting) -> Float[np.ndarray, "block constant"] | None:
    """The pull of each block at the constants, the window's start following, less the mean.

    What was told of starts and constants is the same however samples are drawn: it holds the start, but pulls with no
    block, and what the blocks pull against it together is their mean.
    """
    length = max(SAMPLES, -(-len(windows.times) // MOST))
    scores: list[Float[np.ndarray, " constant"]] = []
    for window, (low, high) in enumerate(windows.edges):
        start = fitted.starts[window : window + 1]
        if not windows.weights[low:high].any():
            continue  # in a gap of the measurements
        whole = pulls(fitted.law, _part(windows, window, high - low, slice(0, high - low)), start, settings)
        if whole is None:
            return None
        for rows in _blocks(high - low, length):
            mine = pulls(fitted.law, _part(windows, window, rows.stop, rows), start, settings, anchored=False)
            if mine is None:
                return None
            scores.append(whole.slope_of(mine))
    return np.array(scores) - np.mean(scores, axis=0) if len(scores) >= FEWEST else None


def _blocks(samples: int, length: int) -> Iterator[slice]:
    pieces = max(1, round(samples / length))
    edges = [round(i * samples / pieces) for i in range(pieces + 1)]
    yield from (slice(first, last) for first, last in itertools.pairwise(edges))


def _part(windows: Windows, window: int, samples: int, rows: slice) -> Windows:
    """The first samples of one window, with weight only on some rows."""
    one = chosen(windows, [window])
    weights = np.zeros_like(one.weights[:samples])
    weights[rows] = one.weights[rows]
    return replace(
        one,
        times=one.times[:samples],
        values=one.values[:samples],
        weights=weights,
        offsets=np.array([0, samples], dtype=np.int64),
        drives=one.drives[:samples] if one.drives.shape[1] else one.drives,
    )
