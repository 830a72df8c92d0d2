"""Rows that are steps of a map, seen from the data."""

from pathlib import Path

import numpy as np
import pytest

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import DataCheck, check
from discovery.trajectories.read import read_csv
from pipelines.checking import next_command
from pipelines.config import Columns

ROWS = 200


def logistic() -> np.ndarray:
    """The logistic map with chaos."""
    states = np.full((ROWS, 1), 0.3)
    for row in range(1, ROWS):
        states[row] = 3.8 * states[row - 1] * (1.0 - states[row - 1])
    return states


def henon() -> np.ndarray:
    """Henon's map."""
    states = np.full((ROWS, 2), 0.1)
    for row in range(1, ROWS):
        x, y = states[row - 1]
        states[row] = 1.0 - 1.4 * x**2 + y, 0.3 * x
    return states


def ricker() -> np.ndarray:
    """Ricker's map, which is no polynomial."""
    states = np.full((ROWS, 1), 0.3)
    for row in range(1, ROWS):
        states[row] = states[row - 1] * np.exp(2.8 * (1.0 - states[row - 1]))
    return states


def looked_at(states: np.ndarray, noise: float) -> DataCheck:
    """The check of a table with noise, numbered from 0."""
    noisy = states + noise * states.std(axis=0) * np.random.default_rng(0).normal(size=states.shape)
    return check(from_arrays(noisy, np.arange(float(len(states)))))


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.05])
@pytest.mark.parametrize("states", [logistic(), henon(), ricker()], ids=["logistic", "henon", "ricker"])
def test_a_map_is_seen_where_each_row_follows_from_the_one_before(states: np.ndarray, noise: float) -> None:
    """Nothing else is said of what then is no noise, and no column is left out; a report says it, too."""
    checked = looked_at(states, noise)
    assert checked.mapped
    assert checked.lost == ()
    assert {alert.subject for alert in checked.alerts} <= {"map", "undisturbed"}
    assert any("map" in said and "--map" in said for said in checked.notes_on(hidden=False))


def test_noise_and_courses_are_no_maps() -> None:
    """White noise, a random walk, an oscillation and one of three samples a period, of which one column is seen."""
    noise, times = np.random.default_rng(1).normal(size=(ROWS, 2)), np.arange(float(ROWS))[:, None]
    for states in (noise, np.cumsum(noise, axis=0), np.sin(0.2 * times), np.sin(2.1 * times)):
        checked = looked_at(states, 0.01)
        assert not checked.mapped
        assert "map" not in {alert.subject for alert in checked.alerts}


def test_no_state_of_a_map_is_computed_from_another() -> None:
    """What nothing tells of a map's state had been taken for noise that the other had in common."""
    turns = 2.2 * np.arange(ROWS)
    checked = looked_at(np.column_stack([np.cos(turns), np.sin(turns)]), 0.01)
    assert checked.mapped
    assert () == checked.surplus
    assert "computed" not in {alert.subject for alert in checked.alerts}


def test_the_next_command_of_a_map_says_so(tmp_path: Path) -> None:
    """It was a run for a law of derivatives, which found x' = 0."""
    path = tmp_path / "map.csv"
    path.write_text("n,x\n" + "".join(f"{row},{x:.6g}\n" for row, (x,) in enumerate(logistic().tolist())))
    assert next_command(path, Columns(), check(read_csv(path))).endswith("map.csv --map")
