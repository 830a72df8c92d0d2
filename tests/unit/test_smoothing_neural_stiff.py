"""The implicit step: order, stability, and published stiff systems written as networks."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from discovery.smoothing.neural.network import Linearised, Network
from discovery.smoothing.neural.scaling import Samples
from discovery.smoothing.neural.solving import Stepper, solve, solve_with_slopes
from discovery.smoothing.neural.stiff import Stepped, implicit_step
from discovery.smoothing.neural.windows import Place, Windows, gather

NetworkOf, SamplesOf = Callable[..., Network], Callable[..., Samples]
# Robertson (1966); Schäfer's HIRES (1975), as in Hairer & Wanner (1996), section IV.10.
ROBERTSON = (
    {(0,): -0.04, (1, 2): 1e4},
    {(0,): 0.04, (1, 2): -1e4, (1, 1): -3e7},
    {(1, 1): 3e7},
)
HIRES = (
    {(0,): -1.71, (1,): 0.43, (2,): 8.32, (): 0.0007},
    {(0,): 1.71, (1,): -8.75},
    {(2,): -10.03, (3,): 0.43, (4,): 0.035},
    {(1,): 8.32, (2,): 1.71, (3,): -1.12},
    {(4,): -1.745, (5,): 0.43, (6,): 0.43},
    {(5, 7): -280.0, (3,): 0.69, (4,): 1.71, (5,): -0.43, (6,): 0.69},
    {(5, 7): 280.0, (6,): -1.81},
    {(5, 7): -280.0, (6,): 1.81},
)
# HIRES ends before its last front, which is sharper than a sampling interval.
SYSTEMS = {
    "robertson": (ROBERTSON, [1.0, 0.0, 0.0], np.r_[0.0, np.logspace(-5, 5, 151)]),
    "hires": (HIRES, [1.0, *[0.0] * 6, 0.0057], np.r_[0.0, np.logspace(-3, np.log10(300.0), 111)]),
}


def whole(samples_of: SamplesOf, times: np.ndarray, start: list[float]) -> Windows:
    """One window over all samples, however far apart."""
    part = samples_of(times, np.tile(start, (len(times), 1)))
    return gather([part], [Place(0, tuple(range(len(times))), True)], len(times) - 1, 1)


def linear(rate: float, step: float) -> Callable[[float, torch.Tensor, bool], Linearised]:
    """dz/dt = rate z, times the length of a step; no parameters."""

    def near(_: float, states: torch.Tensor, __: bool) -> Linearised:
        tilt = torch.full((len(states), 1, 1), step * rate, dtype=torch.float64)
        return Linearised(step * rate * states, tilt, states[:, :, None][..., :0])

    return near


def test_the_error_falls_with_the_third_power_of_the_step(network_of: NetworkOf, samples_of: SamplesOf) -> None:
    """On a nonlinear oscillation halved steps err by an eighth."""
    pendulum = network_of({(1,): 1.0}, {(0,): -1.0, (0, 0, 0): 1.0 / 6.0})
    times, start = np.linspace(0.0, 2.0, 11), [1.0, 0.0]
    exact = solve_ivp(lambda _, z: [z[1], -z[0] + z[0] ** 3 / 6.0], (0.0, 2.0), start, rtol=1e-12, atol=1e-13).y[:, -1]
    windows = whole(samples_of, times, start)
    errors = [
        np.linalg.norm(
            solve(pendulum, torch.tensor([start]).double(), windows, Stepper(n, stiff=True)).ends[0].numpy() - exact
        )
        for n in (2, 4, 8)
    ]
    np.testing.assert_allclose(np.log2(np.array(errors[:-1]) / errors[1:]), 3.0, atol=0.15)


def test_what_decays_at_once_is_gone_after_a_step() -> None:
    """L-stability: at a decay of a million in a step nothing is left, neither of the state nor of its derivative."""
    before = Stepped(torch.ones(1, 1, dtype=torch.float64), torch.ones(1, 1, 1, dtype=torch.float64))
    after = implicit_step(linear(-1e6, 1.0), before, False)
    assert abs(float(after.states)) < 1e-5
    assert float(after.states) == pytest.approx(float(after.slopes), rel=1e-9)


def test_a_step_without_slopes_gives_none() -> None:
    """States alone cost no derivatives."""
    states = torch.ones(2, 1, dtype=torch.float64)
    after = implicit_step(linear(-1.0, 0.1), Stepped(states, states[:, :, None][..., :0]), False)
    assert (2, 1, 0) == tuple(after.slopes.shape)
    np.testing.assert_allclose(after.states, np.exp(-0.1), rtol=1e-5)


@pytest.mark.parametrize("name", SYSTEMS)
def test_stiff_systems_are_followed_over_decades(network_of: NetworkOf, samples_of: SamplesOf, name: str) -> None:
    """In one step from sample to sample over the logarithm of time, to a thousandth of each state's size."""
    laws, start, times = SYSTEMS[name]
    field = network_of(*laws)

    def slope(_: float, z: np.ndarray) -> np.ndarray:
        return field(torch.tensor(z[None]), torch.empty(1, 0, dtype=torch.float64)).numpy()[0]

    def tilt(_: float, z: np.ndarray) -> np.ndarray:
        return field.linearise(torch.tensor(z[None]), torch.empty(1, 0, dtype=torch.float64)).by_states.numpy()[0]

    with np.errstate(all="ignore"):
        span = (0.0, times[-1])
        exact = solve_ivp(slope, span, start, "Radau", t_eval=times, rtol=1e-8, atol=1e-13, jac=tilt).y.T
    windows = whole(samples_of, times, start)
    found = solve(field, torch.tensor([start]).double(), windows, Stepper(1, stiff=True)).states[0, :, 0].numpy()
    np.testing.assert_allclose((found - exact) / np.abs(exact).max(axis=0), 0.0, atol=1e-3)


@pytest.mark.parametrize(("name", "column"), [("robertson", 0), ("robertson", 1), ("hires", 0), ("hires", 8)])
def test_slopes_of_stiff_systems_are_the_derivatives(
    network_of: NetworkOf, samples_of: SamplesOf, name: str, column: int
) -> None:
    """By the largest parameter of each equation, and by first states; over the transient."""
    laws, start, times = SYSTEMS[name]
    field = network_of(*laws)
    windows = whole(samples_of, times[:61], start)
    starts, how = torch.tensor([start]).double(), Stepper(1, stiff=True)
    found = solve_with_slopes(field, starts, windows, how)
    if column < len(start):
        step, move = 1e-6, torch.zeros_like(field.parameters)
        shift = torch.eye(len(start), dtype=torch.float64)[column]
        slope = found.slopes[..., column]
    else:
        row = int(torch.argmax(field.parameters.abs()))
        step, move = 1e-5 * float(field.parameters[row]), torch.zeros_like(field.parameters)
        move[row], shift = 1.0, torch.zeros(len(start), dtype=torch.float64)
        slope = found.slopes[..., len(start) + row]
    up, down = (
        solve(field.at(field.parameters + sign * step * move), starts + sign * step * shift, windows, how).states
        for sign in (1.0, -1.0)
    )
    expected = ((up - down) / (2.0 * step)).numpy()
    size = np.abs(expected).max(axis=(0, 1, 2))
    np.testing.assert_allclose(
        slope.numpy() / np.where(size > 0, size, 1.0), expected / np.where(size > 0, size, 1.0), atol=1e-3
    )
