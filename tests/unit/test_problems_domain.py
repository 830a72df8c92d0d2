"""Curves of told laws where these have a value."""

import numpy as np
import pytest

from discovery.knowledge.knowledge import Names
from discovery.knowledge.understand import understand
from discovery.problems.domain import within
from discovery.symbolic.domain import Edge, edges
from discovery.types import NoiseModel, SmoothedTrajectory, Smoothing, Trajectory

TIMES = np.linspace(0.0, 6.0, 13)


def bent(samples: np.ndarray, below: float, deviation: float = 0.01) -> tuple[tuple[Trajectory, ...], Smoothing]:
    """Samples, and a curve through them but for its first point, which is less by ``below``."""
    small = np.full((len(TIMES), 1), deviation)
    curve = samples[:, None] - below * (TIMES == 0.0)[:, None]
    smooth = SmoothedTrajectory(TIMES, curve, np.zeros_like(curve), small, small, ("x",))
    noise = NoiseModel("additive", small[0], small[0])
    return (Trajectory(TIMES, samples[:, None], ("x",)),), Smoothing((smooth,), None, noise, 0.0, "bent")


def first(sentence: str, samples: np.ndarray, below: float) -> float:
    """The first point of the curve once the law is told."""
    runs, smoothing = bent(samples, below)
    return float(within(understand([sentence], Names({"x": "x"})).frame, runs, smoothing).trajectories[0].states[0, 0])


@pytest.mark.parametrize(
    ("sentence", "flipped"), [("x' = k*x^m", False), ("x' = k*sqrt(x)", False), ("x' = k*(1 - x)^m", True)]
)
def test_a_curve_that_leaves_where_a_told_law_has_a_value_is_moved_back(sentence: str, flipped: bool) -> None:
    """All samples are inside: a start at -0.004 has no power, so that no fit began there. It is a deviation inside."""
    samples = 0.1 * TIMES
    begun = first(sentence, 1.0 - samples if flipped else samples, -0.004 if flipped else 0.004)
    assert 0.01 == pytest.approx(1.0 - begun if flipped else begun)


@pytest.mark.parametrize(
    ("sentence", "moved"), [("x' = k*x^m", True), ("x' = k*sqrt(x)", False), ("x' = k*x^2", False)]
)
def test_samples_below_zero_by_noise_are_of_what_is_positive_where_an_exponent_is_free(
    sentence: str, moved: bool
) -> None:
    """What is to be written for roots is said elsewhere, and squares have a value."""
    assert moved == (first(sentence, 0.1 * TIMES - 0.015 * (TIMES == 0.0), 0.0) > 0.0)


def test_samples_far_below_zero_leave_the_curve_as_it_is() -> None:
    """Then the law is at odds with the data, and not the curve."""
    assert -0.3 == pytest.approx(first("x' = k*x^m", 0.1 * TIMES - 0.2, 0.1))


def test_a_state_has_edges_where_what_is_straight_in_it_vanishes() -> None:
    """A positive part has a value everywhere, and a constant inside leaves the edge open."""
    names = Names({"x": "x", "y": "y", "z": "z"})
    frame = understand(["x' = k*x^m*(1 - x)^n", "y' = sqrt((y + abs(y))/2)", "z' = log(a - z)"], names).frame
    assert {Edge(0, 0.0, True, True), Edge(0, 1.0, False, True)} == set(edges(frame.templates, frame.states))
    (root,) = edges(understand(["x' = -k*sqrt(x) - g*x^p"], names).frame.templates, ("x",))
    assert Edge(0, 0.0, True, False) == root
