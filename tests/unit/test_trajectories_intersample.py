"""Inputs that are held from row to row are told from lines by what the states do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import lfilter

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.intersample import NATS, between_rows, held_by_states
from discovery.trajectories.measurements import Measurements
from discovery.types import Trajectory

STEP = 0.25


def driven(inputs: np.ndarray, *, held: bool, noise: float = 0.02, seed: int = 0, label: str = "") -> Trajectory:
    """x' = -0.5 x - 0.2 x^3 + 1.5 u, and y' = x - y, of the first input, by small steps."""
    states, found, small = np.array([1.0, 0.0]), [], 40
    for place in range(len(inputs)):
        found.append(states)
        first, last = inputs[place, 0], inputs[min(place + 1, len(inputs) - 1), 0]
        for part in range(small):
            u = first if held else first + (part + 0.5) / small * (last - first)
            x, y = states
            states = states + STEP / small * np.array([-0.5 * x - 0.2 * x**3 + 1.5 * u, x - y])
    values = np.array(found) + noise * np.random.default_rng(seed).normal(size=(len(found), 2))
    flags = (False,) * inputs.shape[1]
    return Trajectory(STEP * np.arange(len(inputs)), values, ("x", "y"), label, inputs, flags)


def course(kind: str, seed: int = 0, rows: int = 200) -> np.ndarray:
    """An input that has another value at each row."""
    rng, times = np.random.default_rng(seed), STEP * np.arange(rows)
    if kind == "random":
        return rng.uniform(-1.0, 1.0, rows)
    if kind == "walk":
        return np.asarray(lfilter([0.4], [1.0, -0.9], rng.normal(size=rows)))
    return np.sin(1.3 * times) + 0.5 * np.cos(2.9 * times)


def measured(*runs: Trajectory) -> Measurements:
    """As arrays bring them, of which nobody said whether inputs are held."""
    return from_arrays([run.states for run in runs], [run.times for run in runs], inputs=[run.inputs for run in runs])


@pytest.mark.parametrize("kind", ["random", "smooth"])
def test_what_holds_is_seen(kind: str) -> None:
    """With noise, and of a smooth input as of a rough one."""
    assert [0] == list(held_by_states([driven(course(kind)[:, None], held=True)], [0]))


@pytest.mark.parametrize("kind", ["random", "walk", "smooth"])
@pytest.mark.parametrize("noise", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("rows", [40, 200, 1000])
def test_lines_stay_lines(kind: str, noise: float, rows: int) -> None:
    """However many rows there are, and whatever the noise of the states that steps begin at."""
    inputs = course(kind, rows=rows)[:, None]
    assert {} == held_by_states([driven(inputs, held=False, noise=noise)], [0])


def test_each_input_is_seen_by_itself() -> None:
    """The other one does nothing, and stays a line."""
    inputs = np.column_stack([course("smooth"), course("walk")])
    assert [0] == list(held_by_states([driven(inputs, held=True)], [0, 1]))
    assert {} == held_by_states([driven(inputs, held=True)], [1])


def test_runs_are_taken_together_and_gaps_left_out() -> None:
    """Three short runs, of which one lacks values, and one is too short to have steps."""
    runs = [driven(course("random", seed, rows=70)[:, None], held=True, seed=seed) for seed in range(2)]
    states = runs[0].states.copy()
    states[10:13, 0] = np.nan
    short = driven(course("random", 5, rows=2)[:, None], held=True)
    assert [0] == list(held_by_states([replace(runs[0], states=states), runs[1], short], [0]))


@pytest.mark.parametrize("seed", range(3))
def test_what_a_controller_sets_by_a_noisy_sample_is_held(seed: int) -> None:
    """Values of before a step fit best then, as the input has the noise of the sample that the step begins at."""
    rng, room, sum_, rows = np.random.default_rng(seed), 15.0, 0.0, []
    for row in range(400):
        seen = room + 0.05 * rng.normal()
        wanted = 20.0 + 2.0 * np.sign(np.sin(0.05 * row))
        sum_ += 0.05 * (wanted - seen)
        heat = float(np.clip(0.8 * (wanted - seen) + sum_, 0.0, 6.0))
        rows.append((seen, heat))
        room = 8.0 + 4.0 * heat + (room - 8.0 - 4.0 * heat) * np.exp(-0.25 * 0.25)
    table = np.array(rows)
    run = Trajectory(0.25 * np.arange(400), table[:, :1], ("room",), "", table[:, 1:], (False,))
    held = held_by_states([run], [0])
    assert [0] == list(held)
    (note,) = between_rows(from_arrays(run.states, run.times, inputs=run.inputs)).notes
    assert held[0].late == ("set by what was measured" in note)


@pytest.mark.parametrize("seed", range(3))
def test_what_acts_by_way_of_something_unmeasured_is_not_held(seed: int) -> None:
    """Behind a slow sensor, states follow a line late, as if it were held; but they follow the row before, too."""
    times = 0.1 * np.arange(400)
    inputs = np.sin(2.0 * np.pi * (times / 20.0 + 10.0 * (times / 40.0) ** 2))
    truth, seen, rows, small = 0.0, 0.0, [], 40
    for row in range(400):
        rows.append(seen)
        for part in range(small):
            u = np.interp(times[row] + 0.1 * (part + 0.5) / small, times, inputs)
            truth += 0.1 / small * (u - truth)
            seen += 0.1 / small * 5.0 * (truth - seen)
    states = np.array(rows)[:, None] + 0.002 * np.random.default_rng(seed).normal(size=(400, 1))
    assert {} == held_by_states([Trajectory(times, states, ("x",), "", inputs[:, None], (False,))], [0])


def test_long_records_are_thinned_and_their_nats_with_them() -> None:
    """So that chance is no larger than in short ones: nats are those of the steps that are looked at."""
    few, many = (
        [driven(course("random", part, rows=400)[:, None], held=True, seed=part) for part in range(count)]
        for count in (8, 24)
    )
    nats, of_many = (held_by_states(runs, [0])[0].nats for runs in (few, many))
    assert nats > 20.0 * NATS
    assert 0.7 * nats < of_many < 1.4 * nats


def test_few_rows_say_nothing() -> None:
    """Fewer than three for each constant of a straight line, and an input that never changes."""
    assert {} == held_by_states([driven(course("random", rows=20)[:, None], held=True, noise=0.0)], [0])
    assert {} == held_by_states([driven(np.ones((200, 1)), held=True)], [0])


def test_what_is_seen_is_taken_and_told() -> None:
    """The note has both ways to say otherwise; asked again, nothing is judged any more."""
    found = between_rows(measured(driven(course("random")[:, None], held=True)))
    assert (True,) == found.trajectories[0].held
    assert found.notes[-1].startswith(
        "u0 is taken as held from row to row, as the states tell: their steps follow its value at"
    )
    assert found.notes[-1].endswith("--held none draws lines, and --held u0 says that this is right.")
    assert found == between_rows(found)


def test_it_is_not_judged_where_somebody_said_so_or_not_all_is_measured() -> None:
    """What was told stays; so do lines where inputs act through hidden states."""
    run = driven(course("random")[:, None], held=True)
    told = from_arrays([run.states], [run.times], inputs=[run.inputs], held=("none",))
    assert (False,) == between_rows(told).trajectories[0].held
    hidden = between_rows(measured(run), judged=False)
    assert (False,) == hidden.trajectories[0].held
    assert hidden.notes[-1].startswith("Straight lines are drawn between the rows of u0; states that nobody measured")
    assert (False,) == between_rows(from_arrays([run], None)).trajectories[0].held
