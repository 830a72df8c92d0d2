"""Regressions on derivatives and in weak form."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.dynamics.evaluate import values
from discovery.errors import UsageError
from discovery.library.grammar import monomials
from discovery.problems.regression import derivative_regression, regressions, weak_regression
from discovery.types import DiscoveryProblem, Law, NoiseModel, Regression, SmoothedTrajectory, Smoothing, Trajectory

SPIRAL = {"x": "-0.3*x + 2*y", "y": "-2*x - 0.1*y + 0.5"}
COEFFICIENTS = np.array([[0.0, -0.3, 2.0], [0.5, -2.0, -0.1]])


def solved(regression: Regression, names: tuple[str, ...]) -> np.ndarray:
    """Weighted least squares of each equation on 1 and the states."""
    design = regression.operator(values(monomials(names, 1), names, regression.states))
    return np.array(
        [
            np.linalg.lstsq(design / deviation[:, None], target / deviation)[0]
            for target, deviation in zip(regression.targets.T, regression.deviations.T, strict=True)
        ]
    )


@pytest.fixture
def spiral(law_of: Callable[..., Law]) -> Law:
    """A linear law of two states."""
    return law_of(SPIRAL)


@pytest.mark.parametrize("kind", ["derivative", "weak"])
def test_clean_data_give_the_coefficients_of_a_linear_law(
    kind: str, spiral: Law, problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Both views of the regression recover every coefficient, at irregular times and of two runs."""
    times = np.linspace(0.0, 8.0, 200) + 0.01 * np.sin(np.arange(200))
    problem = problem_of(spiral, [[1.0, 0.0], [-2.0, 1.0]], [times, times[:90]])
    np.testing.assert_allclose(solved(problem.regression(kind), ("x", "y")), COEFFICIENTS, atol=5e-3)


def test_the_weak_form_averages_noise(spiral: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """At 5 % noise, on raw targets, the coefficients are right to a few per cent, within their deviations."""
    problem = problem_of(spiral, [[1.0, 0.0]], np.linspace(0.0, 8.0, 400), noise=0.05)
    weak = problem.regression("weak")
    np.testing.assert_allclose(solved(weak, ("x", "y")), COEFFICIENTS, atol=0.1)
    residual = weak.targets - weak.operator(values(list(spiral.equations.values()), ("x", "y"), weak.states))
    np.testing.assert_allclose(np.mean((residual / weak.deviations) ** 2, axis=0), 1.0, atol=0.5)


def test_missing_samples_are_taken_from_the_smooth_curve(
    spiral: Law, problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A third of the values missing changes nothing on clean data."""
    problem = problem_of(spiral, [[1.0, 0.0]], np.linspace(0.0, 8.0, 200), missing=0.33)
    assert np.isnan(problem.trajectories[0].states).any()
    np.testing.assert_allclose(solved(problem.regression("weak"), ("x", "y")), COEFFICIENTS, atol=5e-3)


def test_short_runs_are_left_out_of_the_weak_form(spiral: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """A run that is shorter than a bump does not cost the others their regression."""
    times = np.linspace(0.0, 8.0, 200)
    problem = problem_of(spiral, [[1.0, 0.0], [3.0, 3.0]], [times, times[:5]])
    weak = problem.regression("weak")
    assert 200 == len(weak.states)
    np.testing.assert_allclose(solved(weak, ("x", "y")), COEFFICIENTS, atol=5e-3)
    assert 205 == len(problem.regression("derivative").states)


@pytest.mark.parametrize("samples", [1, 2, 8])
def test_too_few_samples_have_no_weak_form(
    samples: int, spiral: Law, problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Below nine samples no bump fits; the regression on derivatives is still there."""
    problem = problem_of(spiral, [[1.0, 0.0]], np.linspace(0.0, 1.0, samples))
    assert weak_regression(problem.trajectories, problem.smoothing) is None
    assert ("derivative",) == tuple(regression.kind for regression in problem.regressions)
    with pytest.raises(KeyError, match="weak"):
        problem.regression("weak")


def test_nine_samples_have_a_weak_form(spiral: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """One bump of the narrowest width."""
    problem = problem_of(spiral, [[1.0, 0.0]], np.linspace(0.0, 1.0, 9))
    assert 1 == len(problem.regression("weak").targets)


def test_the_operator_maps_points_to_rows(spiral: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """The derivative's is the identity; the weak one integrates each run on its own."""
    times = np.linspace(0.0, 8.0, 120)
    problem = problem_of(spiral, [[1.0, 0.0], [-2.0, 1.0]], times)
    derivative, weak = problem.regression("derivative"), problem.regression("weak")
    np.testing.assert_array_equal(derivative.operator(derivative.states), derivative.states)
    first = np.r_[np.ones(120), np.zeros(120)][:, None]
    integrals = np.column_stack([weak.operator(first), weak.operator(1.0 - first)])
    assert np.all((integrals > 0).sum(axis=1) == 1)


def test_long_records_are_thinned_evenly(
    spiral: Law, problem_of: Callable[..., DiscoveryProblem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are bounded, and first and last points stay."""
    monkeypatch.setattr("discovery.problems.regression.MAX_ROWS", 100)
    problem = problem_of(spiral, [[1.0, 0.0]], np.linspace(0.0, 8.0, 700))
    found = derivative_regression(problem.smoothing)
    assert 100 == len(found.states) == len(found.targets) == len(found.deviations)
    np.testing.assert_array_equal(found.states[[0, -1]], problem.smoothing.trajectories[0].states[[0, -1]])
    weak = weak_regression(problem.trajectories, problem.smoothing)
    assert weak is not None
    assert 100 >= len(weak.targets)


@pytest.mark.parametrize("kind", ["derivative", "weak"])
def test_deviations_are_never_zero(kind: str) -> None:
    """A smoother that is sure of itself, and a state that never changes, leave finite weights."""
    times = np.linspace(0.0, 6.0, 60)
    states, slopes = np.column_stack([np.sin(times), np.ones(60)]), np.column_stack([np.cos(times), np.zeros(60)])
    zero = np.zeros((60, 2))
    curve = SmoothedTrajectory(times, states, slopes, zero, zero, ("x", "y"))
    noise = NoiseModel("additive", np.zeros(2), np.full(2, 1e-9))
    smoothing = Smoothing((curve,), None, noise, 0.0, "exact")
    found = dict(
        zip(("derivative", "weak"), regressions([Trajectory(times, states, ("x", "y"))], smoothing), strict=True)
    )
    assert np.all(found[kind].deviations > 0.0)
    assert np.all(np.isfinite(1.0 / found[kind].deviations))


def test_uneven_times_do_not_spoil_the_weak_form(spiral: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """With half of the samples left out at random, the law still fits to the noise."""
    times = np.linspace(0.0, 8.0, 400)
    kept = np.sort(np.random.default_rng(2).choice(times, 200, replace=False))
    problem = problem_of(spiral, [[1.0, 0.0]], kept, noise=0.01)
    weak = problem.regression("weak")
    residual = weak.targets - weak.operator(values(list(spiral.equations.values()), ("x", "y"), weak.states))
    assert np.mean((residual / weak.deviations) ** 2) < 1.5


def test_states_that_were_not_measured_are_refused(spiral: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """A smoothing of second order has velocities; a law cannot be tried on a column that is not there."""
    problem = problem_of(spiral, [[1.0, 0.0]], np.linspace(0.0, 8.0, 60))
    (run,) = problem.trajectories
    alone = Trajectory(run.times, run.states[:, :1], ("x",))
    with pytest.raises(UsageError, match=r"gives the states x, y, but x was measured.*Add a column for the velocity"):
        regressions([alone], problem.smoothing)
