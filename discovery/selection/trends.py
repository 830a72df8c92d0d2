"""A free smooth curve as a forecast: where a state and its slope were going, whatever the law.

The slope is a Wiener process, so that the curve goes on as a straight line from where the Kalman filter sees it at the
last sample: a local linear trend (Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter,
chapter 2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from jaxtyping import Float
from scipy import optimize

from discovery.smoothing.state_space import log_likelihood, smooth_series

# Samples of a record that tell how a state wanders, and that tell where it is: older ones hardly matter.
MOST, RECENT = 1000, 200
# Records by which a state's wandering is judged.
RECORDS = 8
# Fewest samples of a state with a slope.
FEWEST = 4
# Starts of the logarithms of the noise's deviation and of the slope's change in a spacing, in deviations of the state.
STARTS = ((-4.0, -2.0), (-1.0, -4.0), (-1.0, -8.0))
# Deviations of the first level and slope, in those units: nothing is known of them.
WIDE = 10.0
# Bounds of the logarithms.
LEAST, LARGEST = -16.0, 3.0

Record = tuple[Float[np.ndarray, " time"], Float[np.ndarray, " time"]]


@dataclass(frozen=True)
class Trend:
    """How one state wanders.

    Attributes:
        centre, unit: mean and deviation of the state.
        spacing: of its samples, in time.
        noise: deviation of a measurement, in units.
        change: deviation of the slope's change in a spacing, in units by spacing.
    """

    centre: float
    unit: float
    spacing: float
    noise: float
    change: float

    @classmethod
    def of(cls, records: Sequence[Record]) -> Trend:
        """The likeliest of a state's records, which have times and values; NaN is missing."""
        whole = [(times[np.isfinite(values)], values[np.isfinite(values)]) for times, values in records]
        known = [(times[-MOST:], values[-MOST:]) for times, values in whole if len(times) >= FEWEST][:RECORDS]
        if not known:
            few = np.concatenate([np.empty(0), *(values for _, values in whole)])
            return cls(float(few.mean()) if few.size else 0.0, 1.0, 1.0, 1.0, 0.0)
        values = np.concatenate([values for _, values in known])
        spacing = float(np.median(np.concatenate([np.diff(times) for times, _ in known])))
        first = cls(float(values.mean()), max(float(values.std()), 1e-300), spacing, 1.0, 1.0)

        def loss(logarithms: np.ndarray) -> float:
            noise, change = np.exp(np.clip(logarithms, LEAST, LARGEST))
            trial = cls(first.centre, first.unit, spacing, float(noise), float(change))
            return -sum(log_likelihood(*trial._model(*record)) for record in known)

        options = {"xatol": 0.05, "fatol": 0.05, "maxfev": 120}
        tried = [cast(Any, optimize.minimize(loss, start, method="Nelder-Mead", options=options)) for start in STARTS]
        noise, change = np.exp(np.clip(min(tried, key=lambda one: float(one.fun)).x, LEAST, LARGEST))
        return cls(first.centre, first.unit, spacing, float(noise), float(change))

    def expected(self, record: Record, later: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
        """What is expected after the record; the last value where there are too few for a slope."""
        there = np.isfinite(record[1])
        times, values = record[0][there][-RECENT:], record[1][there][-RECENT:]
        if len(times) < FEWEST:
            return np.full(len(later), values[-1] if len(values) else self.centre)
        level, slope = smooth_series(*self._model(times, values))[0][-1]
        return self.centre + self.unit * (level + slope * (later - times[-1]) / self.spacing)

    def _model(self, times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, ...]:
        """Values, variances, steps with their transitions and roots of covariances, and the first root."""
        gaps, steps = np.unique(np.round(np.diff(times) / self.spacing, 9), return_inverse=True)
        gaps = np.maximum(gaps, 1e-9)
        ones, zeros = np.ones_like(gaps), np.zeros_like(gaps)
        transitions = np.stack([np.stack([ones, gaps], 1), np.stack([zeros, ones], 1)], 1)
        roots = [[gaps**1.5 / math.sqrt(3.0), zeros], [0.5 * math.sqrt(3.0) * gaps**0.5, 0.5 * gaps**0.5]]
        diffusions = self.change * np.ascontiguousarray(np.moveaxis(np.array(roots), 2, 0))
        standard = (values - self.centre) / self.unit
        variances = np.full(len(values), self.noise**2)
        return standard, variances, transitions, diffusions, steps.astype(np.int64), WIDE * np.eye(2)


@dataclass(frozen=True)
class Trends:
    """How each state wanders."""

    states: tuple[Trend, ...]

    @classmethod
    def of(cls, known: Sequence[tuple[Float[np.ndarray, " time"], Float[np.ndarray, "time state"]]]) -> Trends:
        """From the records that may be fitted."""
        columns = range(known[0][1].shape[1])
        return cls(tuple(Trend.of([(times, states[:, column]) for times, states in known]) for column in columns))

    def forecast(
        self,
        times: Float[np.ndarray, " time"],
        states: Float[np.ndarray, "time state"],
        lows: Sequence[int],
        high: int,
        *,
        begun: bool = False,
    ) -> Float[np.ndarray, "sample state"]:
        """What is expected of a record from each of ``lows`` to the next or ``high``, given the samples before it.

        Args:
            begun: the first of ``lows`` is given too, as it is to a law that forecasts a whole run from there.
        """
        rows: list[np.ndarray] = []
        for low, end in zip(lows, [*lows[1:], high], strict=True):
            known = slice(0, low + (begun and low == lows[0]))
            columns = [
                trend.expected((times[known], states[known, i]), times[low:end]) for i, trend in enumerate(self.states)
            ]
            rows.append(np.column_stack(columns))
        return np.vstack(rows)
