"""Which classical smoother starts the neural ODE."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.errors import DataError
from discovery.protocols import NEVER, Deadline, silent
from discovery.smoothing import starts
from discovery.smoothing.curves import Fit
from discovery.smoothing.starts import FEW, classical_start
from discovery.types import Trajectory


def circle(count: int, noise: float, seed: int = 0) -> Trajectory:
    """A circle with noise."""
    times = np.linspace(0.0, 12.0, count)
    states = np.column_stack([np.sin(times), np.cos(times)])
    return Trajectory(times, states + noise * np.random.default_rng(seed).standard_normal(states.shape), ("x", "y"))


def start(*runs: Trajectory, deadline: Deadline = NEVER) -> tuple[Fit, str]:
    """The start with additive noise."""
    return classical_start(runs, "additive", seed=0, deadline=deadline, progress=silent)


def test_few_noisy_samples_take_the_gaussian_process_and_many_the_kalman_smoother() -> None:
    """The samples of all runs count together."""
    assert "gaussian_process" == start(circle(FEW, 0.1))[1]
    assert "kalman" == start(circle(FEW // 2, 0.1), circle(FEW // 2 + 1, 0.1, 1))[1]


def test_clean_data_take_what_is_nearest_to_held_out_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """All three are tried, and the best is kept with its own fit."""
    misses = iter([0.3, 0.1, 0.2])
    tried: list[Fit] = []

    def miss(fit: Fit, *_: object) -> float:
        tried.append(fit)
        return next(misses)

    monkeypatch.setattr(starts, "_miss", miss)
    fit, name = start(circle(60, 0.0))
    assert ("kalman", 3) == (name, len(tried))
    assert fit is tried[1]


def test_the_nearest_curve_is_the_one_with_the_smallest_miss() -> None:
    """On a clean circle the stationary process predicts better than local polynomials of few samples do."""
    run = circle(60, 0.0)
    fit, name = start(run)
    tuned = {other: starts.fit_method([run], method, "additive") for other, method in starts._METHODS.items()}
    misses = {other: starts._miss(one, [run], 0) for other, one in tuned.items()}
    assert min(misses, key=lambda one: misses[one]) == name
    assert misses[name] == pytest.approx(starts._miss(fit, [run], 0), rel=1e-12)


def test_too_few_samples_to_hold_any_out_keep_the_first() -> None:
    """Nothing can be compared."""
    times = np.arange(4.0)
    runs = [Trajectory(times, np.column_stack([times, times**2 + k]), ("x", "y"), str(k)) for k in range(3)]
    assert "gaussian_process" == start(*runs)[1]


def test_a_deadline_that_has_passed_tries_no_other() -> None:
    """Clean data or not."""
    assert "gaussian_process" == start(circle(60, 0.0), deadline=Deadline(0.0))[1]


def test_runs_that_do_not_fit_together_are_refused() -> None:
    """As by every smoother."""
    with pytest.raises(DataError, match="Smoothing needs the same states in the same order"):
        start(circle(60, 0.1), Trajectory(np.arange(9.0), np.ones((9, 2)), ("y", "x")))


def test_runs_with_different_numbers_of_inputs_are_refused() -> None:
    """The message has the numbers and what to do."""
    run = circle(60, 0.1)
    driven = replace(run, inputs=np.ones((60, 1)))
    message = r"Trajectories have \[0, 1\] inputs\. Smoothing needs the same inputs .* add the missing columns\."
    with pytest.raises(DataError, match=message):
        start(run, driven)
