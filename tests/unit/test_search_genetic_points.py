"""Points of the genetic engines: the regression's, and those of a learned field beside the curve."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from discovery.errors import DataError
from discovery.search.genetic_points import points_of
from discovery.types import DiscoveryProblem, NoiseModel, Regression, SmoothedTrajectory, Smoothing, Trajectory

NAMES = ("x", "y")


class Spiral:
    """A field that is known exactly, and trusted where x is positive."""

    def __call__(self, states: np.ndarray, /) -> np.ndarray:
        """A rotation that shrinks."""
        return states @ np.array([[-0.1, -1.0], [1.0, -0.1]])

    def trust(self, states: np.ndarray, /) -> np.ndarray:
        """Half of the plane."""
        return np.where(states[:, 0] > 0.0, 1.0, 0.0)


class Driven(Spiral):
    """A field that cannot be evaluated by states alone."""

    def __call__(self, states: np.ndarray, /) -> np.ndarray:
        """Refuses."""
        raise DataError("The field is driven. Pass what drives it.")


@pytest.fixture
def problem() -> DiscoveryProblem:
    """A circle of 100 points whose derivatives are known; no field."""
    times = np.linspace(0.0, 2.0 * np.pi, 100)
    states = np.column_stack([np.cos(times), np.sin(times)])
    slopes = Spiral()(states)
    deviations = np.full_like(slopes, 0.01)
    curve = SmoothedTrajectory(times, states, slopes, deviations, deviations, NAMES)
    smoothing = Smoothing((curve,), None, NoiseModel("additive", np.ones(2), np.ones(2)), 0.0, "exact")
    regression = Regression("derivative", states, slopes, deviations, lambda values: values)
    return DiscoveryProblem((Trajectory(times, states, NAMES),), smoothing, (regression,))


def with_field(problem: DiscoveryProblem, field: Spiral) -> DiscoveryProblem:
    """The same problem, smoothed by a field."""
    return replace(problem, smoothing=replace(problem.smoothing, field=field))


def radii(problem: DiscoveryProblem, most: int = 400) -> np.ndarray:
    """Distance of the points of x from the origin, in the data's units."""
    points = points_of(problem, most, 0)["x"]
    return np.linalg.norm(points.states * points.state_scales, axis=1)


def test_without_a_field_points_are_of_the_curve(problem: DiscoveryProblem) -> None:
    """All points lie on the circle, none more often than it was measured."""
    assert 100 == len(radii(problem))
    np.testing.assert_allclose(radii(problem), 1.0)


def test_a_field_gives_points_beside_the_curve(problem: DiscoveryProblem) -> None:
    """More than were measured, off the circle by about a tenth of a deviation, only where the field is trusted."""
    points = points_of(with_field(problem, Spiral()), 400, 0)["x"]
    states = points.states * points.state_scales
    beside = np.abs(np.linalg.norm(states, axis=1) - 1.0)
    assert np.sum(beside > 1e-6) > 100
    assert 0.03 < beside[beside > 1e-6].std() < 0.1
    assert states[beside > 1e-6, 0].min() > 0.0


def test_targets_beside_the_curve_are_the_field_s(problem: DiscoveryProblem) -> None:
    """Every target is the field's value at its point."""
    points = points_of(with_field(problem, Spiral()), 400, 0)["x"]
    expected = Spiral()(points.states * points.state_scales)[:, 0]
    np.testing.assert_allclose(points.targets * points.target_scale, expected, atol=1e-12)


def test_a_field_that_the_smoother_did_not_keep_is_not_asked(problem: DiscoveryProblem) -> None:
    """Where derivatives of a state depart from the field by more than their deviations, its points are the curve's."""
    regression = problem.regressions[0]
    moved = replace(regression, targets=regression.targets + np.array([0.02, 0.0]))
    points = points_of(replace(with_field(problem, Spiral()), regressions=(moved,)), 400, 0)
    assert 100 == len(points["x"].targets)
    assert 100 < len(points["y"].targets)


def test_a_driven_field_is_not_asked(problem: DiscoveryProblem) -> None:
    """States alone do not tell its derivatives."""
    np.testing.assert_allclose(radii(with_field(problem, Driven())), 1.0)


def test_the_seed_decides_the_points(problem: DiscoveryProblem) -> None:
    """One seed gives the same points twice, another seed others."""
    first, second, other = (points_of(with_field(problem, Spiral()), 400, seed)["x"].states for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_settled_states_have_no_points(problem: DiscoveryProblem) -> None:
    """Points are made for what is to be searched."""
    assert {"y"} == set(points_of(problem.settling({"x": sp.Integer(0)}), 50, 0))
