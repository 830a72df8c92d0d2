"""Angles that were wrapped are known by their jumps, and nothing else is taken for one."""

from pathlib import Path

import numpy as np
import pytest

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import DataCheck, check
from discovery.trajectories.read import read_csv
from discovery.trajectories.wrapped import unwrapped
from discovery.types import Trajectory

TIMES = np.linspace(0.0, 30.0, 400)
NOISE = 0.03 * np.random.default_rng(0).normal(size=(3, 400))
ROTATION = np.stack([start + 1.3 * TIMES + np.sin(TIMES) for start in (0.0, 2.0, -3.0)]) + NOISE


def checked(columns: np.ndarray, header: str) -> DataCheck:
    """The check of one run for each row, with one column."""
    return check(from_arrays([one[:, None] for one in columns], TIMES, names=[header]))


def turned(column: np.ndarray, turn: float, low: float = 0.0) -> np.ndarray:
    """The column in that unit of a turn, wrapped from a number on."""
    return (column * turn / (2.0 * np.pi) - low) % turn + low


@pytest.mark.parametrize(
    ("columns", "header", "jump", "command"),
    [
        (turned(ROTATION, 2.0 * np.pi, -np.pi), "phi [rad]", "2 pi", "numpy.unwrap(phi)"),
        (turned(ROTATION, 2.0 * np.pi), "phi", "2 pi", "numpy.unwrap(phi)"),
        (turned(ROTATION, 360.0, -180.0), "angle (deg)", "360", "numpy.unwrap(angle, period=360)"),
        (turned(ROTATION, 1.0), "n [rev]", "1", "numpy.unwrap(n, period=1)"),
    ],
)
def test_a_wrapped_angle_is_to_be_unwrapped(columns: np.ndarray, header: str, jump: str, command: str) -> None:
    """Nothing else is said of it: its jumps are no strays and no noise, and it never turns back; a run is told, too."""
    found = checked(columns, header)
    (alert,) = found.alerts
    jumps = int(np.count_nonzero(np.abs(np.diff(columns)) > 0.6 * np.ptp(columns)))
    assert ("serious", "wrapped", (header,)) == (alert.level, alert.subject, alert.columns)
    assert alert.text.startswith(f"{header} jumps by {jump} {jumps} times, from one end of its range to the other")
    assert command in alert.text
    assert (alert.text,) == found.notes_on(hidden=False)
    assert "" == found.law
    turn = 2.0 * np.pi if jump == "2 pi" else float(jump)
    assert pytest.approx(0.03 * turn / (2.0 * np.pi), rel=0.1) == found.facts.states[0].noise


def test_one_jump_is_enough_where_a_unit_tells_of_an_angle() -> None:
    """An angle that crosses north once."""
    once = (200.0 + 10.0 * TIMES + 30.0 * NOISE[0]) % 360.0
    assert "wrapped" == checked(once[None], "wind [deg]").alerts[0].subject
    assert "wrapped" not in {alert.subject for alert in checked(once[None], "wind").alerts}


@pytest.mark.parametrize(
    ("column", "header"),
    [
        (np.pi * np.sin(2.0 * TIMES), "phi [rad]"),  # swings from end to end
        (turned(ROTATION[0], 2.0 * np.pi), "u [V]"),  # a sawtooth
        (4.0 * (TIMES % 1.0), "x"),
        (TIMES / 7.0 % 1.0, "share"),
        (np.pi * np.sign(np.sin(TIMES)) + NOISE[0], "x"),  # a square
        (np.where(np.arange(400) % 90 == 50, np.pi, np.sin(TIMES) - np.pi + 1.0), "x"),  # strays
    ],
)
def test_what_is_no_angle_is_not_taken_for_one(column: np.ndarray, header: str) -> None:
    """Oscillations over a turn, squares, strays, and sawteeth of another range or unit."""
    run = Trajectory(TIMES, column[:, None], ("x",))
    assert ((run,), (None,)) == unwrapped((run,), {"x": header})


def test_missing_entries_are_jumped_over() -> None:
    """What is left is unwrapped, and they stay missing."""
    column = turned(ROTATION[0], 2.0 * np.pi)
    column[::7] = np.nan
    (run,), (found,) = unwrapped((Trajectory(TIMES, column[:, None], ("x",)),), {"x": "x [rad]"})
    assert found is not None
    expected = np.where(np.isnan(column), np.nan, ROTATION[0])
    np.testing.assert_allclose(run.states[:, 0] - run.states[1, 0], expected - expected[1], atol=1e-9)


def test_a_file_with_a_wrapped_angle_is_read_unwrapped(tmp_path: Path) -> None:
    """So that a run works on what the check looked at; steps of a map may turn by more than half, and are left."""
    path = tmp_path / "angle.csv"
    rows = zip(TIMES, turned(ROTATION[0], 360.0, -180.0), strict=True)
    path.write_text("t,theta (°)\n" + "".join(f"{time},{angle:.4f}\n" for time, angle in rows), encoding="utf-8")
    found = read_csv(path)
    angle, expected = found.trajectories[0].states[:, 0], np.degrees(ROTATION[0])
    np.testing.assert_allclose(angle - angle[0], expected - expected[0], atol=1e-3)
    (note,) = found.notes
    assert note.startswith("theta (°) jumped by 360 from one end of its range to the other 8 times: it is an angle")
    assert "was unwrapped, run by run, as by numpy.unwrap(theta, period=360) in Python" in note
    assert not [alert for alert in check(found).alerts if alert.subject == "wrapped"]
    assert () == read_csv(path, successive=True).notes


def test_a_file_without_a_unit_is_read_as_it_is(tmp_path: Path) -> None:
    """A sawtooth may be what was measured; the check says how to have an angle unwrapped."""
    path = tmp_path / "angle.csv"
    rows = zip(TIMES, turned(ROTATION[0], 360.0), strict=True)
    path.write_text("t,theta\n" + "".join(f"{time},{angle:.4f}\n" for time, angle in rows), encoding="utf-8")
    found = read_csv(path)
    np.testing.assert_allclose(turned(ROTATION[0], 360.0), found.trajectories[0].states[:, 0], atol=1e-3)
    assert () == found.notes
    (alert,) = check(found).alerts
    assert "for no run. A file's column that is named with its unit, as theta [deg], is unwrapped" in alert.advice


NORTH = 0.9 * np.pi + 0.4 * np.sin(0.5 * TIMES) + 0.1 * TIMES + NOISE[0] / 3.0  # crosses an end of the range, and back


@pytest.mark.parametrize(
    "header",
    [
        "/odom/yaw",
        "ATT.Yaw",
        "heading",
        "psi",
        "/att/psi_raw",
        "azimuthAngle",
        "hdg_raw",
        "wind_dir",
        "yaw2",
        "wind_direction_10m",
    ],
)
@pytest.mark.parametrize("turn", [2.0 * np.pi, 360.0])
def test_a_name_of_an_angle_tells_of_one_as_a_unit_does(header: str, turn: float) -> None:
    """By few jumps, to and fro; whether in degrees its range says."""
    column = turned(NORTH, turn, -turn / 2.0)
    assert 0.9 * turn < np.ptp(column)
    (run,), (found,) = unwrapped((Trajectory(TIMES, column[:, None], ("x",)),), {"x": header}, guess=False)
    assert found is not None
    assert (turn, True) == (found.turn, found.told)
    np.testing.assert_allclose(np.diff(run.states[:, 0]), np.diff(NORTH) * turn / (2.0 * np.pi), atol=1e-9)


@pytest.mark.parametrize(
    "header",
    [
        "yaw_rate",
        "heading error",
        "yaw [V]",
        "psi_dot",
        "rolling",
        "x",
        "line_psi",
        "supply psi",
        "bearing temperature",
        "temp_bearing",
        "roll_force",
        "roll gap",
        "direction.x",
        "cos heading",
    ],
)
def test_other_names_do_not(header: str) -> None:
    """Rates and errors have no turns that do not count, nor have other units, pressures and parts of machines."""
    column = turned(NORTH, 2.0 * np.pi, -np.pi)[:, None]
    assert (None,) == unwrapped((Trajectory(TIMES, column, ("x",)),), {"x": header}, guess=False)[1]


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_a_switch_is_no_angle_by_its_name(noise: float) -> None:
    """One that stands at 0 or a turn, also with noise: unwrapped it would be one value."""
    column = np.where(np.sin(TIMES) > 0.0, 360.0, 0.0) + noise * np.random.default_rng(1).normal(size=400)
    run = Trajectory(TIMES, column[:, None], ("x",))
    assert (None,) == unwrapped((run,), {"x": "direction"}, guess=False)[1]


def test_few_jumps_of_a_turn_may_be_those_of_an_angle() -> None:
    """The advice on values far off their neighbours says what to do then, where the range is a turn."""
    once = (200.0 + 10.0 * TIMES + 30.0 * NOISE[0]) % 360.0
    advice = {alert.subject: alert.advice for alert in checked(once[None], "wind").alerts}
    assert advice["strays"].endswith("an angle that was wrapped, tell its unit, as by --set data.units.wind=deg.")
    assert "angle" not in {alert.subject: alert.advice for alert in checked(once[None] / 2, "u").alerts}["strays"]


def test_a_unit_that_is_told_has_an_angle_unwrapped(tmp_path: Path) -> None:
    """By header or by name; the check tells the setting that does it."""
    path = tmp_path / "angle.csv"
    rows = zip(TIMES, turned(ROTATION[0], 360.0), strict=True)
    path.write_text("t,phi b\n" + "".join(f"{time},{angle:.4f}\n" for time, angle in rows), encoding="utf-8")
    assert ("data.units.phi_b=deg",) == check(read_csv(path)).angles
    for key in ("phi b", "phi_b"):
        found = read_csv(path, units={key: "deg"})
        assert "was unwrapped" in found.notes[0]
        assert () == check(found).angles


@pytest.mark.parametrize(("header", "words"), [("V", "it may be an angle"), ("θ1", "it is an angle")])
def test_a_sawtooth_of_another_name_is_unwrapped_by_nobody_unasked(header: str, words: str) -> None:
    """Of an instrument's 0 to 6.1 V the next command would make a line; the alert says what to do if it is an angle."""
    found = checked(((3.0 * TIMES) % 6.1 + NOISE[0])[None], header)
    assert (header == "θ1") == bool(found.angles)
    (text,) = [alert.text for alert in found.alerts if alert.subject == "wrapped"]
    assert words in text
    assert ("If it is one, unwrap it" in text) == (header == "V")
