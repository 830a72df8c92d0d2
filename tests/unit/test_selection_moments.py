"""Switches between samples that noise hides: a breath's oxygen follows a work rate that was set between two breaths."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.samples import NoiseModel, SmoothedTrajectory
from discovery.selection.moments import unknown_moments
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.measurements import Measurements
from discovery.types import Trajectory

LASTS, TIMES = 30.0, np.arange(0.0, 800.0, 4.0)
MOMENTS, LEVELS = np.array([0.0, 200.0, 400.0, 600.0]), np.array([0.0, 1.0, 0.2, 0.8])


def curve_of(times: np.ndarray, lasts: float, levels: np.ndarray) -> SmoothedTrajectory:
    """The course of a state that is after its level by that time, and its rate."""
    state, states, rates = 0.0, [], []
    for level, step in zip(levels, np.append(np.diff(times), 1.0), strict=True):
        states.append(state)
        rates.append((level - state) / lasts)
        state = level + (state - level) * np.exp(-step / lasts)
    course, rate = np.array(states)[:, None], np.array(rates)[:, None]
    return SmoothedTrajectory(times, course, rate, 0.0 * course, 0.0 * rate, ("x",))


def said(
    *, noise: float = 0.1, lasts: float = LASTS, times: np.ndarray = TIMES, told: bool = False, pulses: bool = False,
    set_at_each: bool = False,
) -> list[str]:  # fmt: skip
    """What is said of such a run; its states may be empty at the switches, which tells their moments."""
    levels = LEVELS[np.searchsorted(MOMENTS, times, side="right") - 1]
    levels = np.where(np.arange(len(times)) % 40 == 20, 2.0 + np.sin(times), 0.0) if pulses else levels
    levels = levels + 0.01 * np.sin(times) if set_at_each else levels
    curve = curve_of(times, lasts, levels)
    noisy = curve.states + noise * np.random.default_rng(0).normal(size=curve.states.shape)
    run = Trajectory(times, noisy, ("x",), inputs=levels[:, None], held=(True,))
    run = replace(run, states=np.where(run.switched[:, None] & told, np.nan, run.states))
    data: Measurements = replace(from_arrays([run], None), headers={"x": "x [L]"}, inputs={"u": "u [W]"})
    model = NoiseModel("additive", np.array([noise]), np.array([1e-9]))
    return list(unknown_moments([curve], data, model, "s"))


def test_steps_that_are_long_and_hidden_by_noise_are_told() -> None:
    """With the step, its share of the time in which the state changes, and what helps."""
    (note,) = said()
    assert "u [W] counts as if it were switched at its rows" in note
    assert "of 4 s or 13 % of the time in which x [L] changes" in note
    assert "Rows that tell when" in note


@pytest.mark.parametrize(
    "known",
    [
        {"noise": 0.001},  # samples show whether switches were earlier
        {"lasts": 120.0},  # steps are short
        {"times": np.arange(0.0, 800.0, 1.0)},
        {"told": True},  # rows without states are the moments
        {"pulses": True},  # totals count from their rows on
        {"set_at_each": True},  # rows are the moments of a controller that writes them
        {"noise": 1.0},  # nothing is seen to answer
    ],
    ids=["clean", "slow", "often", "told", "totals", "at each row", "drowned"],
)
def test_nothing_is_said_where_moments_are_known_or_matter_little(known: dict) -> None:
    """Else every run with a switch would have a note."""
    assert [] == said(**known)


def test_states_that_nothing_measured_are_passed_over() -> None:
    """The noise has a deviation for each of them, and the switches are of what was measured."""
    levels = LEVELS[np.searchsorted(MOMENTS, TIMES, side="right") - 1]
    curve = curve_of(TIMES, LASTS, levels)
    noisy = curve.states + 0.1 * np.random.default_rng(0).normal(size=curve.states.shape)
    run = Trajectory(TIMES, noisy, ("x",), inputs=levels[:, None], held=(True,))
    data: Measurements = replace(from_arrays([run], None), headers={"x": "x [L]"}, inputs={"u": "u [W]"})
    names = ("states", "derivatives", "state_deviations", "derivative_deviations")
    wide = replace(curve, names=("x", "h"), **{one: np.repeat(getattr(curve, one), 2, axis=1) for one in names})
    model = NoiseModel("additive", np.array([0.1, 0.5]), np.array([1e-9, 1e-9]))
    (note,) = unknown_moments([wide], data, model, "s")
    assert "13 % of the time in which x [L] changes" in note
