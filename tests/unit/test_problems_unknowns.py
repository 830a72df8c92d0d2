"""A law that was told in part as a problem for each unknown function."""

from dataclasses import replace
from typing import cast

import numpy as np
import pytest
import sympy as sp

from discovery.errors import DataError
from discovery.knowledge.groups import in_groups
from discovery.knowledge.knowledge import Hidden, Knowledge, Names
from discovery.knowledge.understand import understand
from discovery.problems.flexible import Flexible, _alike
from discovery.problems.hidden import with_velocities
from discovery.problems.points import Points
from discovery.problems.regression import regressions
from discovery.problems.unknowns import ensure_enough, framed
from discovery.samples import symbol
from discovery.types import DiscoveryProblem, NoiseModel, SmoothedTrajectory, Smoothing, Trajectory

TIMES = np.linspace(0.0, 6.0, 121)


def exact(states: np.ndarray, slopes: np.ndarray, names: tuple[str, ...]) -> tuple[tuple[Trajectory, ...], Smoothing]:
    """Samples without noise and a smoother that knows them."""
    small = np.full(states.shape, 1e-3)
    curve = SmoothedTrajectory(TIMES, states, slopes, small, small, names)
    noise = NoiseModel("additive", small[0], small[0])
    return (Trajectory(TIMES, states, names),), Smoothing((curve,), None, noise, 0.0, "exact")


def told(runs: tuple[Trajectory, ...], smoothing: Smoothing, *sentences: str) -> DiscoveryProblem:
    """The problem that sentences leave."""
    known = understand(sentences, Names({name: name for name in runs[0].names}))
    runs, smoothing = with_velocities(runs, smoothing, known.hidden)
    return framed(known.frame, runs, smoothing, regressions(runs, smoothing), 0)


def test_a_hidden_velocity_is_the_derivative_of_its_position() -> None:
    """Without samples of its own; its derivative is the second one of the position."""
    runs, smoothing = exact(np.sin(TIMES)[:, None], np.cos(TIMES)[:, None], ("x",))
    runs, wider = with_velocities(runs, smoothing, [Hidden("v", "v", "x")])
    assert np.isnan(runs[0].states[:, 1]).all()
    np.testing.assert_array_equal(np.cos(TIMES), wider.trajectories[0].states[:, 1])
    np.testing.assert_allclose(-np.sin(TIMES), wider.trajectories[0].derivatives[:, 1], atol=1e-5)


def test_linear_constants_are_found_beside_an_unknown_function() -> None:
    """x'' = -4 sin(x) - 0.1 v³ with f(v) unknown."""
    x = 1.2 * np.sin(TIMES) + 0.3 * np.sin(2.7 * TIMES)
    v = 1.2 * np.cos(TIMES) + 0.81 * np.cos(2.7 * TIMES)
    states = np.column_stack([x, v])
    slopes = np.column_stack([v, -4.0 * np.sin(x) - 0.1 * v**3])
    problem = told(*exact(states, slopes, ("x", "v")), "x' = v", "v' = -k*sin(x) + f(v)")
    assert 4.0 == pytest.approx(problem.told[0][0], rel=1e-6)
    part = problem.parts["f"]
    np.testing.assert_allclose(
        -0.1 * part.regressions[0].states[:, 0] ** 3, part.regressions[0].targets[:, 0], atol=1e-5
    )


def test_a_function_times_something_known_in_two_equations_is_one_problem() -> None:
    """Rows of both equations say the same of f."""
    angle = 0.5 * TIMES
    radius = 1.0 + 0.3 * np.sin(TIMES)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    length = np.hypot(x, y)
    slopes = -np.column_stack([x, y]) * (length**-2)[:, None]
    problem = told(*exact(np.column_stack([x, y]), slopes, ("x", "y")), "r = (x, y)", "r' = -f(|r|)*r")
    for regression in problem.parts["f"].regressions:
        values = regression.operator(regression.states[:, :1] ** -2.0)
        np.testing.assert_allclose(regression.targets[:, 0], values[:, 0], atol=1e-6)


def test_the_response_of_samples_to_a_part_is_that_of_its_function() -> None:
    """Where the smoothed curve is the law's, its own function leaves nothing."""
    x = np.exp(-0.5 * TIMES)
    problem = told(*exact(x[:, None], -0.5 * x[:, None], ("x",)), "x' = -f(x)")
    assert problem.parts["f"].respond is not None
    (response,) = problem.parts["f"].respond({"x": 0.5 * symbol("x")})
    np.testing.assert_allclose(response.targets, response.operator @ (0.5 * response.states[:, 0]), atol=1e-8)


def test_a_frequency_is_found_where_a_function_depends_on_time() -> None:
    """x' = -x + cos(2.3 t), told only that time is an argument."""
    x = np.cos(2.3 * TIMES + 0.4) + 0.5 * np.exp(-TIMES)
    slopes = -x + np.cos(2.3 * TIMES) * 2.0
    problem = told(*exact(x[:, None], slopes[:, None], ("x",)), "x' = f(x, t)")
    assert 2.3 == pytest.approx(problem.told[0][0], rel=1e-3)


def test_constants_inside_of_functions_are_found_from_a_grid_within_their_bounds() -> None:
    """x' = -a x/(b + x)."""
    x = 3.0 * np.exp(-0.3 * TIMES)
    runs, smoothing = exact(x[:, None], (-2.0 * x / (0.7 + x))[:, None], ("x",))
    known = understand(["x' = -a*x/(b + x)", "b > 0"], Names({"x": "x"}))
    flexible = Flexible.of(known.frame, Points.of(known.frame, runs, smoothing.trajectories))
    best = flexible.starts(3, 0)[0]
    assert [2.0, 0.7] == pytest.approx(best.values, rel=1e-3)


def test_constants_of_a_dozen_groups_start_where_all_are_alike() -> None:
    """A grid of twelve b has ten to the twelfth points, of which six hundred were drawn."""
    groups = [f"run {i}" for i in range(12)]
    x = 3.0 * np.exp(-0.3 * TIMES)
    runs, smoothing = exact(x[:, None], (-2.0 * x / (0.7 + x))[:, None], ("x",))
    known = understand(["x' = -a*x/(b + x)", "b > 0"], Names({"x": "x"}))
    every = tuple(replace(runs[0], label=group) for group in groups)
    grown = in_groups(["b"], known, every, ("run",))
    assert grown.known is not None
    points = Points.of(grown.known.frame, grown.runs, smoothing.trajectories * 12)
    flexible = Flexible.of(grown.known.frame, points)
    first = _alike(flexible, 0)[0]
    assert [0.7] * 12 == pytest.approx(first, rel=1e-3)


def test_beliefs_hold_constants_that_the_data_do_not_tell() -> None:
    """Of a and b only the sum matters."""
    x = np.exp(-0.5 * TIMES)
    problem = told(*exact(x[:, None], -0.5 * x[:, None], ("x",)), "x' = -(a + b)*x", "a ~ 0.2 +- 0.001")
    assert [0.2, 0.3] == pytest.approx(problem.told[0], rel=1e-2)


@pytest.mark.parametrize(
    ("count", "sentence", "left"),
    [
        (7, "x' = f(x) + k*sin(x)", "1 functions and 1 constants to be found, for which at least 10 values"),
        (3, "x' = -a*x/(b + x)", "2 constants to be found, for which at least 4 values"),
    ],
)
def test_more_unknowns_than_the_data_support_are_refused(count: int, sentence: str, left: str) -> None:
    """Five values for each at least; two for each constant where the form is told."""
    few = TIMES[:count]
    x = np.exp(-few)[:, None]
    runs = (Trajectory(few, x, ("x",)),)
    small = np.full(x.shape, 1e-3)
    noise = NoiseModel("additive", small[0], small[0])
    smoothing = Smoothing((SmoothedTrajectory(few, x, -x, small, small, ("x",)),), None, noise, 0.0, "exact")
    with pytest.raises(DataError, match=f"{left} are wanted; the data have {count}"):
        told(runs, smoothing, sentence)


def test_two_values_for_each_constant_are_enough_where_the_form_is_told() -> None:
    """Subjects of pharmacokinetics are measured ten times, and have three constants each."""
    few = TIMES[:6]
    frame = understand(["x' = -a*x/(b + x) + c"], Names({"x": "x"})).frame
    ensure_enough(frame, (Trajectory(few, np.exp(-few)[:, None], ("x",)),))


def test_what_has_no_value_on_the_data_is_refused() -> None:
    """A logarithm of negative states."""
    x = -np.exp(-TIMES)
    with pytest.raises(DataError, match="no value on the data"):
        told(*exact(x[:, None], -x[:, None], ("x",)), "x' = k*log(x)")


def test_terms_before_which_a_told_constant_stands_anyway_are_not_found_again() -> None:
    """a x and c x are one."""
    from discovery.selection.told import without_told

    known = understand(["x' = a*x + f(x, y)", "y' = -y"], Names({"x": "x", "y": "y"}))
    x, y = symbol("x"), symbol("y")
    found = without_told(known.frame.unknowns[0], known.frame)(3.0 * x - 2.0 * x * y + sp.sin(x))
    assert -2.0 * x * y + sp.sin(x) == found


def test_terms_before_which_each_group_has_its_constant_are_not_found_again() -> None:
    """Of all groups together they are a x as well, and a term c x beside them left neither determined."""
    from discovery.selection.told import without_told

    known = understand(["x' = a*x + f(x, y)", "y' = -y"], Names({"x": "x", "y": "y"}))
    runs = [Trajectory(TIMES, np.ones((len(TIMES), 2)), ("x", "y"), label) for label in ("wet", "dry", "drier")]
    frame = cast("Knowledge", in_groups(("a",), known, runs, ()).known).frame
    x, y = symbol("x"), symbol("y")
    found = without_told(frame.unknowns[0], frame)(3.0 * x - 2.0 * x * y + sp.sin(x))
    assert -2.0 * x * y + sp.sin(x) == found


@pytest.mark.parametrize(
    ("law", "better"),
    [("x' = -k*sqrt(x)", "x' = -k*sqrt((x + abs(x))/2)"), ("x' = -k*x^1.5", "x' = -k*((x + abs(x))/2)^1.5")],
)
def test_a_root_of_what_noise_makes_negative_is_named_and_what_to_write(law: str, better: str) -> None:
    """A vessel that has run empty; what is advised has a value."""
    data = emptied()
    said = (
        r"x is negative in 20 of 121 samples, -0\.01 at the least and 1 at most.*write \(x \+ abs\(x\)\)/2 for x there"
    )
    with pytest.raises(DataError, match=said):
        told(*data, law)
    assert 1 == len(told(*data, better).told[0])


def test_a_logarithm_of_what_noise_makes_negative_is_named() -> None:
    """It has no value where the vessel is empty."""
    with pytest.raises(DataError, match=r"In log\(x\) x is negative in 20 of 121 samples.*leave those samples out"):
        told(*emptied(), "x' = k*log(x)")


def emptied() -> tuple[tuple[Trajectory, ...], Smoothing]:
    """What runs out, and is read as a little less than nothing then."""
    x = np.maximum(1.0 - TIMES / 4.0, 0.0) ** 2 - 0.01 * (TIMES > 5.0)
    return exact(x[:, None], np.gradient(x, TIMES)[:, None], ("x",))
