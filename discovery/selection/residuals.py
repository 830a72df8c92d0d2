"""Are the residuals of a law white? Two tests for each state, one of neighbours and one of signs.

Source: Ljung & Box (1978), Biometrika 65:297; Wald & Wolfowitz (1940), Ann. Math. Statist. 11:147.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import gammaincc, ndtr

# Lags whose correlations are tested together: the usual number, less where there are few samples.
LAGS = 10
# Probability of a test from which on residuals are no chance: a few of a thousand good laws are below it, not one, as
# the test of correlations says no too often where samples are few (4.8 of a thousand white series of 50).
UNLIKELY = 1e-3
# Chi-squared by value, by the smoother's noise, of a law that is wrong. Its intervals say nothing, so that no profiles
# are followed (polish.py), and no forecasts excuse it if it leaves much unexplained besides (verdict.py).
WRONG = 100.0
# Residuals below which nothing is tested.
FEWEST = 10


@dataclass(frozen=True)
class Whiteness:
    """The tests of one state.

    Attributes:
        correlation: of each residual with the next.
        ljung_box, runs: probabilities of correlations, and of runs of one sign, as strong as these if the residuals
            were independent.
    """

    correlation: float
    ljung_box: float
    runs: float

    @property
    def probability(self) -> float:
        """The smaller of the two, for two tests (Bonferroni)."""
        return min(1.0, 2.0 * min(self.ljung_box, self.runs))


def whiteness(residuals: Float[np.ndarray, "sample state"]) -> tuple[Whiteness | None, ...]:
    """The tests of each state in the order of the samples, missing ones passed over; None where there are too few."""
    return tuple(_tested(column[np.isfinite(column)]) for column in residuals.T)


def _tested(values: Float[np.ndarray, " sample"]) -> Whiteness | None:
    count = len(values)
    if count < FEWEST or not np.any(values):
        return None
    lags = min(LAGS, count // 5)
    power = float(values @ values)
    correlations = [float(values[lag:] @ values[:-lag]) / power for lag in range(1, lags + 1)]
    statistic = count * (count + 2) * sum(r * r / (count - lag) for lag, r in enumerate(correlations, start=1))
    return Whiteness(correlations[0], float(gammaincc(lags / 2, statistic / 2)), _runs(values > 0))


def _runs(above: np.ndarray) -> float:
    """Two-sided probability of that many runs; 1 where all have one sign and nothing can be said."""
    count, up = len(above), int(above.sum())
    down = count - up
    if up == 0 or down == 0:
        return 1.0
    runs = 1 + int(np.count_nonzero(above[1:] != above[:-1]))
    mean = 2.0 * up * down / count + 1.0
    variance = (mean - 1.0) * (mean - 2.0) / (count - 1.0)
    if variance <= 0.0:
        return 1.0
    return float(2.0 * ndtr(-abs(runs - mean) / math.sqrt(variance)))
