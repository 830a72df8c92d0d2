"""Constants and window starts fitted to measured samples."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit, Shooting, beginnings, fit, following
from discovery.dynamics.simulate import simulate
from discovery.dynamics.windows import Windows, cut
from discovery.protocols import NEVER, Deadline
from discovery.types import DiscoveryProblem, Law, NoiseModel, Trajectory

LOTKA_VOLTERRA = {"x": "c0*x - c1*x*y", "y": "c2*x*y - c3*y"}
TRUTH = (1.1, 0.4, 0.1, 0.4)


def windows_of(problem: DiscoveryProblem, length: int = 16, noise: NoiseModel | None = None) -> Windows:
    """Windows of a problem."""
    smoothing = problem.smoothing
    return cut(problem.trajectories, smoothing.trajectories, noise or smoothing.noise, length)


@pytest.fixture(scope="module")
def hunted(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Clean Lotka-Volterra data of two runs."""
    return problem_of(law_of(LOTKA_VOLTERRA, *TRUTH), [[10.0, 5.0], [4.0, 2.0]], np.linspace(0.0, 15.0, 90))


@pytest.mark.parametrize("length", [8, 32, 1000])
def test_clean_data_give_the_constants_back(length: int, hunted: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """From constants that are off by a fifth, whatever the windows."""
    guess = law_of(LOTKA_VOLTERRA, *(0.8 * c for c in TRUTH))
    found = fit(guess, windows_of(hunted, length), settings=Shooting(tolerance=1e-12))
    assert found is not None
    np.testing.assert_allclose(found.law.constants, TRUTH, rtol=1e-4)
    assert found.misfit < 1e-4
    assert found.count == 360


def test_the_first_guess_is_not_changed(hunted: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Laws, windows and given starts are left as they came."""
    guess, windows = law_of(LOTKA_VOLTERRA, *(0.8 * c for c in TRUTH)), windows_of(hunted)
    starts = windows.starts + 0.01
    before = starts.copy(), windows.starts.copy()
    fit(guess, windows, starts=starts)
    np.testing.assert_array_equal(starts, before[0])
    np.testing.assert_array_equal(windows.starts, before[1])
    assert tuple(0.8 * c for c in TRUTH) == guess.constants


def test_the_cost_is_the_sum_of_squared_residuals(hunted: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """With no iteration the cost is that of the first guess, window by window."""
    guess, windows = law_of(LOTKA_VOLTERRA, 1.0, 0.4, 0.1, 0.4), windows_of(hunted)
    found = fit(guess, windows, settings=Shooting(iterations=0, rtol=1e-9))
    assert found is not None
    costs = []
    for row, start in enumerate(windows.starts):
        part = slice(windows.offsets[row], windows.offsets[row + 1])
        simulated = simulate(guess, start, windows.times[part])
        costs.append(np.sum((windows.weights[part] * (simulated - windows.values[part])) ** 2))
    np.testing.assert_allclose(found.costs, costs, rtol=1e-5)
    np.testing.assert_allclose(found.cost, sum(costs), rtol=1e-5)


@pytest.mark.parametrize(("size", "fitted"), [(1e30, True), (1e130, False)])
def test_a_constant_whose_square_is_no_number_is_none_of_a_law(
    size: float, fitted: bool, hunted: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """Its relative changes, of which intervals and relations are made, would have no numbers."""
    guess = law_of({**LOTKA_VOLTERRA, "x": "c0*x - c1*x*y + 1/(1 + c4*x**2)"}, *TRUTH, size)
    assert fitted == (fit(guess, windows_of(hunted)) is not None)


def test_a_fit_never_gets_worse_with_more_iterations(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Steps that raise the cost are not taken."""
    law = law_of(LOTKA_VOLTERRA, *TRUTH)
    problem = problem_of(law, [[10.0, 5.0]], np.linspace(0.0, 15.0, 60), noise=0.05)
    guess = law.with_constants((0.5, 0.2, 0.2, 0.8))
    fits = [fit(guess, windows_of(problem), settings=Shooting(iterations=n, tolerance=0.0)) for n in (0, 1, 3, 8, 20)]
    costs = [found.cost for found in fits if found is not None]
    assert 5 == len(costs)
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < 0.1 * costs[0]


def test_missing_samples_are_bridged(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> None:
    """With 40 % of the values missing the constants are still found."""
    law = law_of(LOTKA_VOLTERRA, *TRUTH)
    problem = problem_of(law, [[10.0, 5.0]], np.linspace(0.0, 15.0, 120), missing=0.4)
    found = fit(law.with_constants(tuple(0.8 * c for c in TRUTH)), windows_of(problem))
    assert found is not None
    assert 120 < found.count < 170
    np.testing.assert_allclose(found.law.constants, TRUTH, rtol=1e-3)


def test_a_window_that_measures_nothing_of_a_state_does_no_harm(
    hunted: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """A state whose samples are missing for a whole window is inferred from the others."""
    run, smooth = hunted.trajectories[0], hunted.smoothing.trajectories[0]
    states = run.states.copy()
    states[:30, 1] = np.nan
    windows = cut([Trajectory(run.times, states, run.names)], [smooth], hunted.smoothing.noise, 16)
    found = fit(law_of(LOTKA_VOLTERRA, *(0.9 * c for c in TRUTH)), windows)
    assert found is not None
    np.testing.assert_allclose(found.law.constants, TRUTH, rtol=1e-3)
    np.testing.assert_allclose(found.starts[0], run.states[0], rtol=1e-3)


def test_log_normal_noise_is_fitted_in_logarithms(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Multiplicative scatter over three decades: the rate is found to the deviation that logarithms allow."""
    law, times = law_of({"x": "c0*x"}, -1.0), np.linspace(0.0, 7.0, 80)
    problem = problem_of(law, [[100.0]], times)
    run = problem.trajectories[0]
    scattered = run.states * np.exp(0.1 * np.random.default_rng(0).standard_normal(run.states.shape))
    noise = NoiseModel("lognormal", np.array([0.1]), np.array([1e-9]))
    windows = cut([Trajectory(times, scattered, ("x",))], problem.smoothing.trajectories, noise, 1000)
    found = fit(law.with_constants((-0.7,)), windows)
    assert found is not None
    deviation = float(found.information[0, 0] ** -0.5)
    assert abs(found.law.constants[0] + 1.0) < 3 * deviation
    # A straight line through logarithms: sigma / sqrt(sum (t - mean)^2).
    np.testing.assert_allclose(deviation, 0.1 / np.sqrt(np.sum((times - times.mean()) ** 2)), rtol=1e-3)
    assert 0.7 < found.misfit < 1.3


@pytest.mark.parametrize("text", ["x**3 + c0", "log(-x) + c0", "c0*exp(x**2)"])
def test_a_law_that_cannot_be_simulated_gives_none(
    text: str, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Divergence and undefined values end the fit before it begins, without warning."""
    problem = problem_of(law_of({"x": "-x"}), [[9.0]], np.linspace(0.0, 3.0, 60))
    assert fit(law_of({"x": text}, 1.0), windows_of(problem, 1000)) is None


def test_a_law_without_constants_is_fitted_by_its_starts(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """There is nothing to determine but the initial states."""
    problem = problem_of(law_of({"x": "-x"}), [[9.0]], np.linspace(0.0, 3.0, 60), noise=0.05)
    found = fit(law_of({"x": "-x"}), windows_of(problem, 1000))
    assert found is not None
    assert (0, 0) == found.information.shape
    np.testing.assert_allclose(found.starts[0], 9.0, rtol=0.05)


def test_a_constant_without_effect_has_no_information(hunted: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """A constant whose factor is zero on the data keeps its value; its scale says that nothing is known of it."""
    law = law_of({"x": "c0*x - c1*x*y + c4*(x - Abs(x))", "y": "c2*x*y - c3*y"}, *TRUTH, 7.0)
    found = fit(law, windows_of(hunted))
    assert found is not None
    assert found.law.constants[4] == 7.0
    matrix, scale = found.scaled_information()
    assert 0.0 == scale[4]
    np.testing.assert_allclose(np.diag(matrix)[:4], 1.0)


@pytest.mark.parametrize("text", ["c2 - c0*x**c1", "c0*x**c1"])
def test_powers_are_fitted_from_rest(
    text: str, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A first guess of exactly zero, where the slope of a fractional power is infinite, ends no fit."""
    law = law_of({"x": text}, 0.8, 0.5, 1.0) if "c2" in text else law_of({"x": text}, 0.8, 0.5)
    problem = problem_of(law, [[0.01]], np.linspace(0.0, 4.0, 60))
    windows = windows_of(problem, 1000)
    found = fit(law.with_constants(tuple(0.9 * c for c in law.constants)), windows, starts=np.zeros((1, 1)))
    assert found is not None
    np.testing.assert_allclose(found.law.constants, law.constants, rtol=1e-3)


def test_misfit_is_chi_squared_by_value() -> None:
    """6 on 4 values is 1.5; no values count as one, and what was believed is no residual."""
    law = Law(("x",), (), ())
    nothing, costs = np.zeros((0, 0)), np.array([4.0, 2.0])
    assert Fit(law, nothing, 6.0, costs, nothing, 4).misfit == 1.5
    assert Fit(law, nothing, 6.0, costs, nothing, 0).misfit == 6.0
    assert Fit(law, nothing, 90.0, costs, nothing, 4).misfit == 1.5


def with_outliers(problem: DiscoveryProblem) -> Windows:
    """Windows in which every twentieth value of the first run's first state is far off."""
    run = problem.trajectories[0]
    states = run.states.copy()
    states[::20, 0] += 3.0
    spoiled = Trajectory(run.times, states, run.names)
    smoothing = problem.smoothing
    return cut([spoiled, problem.trajectories[1]], smoothing.trajectories, smoothing.noise, 1000)


def test_outliers_pull_with_a_bounded_force(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """With a loss that is linear from three deviations on, the constants stay a few times nearer to the truth."""
    law = law_of(LOTKA_VOLTERRA, *TRUTH)
    problem = problem_of(law, [[10.0, 5.0], [4.0, 2.0]], np.linspace(0.0, 15.0, 90), noise=0.02)
    errors = []
    for bend in (np.inf, 3.0):
        found = fit(law, with_outliers(problem), settings=Shooting(tolerance=1e-9, iterations=100, bend=bend))
        assert found is not None
        errors.append(np.linalg.norm(np.array(found.law.constants) / TRUTH - 1.0))
    assert errors[1] < 0.4 * errors[0]


def test_a_bend_that_nothing_reaches_changes_nothing(hunted: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """To the last bit; where it is reached, the cost is Huber's."""
    guess, windows = law_of(LOTKA_VOLTERRA, 1.0, 0.4, 0.1, 0.4), windows_of(hunted)
    plain, far, near = (fit(guess, windows, settings=Shooting(iterations=0, bend=b)) for b in (np.inf, 1e9, 2.0))
    assert plain is not None
    assert far is not None
    assert near is not None
    assert plain.cost == far.cost
    np.testing.assert_array_equal(plain.information, far.information)
    residuals = []
    for row, start in enumerate(windows.starts):
        part = slice(windows.offsets[row], windows.offsets[row + 1])
        residuals.append(windows.weights[part] * (simulate(guess, start, windows.times[part]) - windows.values[part]))
    size = np.abs(np.vstack(residuals))
    np.testing.assert_allclose(near.cost, np.where(size <= 2.0, size**2, 4.0 * size - 4.0).sum(), rtol=1e-4)


def test_fixed_constants_keep_their_values(hunted: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """The others are fitted around them."""
    guess = law_of(LOTKA_VOLTERRA, 1.2, 0.3, 0.1, 0.4)
    found = fit(guess, windows_of(hunted), fixed=(0, 3))
    free = fit(guess, windows_of(hunted))
    assert found is not None
    assert free is not None
    assert (1.2, 0.4) == (found.law.constants[0], found.law.constants[3])
    assert 0.3 != found.law.constants[1]
    assert found.cost > free.cost


def test_a_deadline_ends_a_fit_where_it_is(hunted: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """One that begins too late keeps its constants, with the cost that they have."""
    guess = law_of(LOTKA_VOLTERRA, *(0.8 * c for c in TRUTH))
    late, whole = (
        fit(guess, windows_of(hunted), settings=Shooting(deadline=one)) for one in (Deadline.after(0.0), NEVER)
    )
    assert late is not None
    assert whole is not None
    assert (guess.constants, True) == (late.law.constants, late.cost > whole.cost)


def test_starts_are_known_as_those_of_a_straight_line(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """At a given slope by one over the root of the samples; of a steeper line by the mean time less."""
    law, times = law_of({"x": "c0"}, 1.0), np.linspace(0.0, 3.0, 31)
    problem = problem_of(law, [[2.0], [1.0]], times)
    windows = windows_of(problem, 1000)
    found = fit(law, windows)
    assert found is not None
    for beginning in beginnings(found, windows, Shooting()):
        np.testing.assert_allclose(beginning.follows, [[-1.5]], rtol=1e-3)
        np.testing.assert_allclose(beginning.scatter, [[problem.smoothing.noise.scale[0] ** 2 / 31]], rtol=1e-3)


def test_nothing_is_known_of_the_starts_of_a_law_that_cannot_be_followed(
    hunted: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """As where its constants were moved to a pole."""
    windows = windows_of(hunted)
    found = fit(law_of(LOTKA_VOLTERRA, *TRUTH), windows)
    assert found is not None
    lost = replace(found, law=law_of({"x": "exp(c0*x**4)", "y": "c1 + c2 + c3"}, *TRUTH))
    assert () == beginnings(lost, windows, Shooting())


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e3])
def test_starts_follow_the_constants_in_any_unit(
    unit: float, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """To first order they are those that a fit with the changed constant finds."""
    law = law_of({"x": "c0*x"}, -1.0)
    windows = windows_of(problem_of(law, [[2.0 * unit]], np.linspace(0.0, 4.0, 60), noise=0.01), 1000)
    settings = Shooting(tolerance=1e-10)
    found = fit(law, windows, settings=settings)
    assert found is not None
    moved = found.law.with_constants((found.law.constants[0] + 1e-3,))
    refitted = fit(moved, windows, starts=found.starts, settings=settings, fixed=[0])
    assert refitted is not None
    followed = following(found, windows, np.array([1e-3]), settings)
    np.testing.assert_allclose(followed - found.starts, refitted.starts - found.starts, rtol=0.01)
