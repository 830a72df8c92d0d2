"""Noise with a constant part and one in proportion to the state, as most instruments have.

The variance of a measurement of x is a^2 + (s x)^2: the digits of a display or the dark current of a detector, and the
error of a calibration or a pipette. Either part may be missing in a state, so that states may have noise of two kinds.

Source: the combined residual error of pharmacometrics, as in Beal & Sheiner (1992), NONMEM Users Guide, and Lavielle
(2014), Mixed Effects Models for the Population Approach, sec. 3.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

# Shares of the proportional part in the variance at the usual level that are tried: by factors of 1.6 in the ratio of
# variances, between which the likelihood of a thousand samples changes by less than a nat.
_RATIOS = 10.0 ** np.linspace(-4.0, 6.0, 51)


@dataclass(frozen=True)
class Parts:
    """Both parts of the noise of one state.

    Attributes:
        scale: deviation of the proportional part, relative to the state.
        constant: deviation of the constant part, in the state's unit.
        profile: log-likelihood at each ratio of the two that was tried, from hardly anything but the constant part to
            hardly anything but the other.
    """

    scale: float
    constant: float
    profile: Float[np.ndarray, " ratio"]

    def deviation(self, levels: Float[np.ndarray, " sample"]) -> Float[np.ndarray, " sample"]:
        """Standard deviation of measurements of a state at some levels, in its unit."""
        return np.hypot(self.constant, self.scale * levels)


def parts(residuals: Float[np.ndarray, " sample"], levels: Float[np.ndarray, " sample"]) -> Parts:
    """The likeliest noise of two parts for residuals about a curve at some levels.

    The ratio of their variances is tried on a grid, and their size follows from it.
    """
    usual = float(np.sqrt(np.mean(levels**2))) if len(levels) else 0.0
    if not usual > 0.0 or not np.any(residuals):
        constant = float(np.sqrt(np.mean(residuals**2))) if len(residuals) else 0.0
        return Parts(0.0, constant, np.zeros(len(_RATIOS)))
    variances = 1.0 + _RATIOS[:, None] * (levels / usual) ** 2
    sizes = np.mean(residuals**2 / variances, axis=1)
    profile = -0.5 * (np.log(variances).sum(axis=1) + len(residuals) * np.log(np.maximum(sizes, 1e-300)))
    best = int(np.argmax(profile))
    constant = float(np.sqrt(sizes[best]))
    return Parts(constant * float(np.sqrt(_RATIOS[best])) / usual, constant, profile)


def gain(states: Sequence[Parts]) -> float:
    """Nats by which noise of two parts in each state is likelier than noise of one part, the same one in all states."""
    apart = sum(float(one.profile.max()) for one in states)
    return apart - max(sum(float(one.profile[end]) for one in states) for end in (0, -1))


def price(states: int, samples: int) -> float:
    """Nats that the second scale of each state costs: half the logarithm of the samples, as by BIC (Schwarz, 1978)."""
    return 0.5 * states * float(np.log(max(samples, 1)))
