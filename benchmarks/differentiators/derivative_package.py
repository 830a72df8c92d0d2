"""The package ``derivative`` (Kaptanoglu, Goldschmidt et al.): four of its methods, each with a grid of settings.

Savitzky-Golay filter, Kalman smoother and spline take uneven times; the trend filter gets even ones by linear
interpolation. The setting of each method, and the method, are those that predict samples left out best.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.interpolate import CubicHermiteSpline, splev

from benchmarks.differentiators.attempt import Attempt, Series, back, by_state, evenly
from benchmarks.differentiators.held_out import filled_error, left_out_error
from discovery.types import Trajectory

ORDERS = (2, 3, 4)
HALF_WINDOWS = (3, 5, 8, 12, 18, 27, 40)  # in mean sampling intervals
PENALTIES = tuple(range(-2, 11))  # powers of ten, in cubed sampling intervals
RESIDUALS = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.3)  # mean squared residual in noise variances
TREND_ORDERS = (0, 1, 2)
TREND_PENALTIES = (-8, -7, -6, -5, -4)  # powers of ten, in the state's deviation and the whole time (see below)
# The trend filter is a lasso with as many columns as samples: it takes most of the time, and does not always converge.
TREND_ITERATIONS, TREND_FOLDS = 1000, 2


def differentiate(run: Trajectory, seconds: float, seed: int) -> tuple[Attempt, ...]:
    """All methods at all settings."""
    del seconds, seed
    return (*_savitzky_golay(run), *_kalman(run), *_spline(run), *_trend_filtered(run))


def _savitzky_golay(run: Trajectory) -> Iterator[Attempt]:
    from derivative import SavitzkyGolay

    step = float(np.mean(np.diff(run.times)))
    for order in ORDERS:
        for half in HALF_WINDOWS:
            reach = half * step
            method = SavitzkyGolay(order=order, left=reach, right=reach)

            def one(state: int, method: Any = method, order: int = order, reach: float = reach) -> tuple[Series, float]:
                def predict(times: Series, values: Series, unseen: Series) -> Series:
                    return np.array([_local(times, values, t, order, reach) for t in unseen])

                values = run.states[:, state].copy()
                return method.d(values, run.times), left_out_error(run.times, values, predict)

            yield by_state(f"Savitzky-Golay, order {order}, half window {half}", run, one)


def _local(times: Series, values: Series, moment: float, order: int, reach: float) -> float:
    """The polynomial that the filter fits in a window, at the window's centre: the package gives its slope alone."""
    near = np.abs(times - moment) <= reach
    if np.count_nonzero(near) <= order:
        return float(np.interp(moment, times, values))
    powers = np.vander(times[near] - moment, order + 1, increasing=True)
    return float(np.linalg.lstsq(powers, values[near], rcond=None)[0][0])


def _kalman(run: Trajectory) -> Iterator[Attempt]:
    from derivative import Kalman

    step = float(np.mean(np.diff(run.times)))
    for power in PENALTIES:
        method = Kalman(alpha=10.0**power * step**3)

        def one(state: int, method: Any = method) -> tuple[Series, float]:
            def predict(times: Series, values: Series, unseen: Series) -> Series:
                return CubicHermiteSpline(times, method.x(values, times), method.d(values, times))(unseen)

            values = run.states[:, state].copy()
            return method.d(values, run.times), left_out_error(run.times, values, predict)

        yield by_state(f"Kalman, penalty 1e{power}", run, one)


def _spline(run: Trajectory) -> Iterator[Attempt]:
    from derivative import Spline

    for order in (3, 5):
        for share in RESIDUALS:

            def one(state: int, order: int = order, share: float = share) -> tuple[Series, float]:
                values = run.states[:, state].copy()
                allowed = share * _noise(values) ** 2

                def predict(times: Series, seen: Series, unseen: Series) -> Series:
                    method = Spline(s=allowed * len(seen), order=order)
                    method.d(seen, times)
                    return splev(unseen, method._spl)

                slopes = Spline(s=allowed * len(values), order=order).d(values, run.times)
                return slopes, left_out_error(run.times, values, predict)

            yield by_state(f"spline, order {order}, residual {share:g}", run, one)


def _noise(values: Series) -> float:
    """Standard deviation of white noise, from second differences (van Breugel et al. do the same in PyNumDiff)."""
    return float(np.sqrt(np.mean(np.diff(values, 2) ** 2) / 6.0))


def _trend_filtered(run: Trajectory) -> Iterator[Attempt]:
    from derivative import TrendFiltered

    times, states = evenly(run)
    for order in TREND_ORDERS:
        for power in TREND_PENALTIES:

            def one(state: int, order: int = order, power: int = power) -> tuple[Series, float]:
                values = states[:, state]
                # The penalty weighs derivative number ``order + 2`` of the state against its square.
                alpha = 10.0**power * float(np.std(values)) * float(times[-1] - times[0]) ** (order + 2)
                method = TrendFiltered(order=order, alpha=alpha, max_iter=TREND_ITERATIONS)

                def smooth(filled: Series) -> Series:
                    return method.x(filled, times)

                slopes = method.d(values, times)
                return back(run, times, slopes), filled_error(times, values, smooth, TREND_FOLDS)

            yield by_state(f"trend filter, order {order}, penalty 1e{power}", run, one)
