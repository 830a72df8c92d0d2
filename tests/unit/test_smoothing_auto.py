"""The neural ODE beside its classical start: which is kept, and what is told of it."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from discovery.smoothing.auto import Auto, why_kept
from discovery.smoothing.vector_field import PerceptronField
from discovery.types import Smoothing, Trajectory

TIMES = np.linspace(0.0, 12.0, 120)
QUICK = {"width": 8, "collocation": 10, "iterations": (8,), "continuity": (0.1,), "refit": 3}


def oscillator(noise: float) -> Trajectory:
    """A van der Pol oscillator with additive noise."""
    solution = solve_ivp(
        lambda _, x: [x[1], (1.0 - x[0] ** 2) * x[1] - x[0]],
        (0.0, 12.0),
        [2.0, 0.0],
        t_eval=TIMES,
        rtol=1e-9,
        atol=1e-9,
    )
    return Trajectory(TIMES, solution.y.T + noise * np.random.default_rng(0).standard_normal((120, 2)), ("x", "v"))


def truth(states: np.ndarray) -> np.ndarray:
    """Derivatives of the oscillator."""
    return np.stack([states[:, 1], (1.0 - states[:, 0] ** 2) * states[:, 1] - states[:, 0]], axis=1)


def error(smoothing: Smoothing) -> float:
    """Relative error of the derivatives of the oscillator."""
    expected = truth(oscillator(0.0).states)
    return float(np.sqrt(np.mean((smoothing.trajectories[0].derivatives - expected) ** 2) / np.mean(expected**2)))


@pytest.fixture(scope="module")
def noisy() -> tuple[Smoothing, ...]:
    """The oscillator at noise of 0.1, at the default setting."""
    return Auto().rivals([oscillator(0.1)], seed=0)


def test_the_field_predicts_better_and_is_kept(noisy: tuple[Smoothing, ...]) -> None:
    """Its autonomy beats the Gaussian process at this noise: less than two thirds of its error, below 12 %."""
    neural, classical = noisy
    assert ("neural_ode", "gaussian_process") == (neural.method, classical.method)
    assert error(neural) < min(0.12, 0.67 * error(classical))
    assert neural.score > classical.score


def test_the_note_says_which_was_kept_and_why(noisy: tuple[Smoothing, ...]) -> None:
    """The choice is told in one sentence with both scores."""
    neural, classical = noisy
    expected = (
        "The neural ODE was kept; held-out samples have a log-likelihood of "
        f"{classical.score:.3f} nats a sample by the gaussian process, {neural.score:.3f} by the neural ODE."
    )
    assert expected == neural.notes[0]


def test_a_field_that_is_kept_though_it_is_less_likely_has_a_reason() -> None:
    """A slight difference says nothing; a field of second order has what a curve has not."""
    assert "The neural ODE was kept: so small a difference on held-out samples says nothing" in why_kept(
        -2.279, -2.243, 1
    )
    assert "The neural ODE was kept: a curve through positions has no velocities" in why_kept(-3.0, -2.0, 2)
    for ours, theirs in ((-2.0, -2.5), (np.nan, np.nan)):
        assert why_kept(ours, theirs, 1) == "The neural ODE was kept; held-out samples have a log-likelihood of"


def test_the_field_is_the_oscillator_s(noisy: tuple[Smoothing, ...]) -> None:
    """On the data to 12 %, and its solution keeps with the oscillator for a period."""
    states = oscillator(0.0).states
    field = noisy[0].field
    assert isinstance(field, PerceptronField)
    assert np.sqrt(np.mean((field(states) - truth(states)) ** 2) / np.mean(truth(states) ** 2)) < 0.12
    found = solve_ivp(lambda _, x: field(x[None])[0], (TIMES[0], TIMES[59]), states[0], t_eval=TIMES[:60])
    np.testing.assert_allclose(found.y[0], states[:60, 0], atol=0.3)


def test_what_is_kept_comes_first() -> None:
    """``smooth`` returns the first of the rivals, to the last bit, with the other's curves behind."""
    smoother = Auto(neural=QUICK)
    kept, (first, second) = smoother.smooth([oscillator(0.1)], seed=1), smoother.rivals([oscillator(0.1)], seed=1)
    assert (first.method, first.score, first.notes) == (kept.method, kept.score, kept.notes)
    np.testing.assert_array_equal(first.trajectories[0].derivatives, kept.trajectories[0].derivatives)
    assert {"neural_ode", "gaussian_process"} == {first.method, second.method}


def test_clean_data_keep_the_classical_curve_and_return_the_field() -> None:
    """Without noise a curve interpolates better than a small network fits; searches get the field all the same."""
    smoothing = Auto(neural={**QUICK, "width": 4}).smooth([oscillator(0.0)], seed=0)
    assert smoothing.method in {"gaussian_process", "kalman", "local_polynomial"}
    assert smoothing.field is not None
    called = smoothing.method.replace("_", " ")
    assert smoothing.notes[0].startswith(f"The {called} was kept: the neural ODE ")


def test_driven_data_without_inputs_keep_the_classical_curve() -> None:
    """A curve that crosses itself in state space has no autonomous field; the score notices."""
    values = np.sin(TIMES) + np.sin(2.7 * TIMES + 1.0) + 0.02 * np.random.default_rng(0).standard_normal(len(TIMES))
    smoothing = Auto(neural=QUICK).smooth([Trajectory(TIMES, values[:, None], ("x",))], seed=0)
    assert "gaussian_process" == smoothing.method
    assert "The gaussian process was kept: the neural ODE predicts held-out samples worse" in smoothing.notes[0]


def test_driven_data_with_inputs_keep_the_neural_ode() -> None:
    """The same kind of drive, told."""
    drive = np.cos(2.7 * TIMES)
    states = solve_ivp(
        lambda t, x: [-0.5 * x[0] + np.cos(2.7 * t)], (0.0, 12.0), [1.0], t_eval=TIMES, rtol=1e-9, atol=1e-9
    ).y.T
    measured = states + 0.05 * np.random.default_rng(0).standard_normal(states.shape)
    smoothing = Auto(neural=QUICK).smooth([Trajectory(TIMES, measured, ("x",), inputs=drive[:, None])], seed=0)
    expected = -0.5 * states[:, 0] + drive
    assert "neural_ode" == smoothing.method
    assert np.sqrt(np.mean((smoothing.trajectories[0].derivatives[:, 0] - expected) ** 2)) < 0.08


def test_where_neither_knows_more_their_mean_is_kept() -> None:
    """One short growth curve: three smoothings come back, the first midway between the others."""
    times = np.linspace(0.0, 4.0, 40)
    values = np.exp(0.4 * times) * (1.0 + 0.05 * np.random.default_rng(2).standard_normal(40))
    mean, neural, classical = Auto(neural=QUICK).rivals([Trajectory(times, values[:, None], ("x",))], seed=0)
    assert "gaussian_process + neural_ode" == mean.method
    assert mean.notes[0].startswith("The mean of gaussian process and neural ODE was kept: neither's derivatives are")
    for name in ("states", "derivatives", "state_deviations", "derivative_deviations"):
        kept, one, other = (getattr(smoothing.trajectories[0], name) for smoothing in (mean, neural, classical))
        assert name == "state_deviations" or not np.array_equal(one, other)
        np.testing.assert_allclose(kept, (one + other) / 2, rtol=1e-12)


def test_too_few_samples_to_hold_any_out_keep_the_classical_curve() -> None:
    """Nothing speaks for the field."""
    times = np.arange(4.0)
    runs = [Trajectory(times, np.exp(-0.3 * times)[:, None] + 0.1 * k, ("x",), str(k)) for k in range(2)]
    smoothing = Auto(neural={**QUICK, "iterations": (2,)}).smooth(runs, seed=0)
    assert "there are too few samples to hold any out" in smoothing.notes[0]
    assert np.all(np.isfinite(smoothing.trajectories[0].derivatives))


def test_a_second_order_field_is_kept_whatever_the_scores() -> None:
    """It was asked for, and has states that a curve has not."""
    run = Trajectory(TIMES, oscillator(0.0).states[:, :1], ("x",))
    smoothing = Auto(neural={**QUICK, "order": 2}).smooth([run], seed=0)
    assert ("neural_ode", ("x", "x_dot")) == (smoothing.method, smoothing.trajectories[0].names)


def test_settings_are_handed_to_the_neural_ode() -> None:
    """The noise too; what the neural ODE does not know is refused by it."""
    smoothing = Auto(noise="proportional", neural={**QUICK, "iterations": (2,)}).smooth([oscillator(0.1)], seed=0)
    assert ("proportional", False) == (smoothing.noise.kind, smoothing.noise.estimated)
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        Auto(neural={"depth": 3}).smooth([oscillator(0.1)], seed=0)
