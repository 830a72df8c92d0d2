"""Columns that add up others, and what only looks so."""

import numpy as np

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import DataCheck, check

TIMES = np.linspace(0.0, 30.0, 600)
NOISE = np.random.default_rng(0).normal(size=(600, 4))


def looked_at(table: np.ndarray, times: np.ndarray) -> DataCheck:
    """The check of one run."""
    return check(from_arrays(table, times))


def subjects(checked: DataCheck) -> set[str]:
    """What the alerts are about."""
    return {alert.subject for alert in checked.alerts}


def test_a_running_sum_is_told() -> None:
    """Of counts, with a start, behind by a row, or of rounded shares; it is better left out, and is no integral."""
    new = np.random.default_rng(3).poisson(40.0 * np.exp(-(((TIMES - 12.0) / 5.0) ** 2))).astype(float)
    times = np.arange(600.0)
    for total in (np.cumsum(new), 700.0 + np.cumsum(new), np.append(0.0, np.cumsum(new)[:-1])):
        checked = looked_at(np.column_stack([total, new]), times)
        (alert,) = [one for one in checked.alerts if one.subject == "sum"]
        assert ("caution", ("x0", "x1"), ("x0",)) == (alert.level, alert.columns, checked.surplus)
        assert "velocity" not in subjects(checked)
    rounded = np.column_stack([np.round(np.cumsum(new / 7.0), 2), np.round(new / 7.0, 2)])
    assert "sum" in subjects(looked_at(rounded, times))


def test_a_state_beside_its_rate_is_no_running_sum() -> None:
    """However closely both are sampled, with noise and without; nor are columns that grow alike."""
    slow = np.column_stack([1000.0 * np.sin(TIMES / 10.0), np.cos(TIMES / 10.0)])
    for noise in (0.0, 1e-4):
        checked = looked_at(slow * (1.0 + noise * NOISE[:, :2]), TIMES * 100.0)
        assert "sum" not in subjects(checked)
    growing = np.exp(0.2 * np.arange(60.0))[:, None] * [1.0, 0.18]
    assert "sum" not in subjects(looked_at(growing * (1.0 + 0.001 * NOISE[:60, :2]), np.arange(60.0)))


def test_a_running_sum_is_no_input() -> None:
    """It has no noise of its own, as what is set has none; but it belongs to what it adds up."""
    days = np.arange(60.0)
    cases = np.round(100.0 * np.exp(-(((days - 20.0) / 8.0) ** 2)) + np.random.default_rng(1).poisson(2, 60))
    checked = check(from_arrays(np.column_stack([cases, np.cumsum(cases)]), days))
    assert "sum" in subjects(checked)
    assert ((), set()) == (checked.switches, {"input", "undisturbed"} & subjects(checked))
