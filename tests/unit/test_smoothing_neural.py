"""Parts of the neural ODE and its choice against the classical smoother, at small settings."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from discovery.protocols import Deadline
from discovery.smoothing.neural.network import new_network
from discovery.smoothing.neural.scaling import Samples, Scaling
from discovery.smoothing.neural.shooting import read, reading, solve
from discovery.smoothing.neural.windows import cut, spans
from discovery.smoothing.neural_ode import NeuralODE
from discovery.types import Smoothing, Trajectory

QUICK = NeuralODE(width=16, collocation_iterations=60, shooting_iterations=(20,), intervals=(16,), continuity=(0.5,))
TIMES = np.linspace(0.0, 12.0, 120)


def oscillator(noise: float, seed: int = 0) -> Trajectory:
    """A van der Pol oscillator with additive noise."""
    solution = solve_ivp(lambda _, x: [x[1], (1.0 - x[0] ** 2) * x[1] - x[0]], (0.0, 12.0), [2.0, 0.0], t_eval=TIMES)
    return Trajectory(TIMES, solution.y.T + noise * np.random.default_rng(seed).standard_normal((120, 2)), ("x", "v"))


def truth(states: np.ndarray) -> np.ndarray:
    """Derivatives of the oscillator."""
    return np.stack([states[:, 1], (1.0 - states[:, 0] ** 2) * states[:, 1] - states[:, 0]], axis=1)


@pytest.fixture(scope="module")
def smoothing() -> Smoothing:
    """The oscillator at noise of 0.1, at the default setting but for fewer iterations."""
    return NeuralODE(shooting_iterations=(40, 20)).smooth([oscillator(0.1)], seed=0)


def test_the_field_is_the_oscillators(smoothing: Smoothing) -> None:
    """On the data the field has learned the derivatives to 15 %."""
    assert smoothing.field is not None
    states = oscillator(0.0).states
    error = smoothing.field(states) - truth(states)
    assert np.sqrt(np.mean(error**2) / np.mean(truth(states) ** 2)) < 0.15


def test_the_field_predicts_better_and_is_kept(smoothing: Smoothing) -> None:
    """The field's autonomy beats the Gaussian process at this noise; states and derivatives are then its own."""
    run = smoothing.trajectories[0]
    assert smoothing.method == "neural_ode"
    assert smoothing.field is not None
    np.testing.assert_array_equal(run.derivatives, smoothing.field(run.states))


def test_the_note_says_which_was_kept_and_why(smoothing: Smoothing) -> None:
    """The choice is told in one sentence with both scores."""
    assert smoothing.notes[0].startswith("The neural ODE was kept; held-out samples have a log-likelihood of")


def test_a_field_that_departs_from_credible_derivatives_is_not_kept() -> None:
    """A network too small for the oscillator predicts as well but strays; the note says by how much."""
    smoothing = QUICK.smooth([oscillator(0.1)], seed=0)
    assert smoothing.method == "gaussian_process"
    assert "the neural ODE's derivatives depart from its own by" in smoothing.notes[0]


def test_clean_data_keep_the_classical_curve_and_return_the_field() -> None:
    """Without noise no perceptron is as precise as a Gaussian process; searches get the field all the same."""
    smoothing = QUICK.smooth([oscillator(0.0)], seed=0)
    assert smoothing.method == "gaussian_process"
    assert smoothing.field is not None


def test_driven_data_keep_the_classical_curve() -> None:
    """A curve that crosses itself in state space has no autonomous field; the score notices."""
    values = np.sin(TIMES) + np.sin(2.7 * TIMES + 1.0) + 0.02 * np.random.default_rng(0).standard_normal(len(TIMES))
    smoothing = QUICK.smooth([Trajectory(TIMES, values[:, None], ("x",))], seed=0)
    assert smoothing.method == "gaussian_process"


def test_a_deadline_that_has_passed_is_told() -> None:
    """Training is cut short, the result is complete and a note says so."""
    smoothing = QUICK.smooth([oscillator(0.1)], seed=0, deadline=Deadline(0.0))
    assert "The deadline cut the training of the neural ODE short." in smoothing.notes
    assert np.all(np.isfinite(smoothing.trajectories[0].derivatives))


def test_neither_threads_nor_global_randomness_are_touched() -> None:
    """Torch is left as it was found."""
    threads, state = torch.get_num_threads(), torch.random.get_rng_state()
    NeuralODE(width=4, collocation_iterations=5, shooting_iterations=(5,), intervals=(8,), continuity=(0.5,)).smooth(
        [oscillator(0.1)], seed=0
    )
    assert threads == torch.get_num_threads()
    assert torch.equal(state, torch.random.get_rng_state())


def test_progress_is_told_from_start_to_end() -> None:
    """Fractions never fall."""
    heard: list[float] = []

    def progress(stage: str, message: str = "", fraction: float | None = None) -> None:
        assert stage == "smoothing"
        heard.append(-1.0 if fraction is None else fraction)

    QUICK.smooth([oscillator(0.1)], seed=0, progress=progress)
    assert sorted(heard) == heard
    assert len(heard) > 5


def test_torch_and_plain_field_agree() -> None:
    """The plain arrays compute what the network computes."""
    network = new_network(np.array([2.0, 0.5]), 8, np.random.default_rng(0))
    scaling = Scaling(np.zeros(2), np.ones(2), np.zeros(2, dtype=bool))
    points = np.random.default_rng(1).standard_normal((5, 2))
    plain = network.plain(scaling, points)
    np.testing.assert_allclose(plain(points), network(torch.tensor(points)).detach().numpy(), rtol=1e-12)


def test_windows_overlap_by_half_and_reach_the_end() -> None:
    """33 samples in windows of 9 start every 4; a short rest starts earlier."""
    assert spans(np.arange(17.0), 9) == [(0, 9), (4, 13), (8, 17)]
    assert spans(np.arange(15.0), 9) == [(0, 9), (4, 13), (6, 15)]
    assert spans(np.arange(5.0), 9) == [(0, 5)]


def test_windows_do_not_span_gaps() -> None:
    """A gap of twenty intervals cuts the run."""
    times = np.r_[np.arange(9.0), 29.0 + np.arange(9.0)]
    assert spans(times, 9) == [(0, 9), (9, 18)]


def samples(times: np.ndarray) -> Samples:
    """A decaying exponential of one state."""
    values = np.exp(-times)[:, None]
    return Samples(times, values, np.full_like(values, 0.1), values, -values, np.full_like(values, 0.1))


def test_windows_beyond_the_limit_are_drawn() -> None:
    """No more windows are made than asked for, and links join neighbours only."""
    windows = cut([samples(np.arange(400.0))], 9, 16, np.random.default_rng(0))
    assert len(windows) == 16
    np.testing.assert_array_equal(
        windows.rows[windows.links[:, 0], windows.joints], windows.rows[windows.links[:, 1], 0]
    )


def test_irregular_samples_are_read_off_the_uniform_grid() -> None:
    """For dz/dt = -z the solver and Hermite polynomials give the exponential at irregular times."""
    times = np.sort(np.random.default_rng(0).uniform(0.0, 1.0, 9))
    windows = cut([samples(times)], 9, 10, np.random.default_rng(0))
    network = new_network(np.ones(1), 4, np.random.default_rng(0))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        network.skip.fill_(-1.0)
        durations = torch.tensor(windows.durations)
        solution = solve(network, torch.tensor(windows.starts), durations, 16)
        states = read(network, solution, durations, 16, reading(windows.places, 16))
    np.testing.assert_allclose(states[0, :, 0].numpy(), np.exp(-times), rtol=1e-6)


def test_positive_data_with_relative_noise_are_learned_as_logarithms() -> None:
    """The field of a decay is right in the data's units, whatever units it was learned in."""
    times = np.linspace(0.0, 3.0, 80)
    values = 5.0 * np.exp(-times) * np.exp(0.03 * np.random.default_rng(0).standard_normal(80))
    smoothing = NeuralODE(
        noise="lognormal",
        width=8,
        collocation_iterations=40,
        shooting_iterations=(20,),
        intervals=(16,),
        continuity=(0.5,),
    ).smooth([Trajectory(times, values[:, None], ("x",))], seed=0)
    assert smoothing.field is not None
    np.testing.assert_allclose(smoothing.field(np.array([[1.0], [3.0]])), [[-1.0], [-3.0]], rtol=0.15)
