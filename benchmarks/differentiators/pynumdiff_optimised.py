"""PyNumDiff (van Breugel et al. 2022), its methods with settings found by its own ``optimize`` without the truth.

``optimize`` weighs the misfit of the integrated derivative against its total variation; the weight follows from the
highest dominant frequency of the signal (van Breugel, Kutz & Brunton 2020), which is read off the power spectrum here,
as its documentation says. Of the methods the one of the smallest such loss is taken, as its ``suggest_method`` does.

``optimize`` needs even samples: uneven ones are brought to even times by linear interpolation. The methods that take
uneven times are then given the samples themselves, at the settings found; the others' derivatives are interpolated.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.differentiators.attempt import Attempt, Series, back, by_state, evenly
from discovery.types import Trajectory

# Updates of the package's own search spaces, where those take more than ten seconds for one series.
SPACES: Mapping[str, Mapping[str, Any]] = {
    "butterdiff": {"filter_order": {1, 2, 3, 4, 6}},
    "finitediff": {},
    "kerneldiff": {},
    "rtsdiff": {"forwardbackward": {False}, "log_qr_ratio": [-3.0, 1.0, 5.0, 9.0, 13.0]},
    "savgoldiff": {"window_size": [5, 11, 31, 51, 91, 131], "smoothing_win": [3, 11, 31, 51]},
    "spectraldiff": {},
    "splinediff": {"degree": {3, 5}, "s": [0.3, 1.0]},
    "waveletdiff": {"mode": {"symmetric", "antireflect"}},
}
UNEVEN = ("rtsdiff", "splinediff")  # take the times of the samples
ABOVE = 10.0  # power over that of the noise from which a frequency belongs to the signal
# The dominant part of the frequencies above the noise: of 1/4, 1/2, 1, 2 and 4 the one of the smallest true errors of
# three fast methods on the twelve systems of the comparison, a choice in the package's favour.
DOMINANT = 0.25
ITERATIONS = 10  # of Nelder-Mead from each start, the package's default


def differentiate(run: Trajectory, seconds: float, seed: int) -> tuple[Attempt, ...]:
    """Every method at its own best settings."""
    del seconds, seed
    return tuple(_attempt(run, name) for name in SPACES)


def _attempt(run: Trajectory, name: str) -> Attempt:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that parts of it need another package
        import pynumdiff
        from pynumdiff.optimize import optimize

    method = getattr(pynumdiff, name)
    times, states = evenly(run)
    uneven = name in UNEVEN and not np.array_equal(times, run.times)

    def differentiate(state: int) -> tuple[Series, float]:
        values, step = states[:, state].copy(), float(times[1] - times[0])
        limit = highest_frequency(values, step)
        settings, loss = optimize(
            method, values, step, bandlimit=limit, search_space_updates=SPACES[name], maxiter=ITERATIONS, parallel=False
        )
        if uneven:
            return method(run.states[:, state].copy(), run.times.copy(), **settings)[1], float(loss)
        return back(run, times, method(values, step, **settings)[1]), float(loss)

    return by_state(name, run, differentiate)


def highest_frequency(values: Series, step: float) -> float:
    """Highest dominant frequency, in cycles per unit of time: a part of where the spectrum has fallen to the noise.

    The noise is the median power of the upper half of the frequencies; it is fallen to after one cycle at the earliest.
    """
    count = len(values)
    line = np.polyval(np.polyfit(np.arange(count), values, 1), np.arange(count))
    power = np.abs(np.fft.rfft((values - line) * np.hanning(count))) ** 2
    frequencies = np.fft.rfftfreq(count, step)
    noise = float(np.median(power[len(power) // 2 :]))
    signal = np.flatnonzero(power > ABOVE * noise)
    # The first frequency at which the spectrum is down: single ones above are chance.
    gaps = np.flatnonzero(np.diff(signal) > 2)
    last = signal[gaps[0]] if len(gaps) else (signal[-1] if len(signal) else 1)
    return DOMINANT * float(frequencies[max(int(last), 1)])
