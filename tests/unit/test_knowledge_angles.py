"""Angles by their unit, and what laws pay for how they depend on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from discovery.errors import UsageError
from discovery.knowledge.angles import angular, in_degrees, in_radians, said_of_degrees
from discovery.laws import Frame, Law, Unknown, unknown_symbol
from discovery.symbolic.parse import parse
from discovery.trajectories.checks import check
from discovery.trajectories.read import read_csv
from discovery.types import symbol
from pipelines.config import RunConfig
from pipelines.dimensional import stated
from pipelines.told import understood

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


@pytest.mark.parametrize(
    ("header", "unit", "angle"),
    [
        ("knee", "°", True),
        ("knee_deg", None, True),
        ("knee", "rad", False),
        ("Temp", "°", False),
        ("knee", "°/s", False),
    ],
)
def test_degrees_are_known_by_the_same_signs(header: str, unit: str | None, angle: bool) -> None:
    """But for temperatures, whose sign has lost its letter."""
    assert angle is in_degrees(header, unit)


def test_who_has_an_angle_in_degrees_is_told_of_radians(tmp_path: Path) -> None:
    """By the check, where sines of it are told, and where it is told to be an angle; a sine of radians is let be."""
    times = np.linspace(0.0, 5.0, 60)
    table = np.column_stack([times, 20.0 * np.cos(3.0 * times)])
    path = tmp_path / "knee.csv"
    np.savetxt(path, table, delimiter=",", header="t [s],Knee angle [°]", comments="", encoding="utf-8")
    measured = read_csv(path)
    line = "table['Knee angle [rad]'] = numpy.radians(table['Knee angle [°]'])"
    (alert,) = [one for one in check(measured).alerts if one.subject == "degrees"]
    assert line in alert.advice
    config = RunConfig(laws=("Knee_angle'' = -k*sin(Knee_angle)",))
    with pytest.raises(UsageError, match=r"does not fit the units.*write radians"):
        stated(measured, config, understood(measured, config))
    with pytest.raises(UsageError, match="is an angle in degrees"):
        understood(measured, RunConfig(laws=("Knee_angle angle", "Knee_angle'' = f(Knee_angle)")))
    table[:, 1] = np.radians(table[:, 1])
    np.savetxt(path, table, delimiter=",", header="t [s],Knee angle [rad]", comments="", encoding="utf-8")
    measured = read_csv(path)
    stated(measured, config, understood(measured, config))
    assert not [one for one in check(measured).alerts if one.subject == "degrees"]
    assert "are angles in degrees" in said_of_degrees(["a [°]", "b [°]"])[0]
