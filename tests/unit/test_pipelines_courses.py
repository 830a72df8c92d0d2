"""Tables of inputs with times of their own."""

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from pipelines.courses import MOST, course_of
from pipelines.named_states import Columns, measured

DRIVEN = Columns(("x",), ("x",), inputs=("u", "v"))


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_dates_of_the_data_are_dates_of_a_course(zone: str | None) -> None:
    """With a time zone, too, and at days of their own."""
    days = pd.date_range("2020-01-01", periods=30, freq="D", tz=zone)
    table = pd.DataFrame({"when": days, "x": np.exp(-np.arange(30) / 9.0), "u": np.repeat([0.0, 1.0, 0.0], 10)})
    _, columns = measured(table, "when", inputs="u")
    drive = course_of(columns, table[["when", "u"]].iloc[::2], columns.times(days[:20]), (True,))
    assert drive is not None
    np.testing.assert_array_equal(np.arange(0.0, 30.0, 2.0), drive.times)
    indexed = course_of(columns, table.set_index("when")[["u"]].iloc[::2], columns.times(days[:20]), (True,))
    assert indexed is not None
    np.testing.assert_array_equal(drive.times, indexed.times)
    assert (True,) == drive.held


def test_a_function_is_taken_more_often_where_it_bends() -> None:
    """Straight lines between follow waves and a step at times that nobody asked for; a level needs few values."""
    asked = np.array([0.0, 1.0, 20.0])
    drive = course_of(DRIVEN, lambda t: (np.sin(9.0 * t), float(t > 7.3)), asked, (True, True))
    assert drive is not None
    assert (False, False) == drive.held
    assert set(asked) <= set(drive.times)
    fine = np.linspace(0.0, 20.0, 9973)
    wave, step = (np.interp(fine, drive.times, column) for column in drive.values.T)
    np.testing.assert_allclose(wave, np.sin(9.0 * fine), atol=5e-4)
    np.testing.assert_array_equal(step, fine > 7.3)
    level = course_of(DRIVEN, lambda t: [1.0, 2.0], asked, (True, True))
    assert level is not None
    assert len(level.times) < len(drive.times) < MOST


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda t: 1.0, "a function, which gives 1 number. It is called with one time"),
        (lambda t: {}[t], "which failed at times from 0 to 1: KeyError: 0"),
        (lambda t: [1.0, 2.0][t], "which failed at times from 0 to 1: TypeError: list indices"),
        (lambda t: (1.0, 1.0 / t), "which failed at times from 0 to 1: ZeroDivisionError"),
        (lambda: 1.0, "The inputs are a function, which failed at times from 0 to 1: .* for each of u, v"),
        (lambda t: ("on", "off"), "The inputs are a function, which failed"),
        (lambda t: (1.0, 1.0 / t if t else np.nan), "values that are not finite"),
    ],
)
def test_a_function_that_gives_no_inputs_is_refused(function: object, message: str) -> None:
    """Too few of them, one of no time, words, and one with a hole."""
    with pytest.raises(DataError, match=message):
        course_of(DRIVEN, function, np.array([0.0, 1.0]), (False, False))


def test_what_a_function_failed_by_is_shown_with_its_place() -> None:
    """The error of the user's own line stays the cause."""

    def function(t: float) -> tuple[float, float]:
        raise IndexError("mine")

    with pytest.raises(DataError, match="IndexError: mine") as caught:
        course_of(DRIVEN, function, np.array([0.0, 1.0]), (False, False))
    assert isinstance(caught.value.__cause__, IndexError)


@pytest.mark.parametrize("start", [10.0, 10.01, 10.03])
def test_a_pulse_of_a_minute_a_day_is_seen(start: float) -> None:
    """Wherever it falls between even times."""
    drive = course_of(
        DRIVEN, lambda t: (float(start <= t < start + 1 / 60), 0.0), np.array([0.0, 24.0]), (False, False)
    )
    assert drive is not None
    assert pytest.approx(1 / 60, rel=1e-2) == np.trapezoid(drive.values[:, 0], drive.times)


def test_a_function_that_drives_a_map_is_taken_at_each_step() -> None:
    """Also at those that nobody asked for; nowhere between, where it may have no value."""
    drive = course_of(
        DRIVEN, lambda t: ([1.0, 5.0][int(t) % 2], t), np.array([3.0, 50.0]), (False, True), discrete=True
    )
    assert drive is not None
    np.testing.assert_array_equal(np.arange(3.0, 51.0), drive.times)
    np.testing.assert_array_equal(np.tile([5.0, 1.0], 24), drive.values[:, 0])
