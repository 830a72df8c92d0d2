"""Solutions of windows and their derivatives, against scipy and finite differences."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from discovery.smoothing.neural.network import Network, new_network
from discovery.smoothing.neural.scaling import Samples
from discovery.smoothing.neural.solving import Solution, Stepper, solve, solve_with_slopes
from discovery.smoothing.neural.windows import Windows

SamplesOf, WindowsOf = Callable[..., Samples], Callable[..., Windows]
TIMES = np.linspace(0.0, 2.0, 34) + np.random.default_rng(1).uniform(-0.02, 0.02, 34)
STEPPERS = {"explicit": Stepper(2), "implicit": Stepper(3, stiff=True)}


def network(drives: int = 0) -> Network:
    """A small field that is no polynomial."""
    rng = np.random.default_rng(3)
    new = new_network(np.array([1.0, 2.0]), np.zeros((2, 2)), drives, 4, rng)
    return new.at(0.3 * torch.tensor(rng.standard_normal(len(new.parameters))))


def curve(times: np.ndarray) -> np.ndarray:
    """Where windows start."""
    return np.column_stack([0.5 * np.cos(times), 0.5 * np.sin(times)])


def exact(field: Network, window: Windows, row: int, drives: np.ndarray | None = None) -> np.ndarray:
    """States at the samples of a window by an adaptive solver; drives linear between all samples."""
    rows = window.rows[row][window.rows[row] >= 0]

    def slope(t: float, z: np.ndarray) -> np.ndarray:
        now = [] if drives is None else [np.interp(t, TIMES, drives[:, 0])]
        return field(torch.tensor(z[None]), torch.tensor(np.array(now)[None])).numpy()[0]

    with np.errstate(all="ignore"):
        found = solve_ivp(
            slope, (TIMES[rows[0]], TIMES[rows[-1]]), window.starts[row], t_eval=TIMES[rows], rtol=1e-10, atol=1e-12
        )
    return found.y.T


def at_rows(windows: Windows, solution: Solution, row: int) -> np.ndarray:
    """States of one window at its samples."""
    return solution.states.numpy()[row][windows.rows[row] >= 0]


@pytest.mark.parametrize(("stepper", "bound"), [("explicit", 1e-6), ("implicit", 1e-5)])
def test_states_are_those_of_an_adaptive_solver(
    samples_of: SamplesOf, windows_of: WindowsOf, stepper: str, bound: float
) -> None:
    """At irregular times, in all windows."""
    windows = windows_of(samples_of(TIMES, curve(TIMES)), cells=8)
    solution = solve(network(), torch.tensor(windows.starts), windows, STEPPERS[stepper])
    for row in range(len(windows)):
        np.testing.assert_allclose(at_rows(windows, solution, row), exact(network(), windows, row), atol=bound)


def test_an_end_is_the_state_where_the_next_window_starts(samples_of: SamplesOf, windows_of: WindowsOf) -> None:
    """It is the state at the last node, which the next window holds as its first sample."""
    whole = windows_of(samples_of(TIMES, curve(TIMES)), cells=33)
    half = windows_of(samples_of(TIMES, curve(TIMES)), cells=16)
    path = solve(network(), torch.tensor(whole.starts), whole, Stepper(2)).states[0, :, 0]
    ends = solve(network(), torch.tensor(half.starts), half, Stepper(2)).ends
    np.testing.assert_allclose(ends[0], path[16], atol=1e-12)


def test_samples_inside_cells_are_read_off_hermite_polynomials(samples_of: SamplesOf, windows_of: WindowsOf) -> None:
    """With two samples in a cell the states are the same to the polynomial's error."""
    windows = windows_of(samples_of(TIMES, curve(TIMES)), cells=4, stride=2)
    solution = solve(network(), torch.tensor(windows.starts), windows, Stepper(4))
    for row in range(len(windows)):
        np.testing.assert_allclose(at_rows(windows, solution, row), exact(network(), windows, row), atol=5e-5)


@pytest.mark.parametrize("stepper", STEPPERS)
def test_drives_are_linear_between_nodes(samples_of: SamplesOf, windows_of: WindowsOf, stepper: str) -> None:
    """As the adaptive solver sees them."""
    drives = np.cos(3.0 * TIMES)[:, None]
    windows = windows_of(samples_of(TIMES, curve(TIMES), drives=drives), cells=8)
    solution = solve(network(1), torch.tensor(windows.starts), windows, STEPPERS[stepper])
    for row in range(len(windows)):
        expected = exact(network(1), windows, row, drives)
        np.testing.assert_allclose(at_rows(windows, solution, row), expected, atol=1e-4)


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("stepper", STEPPERS)
def test_slopes_are_the_derivatives_of_the_solution(
    samples_of: SamplesOf, windows_of: WindowsOf, stepper: str, stride: int
) -> None:
    """By the first state and by each parameter, at the samples and at the end, with a drive."""
    field = network(1)
    drives = np.cos(3.0 * TIMES)[:, None]
    windows = windows_of(samples_of(TIMES, curve(TIMES), drives=drives), cells=8, stride=stride)
    how = STEPPERS[stepper]
    starts, parameters = torch.tensor(windows.starts), field.parameters
    found = solve_with_slopes(field, starts, windows, how)
    same = solve(field, starts, windows, how)
    torch.testing.assert_close(found.states, same.states, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(found.ends, same.ends, rtol=1e-12, atol=1e-12)
    for column in (0, 1, 2, 9, len(parameters) - 2, len(parameters) + 1):
        by_state, by_parameter = torch.zeros(2, dtype=torch.float64), torch.zeros(len(parameters), dtype=torch.float64)
        (by_state if column < 2 else by_parameter)[column if column < 2 else column - 2] = 1e-5
        up, down = (
            solve(field.at(parameters + sign * by_parameter), starts + sign * by_state, windows, how)
            for sign in (1.0, -1.0)
        )
        np.testing.assert_allclose(found.slopes[..., column], (up.states - down.states) / 2e-5, atol=1e-7)
        np.testing.assert_allclose(found.end_slopes[..., column], (up.ends - down.ends) / 2e-5, atol=1e-7)


@pytest.mark.parametrize("stepper", STEPPERS)
def test_slopes_by_states_alone_are_the_first_columns(
    samples_of: SamplesOf, windows_of: WindowsOf, stepper: str
) -> None:
    """Reading out asks for no more."""
    windows = windows_of(samples_of(TIMES, curve(TIMES)), cells=8, stride=2)
    starts = torch.tensor(windows.starts)
    full = solve_with_slopes(network(), starts, windows, STEPPERS[stepper])
    some = solve_with_slopes(network(), starts, windows, STEPPERS[stepper], parameters=False)
    torch.testing.assert_close(some.slopes, full.slopes[..., :2], rtol=1e-12, atol=1e-12)
    assert (len(windows), 2, 2) == tuple(some.end_slopes.shape)


def test_a_window_s_solution_does_not_depend_on_the_others(samples_of: SamplesOf, windows_of: WindowsOf) -> None:
    """One window alone has the same states."""
    windows = windows_of(samples_of(TIMES, curve(TIMES)), cells=8)
    alone = windows.part(slice(2, 3))
    together = solve(network(), torch.tensor(windows.starts), windows, Stepper())
    single = solve(network(), torch.tensor(alone.starts), alone, Stepper())
    torch.testing.assert_close(single.states[0], together.states[2], rtol=1e-13, atol=1e-13)
