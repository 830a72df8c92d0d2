"""Equations that are settled before any search: x' = v and x' = 0, and nothing that only resembles them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.problems.regression import regressions
from discovery.problems.settled import borne_out, correlation_time, settled, settled_beside
from discovery.smoothing.kalman import Kalman
from discovery.types import DiscoveryProblem, Law, Trajectory, symbol

TIMES = np.linspace(0.0, 20.0, 400)
PENDULUM = {"x": "v", "v": "-sin(x) - 0.1*v"}
LawOf = Callable[..., Law]
ProblemOf = Callable[..., DiscoveryProblem]


def smoothed(run: Trajectory) -> DiscoveryProblem:
    """The problem that a smoother makes of one run."""
    smoothing = Kalman().smooth((run,), seed=0)
    return DiscoveryProblem((run,), smoothing, regressions((run,), smoothing))


def measured(law: Law, problem_of: ProblemOf, noise: float) -> DiscoveryProblem:
    """One noisy run of a law, smoothed."""
    return smoothed(problem_of(law, [[1.5, 0.0]], TIMES, noise=noise).trajectories[0])


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.05])
def test_the_derivative_of_a_position_is_the_velocity(noise: float, law_of: LawOf, problem_of: ProblemOf) -> None:
    """x' = v is settled at every noise level, and v' is left open."""
    problem = measured(law_of(PENDULUM), problem_of, noise)
    assert {"x": symbol("v")} == settled(problem)
    assert ("v",) == replace(problem, settled=settled(problem)).open


@pytest.mark.parametrize(
    "equation", ["1.05*v", "v + 0.05*x", "v - 0.1*x**2", "v + 0.1*v*x**2", "v + 0.1", "-v", "v - 0.05*sin(3*x)"]
)
def test_what_only_resembles_a_velocity_stays_open(equation: str, law_of: LawOf, problem_of: ProblemOf) -> None:
    """Another factor or another term of a twentieth is seen at 1 % noise."""
    assert {} == settled(measured(law_of({**PENDULUM, "x": equation}), problem_of, 0.01))


@pytest.mark.parametrize(
    ("push", "expected"),
    [(0.0, {"x": symbol("v")}), (0.1, {}), (None, {"x": symbol("u")})],
    ids=["none", "some", "all"],
)
def test_what_inputs_add_to_a_velocity_is_seen(push: float | None, expected: dict[str, object]) -> None:
    """A position moves as its velocity says, is pushed besides, or is moved by the input alone."""
    rate = np.cos(TIMES) + 0.8 * np.cos(2.7 * TIMES)
    drive = rate if push is None else np.cos(0.7 * TIMES)
    speed = rate - push * drive if push is not None else np.sin(1.3 * TIMES)
    states = np.column_stack([np.sin(TIMES) + 0.8 / 2.7 * np.sin(2.7 * TIMES), speed])
    states += 0.01 * np.random.default_rng(0).standard_normal(states.shape)
    run = replace(Trajectory(TIMES, states, ("x", "v")), inputs=drive[:, None], held=(False,))
    found = settled_beside(("u",), smoothed(run))
    assert expected == {state: rhs for state, rhs in found.items() if state == "x"}


@pytest.mark.parametrize(
    ("equation", "has"),
    [("v", True), ("1.006*v", True), ("0.5*v", False), ("v + 0.01", False), ("3*v**3 - 4*x*v", False), ("0", False)],
)
def test_a_law_need_not_have_what_was_settled(equation: str, has: bool, law_of: LawOf) -> None:
    """Its factor is fitted; another factor or another form is another equation."""
    found = {"x": symbol("v")}
    assert (found if has else {}) == borne_out(found, law_of({**PENDULUM, "x": equation}))
    rest = {"x": symbol("v") * 0}
    assert (rest if equation == "0" else {}) == borne_out(rest, law_of({**PENDULUM, "x": equation}))


def test_a_state_that_grows_by_itself_stays_open(law_of: LawOf, problem_of: ProblemOf) -> None:
    """x' = x has the factor 1 by accident of the unit of time."""
    run = problem_of(law_of({"x": "x"}), [[1.0]], np.linspace(0.0, 2.0, 200), noise=0.01).trajectories[0]
    assert {} == settled(smoothed(run))


def test_two_velocities_that_agree_settle_nothing(law_of: LawOf, problem_of: ProblemOf) -> None:
    """Where two states explain a derivative alike, the data do not say which."""
    law = law_of({"x": "v", "v": "-x", "w": "-x"})
    run = problem_of(law, [[1.0, 0.5, 0.5]], TIMES, noise=0.01).trajectories[0]
    assert {} == settled(smoothed(run))


def test_a_state_that_never_changes_has_the_derivative_zero(law_of: LawOf, problem_of: ProblemOf) -> None:
    """A constant that is measured with noise is settled; one that drifts by two deviations is not."""
    run = problem_of(law_of(PENDULUM), [[1.5, 0.0]], TIMES, noise=0.01).trajectories[0]
    rng = np.random.default_rng(1)
    for drift, expected in ((0.0, True), (0.04, False)):
        flat = 3.0 + drift * TIMES / TIMES[-1] + 0.02 * rng.standard_normal(len(TIMES))
        with_flat = Trajectory(run.times, np.column_stack([run.states, flat]), (*run.names, "k"))
        assert expected == (settled(smoothed(with_flat)).get("k") == 0)


def test_one_regression_settles_nothing(law_of: LawOf, problem_of: ProblemOf) -> None:
    """Runs too short for the weak form leave everything open."""
    problem = problem_of(law_of(PENDULUM), [[1.5, 0.0]], TIMES, noise=0.01)
    assert {} == settled(replace(problem, regressions=problem.regressions[:1]))


def test_correlation_time_counts_rows_that_err_alike() -> None:
    """White residuals count one by one; sums over ten neighbours count about ten as one; zeros count one."""
    white = np.random.default_rng(0).standard_normal(4000)
    np.testing.assert_allclose(correlation_time(white), 1.0, atol=0.3)
    np.testing.assert_allclose(correlation_time(np.convolve(white, np.ones(10))), 10.0, rtol=0.3)
    assert correlation_time(np.zeros(50)) == 1.0


def test_a_state_at_rest_is_settled_beside_errors_that_came_with_it() -> None:
    """Each sample's noise is in proportion to its error."""
    rng = np.random.default_rng(0)
    errors = rng.uniform(0.02, 0.1, (400, 1))
    run = Trajectory(TIMES, 2.0 + errors * rng.normal(size=(400, 1)), ("x",), errors=errors / np.median(errors))
    smoothing = Kalman(noise="given").smooth((run,), seed=0)
    problem = DiscoveryProblem((run,), smoothing, regressions((run,), smoothing))
    assert {"x": 0} == settled(problem)
