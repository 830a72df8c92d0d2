"""Derivatives that were computed from a column beside them: they are told from those that were measured."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.trajectories.checks import DataCheck, check
from discovery.trajectories.derived import is_place
from discovery.trajectories.read import read_csv
from pipelines.checking import next_command
from pipelines.config import Columns, RunConfig
from pipelines.inertia import with_inertia

TIMES = 0.02 * np.arange(200)
SPRING = 0.06 * np.exp(-0.04 * TIMES) * np.cos(5.2 * TIMES)
CART = 0.2 + 1.05 * TIMES - 0.26 * TIMES**2
# Of central differences, as Tracker's, and of such that are smoothed over neighbours, as Logger Pro's and Capstone's.
PLAIN, FIVE = [1.0], [1 / 4, 1 / 2, 1 / 4]
SEVEN, NINE = np.array([1, 2, 3, 2, 1]) / 9, np.array([1, 2, 3, 4, 3, 2, 1]) / 16
HEADERS: tuple[str, ...] = ("Position (m)", "Velocity (m/s)", "Acceleration (m/s²)")
ALONE = "--states 'Position (m)' --law \"Position'' = f(Position, Position')\""


def rate(values: np.ndarray, weights: np.ndarray | list[float]) -> np.ndarray:
    """The smoothed derivative, as software of sensors makes it."""
    return np.convolve(np.gradient(values, TIMES), weights, "same")


def looked_at(path: Path, columns: dict[str, np.ndarray], digits: int = 4) -> tuple[DataCheck, str]:
    """The check of a file with these columns, and the command that it proposes."""
    pd.DataFrame({"Time (s)": TIMES} | {name: np.round(one, digits) for name, one in columns.items()}).to_csv(
        path, index=False
    )
    checked = check(read_csv(path))
    return checked, next_command(path, Columns(), checked)


def noisy(course: np.ndarray, seed: int, noise: float = 0.0008) -> np.ndarray:
    """The course with noise."""
    return course + noise * np.random.default_rng(seed).normal(size=len(course))


@pytest.mark.parametrize("course", [SPRING, CART])
@pytest.mark.parametrize("weights", [PLAIN, FIVE, SEVEN, NINE])
@pytest.mark.parametrize("digits", [3, 4, 9])
def test_velocities_and_accelerations_of_a_sensor_are_left_out(
    tmp_path: Path, course: np.ndarray, weights: np.ndarray | list[float], digits: int
) -> None:
    """They have the noise of the position; with the position alone the law is of second order."""
    position = np.round(noisy(course, 1, 0.0012), digits)
    velocity = rate(position, weights)
    columns = dict(zip(HEADERS, (position, velocity, rate(velocity, weights)), strict=True))
    checked, command = looked_at(tmp_path / "cart.csv", columns, digits)
    assert checked.facts.derived == (("Position", "Velocity"), ("Position", "Acceleration"))
    (alert,) = (one for one in checked.alerts if one.subject == "computed")
    assert alert.text.startswith(
        "Velocity (m/s) and Acceleration (m/s²) were computed from Position (m), noise and all"
    )
    assert ALONE in alert.advice
    assert command == f"discover run {tmp_path / 'cart.csv'} {ALONE}"
    assert not {"velocity", "order", "noise", "sparse"} & {one.subject for one in checked.alerts}
    assert f"{alert.text} {alert.advice}" in checked.notes_on(hidden=False)


@pytest.mark.parametrize("digits", [3, 4, 9])
@pytest.mark.parametrize("course", [SPRING, CART])
def test_a_velocity_that_was_measured_stays(tmp_path: Path, course: np.ndarray, digits: int) -> None:
    """Whatever its noise, and that of the position: none, or that of another sensor."""
    velocity = np.gradient(course, TIMES, edge_order=2)
    for seed in range(4):
        for noises in ((0.0, 0.0), (0.0012, 0.0), (0.0012, 0.002), (0.0012, 0.02), (0.0, 0.02)):
            columns = [noisy(one, seed + 9 * i, noises[i]) for i, one in enumerate((course, velocity))]
            checked, _ = looked_at(tmp_path / "cart.csv", dict(zip(HEADERS, columns, strict=False)), digits)
            assert not checked.facts.derived


def test_an_acceleration_beside_a_velocity_is_left_out_as_well(tmp_path: Path) -> None:
    """And its law is of first order, unless it comes and goes; so is one of an acceleration beside a position alone."""
    velocity = noisy(np.gradient(CART, TIMES), 2, 0.01)
    _, command = looked_at(tmp_path / "cart.csv", {HEADERS[1]: velocity, HEADERS[2]: rate(velocity, FIVE)})
    assert command.endswith("cart.csv --states 'Velocity (m/s)'")
    swinging = noisy(np.gradient(SPRING, TIMES), 2, 0.01)
    _, command = looked_at(tmp_path / "cart.csv", {HEADERS[1]: swinging, HEADERS[2]: rate(swinging, FIVE)})
    assert command.endswith("--states 'Velocity (m/s)' --law \"Velocity'' = f(Velocity, Velocity')\"")
    position = noisy(CART, 2)
    second = rate(rate(position, FIVE), FIVE)
    _, command = looked_at(tmp_path / "cart.csv", {HEADERS[0]: position, HEADERS[2]: second})
    assert command.endswith(ALONE)


def test_what_else_is_measured_stays_a_state(tmp_path: Path) -> None:
    """A law of second order of the place may have it inside."""
    position, heat = noisy(CART, 3), noisy(np.exp(-TIMES), 4, 0.01)
    columns = {HEADERS[0]: position, HEADERS[1]: rate(position, NINE), "Heat": heat}
    checked, command = looked_at(tmp_path / "cart.csv", columns)
    assert command.endswith("--states 'Position (m),Heat' --law \"Position'' = f(Position, Position', Heat)\"")
    measurements = read_csv(tmp_path / "cart.csv")
    assert not checked.inert
    assert with_inertia(RunConfig(), measurements) == (RunConfig(), ""), "a run keeps the columns that it was given"


@pytest.mark.parametrize(
    ("header", "velocity", "place"),
    [
        ("Angle (°)", "w (°/s)", True), ("x [cm]", "dx", True), ("y", "v_y", True), ("Weg", "Geschwindigkeit", True),
        ("T (°C)", "rate", False), ("Velocity (m/s)", "Acceleration (m/s²)", False), ("U", "dU", False),
    ],
)  # fmt: skip
def test_places_and_angles_are_known_by_their_unit_or_by_their_velocity(
    header: str, velocity: str, place: bool
) -> None:
    """Of these laws are of second order; of a temperature and of a voltage as often of first."""
    assert is_place(header, velocity) == place


def test_what_a_derivative_was_computed_from_is_kept_however_noisy_it_is(tmp_path: Path) -> None:
    """A place that hardly moves is lost in its noise, but no state is left without the derivative if it goes, too."""
    still = 0.02 * np.cos(0.3 * TIMES) + 0.03 * np.random.default_rng(2).normal(size=len(TIMES))
    checked, _ = looked_at(tmp_path / "still.csv", {"x": still, "v": rate(still, PLAIN), "z": np.exp(-TIMES)}, 9)
    (alert,) = [one for one in checked.alerts if one.subject == "computed"]
    assert "--states x,z" in alert.advice
