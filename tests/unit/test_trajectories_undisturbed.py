"""Columns that were set, and columns that show nothing but noise, which tell nothing of the others."""

import shlex
from pathlib import Path

import numpy as np
import pandas as pd

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check
from discovery.trajectories.read import read_csv
from discovery.types import Trajectory
from pipelines.checking import next_command
from pipelines.config import Columns, RunConfig
from pipelines.ode import discover_ode

TIMES = np.linspace(0.0, 1.5, 90)
NOISE = np.random.default_rng(0).normal(size=(90, 3))
FALL = 1.8 - 0.08 * np.log(np.cosh(11.0 * TIMES))  # from rest, with drag


def test_beside_nothing_but_noise_a_course_is_no_input(tmp_path: Path) -> None:
    """A body that falls is tracked with its jitter aside; what has no course says nothing, and is left out."""
    path = tmp_path / "tracked.csv"
    jitter = 0.01 + 0.001 * NOISE[:, 0]
    columns = {"t": TIMES, "x": jitter.round(4), "y": FALL + 0.001 * NOISE[:, 1]}
    pd.DataFrame(columns).to_csv(path, index=False)
    assert check(read_csv(path)).lost == ("x",)
    pd.DataFrame(columns | {"x": (2.0 * jitter).round(3)}).to_csv(path, index=False)  # of ten different values
    checked = check(read_csv(path))
    assert checked.switches == ()
    assert checked.lost == ("x",)
    assert not {"input", "undisturbed"} & {alert.subject for alert in checked.alerts}
    assert shlex.split(next_command(path, Columns(), checked))[3:] == ["--states", "y"]
    told = Columns(states=("y", "x"))
    assert shlex.split(next_command(path, told, check(read_csv(path, states=told.states))))[3:] == ["--states", "y,x"]


def test_one_that_oscillates_beside_noise_is_of_second_order(tmp_path: Path) -> None:
    """It is the only one that has a course."""
    path = tmp_path / "spring.csv"
    wave = np.sin(12.0 * TIMES) + 0.01 * NOISE[:, 1]
    pd.DataFrame({"t": TIMES, "x": 0.001 * NOISE[:, 0], "y": wave}).to_csv(path, index=False)
    checked = check(read_csv(path))
    assert shlex.split(next_command(path, Columns(), checked))[3:] == ["--states", "y", "--law", "y'' = f(y, y')"]
    assert any(alert.text.startswith("y turns back") for alert in checked.alerts)


def test_columns_of_noise_alone_are_not_all_left_out() -> None:
    """Nor is one that is noisy, but has a course."""
    assert check(from_arrays(NOISE[:, :2], TIMES)).lost == ()
    wave = np.sin(9.0 * TIMES)[:, None] + [0.02, 0.5] * NOISE[:, :2]
    assert check(from_arrays(wave, TIMES)).lost == ()


def warming() -> Trajectory:
    """A slow temperature, with noise, and what heats it, of which it lags so little that noise hides it."""
    times = np.linspace(1850.0, 2023.0, 174)
    forcing = 278.0 + 100.0 * np.exp((times - 2023.0) / 40.0)
    measured = 0.01 * (forcing - 278.0) + 0.04 * np.random.default_rng(1).normal(size=174)
    return Trajectory(times, np.column_stack([measured, forcing]), ("T", "CO2"))


def test_what_noisy_states_follow_is_an_input_though_they_are_in_proportion() -> None:
    """A relation that holds but within their noise neither makes it a state nor is a reason to leave it out."""
    checked = check(from_arrays([warming()], None))
    assert ("CO2",) == checked.switches
    (relation,) = [one for one in checked.alerts if one.subject == "relation"]
    assert relation.text.startswith("CO2 = ")
    assert "leave" not in relation.advice


def test_a_state_that_may_be_an_input_is_a_caution_beside_a_law() -> None:
    """Where nobody named it; among the notes where somebody did."""
    config = RunConfig().changed(engines=("sindy",), smoother="kalman")
    result = discover_ode([warming()], config)
    said = [one.text for one in result.verdict.findings if one.level == "caution" and "--inputs" in one.text]
    assert ["CO2 shows no noise"] == [text[:18] for text in said]
    assert not any("no noise" in note for note in result.notes)
    checked = check(from_arrays([warming()], None))
    for told, named in ((True, False), (False, True)):
        assert any("CO2 shows no noise" in note for note in checked.notes_on(hidden=False, told=told, named=named))


def fed(noise: float) -> np.ndarray:
    """Biomass, substrate and volume of a fed-batch, measured, and the feed that was set and fills the vessel."""
    step, course = 0.01, [np.array([0.3, 10.0, 1.0])]
    feeds = [0.0 if count < 800 else 0.02 * np.exp(0.15 * (step * count - 8.0)) for count in range(2001)]
    for feed in feeds[:-1]:
        biomass, substrate, volume = course[-1]
        growth, thinner = 0.35 * substrate / (0.5 + substrate) * biomass, feed / volume
        change = [growth - thinner * biomass, thinner * (400.0 - substrate) - 2.0 * growth, feed]
        course.append(course[-1] + step * np.array(change))
    measured = np.array(course)[::25]
    measured *= 1.0 + noise * np.random.default_rng(2).normal(size=measured.shape)
    return np.column_stack([measured, np.array(feeds)[::25]])


def test_a_feed_is_an_input_though_the_volume_is_its_integral() -> None:
    """Other columns have noise and belong to no such pair; of positions and velocities alone nothing is an input."""
    times, table = 0.25 * np.arange(81), fed(0.005)
    checked = check(from_arrays(table, times, names=("X", "S", "V", "Feed")))
    assert ("V", "Feed") in checked.facts.velocities
    assert checked.switches == ("Feed",)
    assert check(from_arrays(table[:, 2:], times, names=("V", "Feed"))).switches == ()
