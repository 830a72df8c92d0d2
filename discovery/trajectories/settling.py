"""From where on a record shows nothing but noise about the state in which it ends."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

# Deviations of noise within which a sample is where the record ends: of 10 000 normal ones one is not.
FAR = 4.0
# Share of the range within which it is so, too, where the noise is as large everywhere: what a plot does not show.
# Where noise grows with the state, a decay is measured over many decades, and the low ones are data.
UNSEEN = 1e-3
# Deviations of the slope of a straight line through all that is left, beyond which it is taken for one: of twenty
# records of noise one goes on for a twentieth, which does no harm.
TREND = 2.0
# Share of the samples left by which the beginning is moved on while they have a trend; so few have none that counts.
FURTHER, FEW = 0.05, 6


def settled(values: Float[np.ndarray, " sample"], noise: Float[np.ndarray, " sample"], *, grows: bool = False) -> int:
    """The number of samples before one state has settled; 0 where it never moves.

    A decay goes on below the noise of single samples: while those that are left have a trend, it has not settled.

    Args:
        noise: its deviation at each sample.
        grows: whether it is in proportion to the state.
    """
    end = values[-max(3, len(values) // 10) :].mean()
    unseen = 0.0 if grows else UNSEEN * float(np.ptp(values))
    away = np.flatnonzero(np.abs(values - end) > np.maximum(FAR * noise, unseen))
    first = int(away[-1]) + 1 if len(away) else 0
    while len(values) - first >= FEW and _has_trend(values[first:], noise[first:], unseen):
        first += max(1, round(FURTHER * (len(values) - first)))
    return first


def _has_trend(values: Float[np.ndarray, " sample"], noise: Float[np.ndarray, " sample"], unseen: float) -> bool:
    """Whether a line through samples rises or falls by more than chance; not where less than noise hides it."""
    if not np.all(FAR * noise > unseen):
        return False
    order = np.arange(len(values)) - (len(values) - 1) / 2.0
    return bool(abs(order @ values) > TREND * np.sqrt(order**2 @ noise**2))
