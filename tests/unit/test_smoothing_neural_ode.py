"""The neural ODE as a smoother: order, inputs, members, noise."""

from typing import Any

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from discovery.errors import DataError, UsageError
from discovery.protocols import Deadline
from discovery.smoothing import neural_ode
from discovery.smoothing.neural import training
from discovery.smoothing.neural_ode import NeuralODE
from discovery.smoothing.vector_field import PerceptronField
from discovery.types import Smoothing, Trajectory

QUICK = {"width": 8, "collocation": 10, "iterations": (8,), "continuity": (0.1,), "refit": 3}
TIMES = np.linspace(0.0, 15.0, 180)


def solution(slope: object, start: list[float]) -> np.ndarray:
    """States at TIMES."""
    return solve_ivp(slope, (0.0, 15.0), start, t_eval=TIMES, rtol=1e-9, atol=1e-9).y.T


def noisy(states: np.ndarray, noise: float) -> np.ndarray:
    """With white noise."""
    return states + noise * np.random.default_rng(0).standard_normal(states.shape)


def relative(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Root mean square error of each column, relative to its size."""
    return np.sqrt(np.mean((found - truth) ** 2, axis=0) / np.mean(truth**2, axis=0))


def circle(noise: float = 0.05) -> Trajectory:
    """A circle."""
    return Trajectory(TIMES, noisy(np.column_stack([np.sin(TIMES), np.cos(TIMES)]), noise), ("x", "y"))


def test_second_order_gives_velocity_and_acceleration_from_angles_alone() -> None:
    """A damped pendulum: the field has the acceleration, the velocity is a state of the smoothing named after it."""
    states = solution(lambda _, y: [y[1], -np.sin(y[0]) - 0.1 * y[1]], [2.0, 0.0])
    truth = np.column_stack([states[:, 1], -np.sin(states[:, 0]) - 0.1 * states[:, 1]])
    smoothing = NeuralODE(order=2, **QUICK).smooth([Trajectory(TIMES, noisy(states[:, :1], 0.02), ("a",))], seed=0)
    run = smoothing.trajectories[0]
    assert ("a", "a_dot") == run.names
    assert np.all(relative(run.states, states) < 0.03)
    assert np.all(relative(run.derivatives, truth) < [0.03, 0.06])
    np.testing.assert_allclose(run.derivatives[:, 0], run.states[:, 1], atol=1e-9)
    field = smoothing.field
    assert isinstance(field, PerceptronField)
    found = solve_ivp(lambda _, y: field(y[None])[0], (TIMES[0], TIMES[59]), states[0], t_eval=TIMES[:60])
    np.testing.assert_allclose(found.y.T, states[:60], atol=0.15)


def test_second_order_does_not_learn_logarithms() -> None:
    """Log-normal noise is refused, and not tried where the kind of noise is open."""
    message = r"Log-normal noise was asked for with a second-order field.* Ask for additive or proportional noise\."
    with pytest.raises(DataError, match=message):
        NeuralODE(order=2, noise="lognormal").smooth([circle()], seed=0)
    assert "additive" == NeuralODE(order=2).start_noise
    assert "proportional" == NeuralODE(order=2, noise="proportional").start_noise
    assert ("auto", "lognormal") == (NeuralODE().start_noise, NeuralODE(noise="lognormal").start_noise)


@pytest.fixture(scope="module")
def driven() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A driven oscillator: states, derivatives, drive."""
    states = solution(lambda t, y: [y[1], -y[0] - 0.2 * y[1] + np.cos(1.7 * t)], [0.0, 0.0])
    drive = np.cos(1.7 * TIMES)
    return states, np.column_stack([states[:, 1], -states[:, 0] - 0.2 * states[:, 1] + drive]), drive


def test_inputs_make_the_field_of_a_driven_oscillator_right(
    driven: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Where leaving them out does not; the field then depends on them as the oscillator does."""
    states, truth, drive = driven
    measured = noisy(states, 0.03)
    told = NeuralODE(**QUICK).smooth([Trajectory(TIMES, measured, ("x", "v"), inputs=drive[:, None])], seed=0)
    untold = NeuralODE(**QUICK).smooth([Trajectory(TIMES, measured, ("x", "v"))], seed=0)
    assert np.all(relative(told.trajectories[0].derivatives, truth) < 0.05)
    assert relative(untold.trajectories[0].derivatives, truth)[1] > 0.15
    field = told.field
    assert isinstance(field, PerceptronField)
    np.testing.assert_allclose(field(states, drive[:, None]), truth, atol=0.15)
    gain = field(np.zeros((2, 2)), np.array([[-0.5], [0.5]]))
    np.testing.assert_allclose(gain[1] - gain[0], [0.0, 1.0], atol=0.1)


def test_a_field_that_may_depend_on_time_follows_an_unknown_drive(
    driven: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Time is one argument more; derivatives are nearly those with the drive known."""
    states, truth, _ = driven
    run = Trajectory(TIMES, noisy(states, 0.03), ("x", "v"))
    smoothing = NeuralODE(with_time=True, **{**QUICK, "width": 16}).smooth([run], seed=0)
    assert np.all(relative(smoothing.trajectories[0].derivatives, truth) < 0.15)
    assert isinstance(smoothing.field, PerceptronField)
    assert 1 == len(smoothing.field.drive_centre)


def test_members_are_averaged_and_their_spread_is_in_the_deviations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mean of states and derivatives, deviations with the variance of either; the best member's field; a note."""
    single: list[Smoothing] = []
    average = neural_ode._averaged
    monkeypatch.setattr(neural_ode, "_averaged", lambda members: single.extend(members) or average(members))
    mean = NeuralODE(members=2, **{**QUICK, "iterations": (4,)}).smooth([circle()], seed=4)
    assert "States and derivatives are the mean of 2 neural ODEs; deviations hold how far they differ." in mean.notes
    run, one, other = mean.trajectories[0], *(smoothing.trajectories[0] for smoothing in single)
    assert np.any(one.derivatives != other.derivatives)
    for name in ("states", "derivatives"):
        np.testing.assert_allclose(getattr(run, name), 0.5 * (getattr(one, name) + getattr(other, name)))
    variance = 0.5 * (one.derivative_deviations**2 + other.derivative_deviations**2)
    expected = np.sqrt(variance + 0.5 * (one.derivatives - other.derivatives) ** 2)
    np.testing.assert_allclose(run.derivative_deviations, expected)
    assert max(smoothing.score for smoothing in single) == mean.score


def test_positive_data_with_relative_noise_are_learned_as_logarithms() -> None:
    """The field of a decay is right in the data's units, whatever units it was learned in."""
    times = np.linspace(0.0, 3.0, 80)
    values = 5.0 * np.exp(-times) * np.exp(0.03 * np.random.default_rng(0).standard_normal(80))
    smoothing = NeuralODE(noise="lognormal", **QUICK).smooth([Trajectory(times, values[:, None], ("x",))], seed=0)
    assert smoothing.field is not None
    np.testing.assert_allclose(smoothing.field(np.array([[1.0], [3.0]])), [[-1.0], [-3.0]], rtol=0.1)


def test_the_derivatives_are_the_field_s_at_the_states() -> None:
    """What is smoothed and what is learned agree, and the states keep the classical deviations."""
    smoothing = NeuralODE(**QUICK).smooth([circle()], seed=0)
    run = smoothing.trajectories[0]
    assert "neural_ode" == smoothing.method
    assert smoothing.field is not None
    np.testing.assert_allclose(smoothing.field(run.states), run.derivatives, atol=1e-9)


def test_a_deadline_that_has_passed_is_told() -> None:
    """Training is cut short, the result is complete and a note says so."""
    smoothing = NeuralODE(**QUICK).smooth([circle()], seed=0, deadline=Deadline(0.0))
    assert "The deadline cut the training of the neural ODE short." in smoothing.notes
    assert np.all(np.isfinite(smoothing.trajectories[0].derivatives))


def test_neither_threads_nor_global_randomness_are_touched() -> None:
    """Torch is left as it was found."""
    threads, state = torch.get_num_threads(), torch.random.get_rng_state()
    NeuralODE(**{**QUICK, "iterations": (2,)}).smooth([circle()], seed=0)
    assert threads == torch.get_num_threads()
    assert torch.equal(state, torch.random.get_rng_state())


@pytest.mark.parametrize(("members", "bearable"), [(1, np.inf), (1, 0.0), (2, 0.0)])
def test_progress_is_told_from_start_to_end(monkeypatch: pytest.MonkeyPatch, members: int, bearable: float) -> None:
    """Fractions never fall, with the firm pass and several members too; messages have the loss and the seconds left."""
    monkeypatch.setattr(training, "FIRMER", ((bearable, training.ANCHOR), (np.inf, 0.6)))
    heard: list[tuple[str, float]] = []

    def progress(stage: str, message: str = "", fraction: float | None = None) -> None:
        assert "smoothing" == stage
        heard.append((message, -1.0 if fraction is None else fraction))

    settings = {**QUICK, "iterations": (4,)}
    NeuralODE(members=members, **settings).smooth([circle()], seed=0, progress=progress)
    fractions = [fraction for _, fraction in heard]
    assert sorted(fractions) == fractions
    assert 10 < len(heard)
    assert 1.0 >= fractions[-1]
    assert any(" loss " in message and message.endswith(" s left") for message, _ in heard)


def test_deviations_by_the_adjoint_are_of_the_size_of_the_others() -> None:
    """Little memory changes how a field is learned, not how well it is known."""
    run = circle()
    short = Trajectory(run.times[:60], run.states[:60], run.names)
    sizes: list[float] = []
    for memory in (0.01, NeuralODE().memory):
        smoothing = NeuralODE(memory=memory, **{**QUICK, "refit": 1}).smooth([short], seed=0)
        sizes.append(float(np.sqrt(np.mean(smoothing.trajectories[0].derivative_deviations ** 2))))
    assert 1.0 / 3.0 < sizes[0] / sizes[1] < 3.0


def test_second_order_takes_a_run_of_one_sample_among_others() -> None:
    """It is read out at its one time."""
    alone = Trajectory(np.zeros(1), np.array([[0.5, 0.5]]), ("x", "y"), "alone")
    settings = {**QUICK, "iterations": (2,)}
    smoothing = NeuralODE(order=2, **settings).smooth([circle(), alone], seed=0)
    assert [(180, 4), (1, 4)] == [run.states.shape for run in smoothing.trajectories]
    assert all(np.all(np.isfinite(run.derivatives)) for run in smoothing.trajectories)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"iterations": (1, 2), "continuity": (0.3,)},
            r"NeuralODE got 2 iterations \(1, 2\) but 1 continuities \(0\.3,\)\. Give one of each for every stage\.",
        ),
        (
            {"members": 0},
            r"NeuralODE got members=0 and order=1\. It needs at least one member, and an order of 1 or 2\.",
        ),
        ({"order": 3}, r"NeuralODE got members=1 and order=3\. It needs at least one member, and an order of 1 or 2\."),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(settings: dict[str, Any], message: str) -> None:
    """At once, with what came and what is needed."""
    with pytest.raises(UsageError, match=message):
        NeuralODE(**settings)
