"""A law that was told in part, with networks in the place of its unknown functions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
import torch

from discovery.laws import Frame, Told, Unknown, told_symbol, unknown_symbol
from discovery.smoothing.gaussian_process import GaussianProcess
from discovery.smoothing.neural.scaling import Scaling
from discovery.smoothing.neural.universal import Universal, universal
from discovery.smoothing.universal import with_networks
from discovery.types import Trajectory, symbol

X, Y, U, T = (symbol(name) for name in ("x", "y", "u", "t"))
F, G = unknown_symbol("f"), unknown_symbol("g")


def frame() -> Frame:
    """x' = a x + f(x, y), y' = -d y + u cos(t) g(x y): two functions, one with a factor, of a product."""
    templates = (told_symbol("a") * X + F, -told_symbol("d") * Y + U * sp.cos(T) * G)
    unknowns = (Unknown("f", ("x", "y"), (X, Y)), Unknown("g", ("g_1",), (X * Y,)))
    return Frame(("x", "y"), templates, unknowns, (Told("a"), Told("d")), ("u",))


def field(logarithm: bool) -> tuple[Universal, torch.Tensor, torch.Tensor]:
    """That law with networks that were just drawn, and points in its units."""
    rng = np.random.default_rng(0)
    states = rng.uniform(0.5, 2.0, (12, 2))
    drives = rng.uniform(0.0, 1.0, (12, 2))
    scaling = Scaling(np.array([0.1, 0.2]), np.array([0.7, 0.5]), np.array([logarithm, False]))
    curve = (states, drives, rng.standard_normal((12, 2)))
    made = universal(frame(), scaling, np.ones(2), (1.3, 0.0), curve, 4, rng)
    return made, torch.tensor(scaling.standard(states)), torch.tensor(drives)


@pytest.mark.parametrize("logarithm", [False, True])
def test_derivatives_are_those_of_differences(logarithm: bool) -> None:
    """By states and by all parameters, with a logarithmic state and without."""
    made, points, drives = field(logarithm)
    near = made.linearise(points, drives)
    torch.testing.assert_close(near.values, made(points, drives))
    step = 1e-6
    for i in range(points.shape[1]):
        moved = torch.zeros_like(points)
        moved[:, i] = step
        slope = (made(points + moved, drives) - made(points - moved, drives)) / (2 * step)
        torch.testing.assert_close(near.by_states[:, :, i], slope, rtol=1e-5, atol=1e-7)
    for i in range(len(made.parameters)):
        moved = torch.zeros_like(made.parameters)
        moved[i] = step
        up, down = made.at(made.parameters + moved), made.at(made.parameters - moved)
        slope = (up(points, drives) - down(points, drives)) / (2 * step)
        torch.testing.assert_close(near.by_parameters[:, :, i], slope, rtol=1e-5, atol=1e-7)


def volterra(noise: float, count: int) -> Trajectory:
    """Lotka and Volterra's law, with noise of a share of the mean."""
    from scipy.integrate import solve_ivp

    times = np.linspace(0.0, 5.0, count)

    def law(_: float, z: np.ndarray) -> list[float]:
        return [1.3 * z[0] - 0.9 * z[0] * z[1], -1.8 * z[1] + 0.8 * z[0] * z[1]]

    states = solve_ivp(law, (0.0, 5.0), (0.44249296, 4.6280594), t_eval=times, rtol=1e-9, atol=1e-11).y.T
    drawn = np.random.default_rng(0).standard_normal(states.shape)
    return Trajectory(times, states + noise * states.mean(axis=0) * drawn, ("x", "y"))


def told() -> Frame:
    """Growth and decay are told, what the species do to each other is not."""
    templates = (told_symbol("a") * X + F, -told_symbol("d") * Y + G)
    unknowns = (Unknown("f", ("x", "y"), (X, Y)), Unknown("g", ("x", "y"), (X, Y)))
    return Frame(("x", "y"), templates, unknowns, (Told("a"), Told("d")))


def test_networks_know_the_derivatives_of_few_samples_better_than_a_curve() -> None:
    """21 samples with noise of 0.5 %: the errors of both derivatives fall to a third at most."""
    run = volterra(0.005, 21)
    before = GaussianProcess().smooth([run], seed=0)
    outcome = with_networks(told(), [run], before, (1.0, 1.0), seed=0)
    assert "were trained through the solver" in outcome.note
    assert ("Their curves are kept" in outcome.note) == (outcome.smoothing.score > before.score)
    assert len(outcome.constants) == 2
    x, y = volterra(0.0, 21).states.T
    truth = np.column_stack([1.3 * x - 0.9 * x * y, -1.8 * y + 0.8 * x * y])

    def error(smoothing: object) -> np.ndarray:
        curve = smoothing.trajectories[0]  # type: ignore[attr-defined]
        return np.sqrt(np.mean((curve.derivatives - truth) ** 2, axis=0))

    assert np.all(error(outcome.smoothing) < error(before) / 3.0)


def test_curves_that_predict_better_are_kept() -> None:
    """Networks of a law that cannot be, x' = f(y) alone, leave the curves as they were and say why."""
    run = volterra(0.005, 31)
    wrong = replace(told(), templates=(F, -told_symbol("d") * Y), unknowns=(Unknown("f", ("f_1",), (sp.sin(9 * Y),)),))
    wrong = replace(wrong, constants=(Told("d"),))
    before = GaussianProcess().smooth([run], seed=0)
    outcome = with_networks(wrong, [run], before, (1.0,), seed=0)
    assert outcome.smoothing is before
    assert outcome.constants == ()
    assert "The neural part was not used" in outcome.note


def test_one_seed_gives_one_answer() -> None:
    """The same curves to the last digit."""
    run = volterra(0.05, 21)
    before = GaussianProcess().smooth([run], seed=0)
    one, other = (with_networks(told(), [run], before, (1.0, 1.0), seed=3).smoothing for _ in range(2))
    np.testing.assert_array_equal(one.trajectories[0].states, other.trajectories[0].states)
