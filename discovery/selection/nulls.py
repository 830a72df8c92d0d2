"""What data would look like without a law: states that wander, and curves that go on as they did.

Where one of these does better than a law, the law has not been shown to be behind the data. A line and a wave are laws
themselves (x' = c, and an oscillator): a law has to do as well as they do, not better.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from discovery.dynamics.windows import Windows, records

# Frequencies tried are this share of one over the record's length apart; a wave half way between two loses 5 % of its
# power.
SPACING = 0.25
# Samples that a wave is looked for in.
MOST = 800
# Share of the record whose slope is the last one.
LAST = 0.1

# Mean squares below this are as good as nothing.
LEAST = 1e-12

# Share of the last residual that noise remembers at most: what remembers more is nearly a walk. Of decays with noise
# that remembers .4, .6 and .8 of the last, which were told, 28, 20 and 14 of 30 are found, and 0 of 150 laws that were
# told of walks and other curves; 25, 5 and 0 if residuals are to scatter independently.
MEMORY = 0.8

# Rounds of weighted means in which a robust level settles: outliers are a tenth of the samples at most.
ROUNDS = 30

Forecast = Float[np.ndarray, "time state"]
# Times, values and weights of the samples of one state in one window.
_Column = tuple[np.ndarray, np.ndarray, np.ndarray]


def resting(windows: Windows, bend: float) -> float:
    """Chi-squared of states that stay constant within each window, by the loss that laws are fitted with.

    A step stays where it begins, or ends at the mean of all: what suits the samples better.

    Args:
        bend: deviations from which on the loss is linear; a null judged by squares would lose to x' = 0 itself.

    Source: Huber (1964), the weighted means that minimise his loss.
    """
    if windows.steps:
        ends = windows.offsets[1:] - 1
        off = np.abs(windows.weights[ends] * (windows.values[ends] - begun(windows)))
        return min(_loss(off, bend), _resting(windows.values[ends], windows.weights[ends], bend))
    return sum(_resting(windows.values[low:high], windows.weights[low:high], bend) for low, high in windows.edges)


def _resting(values: np.ndarray, weights: np.ndarray, bend: float) -> float:
    pulls, off = np.ones_like(weights), np.zeros_like(weights)
    for _ in range(ROUNDS):
        squares = weights**2 * pulls
        level = (squares * values).sum(axis=0) / np.maximum(squares.sum(axis=0), 1e-300)
        off = np.abs(weights * (values - level))
        if np.all(off <= bend):
            return float((off**2).sum())
        pulls = np.minimum(1.0, bend / np.maximum(off, 1e-300))
    return _loss(off, bend)


def _loss(off: np.ndarray, bend: float) -> float:
    """Sum of squares up to ``bend`` deviations, beyond which they go on as straight lines."""
    return float(np.where(off <= bend, off**2, bend * (2.0 * off - bend)).sum())


def begun(windows: Windows) -> Float[np.ndarray, "window state"]:
    """Where windows begin, as their values are compared: logarithms where those are."""
    if not windows.logarithmic:
        return windows.starts
    return np.log(np.maximum(windows.starts, np.finfo(float).tiny) / windows.units)


def wandering(windows: Windows) -> float:
    """Nats for the samples, each given those before, if the states or their rates wander (a random walk).

    Half the logarithm of the mean squared step for each value, in units of the noise, to be compared with
    :func:`scattering`; of states and rates the one that suits the samples better.
    """
    return min(_walks(windows))


def rates_wander(windows: Windows) -> bool:
    """Whether it is a walk of the rates, and not of the states, that suits the samples better."""
    states, rates = _walks(windows)
    return rates < states


def _walks(windows: Windows) -> tuple[float, float]:
    """Nats for a walk of the states and for one of their rates."""
    states = range(len(windows.spread))
    return sum(_drifting(windows, state) for state in states), sum(_turning(windows, state) for state in states)


def scattering(residuals: Float[np.ndarray, "sample state"], starts: int) -> float:
    """Nats for the residuals of a law with that many window starts, if they scatter independently."""
    columns = [column[np.isfinite(column)] for column in residuals.T]
    return sum(_nats(float(column @ column) / max(1, len(column) - starts), len(column)) for column in columns)


def remembering(residuals: Float[np.ndarray, "sample state"], starts: int) -> float:
    """Nats for the residuals of a law, each given those before, if they remember the last one (AR(1) noise).

    As many as :func:`scattering` gives for what is new in each of them, and half the logarithm of their number for how
    much each state's remember.
    """
    new, price = residuals.copy(), 0.0
    for i, column in enumerate(residuals.T):
        before, now = column[:-1], column[1:]
        pairs = np.isfinite(before) & np.isfinite(now)
        power = float(before[pairs] @ before[pairs])
        memory = min(float(before[pairs] @ now[pairs]) / power, MEMORY) if power > 0.0 else 0.0
        new[1:, i][pairs] -= memory * before[pairs]
        price += 0.5 * math.log(max(np.count_nonzero(pairs), 1))
    return scattering(new, starts) + price


def _nats(square: float, count: int) -> float:
    return 0.5 * count * math.log(max(square, LEAST))


def _drifting(windows: Windows, state: int) -> float:
    """Nats of expecting no change but a drift, which all windows share or each has for itself.

    Drifts of their own are a constant for each further window, and take as many nats to state as those of a law
    (Schwarz 1978): many runs of growth at rates that follow a dose are else told as well by a rate for each.
    """
    columns = _columns(windows, state)
    count, runs = sum(len(times) for times, _, _ in columns), [one for one in columns if len(one[0]) > 2]
    if not runs:  # two samples are a drift and nothing else
        return _nats(1.0, count)
    changes, spans = (np.array([one[part][-1] - one[part][0] for one in runs]) for part in (1, 0))
    shared = np.full(len(runs), changes.sum() / spans.sum())
    nats = [_nats(_mean_square(runs, drifts), count) for drifts in (shared, changes / spans)]
    return min(nats[0], nats[1] + 0.5 * math.log(count) * (len(runs) - 1))


def _mean_square(runs: Sequence[_Column], drifts: Float[np.ndarray, " run"]) -> float:
    errors = [
        weights[1:] * (np.diff(values) - drift * np.diff(times))
        for (times, values, weights), drift in zip(runs, drifts, strict=True)
    ]
    return float(np.mean(np.concatenate(errors) ** 2))


def _turning(windows: Windows, state: int) -> float:
    """Nats of expecting no change of the rate."""
    columns = _columns(windows, state)
    errors = [
        weights[2:] * (steps[1:] - steps[:-1] / spans[:-1] * spans[1:])
        for spans, steps, weights in ((np.diff(times), np.diff(values), weights) for times, values, weights in columns)
        if len(steps) > 1
    ]
    every = np.concatenate(errors) if errors else np.ones(1)
    return _nats(float(np.mean(every**2)), sum(len(times) for times, _, _ in columns))


def _columns(windows: Windows, state: int) -> list[_Column]:
    """Times, values and weights of what was measured of a state, window by window; of steps, record by record."""
    if windows.steps:
        return _records(windows, state)
    found: list[_Column] = []
    for low, high in windows.edges:
        there = windows.weights[low:high, state] > 0
        parts = (windows.times, windows.values[:, state], windows.weights[:, state])
        times, values, weights = (part[low:high][there] for part in parts)
        found.append((times, values, weights))
    return found


def _records(windows: Windows, state: int) -> list[_Column]:
    """The same of steps that follow each other: one record from the start of the first to the end of the last."""
    firsts, lasts, starts = windows.offsets[:-1], windows.offsets[1:] - 1, begun(windows)[:, state]
    found: list[_Column] = []
    for some in records(windows):
        begin, ends = some[0], lasts[some]
        found.append((
            np.append(windows.times[firsts[begin]], windows.times[ends]),
            np.append(starts[begin], windows.values[ends, state]),
            np.append(windows.weights[ends[0], state], windows.weights[ends, state]),
        ))  # fmt: skip
    return found


def extrapolations(
    times: Float[np.ndarray, " known"], states: Float[np.ndarray, "known state"], later: Float[np.ndarray, " time"]
) -> Mapping[str, Forecast]:
    """What is expected at ``later`` of a record that goes on as it was, by name."""
    columns = [_continued(times, column, later) for column in states.T]
    names = ("a straight line", "a line and a wave", "the last slope")
    return {name: np.column_stack([column[i] for column in columns]) for i, name in enumerate(names)}


def average(
    known: Sequence[tuple[Float[np.ndarray, " known"], Float[np.ndarray, "known state"]]],
    times: Float[np.ndarray, " time"],
) -> Mapping[str, Forecast]:
    """What is expected of a further run: the mean of the others at the same time; where there are none, of all.

    Args:
        times: by the clock of the others, or since the run began if theirs are.
    """
    every = np.vstack([states for _, states in known])
    total = np.nanmean(np.where(np.isfinite(every).any(axis=0), every, 0.0), axis=0)  # 0 for a state nothing measured
    sums, counts = np.zeros((len(times), len(total))), np.zeros((len(times), len(total)))
    for clock, states in known:
        for i, column in enumerate(states.T):
            there = np.isfinite(column)
            if there.sum() < 2:
                continue
            inside = (times >= clock[there][0]) & (times <= clock[there][-1])
            sums[:, i] += np.where(inside, np.interp(times, clock[there], column[there]), 0.0)
            counts[:, i] += inside
    return {"the average of the other runs": np.where(counts > 0, sums / np.maximum(counts, 1), total)}


def _continued(times: np.ndarray, column: np.ndarray, later: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A line, a line and a wave, and the last slope; the mean where there are too few samples."""
    there = np.isfinite(column)
    t, x = times[there], column[there]
    if len(t) < 4:
        level = np.full(len(later), np.mean(x) if len(x) else 0.0)
        return level, level, level
    thin = max(1, len(t) // MOST)
    line = _fitted(t, x, later, None)
    wave = _fitted(t, x, later, _frequency(t[::thin], x[::thin])) if len(t) >= 8 else line
    few = max(4, round(LAST * len(t)))
    return line, wave, _fitted(t[-few:], x[-few:], later, None)


def _frequency(t: np.ndarray, x: np.ndarray) -> float:
    """The angular frequency with most power, of those with at least one period in the record."""
    span = t[-1] - t[0]
    rest = x - np.polyval(np.polyfit((t - t[0]) / span, x, 1), (t - t[0]) / span)
    cycles = np.arange(1.0, max(2.0, len(t) / 4), SPACING)
    power = np.abs(np.exp(-2j * np.pi * np.outer(cycles, (t - t[0]) / span)) @ rest)
    return float(2 * np.pi * cycles[int(np.argmax(power))] / span)


def _fitted(t: np.ndarray, x: np.ndarray, later: np.ndarray, frequency: float | None) -> np.ndarray:
    """Least squares of a line, and of a wave of that frequency."""

    def columns(at: np.ndarray) -> np.ndarray:
        from_start = at - t[0]
        wave = [] if frequency is None else [np.sin(frequency * from_start), np.cos(frequency * from_start)]
        return np.column_stack([np.ones_like(at), from_start / max(t[-1] - t[0], 1e-300), *wave])

    return columns(later) @ np.linalg.lstsq(columns(t), x, rcond=None)[0]
