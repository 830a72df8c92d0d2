"""Angles by their unit, and what laws pay for how they depend on them."""

from __future__ import annotations

import pytest

from discovery.knowledge.angles import angular, in_radians
from discovery.laws import Frame, Law, Unknown, unknown_symbol
from discovery.symbolic.parse import parse
from discovery.types import symbol

TURN = Frame(
    ("a", "v"),
    (symbol("v"), unknown_symbol("f")),
    (Unknown("f", ("a", "v"), (symbol("a"), symbol("v"))),),
)


def law(text: str) -> Law:
    """The law a'' = text."""
    found = parse(text, ("a", "v", "c0", "c1"))
    return TURN.law((found,), (1.3, 0.7))


@pytest.mark.parametrize(
    ("header", "unit", "angle"),
    [
        ("theta_rad", None, True),
        ("theta (rad)", None, True),
        ("theta", "rad", True),
        ("theta [rad]", "rad", True),
        ("omega", "rad/s", False),
        ("omega_rad_per_s", None, False),
        ("rad", None, False),
        ("theta_rad", "m", False),
        ("theta_deg", None, False),
    ],
)
def test_angles_are_known_by_their_unit(header: str, unit: str | None, angle: bool) -> None:
    """A unit that is stated goes before the name."""
    assert in_radians(header, unit) == angle


@pytest.mark.parametrize(
    ("text", "nats"),
    [
        ("c0*sin(a) + c1*v", -8.0),
        ("c0*sin(a)*cos(2*a)", -16.0),
        ("c0*a + c1*v", 8.0),
        ("c0*sin(c1*a)", 8.0),
        ("c0*sin(a) + c1*a", 0.0),
        ("c0*v", 0.0),
    ],
)
def test_periodic_functions_of_an_angle_cost_nothing_and_the_angle_itself_a_function(text: str, nats: float) -> None:
    """Eight nats are what a function costs; a frequency that is not whole does not close the circle."""
    assert nats == angular(law(text), ("a",))


def test_nothing_changes_where_nothing_is_an_angle() -> None:
    """The same laws without an angle."""
    assert angular(law("c0*sin(a)"), ()) == 0.0
