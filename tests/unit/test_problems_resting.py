"""Rests of smoothed courses: what stands still has no sign."""

import numpy as np
import pytest

from discovery.library.grammar import mixed
from discovery.library.shapes import shapes
from discovery.problems.resting import at_rest
from discovery.types import SmoothedTrajectory

TIMES = np.linspace(0.0, 10.0, 401)


def braked(noise: float, deviation: float) -> SmoothedTrajectory:
    """A speed 3 - t by dry friction until it rests, with what smoothing left of its noise."""
    left = noise * np.sin(40.0 * TIMES)
    speed = np.maximum(3.0 - TIMES, 0.0) + left
    rate = np.where(TIMES < 3.0, -1.0, 0.0)
    deviations = np.full((len(TIMES), 1), deviation)
    return SmoothedTrajectory(TIMES, speed[:, None], rate[:, None], deviations, deviations, ("v",))


def test_dry_friction_is_estimated_at_its_size_beside_a_rest() -> None:
    """The noise of a rest has signs; they halve the friction, or worse."""
    run = braked(noise=0.02, deviation=0.02)
    rates = run.derivatives[:, 0]
    friction = [
        float(rates @ signs / (signs @ signs)) for signs in (np.sign(one.states[:, 0]) for one in (run, at_rest(run)))
    ]
    assert abs(friction[0]) < 0.5
    assert friction[1] == pytest.approx(-1.0, abs=0.02)


@pytest.mark.parametrize(("noise", "deviation"), [(0.0, 0.02), (0.02, 0.001), (2.0, 0.02)])
def test_what_goes_through_zero_or_is_known_there_is_left_alone(noise: float, deviation: float) -> None:
    """A course that never changes its sign there, one whose swings are no noise, and one that swings through zero."""
    run = braked(noise, deviation)
    assert at_rest(run) is run


def test_the_tail_of_an_oscillation_is_no_rest() -> None:
    """It changes its sign within its deviations, but it moves; nor does a state rest where nothing is known of it."""
    swing = np.exp(-0.4 * TIMES) * np.sin(40.0 * TIMES)
    rate = 40.0 * np.exp(-0.4 * TIMES) * np.cos(40.0 * TIMES)
    known = np.full((len(TIMES), 1), 0.01)
    tail = SmoothedTrajectory(TIMES, swing[:, None], rate[:, None], known, 10.0 * known, ("x",))
    assert at_rest(tail) is tail
    gap = SmoothedTrajectory(TIMES, swing[:, None], 0.0 * rate[:, None], 100.0 * known, 100.0 * known, ("x",))
    assert at_rest(gap) is gap


def test_a_speed_that_is_never_negative_has_a_sign_where_it_rests() -> None:
    """An encoder that reads zero at rest: the friction is there, and gone."""
    states = np.maximum(3.0 - TIMES, 0.0)[:, None]
    assert "drag" in {shape.name for shape in shapes(states)}
    assert "sign(v)" in map(str, mixed(["v"], states).terms)
    assert "drag" not in {shape.name for shape in shapes(states + 0.1)}
    assert "sign(v)" not in map(str, mixed(["v"], states + 0.1).terms)
    assert "drag" not in {shape.name for shape in shapes(1.0 * (states > 0.0))}, "a heater is off or on"
